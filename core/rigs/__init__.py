# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters as plain data: naming conventions, matching, shape mapping, retargeting. Pure mathematics, no bpy."""
