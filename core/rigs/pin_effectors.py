# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a body that can be pinned, as choices of a property."""

from __future__ import annotations

from ..setting_fields import Item

EFFECTORS: tuple[Item, ...] = (
    ("LEFT_HAND", "Left Hand", "The left wrist, and the turn of the hand"),
    ("RIGHT_HAND", "Right Hand", "The right wrist, and the turn of the hand"),
    ("LEFT_FOOT", "Left Foot", "The left ankle, and the turn of the foot"),
    ("RIGHT_FOOT", "Right Foot", "The right ankle, and the turn of the foot"),
    ("HIPS", "Hips", "The pelvis; the legs follow"),
)
EFFECTOR_JOINTS = {
    "LEFT_HAND": "left_wrist",
    "RIGHT_HAND": "right_wrist",
    "LEFT_FOOT": "left_ankle",
    "RIGHT_FOOT": "right_ankle",
    "HIPS": "pelvis",
}
EFFECTOR_LABELS = {identifier: label for identifier, label, _tooltip in EFFECTORS}


def effector_of(joint: str) -> str:
    """The effector that a canonical joint belongs to, "" if none: the arm's joints to its hand, the leg's to its foot."""
    side, _, part = joint.partition("_")
    if joint in ("pelvis", "spine1"):
        return "HIPS"
    if side not in ("left", "right") or part.startswith("eye"):
        return ""
    return f"{side.upper()}_{'FOOT' if part in ('hip', 'knee', 'ankle', 'foot') else 'HAND'}"
