# SPDX-License-Identifier: GPL-3.0-or-later
"""From sound to a performance: what the models give, put together for one character-independent result."""
