# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the hands should be at the strokes: poses from the model's memory, as prompts of the performance's own.

They go the animator's way: unmasked channels for EMAGE, then the arms are led through them (`stroke_motion`). The
animator's keys win: near them a prompted limb is asked for nothing (`prompted_limbs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...models.emage import Emage
from ...motion import rotations as rot
from ...motion.gesture_plan import HANDEDNESS, LEXEME_INDEX, GestureUnit
from ...motion.joints import FINGER_JOINTS, JOINT_INDEX, SIDES
from ...prompts.model import PosePrompts
from ...settings import GenerateSettings
from ..parts import BODY, HANDS
from .decoded_motion import posture_of
from .prompted_limbs import CLEAR_S

_ARM = ("collar", "shoulder", "elbow", "wrist")
_MEASURED_ARM = [JOINT_INDEX[f"{side}_{part}"] for side in SIDES for part in ("shoulder", "elbow")]

# What is not said otherwise is by eye, held against recorded hands (bench `gesture`).
VARIETY = 0.6  # how much the draw counts against fit when a stroke is chosen
HURRY = 1.2  # how much a fast way from the last pose counts against a stroke
REST_GAP_S = 0.25  # between gestures: longer, and the hands come to rest
BEAT_OPENS, BEAT_RISE_S, BEAT_FALL_S = 0.15, 0.17, 0.4  # of the elbow's angle; before and after a beat
# Before the emphasis: plans come some 20 ms early, and a hand is seen to halt a little after it is there.
ARRIVES_S = 0.02
SETTLES = 0.12  # of the way back to rest that a held pose sinks until it is left


@dataclass
class _Asked:
    """Poses that are asked for, joint by joint."""

    keys: dict[str, list[tuple[float, np.ndarray]]] = field(default_factory=dict)

    def add(self, joints: Sequence[str], time_s: float, pose: np.ndarray) -> None:
        for joint in joints:
            self.keys.setdefault(joint, []).append((time_s, pose[JOINT_INDEX[joint]]))

    def as_prompts(self) -> PosePrompts:
        return PosePrompts(joints={joint: _in_order(found) for joint, found in self.keys.items()})


def stroke_prompts(model: Emage, units: Sequence[GestureUnit], speaker: int, settings: GenerateSettings) -> PosePrompts:
    """Arms and fingers of the gesturing hands at start, emphasis, beats, end of the hold and rest of every unit.

    Args:
        model: whose memory holds the poses; without a memory nothing is asked for.
        units: the plan, in order.
        speaker: whose posture is the rest.
        settings: seed, parts and strengths count. The same seed chooses the same strokes.
    """
    memory = model.strokes
    if memory is None or not len(units):
        return PosePrompts()
    random = np.random.default_rng((settings.seed, 0x57A0))
    rest, poses = posture_of(model, speaker), model.stroke_rotations()
    asked = _Asked()
    raised_until: dict[str, float] = {side: -1.0 for side in SIDES}
    last, since_s = rest, 0.0
    for index, unit in enumerate(units):
        following = units[index + 1] if index + 1 < len(units) else None
        fit = memory.fitting(speaker, LEXEME_INDEX[unit.lexeme], HANDEDNESS.index(unit.hand), unit.size).cpu().numpy()
        turns = np.radians(rot.angle_between_deg(poses[:, _MEASURED_ARM], last[_MEASURED_ARM]).mean(1))
        hurry = turns / max(unit.emphasis_s - since_s, 0.3)
        stroke = int((fit + VARIETY * random.gumbel(size=len(fit)) - HURRY * hurry).argmax())
        pose = _sized(rest, poses[stroke], unit.size / max(float(memory.sizes[stroke]), 0.1), settings)
        leave = _ask(asked, unit, following, pose, rest, raised_until, settings)
        chained = following is not None and following.start_s < unit.end_s
        last, since_s = (pose, leave) if chained else (rest, unit.end_s)
    return asked.as_prompts()


def _ask(
    asked: _Asked,
    unit: GestureUnit,
    following: GestureUnit | None,
    pose: np.ndarray,
    rest: np.ndarray,
    raised_until: dict[str, float],
    settings: GenerateSettings,
) -> float:
    """Ask for the poses of one unit: rest before and after it where the hand is not raised anyway, and the pose while
    it is held. raised_until: by hand, kept up. Returns when the pose is left."""
    sides = SIDES if unit.hand == "both" else (unit.hand,)
    joints = [joint for side in sides for joint in _joints_of(side, settings)]
    emphasis = max(unit.emphasis_s - ARRIVES_S, unit.start_s + 0.3)
    leave = max(unit.leave_s, emphasis + 0.05)
    for side in sides:
        if unit.start_s - raised_until[side] > REST_GAP_S:
            asked.add(_joints_of(side, settings), unit.start_s, rest)
    for time_s, here in _held(pose, rest, emphasis, leave, unit.beats_s, sides):
        asked.add(joints, time_s, here)
    for side in sides:
        taken = (
            following is not None and following.start_s < unit.end_s + REST_GAP_S and following.hand in (side, "both")
        )
        if not taken:
            asked.add(_joints_of(side, settings), unit.end_s, rest)
        raised_until[side] = unit.end_s
    return leave


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


def _mixed(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    return rot.slerp(first, second, np.full(len(first), share))


def _sized(rest: np.ndarray, pose: np.ndarray, size: float, settings: GenerateSettings) -> np.ndarray:
    """The pose nearer to rest for smaller gestures; it is stretched little, for poses beyond the recorded ones are not
    human."""
    result = _mixed(rest, pose, float(np.clip(size, 0.2, 1.1)))
    if settings.strength(HANDS) != 1.0:
        fingers = slice(JOINT_INDEX[FINGER_JOINTS[0]], None)
        away = rot.multiply(rot.inverse(rest[fingers]), result[fingers])
        result[fingers] = rot.multiply(rest[fingers], rot.scaled(away, settings.strength(HANDS)))
    return result


def _opened(pose: np.ndarray, sides: Sequence[str]) -> np.ndarray:
    """Forearms a little farther down and out: a beat."""
    result = pose.copy()
    for side in sides:
        for part, share in (("elbow", 1.0), ("wrist", 0.7)):
            joint = JOINT_INDEX[f"{side}_{part}"]
            result[joint] = rot.scaled(pose[joint], 1.0 - share * BEAT_OPENS)
    return result


def merged(first: PosePrompts, second: PosePrompts) -> PosePrompts:
    """Both; where they ask for the same joint within CLEAR_S, the first."""
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
