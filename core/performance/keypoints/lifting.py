# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms and trunk in space from a body's keypoints in a picture.

Bones have known lengths, so how short one looks says how far it points towards the camera or away from it. Which of the two, the
network that tells motion from keypoints says, which has seen many bodies from many sides; without it, an average talker's arms do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...motion.joints import JOINT_INDEX, SIDES
from ...motion.keypoints import BODY_POINTS, Keypoints
from ...motion.rotations import from_axis_angle, from_matrix, inverse, multiply, normalised, rotate, shortest_arc
from ...motion.skeleton import average_adult
from ...motion.smoothing import gaussian_smooth
from ...motion.vectors import cross, norm, unit

SURE = 0.35  # confidence from which a point is believed; detectors guess hidden wrists at less
_LEAST_FRAMES = 3  # that show something
_SMOOTHED_S = 0.06  # of the keypoints, which tremble; by eye
_TOO_LONG = 1.3  # times its bone: a point that lies elsewhere
_NOSE_M = 0.16  # before the neck, of an average adult
_MOST_YAW = 0.9  # radians; farther aside one arm hides behind the body
_LEAST_LEAN = np.radians(6.0)  # of the trunk that is meant; who leans less sways as the sound has it; by eye
# How much of a bone's direction is measured, of upper arm and forearm; the rest is what is usual: by the error on held-out gestures.
MEASURED = (0.3, 0.7)
_STRAIGHT = (0.15, 0.35)  # sine of the elbow's bend below which its plane is unsure
_POINT = {name: place for place, name in enumerate(BODY_POINTS)}
_HINGE = {
    "left": np.array([0.0, -1.0, 0.0]),
    "right": np.array([0.0, 1.0, 0.0]),
}  # about which an elbow bends forwards, arms aside
_SPINE = ("spine1", "spine2", "spine3")


@dataclass(frozen=True, eq=False)
class LiftedBody:
    """T frames of a body at its keypoints' rate. joints: {joint: local rotations (T, 4)}. sure: {joint: bool (T,)}, where they can be
    believed."""

    joints: dict[str, np.ndarray]
    sure: dict[str, np.ndarray]


def lifted(tracks: Keypoints, usual: np.ndarray, measured: tuple[float, float] = MEASURED) -> LiftedBody | None:
    """Shoulders, elbows and the trunk's lean aside; None if shoulders are never seen, or only from behind.

    Args:
        tracks: of one person.
        usual: (T, 55, 4) local rotations that settle what a picture leaves open: a network's guess, or one pose again and again.
        measured: how much of upper arm and forearm is measured; 1 where what is usual is one pose.
    """
    points, seen = _steady(tracks)
    shoulders = seen[:, _POINT["left_shoulder"]] & seen[:, _POINT["right_shoulder"]]
    if not shoulders.any():
        return None
    adult = average_adult()
    rest = adult.rest_positions_m.numpy().astype(np.float64)
    across = points[:, _POINT["left_shoulder"]] - points[:, _POINT["right_shoulder"]]
    if np.median(across[shoulders, 0]) < 0.0:
        if not seen[shoulders, _POINT["nose"]].mean() > 0.5:
            return None  # from behind
        points = points * [-1.0, 1.0]  # a mirrored picture
    size = _pixels_a_metre(points, seen, rest)
    yaw = _yaw(points, seen, size)
    joints, sure = _lean(points, seen)
    world = _parents(usual, joints)
    for side in SIDES:
        found, there = _arm(points / size, seen, side, yaw, usual, world[side], rest, measured)
        joints |= found
        sure |= dict.fromkeys(found, there)
    return LiftedBody(joints, sure)


def _steady(tracks: Keypoints) -> tuple[np.ndarray, np.ndarray]:
    """(T, 25, 2) x and y, y up, gaps filled; bool (T, 25) what is seen."""
    points = tracks.body[..., :2].astype(np.float64) * [1.0, -1.0]
    seen = tracks.body[..., 2] >= SURE
    rows = np.arange(len(points))
    for place in range(points.shape[1]):
        there = seen[:, place]
        for axis in range(2):
            points[:, place, axis] = np.interp(rows, rows[there], points[there, place, axis]) if there.any() else 0.0
    return gaussian_smooth(points, _SMOOTHED_S * tracks.rate_hz), seen


def _pixels_a_metre(points: np.ndarray, seen: np.ndarray, rest: np.ndarray) -> float:
    """By the trunk, which hardly foreshortens; by the shoulders where hips are never seen."""

    def share(first: Sequence[str], second: Sequence[str]) -> float:
        """Pixels a metre by two places, each the middle of some points; 0.0 where they are not seen."""
        there = seen[:, [_POINT[name] for name in (*first, *second)]].all(1)
        if there.sum() < _LEAST_FRAMES:
            return 0.0
        picture, space = (
            of[..., [index[name] for name in first], :].mean(-2) - of[..., [index[name] for name in second], :].mean(-2)
            for of, index in ((points, _POINT), (rest, JOINT_INDEX))
        )
        return float(np.percentile(norm(picture[there]), 90) / norm(space))

    shoulders = "left_shoulder", "right_shoulder"
    trunk = share(shoulders, ("left_hip", "right_hip"))
    return max(trunk or share(shoulders[:1], shoulders[1:]), 1e-6)


def _yaw(points: np.ndarray, seen: np.ndarray, size: float) -> float:
    """How far the person faces to their left of the camera, in radians, over the whole clip: by the nose before the neck."""
    nose, neck = _POINT["nose"], (_POINT["left_shoulder"], _POINT["right_shoulder"])
    there = seen[:, [nose, *neck]].all(1)
    if not there.any():
        return 0.0
    aside = (points[:, nose, 0] - points[:, neck, 0].mean(1))[there] / size / _NOSE_M
    return float(np.clip(np.arcsin(np.clip(np.median(aside), -0.95, 0.95)), -_MOST_YAW, _MOST_YAW))


