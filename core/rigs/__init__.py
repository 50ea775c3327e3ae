# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters as plain data: naming conventions, detection, retargeting. Pure mathematics, no bpy."""
