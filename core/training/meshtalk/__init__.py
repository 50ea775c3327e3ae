# SPDX-License-Identifier: GPL-3.0-or-later
"""What MeshTalk's recipe is made of: vertices and masks, windows of recorded faces, the two training steps, figures."""
