# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the hands should be at the strokes: poses from the model's memory, as prompts of the performance's own.

They go the animator's way: unmasked channels for EMAGE, then the arms are led through them (`stroke_motion`). The
animator's keys win: near them a prompted limb is asked for nothing (`prompted_limbs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from ...models.emage import Emage
from ...motion import rotations as rot
from ...motion.adult_skeleton import ADULT_REST_M
from ...motion.gesture_plan import HANDEDNESS, LEXEME_INDEX, GestureUnit
from ...motion.joints import FINGER_JOINTS, JOINT_INDEX, JOINT_PARENTS, SIDES
from ...motion.kinematics.forward import forward
from ...prompts.model import PosePrompts
from ...settings import GenerateSettings
from ...statistics import BEARING, statistics_of
from ..gestures.context import handed_of
from ..parts import BODY, HANDS
from ..performer.body_ways import BodyWays
from .as_performer import strokes_of
from .decoded_motion import posture_of
from .prompted_limbs import CLEAR_S
from .stroke_duration import ARM, takes_s, way_within_m, ways_m

_ARM = ("collar", "shoulder", "elbow", "wrist")
_MEASURED_ARM = [JOINT_INDEX[f"{side}_{part}"] for side in SIDES for part in ("shoulder", "elbow")]

# What is not said otherwise is by eye, held against recorded hands (bench `gesture`).
VARIETY = 0.6  # how much the draw counts against fit when a stroke is chosen
HURRY = 1.2  # how much a fast way from the last pose counts against a stroke
REST_GAP_S = 0.25  # between gestures: longer, and the hands come to rest
BEAT_OPENS, BEAT_RISE_S, BEAT_FALL_S = 0.24, 0.22, 0.4  # of the elbow's angle; before and after a beat
HASTE = 0.62  # of the time that a way usually takes: where there is less, the hand goes less far
LEAST_SHARE = 0.35  # of the way, however little time there is
STAYS_S = 0.12  # after an emphasis or beat, before the next stroke begins
ASIDE_S = 0.6  # no longer is a pose held with an arm aside
SETTLES_S = 0.35  # from beyond the pose back to it
ARRIVES_S = 0.0  # before the emphasis
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


@dataclass(frozen=True)
class _Planned:
    """A unit's stroke. pose, before: (55, 4) where the hands go and where they come from. emphasis_s, leave_s: when they are
    there and leave. takes_s: of their way there. chained: they come from another stroke."""

    unit: GestureUnit
    pose: np.ndarray
    before: np.ndarray
    emphasis_s: float
    leave_s: float
    takes_s: float
    chained: bool

    @property
    def sides(self) -> tuple[str, ...]:
        return SIDES if self.unit.hand == "both" else (self.unit.hand,)


def stroke_prompts(
    model: Emage,
    units: Sequence[GestureUnit],
    speaker: int,
    settings: GenerateSettings,
    bearing: float = 0.0,
    ways: BodyWays | None = None,
) -> PosePrompts:
    """Arms and fingers of the gesturing hands at start, emphasis, beats, end of the hold and rest of every unit.

    Args:
        model: whose memory holds the poses; without a memory nothing is asked for.
        units: the plan, in order.
        speaker: whose posture is the rest.
        settings: seed, parts and strengths count. The same seed chooses the same strokes.
        bearing: -1 quiet, 0 usual, 1 lively: the livelier, the quicker.
        ways: of a performer, whose own strokes are rather taken.
    """
    strokes = strokes_of(model, speaker, ways)
    if strokes is None or not len(units):
        return PosePrompts()
    random = np.random.default_rng((settings.seed, 0x57A0))
    rest, poses, memory = posture_of(model, speaker), strokes.poses, strokes.memory
    own_rest = rest if ways is None else ways.posture_over(rest)
    planned: list[_Planned] = []
    for unit in units:
        last, since_s = _before(planned, unit, rest)
        fit = memory.fitting(speaker, LEXEME_INDEX[unit.lexeme], HANDEDNESS.index(unit.hand), unit.size).cpu().numpy()
        fit = fit + strokes.own
        turns = np.radians(rot.angle_between_deg(poses[:, _MEASURED_ARM], last[_MEASURED_ARM]).mean(1))
        hurry = turns / max(unit.emphasis_s - since_s, 0.3)
        fit = np.where(_is_held_well(poses, unit.leave_s - unit.emphasis_s), fit, -np.inf)
        stroke = int((fit + VARIETY * random.gumbel(size=len(fit)) - HURRY * hurry).argmax())
        from_rest = own_rest if strokes.own[stroke] else rest
        pose = _sized(from_rest, poses[stroke], unit.size / max(float(memory.sizes[stroke]), 0.1), settings)
        _add(planned, unit, pose, rest, bearing)
    return _asked_for(planned, rest, settings, handed_of(settings.seed, ways))


def _is_held_well(poses: np.ndarray, held_s: float) -> np.ndarray:
    """bool (n,): poses (n, 55, 4) without a hand before the groin, and, where they are held, without an arm aside."""
    groin, aside = _places(poses.tobytes(), len(poses))
    return ~groin & ~aside if held_s > ASIDE_S else ~groin


