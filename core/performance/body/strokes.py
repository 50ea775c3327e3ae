# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the hands should be at the strokes: poses from the model's memory, as prompts of the performance's own.

They go the animator's way: unmasked channels for EMAGE, then a bend of the result through them. The animator's keys win: near
them the performance asks for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from ...models.emage import Emage
from ...models.emage.body_parts import ROTATION_CHANNELS
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import minimum_jerk
from ...motion.gesture_plan import HANDEDNESS, LEXEME_INDEX, GestureUnit
from ...motion.joints import FINGER_JOINTS, JOINT_INDEX
from ...motion.smoothing import gaussian_smooth
from ...prompts.model import PosePrompts
from ...settings import GenerateSettings
from ..parts import BODY, HANDS

_ARM = ("collar", "shoulder", "elbow", "wrist")
VARIETY = 0.6  # how much luck counts against fit when a stroke is chosen
MOVE_S, MOVE_S_RAD = 0.2, 0.15  # how long a joint takes from pose to pose: at least, and more for each radian
DRIFT_S = 0.41  # poses that are alike and farther apart than this are a hold: it sinks steadily
SOFT_S = 0.04  # takes the corners where gestures meet the model's motion
HURRY = 1.2  # how much a fast way from the last pose counts against a stroke
REST_GAP_S = 0.25  # between gestures: longer, and the hands come to rest
CLEAR_S = 0.4  # around the animator's keys
BEAT_OPENS, BEAT_RISE_S, BEAT_FALL_S = 0.15, 0.17, 0.4  # of the elbow's angle; before and after a beat
ARRIVES_S = (
    0.02  # before the emphasis; plans come some 20 ms early, and a hand is seen to halt a little after it is there
)
SETTLES = 0.12  # of the way back to rest that a held pose sinks until it is left


def stroke_prompts(
    model: Emage,
    units: Sequence[GestureUnit],
    speaker: int,
    settings: GenerateSettings,
    prompts: PosePrompts | None = None,
) -> PosePrompts:
    """Arms and fingers of the gesturing hands at start, emphasis, beats, end of the hold and rest of every unit. The same seed
    chooses the same strokes."""
    memory = model.strokes
    if memory is None or not len(units):
        return PosePrompts()
    random = np.random.default_rng((settings.seed, 0x57A0))
    rest = _local(model.postures[speaker, :ROTATION_CHANNELS].unflatten(-1, (-1, 6)))
    busy = prompts.times_s if prompts is not None and prompts else np.empty(0)
    keys: dict[str, list[tuple[float, np.ndarray]]] = {}

    def ask(joints: Sequence[str], time_s: float, pose: np.ndarray) -> None:
        if len(busy) and np.abs(busy - time_s).min() < CLEAR_S:
            return
        for joint in joints:
            keys.setdefault(joint, []).append((time_s, pose[JOINT_INDEX[joint]]))

    poses = _local(model.stroke_poses())
    raised_until = {"left": -1.0, "right": -1.0}
    last, since_s = rest, 0.0
    for index, unit in enumerate(units):
        fit = memory.fitting(speaker, LEXEME_INDEX[unit.lexeme], HANDEDNESS.index(unit.hand), unit.size).cpu().numpy()
        arms = [JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("shoulder", "elbow")]
        hurry = np.radians(rot.angle_between_deg(poses[:, arms], last[arms]).mean(1)) / max(
            unit.emphasis_s - since_s, 0.3
        )
        stroke = int((fit + VARIETY * random.gumbel(size=len(fit)) - HURRY * hurry).argmax())
        sides = ("left", "right") if unit.hand == "both" else (unit.hand,)
        joints = [joint for side in sides for joint in _joints_of(side, settings)]
        pose = _sized(rest, poses[stroke], unit.size / max(float(memory.sizes[stroke]), 0.1))
        if settings.strength(HANDS) != 1.0:
            pose[25:] = rot.multiply(
                rest[25:], rot.scaled(rot.multiply(rot.inverse(rest[25:]), pose[25:]), settings.strength(HANDS))
            )
        following = units[index + 1] if index + 1 < len(units) else None
        emphasis = max(unit.emphasis_s - ARRIVES_S, unit.start_s + 0.3)
        leave = max(unit.leave_s, emphasis + 0.05)
        for side in sides:
            if unit.start_s - raised_until[side] > REST_GAP_S:
                ask(_joints_of(side, settings), unit.start_s, rest)
        for time_s, here in _held(pose, rest, emphasis, leave, unit.beats_s, sides):
            ask(joints, time_s, here)
        for side in sides:
            taken = (
                following is not None
                and following.start_s < unit.end_s + REST_GAP_S
                and following.hand in (side, "both")
            )
            if not taken:
                ask(_joints_of(side, settings), unit.end_s, rest)
            raised_until[side] = unit.end_s
        last, since_s = (
            (pose, leave) if following is not None and following.start_s < unit.end_s else (rest, unit.end_s)
        )
    return PosePrompts(joints={joint: _in_order(found) for joint, found in keys.items()})


