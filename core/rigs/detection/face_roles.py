# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles that a bone of a face can have."""

from __future__ import annotations

from ...motion.joints import FACE_JOINTS, SIDES
from ..conventions.control_table import ROLES

LIDS = tuple(f"{side}_lid_{edge}" for side in SIDES for edge in ("upper", "lower"))
FACE_ROLES = ("head", "neck", *FACE_JOINTS, *LIDS, *ROLES)
