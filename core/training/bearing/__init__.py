# SPDX-License-Identifier: GPL-3.0-or-later
"""How people who talk bear themselves, measured on recordings: what the recipe `bearing` writes down."""
