# SPDX-License-Identifier: GPL-3.0-or-later
"""A take's sliders, applied to its keys: from the keys as they were generated, so that any setting can be taken back exactly.

What the animator set stays as it is, also in the take's memory; what is written counts as generated.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from ... import json_text
from ...errors import UserError
from ...private_paths import log_failure
from .. import characters, compat
from ..keying import fcurves
from ..keying.fcurves import Keys, Origin
from ..remembered import Memory, RememberedTrack, Take
from ..sounds import scene_time
from ..takes import written_keys
from ..takes.origins import NO_LIMITS, Compared, Limits, Retiming, common_retiming, origins
from ..takes.playing_keys import slider_limits
from ..takes.take_memory import TAG, owner_of, root_of, target_of
from ..takes.written_keys import CurveName, WrittenKeys
from . import scaling, unadjusted
from .adjustment import Adjustment, Role
from .scaling import Change
from .unadjusted import Unadjusted

logger = logging.getLogger(__name__)
_MIN_JAW_ANGLE_RAD = 0.01


@dataclass(frozen=True)
class _Written:
    """What an Action remembers: known: of what was written, None in takes of earlier versions; bases: before sliders changed it."""

    known: dict[CurveName, WrittenKeys] | None
    bases: dict[CurveName, Unadjusted]

    @classmethod
    def of(cls, action: bpy.types.Action) -> _Written:
        return cls(written_keys.recall(action), unadjusted.recall(action))


@dataclass(frozen=True)
class _Curve:
    """A curve that a take wrote. name: as its memory calls it. keys: as they are, with whose they are. limits: of its slider. base: what
    was generated."""

    curve: bpy.types.FCurve
    name: CurveName
    keys: Keys
    limits: Limits
    base: Unadjusted
    role: Role

    @property
    def path(self) -> str:
        return self.curve.data_path

    @property
    def place(self) -> tuple[int, int]:
        """The Action and the slot that hold it, as numbers."""
        action: Any = self.curve.id_data
        return action.as_pointer(), self.name[0]

    @property
    def prompts(self) -> np.ndarray:
        return self.keys.frames[self.keys.origins != Origin.GENERATED].astype(np.float64)


@dataclass(frozen=True)
class _Rewritten:
    """generated: the new generated keys of a curve. extra: frames of those that it has not in `base`. base: those rows."""

    of: _Curve
    generated: Keys
    extra: np.ndarray


def changed(take: Take) -> None:
    """What a slider's update calls: Blender shows no error of one, so the panel says what is wrong."""
    try:
        apply(take)
        take.adjust_error = ""
    except UserError as error:
        take.adjust_error = str(error)
    except Exception as error:  # noqa: BLE001 -- logged with its trace
        log_failure(logger, "adjusting %s failed", take.name)
        take.adjust_error = f"{type(error).__name__}: {error}. The system console has the details."


def apply(take: Take) -> int:
    """Let a take's keys be what its sliders say. Returns how many curves changed. Raises UserError where a character cannot be read."""
    adjustment = Adjustment.of(take)
    moved = adjustment.moved_since(Adjustment.stored(take.adjusted))
    memory = characters.memory_with(take, "takes")
    tracks = [track for track in take.tracks if track.action is not None and track.action.get(TAG) == take.uid]
    if memory is None or not tracks or not moved:
        return 0
    scene = bpy.context.scene
    _learn_roles(take, root_of(memory), scene)
    rate = scene_time.frames_per_second(scene) * scene_time.key_frames_a_frame(scene)
    shift = adjustment.offset_ms / 1000.0 * rate
    actions = {track.action: _Written.of(track.action) for track in tracks}
    curves = [curve for track in tracks for curve in _read(memory, track, actions[track.action], moved)]
    closed = _closures(curves, adjustment)
    made = [one for path in _by_property(curves) for one in _rewritten(path, adjustment, shift, closed)]
    for one in made:
        _write(one)
    for action, before in actions.items():
        _remember(action, before, [one for one in made if one.of.curve.id_data == action], adjustment)
    take.adjusted = adjustment.text
    return len(made)


def reset(take: Take) -> None:
    """All sliders as generated."""
    for name, value in _NEUTRAL.items():
        setattr(take, name, value)


_NEUTRAL = {**Adjustment().factors, "offset_ms": 0.0}


