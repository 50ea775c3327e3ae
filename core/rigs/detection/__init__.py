# SPDX-License-Identifier: GPL-3.0-or-later
"""What drives what on a character: shape keys and bones found by their names, shape and place."""
