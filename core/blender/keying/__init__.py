# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: which channels a character has, what is keyed there already, and the curves that a take writes."""
