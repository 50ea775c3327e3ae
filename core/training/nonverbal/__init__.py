# SPDX-License-Identifier: GPL-3.0-or-later
"""Measuring how people blink, look and move their heads: what the recipe `nonverbal` writes down."""
