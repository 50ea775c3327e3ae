# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn into the 3D View: ghosts of prompted poses, trails of hands and hips."""
