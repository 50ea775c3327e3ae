# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes that our MeshTalk animates: ARKit's, without gaze (a gaze has a target, not a sound) and tongue."""

from __future__ import annotations

from ...motion.face import ARKIT_NAMES

SHAPES = tuple(name for name in ARKIT_NAMES if not name.startswith(("eyeLook", "tongue")))
SHAPE_INDEX = {name: index for index, name in enumerate(SHAPES)}
UPPER_SHAPES = tuple(name for name in SHAPES if name.startswith(("brow", "eye", "cheekSquint", "noseSneer")))
MOUTH_SHAPES = tuple(name for name in SHAPES if name not in UPPER_SHAPES)
