# SPDX-License-Identifier: GPL-3.0-or-later
"""Joints of the figure and its bones under Mixamo's names. Figure space, metres; rest pose is an A-pose."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import proportions as p
from .surfaces import along_axis, length

ARM_DOWN = np.radians(42.0)
_ARM = np.array([np.cos(ARM_DOWN), 0.0, -np.sin(ARM_DOWN)])
LEFT_SHOULDER = np.array([0.1200, 0.0260, 1.1920])
LEFT_ELBOW = LEFT_SHOULDER + 0.225 * _ARM
LEFT_WRIST = LEFT_ELBOW + 0.205 * (_ARM + [0, -0.03, 0])
LEFT_HIP = np.array([0.0760, 0.0200, 0.7950])
LEFT_KNEE = np.array([0.0860, 0.0120, 0.4450])
LEFT_ANKLE = np.array([0.0920, 0.0300, 0.0850])

# Fingers of the left hand in the hand's frame (x to the fingertips, y to the thumb, z the back of the hand), metres:
# root, two joints, tip.
FINGERS = {
    "Thumb": np.array([[0.020, 0.026, -0.010], [0.041, 0.046, -0.017], [0.060, 0.056, -0.020], [0.076, 0.061, -0.022]]),
    "Index": np.array(
        [[0.072, 0.0245, 0.002], [0.101, 0.0285, -0.001], [0.121, 0.0305, -0.006], [0.137, 0.0310, -0.012]]
    ),
    "Middle": np.array(
        [[0.076, 0.0080, 0.003], [0.108, 0.0090, 0.000], [0.131, 0.0095, -0.006], [0.148, 0.0095, -0.013]]
    ),
    "Ring": np.array(
        [[0.072, -0.0085, 0.002], [0.102, -0.0105, -0.001], [0.123, -0.0120, -0.007], [0.139, -0.0125, -0.014]]
    ),
    "Pinky": np.array(
        [[0.064, -0.0235, 0.000], [0.087, -0.0285, -0.003], [0.103, -0.0310, -0.008], [0.116, -0.0320, -0.013]]
    ),
}
FINGER_RADII = {
    "Thumb": (0.0135, 0.0110, 0.0098, 0.0080),
    "Index": (0.0100, 0.0090, 0.0082, 0.0070),
    "Middle": (0.0102, 0.0092, 0.0084, 0.0070),
    "Ring": (0.0098, 0.0088, 0.0080, 0.0068),
    "Pinky": (0.0088, 0.0078, 0.0070, 0.0060),
}


def hand_frame() -> tuple[np.ndarray, np.ndarray]:
    """(rotation (3, 3) from the left hand's frame to the figure, origin (3,)): thumb forward, back up and out."""
    along = (LEFT_WRIST - LEFT_ELBOW) / np.linalg.norm(LEFT_WRIST - LEFT_ELBOW)
    thumb = np.array([0.0, -1.0, 0.0])
    thumb = thumb - (thumb @ along) * along
    thumb /= np.linalg.norm(thumb)
    back = np.cross(along, thumb) * -1.0
    if back[2] < 0:
        back = -back
    return np.stack([along, thumb, back], axis=1), LEFT_WRIST + 0.004 * along


def hand_to_figure(points: np.ndarray) -> np.ndarray:
    """Points (N, 3) of the left hand's frame in figure space, metres."""
    rotation, origin = hand_frame()
    return points @ rotation.T + origin


class Row(NamedTuple):
    """One bone: names without Mixamo's prefix, head and tail (3,) in figure space, metres."""

    name: str
    parent: str
    head: np.ndarray
    tail: np.ndarray


def _middle_rows() -> list[Row]:
    """Spine, neck, head and jaw."""
    chain = ("Hips", "Spine", "Spine1", "Spine2", "Neck", "Head", "HeadTop_End")
    joints = np.array(
        [
            [0, 0.022, 0.830],
            [0, 0.018, 0.920],
            [0, 0.020, 1.020],
            [0, 0.026, 1.120],
            [0, 0.030, 1.225],
            [0, 0.018, 1.315],
            [0, 0.018, 1.570],
            [0, 0.018, 1.620],
        ]
    )
    rows = [Row(name, parent, *joints[i : i + 2]) for i, (name, parent) in enumerate(zip(chain, ("", *chain)))]
    return [*rows, Row("Jaw", "Head", p.place(p.JAW_HINGE), p.place([0, -0.090, -0.110]))]


def _left_rows() -> list[Row]:
    """Eye, arm, hand and leg of the left side; names without their side."""
    rotation, origin = hand_frame()
    rows = [
        Row("Eye", "Head", p.place(p.EYE), p.place(p.EYE + [0, -0.040, 0])),
        Row("Shoulder", "Spine2", np.array([0.022, 0.026, 1.205]), LEFT_SHOULDER),
        Row("Arm", "Shoulder", LEFT_SHOULDER, LEFT_ELBOW),
        Row("ForeArm", "Arm", LEFT_ELBOW, LEFT_WRIST),
        Row("Hand", "ForeArm", LEFT_WRIST, rotation @ FINGERS["Middle"][0] + origin),
    ]
    for finger, joints in FINGERS.items():
        placed = joints @ rotation.T + origin
        above = "Hand"
        for number, (head, tail) in enumerate(zip(placed[:3], placed[1:]), 1):
            name = f"Hand{finger}{number}"
            rows.append(Row(name, above, head, tail))
            above = name
        rows.append(Row(f"Hand{finger}4", above, placed[3], placed[3] + 0.5 * (placed[3] - placed[2])))
    ball, toes = np.array([0.094, -0.070, 0.028]), np.array([0.095, -0.125, 0.026])
    return [
        *rows,
        Row("UpLeg", "Hips", LEFT_HIP, LEFT_KNEE),
        Row("Leg", "UpLeg", LEFT_KNEE, LEFT_ANKLE),
        Row("Foot", "Leg", LEFT_ANKLE, ball),
        Row("ToeBase", "Foot", ball, toes),
        Row("Toe_End", "ToeBase", toes, np.array([0.095, -0.150, 0.026])),
    ]


def bones() -> dict[str, tuple[str, np.ndarray, np.ndarray]]:
    """{name: (parent, head, tail)}, parents first, metres in figure space; Mixamo's names, plus eyes and jaw."""
    middle, left = _middle_rows(), _left_rows()
    rows = list(middle)
    shared = {row.name for row in middle}
    for side, word in ((1, "Left"), (-1, "Right")):
        mirror = np.array([side, 1.0, 1.0])
        for name, parent, head, tail in left:
            above = parent if parent in shared else f"{word}{parent}"
            rows.append(Row(f"{word}{name}", above, head * mirror, tail * mirror))
    return {
        f"mixamorig:{name}": (f"mixamorig:{parent}" if parent else "", head, tail) for name, parent, head, tail in rows
    }


def segment_distance(points: np.ndarray, head: np.ndarray, tail: np.ndarray) -> np.ndarray:
    """Distance (N,) of points (N, 3) from the line from head to tail, metres."""
    axis = tail - head
    local = points - head
    along = np.clip(along_axis(local, axis / (axis @ axis)), 0.0, 1.0)
    return length(local - along[:, None] * axis)


def weights_near(points: np.ndarray, names: list[str], power: float = 6.0) -> dict[str, np.ndarray]:
    """Skin weights that fall with the distance to each bone, at most four a vertex, summing to one.

    Args:
        points: (N, 3) figure space, metres.
        names: of bones(), with the prefix.
        power: of the distance; the higher, the harder the borders.

    Returns:
        (N,) 0..1 for each bone that has any.
    """
    table = bones()
    near = np.stack([1.0 / (segment_distance(points, *table[name][1:]) + 0.012) ** power for name in names], axis=1)
    order = np.sort(near, axis=1)
    if near.shape[1] > 4:
        near = np.where(near >= order[:, -4][:, None], near, 0.0)
    near /= near.sum(1, keepdims=True)
    near = np.where(near < 0.01, 0.0, near)
    near /= near.sum(1, keepdims=True)
    return {name: near[:, i] for i, name in enumerate(names) if near[:, i].any()}