@lru_cache(maxsize=2)
def _places(poses: bytes, count: int) -> tuple[np.ndarray, np.ndarray]:
    """bool (n,) each: whether a hand is before the groin; whether an upper arm is over 60° aside."""
    rotations = np.frombuffer(poses, np.float64).reshape(count, -1, 4)
    rest = np.asarray(ADULT_REST_M, np.float64)
    offsets = np.array(
        [rest[joint] - (rest[above] if above >= 0 else 0.0) for joint, above in enumerate(JOINT_PARENTS)]
    )
    places, _ = forward(rotations, np.zeros((count, 3)), offsets, JOINT_PARENTS)
    groin, aside = np.zeros(count, bool), np.zeros(count, bool)
    for side in SIDES:
        hand = places[:, JOINT_INDEX[f"{side}_middle1"]] - places[:, JOINT_INDEX["pelvis"]]
        groin |= (np.abs(hand[:, 0]) < 0.12) & (hand[:, 1] < 0.03) & (hand[:, 2] > 0.06)
        arm = places[:, JOINT_INDEX[f"{side}_elbow"]] - places[:, JOINT_INDEX[f"{side}_shoulder"]]
        raised = np.arctan2(np.linalg.norm(arm[:, [0, 2]], axis=1), -arm[:, 1]) > np.radians(60.0)
        aside |= raised & (np.abs(arm[:, 0]) > np.abs(arm[:, 2]))
    return groin, aside


def _before(planned: Sequence[_Planned], unit: GestureUnit, rest: np.ndarray) -> tuple[np.ndarray, float]:
    """The pose that the hands of a unit come from, and from when on they may leave it."""
    if not planned:
        return rest, 0.0
    last = planned[-1]
    if unit.start_s < last.unit.end_s:
        return last.pose, last.leave_s
    return rest, last.unit.end_s


def _add(planned: list[_Planned], unit: GestureUnit, pose: np.ndarray, rest: np.ndarray, bearing: float) -> None:
    """Plan a unit's stroke with as much time as its way takes: the hands leave earlier for a long way, and where there is
    too little time they go less far."""
    emphasis_s = max(unit.emphasis_s - ARRIVES_S, unit.start_s + 0.3)
    leave_s = max(unit.leave_s, emphasis_s + 0.05)
    before, earliest_s, chained = rest, unit.start_s, False
    sides = SIDES if unit.hand == "both" else (unit.hand,)
    if planned:
        last = planned[-1]
        if unit.start_s < last.unit.end_s and set(last.sides) & set(sides):
            before, chained = last.pose, True
            earliest_s = (last.emphasis_s, *last.unit.beats_s)[-1] + STAYS_S
    way = max(_way_m(before, pose, side) for side in sides)
    wanted_s, there_s = float(takes_s(np.array(way), bearing)), max(emphasis_s - earliest_s, 0.25)
    if wanted_s * HASTE > there_s:
        share = float(np.clip(way_within_m(there_s / HASTE, bearing) / way, LEAST_SHARE, 1.0))
        pose, wanted_s = _mixed(before, pose, share), there_s
    begins_s = emphasis_s - min(wanted_s, there_s)
    if chained and planned[-1].leave_s > begins_s:
        planned[-1] = replace(planned[-1], leave_s=begins_s)
    planned.append(_Planned(unit, pose, before, emphasis_s, leave_s, min(wanted_s, there_s), chained))


def _way_m(first: np.ndarray, second: np.ndarray, side: str) -> float:
    joints = [JOINT_INDEX[f"{side}_{part}"] for part in ARM]
    return float(ways_m(first[None, joints], second[None, joints], side)[0])


def _asked_for(planned: Sequence[_Planned], rest: np.ndarray, settings: GenerateSettings, leads: str) -> PosePrompts:
    """The strokes as poses at times; of two hands one leads."""
    asked = _Asked()
    raised_until: dict[str, float] = {side: -1.0 for side in SIDES}
    random = np.random.default_rng((settings.seed, 0x57A1))
    table = statistics_of(BEARING)
    for index, stroke in enumerate(planned):
        following = planned[index + 1] if index + 1 < len(planned) else None
        beyond, behind_s = (
            float(np.interp(random.random(), table["quantiles"], table["arms"][name]))
            for name in ("overshoot", "second_hand_s")
        )
        for side in stroke.sides:
            later_s = behind_s if len(stroke.sides) == 2 and side != leads else 0.0
            joints = _joints_of(side, settings)
            if stroke.unit.start_s - raised_until[side] > REST_GAP_S:
                asked.add(joints, stroke.unit.start_s + later_s, rest)
            for time_s, pose in _held(stroke, rest, side, beyond):
                asked.add(joints, time_s + later_s, pose)
            if not _taken(stroke.unit, following, side):
                asked.add(joints, stroke.unit.end_s + later_s, rest)
            raised_until[side] = stroke.unit.end_s
    return asked.as_prompts()


def _taken(unit: GestureUnit, following: _Planned | None, side: str) -> bool:
    """Whether the next stroke takes a hand before it is back at rest."""
    return following is not None and following.unit.start_s < unit.end_s + REST_GAP_S and side in following.sides


def _held(stroke: _Planned, rest: np.ndarray, side: str, beyond: float) -> list[tuple[float, np.ndarray]]:
    """The pose from its emphasis until it is left: at first the hand goes a little beyond it, then it settles and sinks a
    little, with its beats. beyond: share of the way."""
    emphasis, leave, pose = stroke.emphasis_s, stroke.leave_s, stroke.pose

    def sunk(time_s: float) -> np.ndarray:
        return _mixed(pose, rest, SETTLES * (time_s - emphasis) / max(leave - emphasis, 1e-3))

    keys = [(emphasis, pose)]
    beats = [beat for beat in stroke.unit.beats_s if emphasis + BEAT_RISE_S + 0.1 < beat < leave]
    if min([leave, *(beat - BEAT_RISE_S for beat in beats)]) > emphasis + SETTLES_S + 0.05:
        keys = [
            (emphasis, _mixed(stroke.before, pose, 1.0 + beyond)),
            (emphasis + SETTLES_S, sunk(emphasis + SETTLES_S)),
        ]
    for beat in beats:
        keys += [(beat - BEAT_RISE_S, sunk(beat - BEAT_RISE_S)), (beat, _opened(sunk(beat), (side,)))]
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
