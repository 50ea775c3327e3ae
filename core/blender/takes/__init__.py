# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes: written, remembered, played, baked down, and told apart where characters were duplicated."""
