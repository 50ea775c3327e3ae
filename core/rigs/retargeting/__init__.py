# SPDX-License-Identifier: GPL-3.0-or-later
"""From a performance to the curves of one character."""