def _learn_roles(take: Take, root: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Let the tracks of a take know which channel belongs to which slider, once."""
    if all(track.roles for track in take.tracks):
        return
    from ..reading import rig_reading
    from .roles import roles_of

    character = rig_reading.character_of(root, scene)
    found: dict[tuple[str, bool], dict[str, list[Any]]] = {}
    for channel, role in roles_of(character).items():
        own = found.setdefault((channel.target, channel.on_shape_keys), {})
        for index in range(channel.first, channel.first + channel.size):
            own[f"{channel.path}|{index}"] = [role.part, role.rest, role.opening]
    for track in take.tracks:
        target = target_of(root, track)
        name = target.name if target is not None else ""
        track.roles = json.dumps(found.get((name, track.on_shape_keys), {}), ensure_ascii=False)


# ----------------------------------------------------------------------------------------------------------------- reading


def _read(memory: Memory, track: RememberedTrack, written: _Written, moved: set[str]) -> list[_Curve]:
    """The curves of a track that its take wrote, of the parts that are moved."""
    slot = compat.find_slot(track.action, track.slot)
    curves = compat.find_curves(track.action, slot)
    if curves is None:
        return []
    handle, known = slot.handle if slot is not None else 0, written.known
    stored = json_text.kept(track.roles, "What the sliders of a take are about")
    roles = {key: role for key, values in stored.items() if (role := Role.stored(values)) is not None}
    limits = slider_limits(owner_of(target_of(root_of(memory), track), track.on_shape_keys))
    wanted = [
        curve
        for curve in curves.fcurves
        if roles.get(f"{curve.data_path}|{curve.array_index}", Role()).part in moved
        and (known is None or (handle, curve.data_path, curve.array_index) in known)
    ]
    read, retiming = _with_origins(wanted, known, handle, limits)
    found: list[_Curve] = []
    for curve, keys in read:
        name = (handle, curve.data_path, curve.array_index)
        base = written.bases.get(name)
        base = Unadjusted.of(keys) if base is None else base.retimed(retiming).still(keys)
        role = roles.get(f"{curve.data_path}|{curve.array_index}", Role())
        found.append(_Curve(curve, name, keys, limits.get(curve.data_path, NO_LIMITS), base, role))
    return found


def _with_origins(
    curves: Iterable[bpy.types.FCurve],
    known: Mapping[CurveName, WrittenKeys] | None,
    handle: int,
    limits: Mapping[str, Limits],
) -> tuple[list[tuple[bpy.types.FCurve, Keys]], Retiming]:
    """The curves of a track with whose each key is, and how an animator moved all of it in time."""
    read = [(curve, fcurves.read_keys(curve)) for curve in curves]
    if known is None:  # a take of an earlier version: by the types
        return read, Retiming()
    compared: dict[str, dict[int, Compared]] = {}
    for curve, keys in read:
        written = known.get((handle, curve.data_path, curve.array_index))
        one = Compared(keys, written, limits.get(curve.data_path, NO_LIMITS))
        compared.setdefault(curve.data_path, {})[curve.array_index] = one
    retiming = common_retiming(one for parts in compared.values() for one in parts.values())
    generated = compat.generated_key_type()
    whose = {path: origins(parts, retiming, generated) for path, parts in compared.items()}
    return [(curve, keys.with_origins(whose[curve.data_path][curve.array_index])) for curve, keys in read], retiming


def _by_property(curves: Iterable[_Curve]) -> Iterable[list[_Curve]]:
    """The curves of one property together."""
    found: dict[tuple[tuple[int, int], str], list[_Curve]] = {}
    for one in curves:
        found.setdefault((one.place, one.path), []).append(one)
    return found.values()


# ------------------------------------------------------------------------------------------------------------ closed lips


def _closures(curves: Iterable[_Curve], adjustment: Adjustment) -> np.ndarray:
    """The frames at which lips meet, float64 (C,), if a slider would part them."""
    if adjustment.factor("jaw") == adjustment.factor("lips") == 1.0:
        return np.empty(0)
    by_mesh: dict[tuple[int, int], list[_Curve]] = {}
    for one in curves:
        if one.role.opening and len(one.base.keys):
            by_mesh.setdefault(one.place, []).append(one)
    if not by_mesh:
        return np.empty(0)
    jaw = [one for some in by_mesh.values() for one in some if one.role.opening < 0.0 and "rotation" in one.path]
    shapes = max(by_mesh.values(), key=len)
    shapes = [one for one in shapes if one not in jaw]
    together = [*shapes, *jaw]
    first = np.floor(min(one.base.keys.frames[0] for one in together))
    last = np.ceil(max(one.base.keys.frames[-1] for one in together))
    frames = np.arange(first, last + 1.0)
    opening = sum(
        (one.role.opening * scaling.evaluated(one.base.keys, frames) for one in shapes), np.zeros(len(frames))
    )
    return scaling.closures(opening + _jaw_opening(jaw, frames), float(first))


def _jaw_opening(jaw: list[_Curve], frames: np.ndarray) -> np.ndarray:
    """(F,): how far jaw bones open the lips, from how far they are turned."""
    if not jaw:
        return np.zeros(len(frames))
    values = [scaling.evaluated(one.base.keys, frames) for one in jaw if one.name[2] > 0 or "euler" in one.path]
    angle = np.sqrt(sum((value**2 for value in values), np.zeros(len(frames))))
    angle *= 1.0 if "euler" in jaw[0].path else 2.0
    return np.where(angle > _MIN_JAW_ANGLE_RAD, -jaw[0].role.opening * angle, 0.0)


# ----------------------------------------------------------------------------------------------------------------- writing


def _rewritten(parts: list[_Curve], adjustment: Adjustment, shift: float, closed: np.ndarray) -> list[_Rewritten]:
    """The new generated keys of one property's curves."""
    role = parts[0].role
    prompts = np.unique(np.concatenate([one.prompts for one in parts]))
    opens = role.part in ("jaw", "lips") and role.opening != 0.0
    change = Change(adjustment.factor(role.part), shift, prompts, closed if opens else np.empty(0))
    bases, extra = [one.base.keys for one in parts], [np.empty(0, np.float32)] * len(parts)
    if change.factor != 1.0 and len(change.closures):
        split = [scaling.with_keys_at(keys, change.closures) for keys in bases]
        bases, extra = [keys for keys, _ in split], [frames for _, frames in split]
    if "rotation_quaternion" in parts[0].path:
        generated = _turns(parts, bases, change)
    elif "rotation_axis_angle" in parts[0].path:  # none of its numbers means anything on its own
        generated = [scaling.scaled(keys, replace(change, factor=1.0), 0.0, NO_LIMITS) for keys in bases]
    else:
        generated = [
            scaling.scaled(keys, change, scaling.mean(keys) if one.role.rest is None else one.role.rest, one.limits)
            if len(keys)
            else keys
            for one, keys in zip(parts, bases)
        ]
    return [
        _Rewritten(one, keys, (added + change.shifts(added)).astype(np.float32))
        for one, keys, added in zip(parts, generated, extra)
    ]


def _turns(parts: list[_Curve], bases: list[Keys], change: Change) -> list[Keys]:
    """A quaternion's four components; where some are locked or keyed by themselves, they only move in time."""
    together = len(bases) == 4 and all(np.array_equal(keys.frames, bases[0].frames) for keys in bases)
    order = np.argsort([one.name[2] for one in parts])
    if not together or not len(bases[0]):
        return [scaling.scaled(keys, replace(change, factor=1.0), 0.0, NO_LIMITS) for keys in bases]
    middle = None if parts[0].role.rest is None else np.array([1.0, 0.0, 0.0, 0.0])
    turned = scaling.scaled_turns([bases[index] for index in order], change, middle)
    back = np.argsort(order)
    return [turned[index] for index in back]


def _write(made: _Rewritten) -> None:
    keys = _merged(made)
    if not _are_alike(keys, made.of.keys):
        fcurves.rewrite(made.of.curve, keys)


def _merged(made: _Rewritten) -> Keys:
    """Generated keys and the animator's; where both want one frame, the animator's stay."""
    mine = made.of.keys[made.of.keys.origins != Origin.GENERATED]
    return Keys.merged([made.generated, mine])


def _are_alike(keys: Keys, others: Keys) -> bool:
    names = ("frames", "values", "left", "right", "left_type", "right_type")
    return all(np.array_equal(getattr(keys, name), getattr(others, name)) for name in names)


def _remember(action: bpy.types.Action, before: _Written, made: Iterable[_Rewritten], adjustment: Adjustment) -> None:
    """Let an Action know what was written, and what it was made from."""
    if before.known is not None:  # else types alone tell whose its keys are, and they stay as they were
        written_keys.remember(action, before.known | {one.of.name: WrittenKeys.of(_merged(one)) for one in made})
    if adjustment.is_none:
        unadjusted.forget(action)
    else:
        unadjusted.remember(action, before.bases | {one.of.name: _base(one) for one in made})


def _base(made: _Rewritten) -> Unadjusted:
    """What was generated, with where it is now: nowhere, where the animator has a key."""
    frames = made.generated.frames[~np.isin(made.generated.frames, made.extra)]
    now = np.where(fcurves.are_near(frames, made.of.prompts), np.nan, frames).astype(np.float32)
    return replace(made.of.base, now=now, extra=made.extra)
