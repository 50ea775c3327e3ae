# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion of faces and bodies as arrays: tracks, rotations, smoothing, simplification."""