def _held(
    pose: np.ndarray, rest: np.ndarray, emphasis: float, leave: float, beats_s: Sequence[float], sides: Sequence[str]
) -> list[tuple[float, np.ndarray]]:
    """The pose from its emphasis until it is left, sinking a little, with its beats."""

    def sunk(time_s: float) -> np.ndarray:
        return _mixed(pose, rest, SETTLES * (time_s - emphasis) / max(leave - emphasis, 1e-3))

    keys = [(emphasis, pose)]
    beats = [beat for beat in beats_s if emphasis + BEAT_RISE_S + 0.1 < beat < leave]
    for beat in beats:
        keys += [(beat - BEAT_RISE_S, sunk(beat - BEAT_RISE_S)), (beat, _opened(sunk(beat), sides))]
        if beat + BEAT_FALL_S < leave:
            keys.append((beat + BEAT_FALL_S, sunk(beat + BEAT_FALL_S)))
    if not beats or leave > beats[-1] + BEAT_FALL_S + 0.12:
        keys.append((leave, sunk(leave)))
    return keys


def _joints_of(side: str, settings: GenerateSettings) -> list[str]:
    arm = [f"{side}_{part}" for part in _ARM] if BODY in settings.parts else []
    fingers = [name for name in FINGER_JOINTS if name.startswith(side)] if HANDS in settings.parts else []
    return arm + fingers


def _in_order(found: list[tuple[float, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Ascending, and of two moments less than a frame apart the later asked for."""
    ordered: list[tuple[float, np.ndarray]] = []
    for time_s, pose in sorted(found, key=lambda key: key[0]):
        if ordered and time_s - ordered[-1][0] < 0.05:
            ordered.pop()
        ordered.append((time_s, pose))
    return np.array([time_s for time_s, _ in ordered]), np.array([pose for _, pose in ordered])


def _local(rot6d: torch.Tensor) -> np.ndarray:
    return rot.from_rot6d(rot6d.float().cpu().numpy().astype(np.float64))


def _mixed(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    return rot.slerp(first, second, np.full(len(first), share))


def _sized(rest: np.ndarray, pose: np.ndarray, size: float) -> np.ndarray:
    """The pose nearer to rest for smaller gestures; it is stretched little, for poses beyond the recorded ones are not human."""
    return _mixed(rest, pose, float(np.clip(size, 0.2, 1.1)))


def _opened(pose: np.ndarray, sides: Sequence[str]) -> np.ndarray:
    """Forearms a little farther down and out: a beat."""
    result = pose.copy()
    for side in sides:
        for part, share in (("elbow", 1.0), ("wrist", 0.7)):
            joint = JOINT_INDEX[f"{side}_{part}"]
            result[joint] = rot.scaled(pose[joint], 1.0 - share * BEAT_OPENS)
    return result


def through_strokes(clip: Clip, strokes: PosePrompts, posture: np.ndarray) -> Clip:
    """Arms and fingers on their way through the strokes; between gestures the model's own motion.

    posture (55, 4): the rest that strokes begin and end with. From key to key with least jerk (Flash and Hogan 1985), as fast as
    recorded hands. A gesture sets out from where the model has the hand, and gives it back there.
    """
    if not strokes.joints or not len(clip):
        return clip
    times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
    rotations = clip.rotations.astype(np.float64)
    for joint in strokes.joints.keys() & clip.driven:
        index = JOINT_INDEX[joint]
        keys_s, keys = strokes.joints[joint]
        resting = rot.angle_between_deg(keys, posture[index]) < 1e-3
        at = np.clip(np.rint((keys_s - clip.start_s) * clip.rate_hz).astype(int), 0, len(clip) - 1)
        own = rotations[at, index]
        keys = np.where(resting[:, None], own, keys)
        last = np.searchsorted(keys_s, times_s, side="right") - 1
        inside = (last >= 0) & (last < len(keys_s) - 1)
        before = np.clip(last, 0, max(len(keys_s) - 2, 0))
        inside &= ~(resting[before] & resting[np.minimum(before + 1, len(keys_s) - 1)])
        if len(keys_s) < 2 or not inside.any():
            continue
        gaps_s = np.diff(keys_s)
        takes_s = np.minimum(MOVE_S + MOVE_S_RAD * np.radians(rot.angle_between_deg(keys[:-1], keys[1:])), gaps_s)
        # to a stroke at the last moment, to rest at once
        begins_s = np.where(resting[1:], keys_s[:-1], keys_s[1:] - takes_s)
        share = (times_s - begins_s[before]) / np.maximum(takes_s[before], 1e-6)
        drifts = (
            ~resting[before]
            & ~resting[before + 1]
            & (gaps_s[before] > DRIFT_S)
            & (takes_s[before] < MOVE_S + 0.25 * MOVE_S_RAD)
        )
        share = np.where(drifts, (times_s - keys_s[before]) / np.maximum(gaps_s[before], 1e-6), minimum_jerk(share))
        way = rot.slerp(keys[before], keys[before + 1], np.clip(share, 0.0, 1.0))
        rotations[inside, index] = way[inside]
        rotations[:, index] = rot.normalised(
            gaussian_smooth(rot.continuous(rotations[:, index]), SOFT_S * clip.rate_hz)
        )
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32))


def merged(first: PosePrompts | None, second: PosePrompts) -> PosePrompts:
    """Both; where they ask for the same joint within CLEAR_S, the first."""
    if first is None or not first:
        return second
    joints = dict(first.joints)
    for joint, (times_s, poses) in second.joints.items():
        if joint not in joints:
            joints[joint] = (times_s, poses)
            continue
        own_s, own = joints[joint]
        kept = np.abs(times_s[:, None] - own_s[None]).min(axis=1) >= CLEAR_S
        all_s, everything = np.concatenate([own_s, times_s[kept]]), np.concatenate([own, poses[kept]])
        order = np.argsort(all_s)
        joints[joint] = (all_s[order], everything[order])
    return PosePrompts(joints, first.root, first.shapes)
