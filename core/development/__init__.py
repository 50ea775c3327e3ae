# SPDX-License-Identifier: GPL-3.0-or-later
"""What developers run inside Blender: the demo, the clone, workers of tests and benches, and the recorder of curves.

May import bpy. The product never imports it, and it is not in the zip that animators install.
"""
