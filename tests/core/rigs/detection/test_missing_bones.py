# SPDX-License-Identifier: GPL-3.0-or-later
"""The joints that a body lacks are named."""

from __future__ import annotations

from core.motion.joints import BODY_JOINTS
from core.rigs.detection.mapping_notes import missing_bones


def test_missing_joints_are_named():
    bones = {joint: joint for joint in BODY_JOINTS if joint not in ("left_foot", "neck")}
    (said,) = missing_bones(bones)
    assert "left foot" in said and "neck" in said and "right foot" not in said


def test_a_whole_body_and_none_need_no_word():
    assert missing_bones({joint: joint for joint in BODY_JOINTS}) == missing_bones({"jaw": "Jaw"}) == []
