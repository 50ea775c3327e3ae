# SPDX-License-Identifier: GPL-3.0-or-later
"""Canonical clips as BVH files, as a suit's program would export them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...motion.adult_skeleton import ADULT_REST_M
from ...motion.clip import Clip
from ...motion.euler import from_quaternions
from ...motion.joints import FACE_JOINTS, JOINT_NAMES, JOINT_PARENTS

_CENTIMETRES = 100.0
# Names as most suits' programs give them.
SUIT_NAMES = {
    "pelvis": "Hips",
    "spine1": "Spine",
    "spine2": "Spine1",
    "spine3": "Spine2",
    "neck": "Neck",
    "head": "Head",
    **{
        f"{side}_{joint}": f"{side.capitalize()}{name}"
        for side in ("left", "right")
        for joint, name in {
            "hip": "UpLeg",
            "knee": "Leg",
            "ankle": "Foot",
            "foot": "ToeBase",
            "collar": "Shoulder",
            "shoulder": "Arm",
            "elbow": "ForeArm",
            "wrist": "Hand",
            **{
                f"{finger}{number}": f"Hand{finger.capitalize()}{number}"
                for finger in ("thumb", "index", "middle", "ring", "pinky")
                for number in (1, 2, 3)
            },
        }.items()
    },
}


def write_bvh(path: Path, clip: Clip, names: dict[str, str] | None = None, fingers: bool = True) -> None:
    """A clip on an average adult in centimetres, channels as Zrotation Xrotation Yrotation.

    Args:
        path: of the file.
        clip: what moves.
        names: canonical joint → name in the file; what is missing is left out. None: SUIT_NAMES.
        fingers: whether to write them.
    """
    names = SUIT_NAMES if names is None else names
    kept = [
        joint
        for joint, name in enumerate(JOINT_NAMES)
        if name in names and name not in FACE_JOINTS and (fingers or name[-1] not in "123" or name.startswith("spine"))
    ]
    rest = np.asarray(ADULT_REST_M, np.float64) * _CENTIMETRES
    lines: list[str] = ["HIERARCHY"]
    order: list[int] = []

    def add(joint: int, depth: int) -> None:
        order.append(joint)
        pad = "\t" * depth
        above = JOINT_PARENTS[joint]
        offset = rest[joint] - (rest[above] if above >= 0 else rest[joint])
        lines.append(f"{pad}{'ROOT' if above < 0 else 'JOINT'} {names[JOINT_NAMES[joint]]}")
        lines.append(f"{pad}{{")
        lines.append(f"{pad}\tOFFSET " + " ".join(f"{value:.4f}" for value in offset))
        places = "Xposition Yposition Zposition " if above < 0 else ""
        lines.append(f"{pad}\tCHANNELS {6 if above < 0 else 3} {places}Zrotation Xrotation Yrotation")
        below = [other for other in kept if JOINT_PARENTS[other] == joint]
        for other in below:
            add(other, depth + 1)
        if not below:
            lines.extend((f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET 0.0 2.0 0.0", f"{pad}\t}}"))
        lines.append(f"{pad}}}")

    add(0, 0)
    columns = [_CENTIMETRES * clip.root_translation_m + rest[0]]
    for joint in order:
        # the file turns about Y first, then X, then Z
        columns.append(np.degrees(from_quaternions(clip.rotations[:, joint], "YXZ"))[:, [2, 0, 1]])
    numbers = np.concatenate(columns, axis=1)
    lines += ["MOTION", f"Frames: {len(clip)}", f"Frame Time: {1.0 / clip.rate_hz:.7f}"]
    lines += [" ".join(f"{value:.4f}" for value in row) for row in numbers]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
