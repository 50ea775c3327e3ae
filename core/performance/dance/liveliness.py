# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recorded dances lack, made to live with the rest: wrists that drag behind the forearms, fingers that open with effort and
never quite rest, a back whose parts follow one another."""

from __future__ import annotations

import numpy as np

from ...motion import rotations as rot
from ...motion.joints import FINGER_JOINTS, FINGERS, JOINT_INDEX, SIDES, TORSO_JOINTS
from ...motion.kinematics.forward import turned_in_the_world
from ...motion.smoothing import gaussian_smooth
from ..face.movement import drift
from ..seeding import generator_for

# By eye.
_DRAG_S = 0.055  # so long wrists stay behind
_DRAG_RAD = np.radians(32.0)  # and bend at most
_FOLLOW_S = 0.05  # smoothing of what they follow
_BACK_S = 0.035  # the lower back leads, the chest follows by so much each
_OPEN_RAD = np.radians(6.0)  # fingers open with a fast arm, each joint
_CURL_RAD = np.radians(4.0)  # and wander
_FAST_RAD_S = 5.0  # of the forearm
_NOISE_HZ, _NOISE_SHARE = ((0.15, 0.5), (0.5, 1.4)), (0.8, 0.4)
_FINGERS = [JOINT_INDEX[name] for name in FINGER_JOINTS]
_LATER_S = {"index": 0.0, "middle": 0.015, "ring": 0.03, "pinky": 0.045, "thumb": 0.01}


def with_flowing_back(rotations: np.ndarray, rate_hz: float) -> np.ndarray:
    """Rotations (T, 55, 4) whose spine joints, which bend alike, follow one another from below."""
    result, frames = rotations.copy(), np.arange(len(rotations), dtype=np.float64)
    for joint, later_s in (("spine1", -_BACK_S), ("spine3", _BACK_S)):
        index = JOINT_INDEX[joint]
        at = np.clip(frames - later_s * rate_hz, 0.0, len(frames) - 1.0)
        low = np.minimum(at.astype(int), max(len(frames) - 2, 0))
        high = np.minimum(low + 1, len(frames) - 1)
        result[:, index] = rot.slerp(rotations[low, index], rotations[high, index], at - low)
    return result


def arm_turning(rotations: np.ndarray, rate_hz: float, side: str) -> np.ndarray:
    """How fast a forearm turns in the world, in its own axes: (T, 3) rad/s."""
    arm = (f"{side}_{part}" for part in ("collar", "shoulder", "elbow"))
    world = turned_in_the_world(rotations, (*TORSO_JOINTS, *arm))
    steps = rot.to_axis_angle(rot.multiply(rot.inverse(world[:-1]), world[1:])) * rate_hz
    return np.concatenate((steps, steps[-1:])) if len(steps) else np.zeros((len(rotations), 3))


def with_hands(
    rotations: np.ndarray, posture: np.ndarray, fingers: np.ndarray, rate_hz: float, share: np.ndarray, seed: int
) -> np.ndarray:
    """Wrists and fingers of a dance.

    Args:
        rotations: (T, 55, 4).
        posture: (55, 4), the hands of someone who stands: relaxed.
        fingers: (T, 30, 4), what fingers do while it is danced.
        rate_hz: frames a second.
        share: (T,) 0..1, how far it is danced: so much they move.
        seed: of how fingers wander.

    Returns:
        (T, 55, 4) with them.
    """
    result = rotations.copy()
    still = np.broadcast_to(posture[_FINGERS], fingers.shape).reshape(-1, 4)
    each = np.repeat(share.clip(0.0, 1.0), len(_FINGERS))
    result[:, _FINGERS] = rot.slerp(still, fingers.reshape(-1, 4), each).reshape(fingers.shape)
    for side in SIDES:
        turning = gaussian_smooth(arm_turning(rotations, rate_hz, side), _FOLLOW_S * rate_hz)
        later = max(int(round(0.5 * _FOLLOW_S * rate_hz)), 1)
        turning = _later(turning, later)
        turning[:, 0] = 0.0  # about the forearm's own length nothing drags
        drag = -_DRAG_S * turning
        size = np.linalg.norm(drag, axis=1, keepdims=True)
        drag *= _DRAG_RAD * np.tanh(size / _DRAG_RAD) / np.maximum(size, 1e-9) * share[:, None]
        wrist = JOINT_INDEX[f"{side}_wrist"]
        result[:, wrist] = rot.multiply(posture[wrist][None], rot.from_axis_angle(drag))
        _move_fingers(result, turning, rate_hz, share, side, seed)
    return result


def _later(curve: np.ndarray, frames: int) -> np.ndarray:
    """A curve (T, …) so many frames later, its beginning held."""
    return np.concatenate((np.repeat(curve[:1], frames, 0), curve))[: len(curve)]


def _move_fingers(
    rotations: np.ndarray, turning: np.ndarray, rate_hz: float, share: np.ndarray, side: str, seed: int
) -> None:
    """The fingers of one side, in place: opened by how fast the forearm turns, (T, 3) rad/s, and wandering."""
    effort = np.tanh(np.linalg.norm(turning, axis=1) / _FAST_RAD_S)
    effort = gaussian_smooth(effort, 0.08 * rate_hz)
    sign = 1.0 if side == SIDES[0] else -1.0
    hand = drift(generator_for(seed, f"{side} hand"), len(rotations), rate_hz, _NOISE_HZ, _NOISE_SHARE)
    for finger in FINGERS:
        own = drift(generator_for(seed, f"{side} {finger}"), len(rotations), rate_hz, _NOISE_HZ, _NOISE_SHARE)
        opened = _later(effort, int(round(_LATER_S[finger] * rate_hz)))
        bend = _CURL_RAD * (0.7 * hand + 0.5 * own) * (0.35 + 0.65 * share) - _OPEN_RAD * (opened - 0.3) * share
        for segment, part in ((1, 0.8), (2, 1.0), (3, 0.6)):
            index = JOINT_INDEX[f"{side}_{finger}{segment}"]
            axis = np.array([0.3, sign, 0.0]) if finger == "thumb" else np.array([0.0, 0.0, -sign])
            weight = part * (0.4 if finger == "thumb" else 1.0)
            turn = rot.from_axis_angle(bend[:, None] * weight * axis / np.linalg.norm(axis))
            rotations[:, index] = rot.multiply(rotations[:, index], turn)