def _lean(points: np.ndarray, seen: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The trunk's plain leans aside, against their median, shared by the spine; {} where hips are not seen."""
    places = [_POINT[name] for name in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]
    there = seen[:, places].all(1)
    if there.sum() < _LEAST_FRAMES:
        return {}, {}
    up = points[:, places[:2]].mean(1) - points[:, places[2:]].mean(1)
    lean = np.arctan2(-up[:, 0], up[:, 1])  # positive: to the person's right, as about +Z
    lean = lean - np.median(lean[there])
    there = there & (np.abs(lean) > _LEAST_LEAN)
    turn = from_axis_angle(lean[:, None] / len(_SPINE) * np.array([0.0, 0.0, 1.0]))
    return dict.fromkeys(_SPINE, turn), dict.fromkeys(_SPINE, there)


def _parents(usual: np.ndarray, joints: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How each collar is turned in the world, (T, 4): the usual posture with the lean that is seen."""
    world = np.broadcast_to([1.0, 0.0, 0.0, 0.0], (len(usual), 4))
    for joint in _SPINE:
        own = usual[:, JOINT_INDEX[joint]].astype(np.float64)
        world = multiply(world, multiply(joints[joint], own) if joint in joints else own)
    return {side: multiply(world, usual[:, JOINT_INDEX[f"{side}_collar"]].astype(np.float64)) for side in SIDES}


def _arm(
    points_m: np.ndarray,
    seen: np.ndarray,
    side: str,
    yaw: float,
    usual: np.ndarray,
    parent: np.ndarray,
    rest: np.ndarray,
    measured: tuple[float, float],
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Local rotations of shoulder and elbow, and where they can be believed."""
    names = [f"{side}_{part}" for part in ("shoulder", "elbow", "wrist")]
    places, joints = [_POINT[name] for name in names], [JOINT_INDEX[name] for name in names]
    there = seen[:, places].all(1)
    bones = [rest[end] - rest[start] for start, end in zip(joints, joints[1:])]
    worlds = [multiply(parent, usual[:, joints[0]].astype(np.float64))]
    worlds.append(multiply(worlds[0], usual[:, joints[1]].astype(np.float64)))
    directions = []
    for number, bone in enumerate(bones):
        flat = points_m[:, places[number + 1]] - points_m[:, places[number]]
        guess = rotate(worlds[number], unit(bone))
        direction, fits = _towards(flat, float(np.linalg.norm(bone)), yaw, guess, there)
        direction = unit(measured[number] * direction + (1.0 - measured[number]) * guess)
        directions.append(direction)
        there = there & fits
    upper, lower = directions
    normal = cross(upper, lower)
    sine = norm(normal)
    near = multiply(shortest_arc(rotate(worlds[0], unit(bones[0])), upper), worlds[0])
    own = rotate(near, _HINGE[side])
    trust = np.clip((sine - _STRAIGHT[0]) / (_STRAIGHT[1] - _STRAIGHT[0]), 0.0, 1.0)[:, None]
    axis = unit(trust * unit(normal) + (1.0 - trust) * unit(own) + 1e-9)
    axis = unit(axis - (axis * upper).sum(-1, keepdims=True) * upper)
    turned = multiply(_frame(upper, axis), inverse(_frame(unit(bones[0]), _HINGE[side])))
    bend = multiply(shortest_arc(rotate(turned, unit(bones[1])), lower), turned)
    return {
        names[0]: normalised(multiply(inverse(parent), turned)),
        names[1]: normalised(multiply(inverse(turned), bend)),
    }, there


def _frame(along: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """The rotation (…, 4) whose first column is `along`, whose second is `axis` made square with it; unit (…, 3)."""
    axis = unit(axis - (axis * along).sum(-1, keepdims=True) * along)
    return from_matrix(np.stack([along, axis, cross(along, axis)], -1))


def _towards(
    flat: np.ndarray, length: float, yaw: float, usual: np.ndarray, seen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Unit directions (T, 3) of a bone that looks like `flat` (T, 2), metres, and where it can be so.

    Of both depths the one is taken that is nearer to the usual direction (T, 3), and to itself a frame before.
    """
    apart = norm(flat)
    fits = apart <= _TOO_LONG * length
    length *= float(np.clip(np.percentile(apart[seen & fits], 97) / length, 1.0, 1.2)) if (seen & fits).any() else 1.0
    flat = flat * np.minimum(1.0, 0.999 * length / np.maximum(apart, 1e-9))[:, None]
    depth = np.sqrt(np.maximum(length**2 - (flat**2).sum(-1), 0.0))
    both = np.stack([np.concatenate([flat, sign * depth[:, None]], 1) for sign in (1.0, -1.0)]) / length
    both = rotate(from_axis_angle(np.array([0.0, -yaw, 0.0])), both)
    wrong = 1.0 - (both * usual).sum(-1)  # (2, T)
    moves = 1.0 - np.einsum("atc,btc->abt", both[:, :-1], both[:, 1:])
    return both[_least(wrong, 12.0 * moves), np.arange(len(flat))], fits


def _least(wrong: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Which of two states (T,) costs least in all: each its own, (2, T), and each change, (2, 2, T - 1)."""
    total, came = wrong[:, 0], []
    for frame in range(1, wrong.shape[1]):
        ways = total[:, None] + moves[:, :, frame - 1]
        came.append(ways.argmin(0))
        total = ways.min(0) + wrong[:, frame]
    states = [int(total.argmin())]
    for back in reversed(came):
        states.append(int(back[states[-1]]))
    return np.array(states[::-1])
