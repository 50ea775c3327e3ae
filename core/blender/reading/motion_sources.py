# SPDX-License-Identifier: GPL-3.0-or-later
"""What moves a character already, as plain data: its active Actions and the NLA below them. What of it is a clip is said by
`keying.clips`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import bpy
import numpy as np

from ...errors import UserError
from .. import characters, compat
from ..compat import Animated
from ..keying.fcurves import Keys, Origin, by_property, is_muted, places
from ..takes.origins import Compared, Retiming
from ..takes.playing_keys import PlayingCurve, PlayingKeys
from ..takes.take_memory import TAG
from ..takes.written_keys import CurveName, WrittenKeys, recall, remember
from .nla_motion import animated_influence, heard_tracks

BAKED = "audio2rig_baked"  # custom property of a person's own Action: the curves that Bake Down wrote into it
_FAINT = 0.01  # influence below which a strip is not seen
_ENDLESS = {"CYCLES", "GENERATOR", "FNGENERATOR"}  # modifiers that move a curve wherever its keys end
# What is less than this stands still: a turn in radians or a quaternion's component, a place, a shape's value.
_STILL = 2e-3
# Further from rest than this is a pose that someone gave: the same units.
_POSED = 0.03
_TRAVELLED = 0.15  # of the figure's size: what a strip that ends so far from where it began came to; by eye


@dataclass(frozen=True)
class CurveFacts:
    """What is known of one animated property, all its components together.

    frames: float64 (K,), where it has keys that no take generated, ascending. moves: it changes. posed: it stays away from rest.
    loops: it goes on for ever, by a Cycles modifier or a formula. sampled: baked to sample points, which stand for keys in `frames`.
    """

    frames: np.ndarray
    moves: bool
    posed: bool
    loops: bool = False
    sampled: bool = False


@dataclass(frozen=True)
class MotionSource:
    """An Action that plays on one data-block, or a track of its NLA.

    target: the object's name. on_shape_keys: its shape keys are animated, not the object. curves: by data path. spans: the frames
    (first, last) that strips play in, () for an Action, whose keys say so. held: the frames (first, last) in which a strip only holds
    a pose that it came to. baked: what Bake Down wrote, by data path: the frames (K,) of keys in it that are the animator's.
    """

    name: str
    target: str
    on_shape_keys: bool
    in_nla: bool
    curves: Mapping[str, CurveFacts]
    spans: tuple[tuple[float, float], ...] = ()
    held: tuple[tuple[float, float], ...] = ()
    baked: Mapping[str, np.ndarray] = field(default_factory=dict)


def read_sources(
    objects: Iterable[bpy.types.Object], playing: PlayingKeys, with_nla: bool = True
) -> tuple[MotionSource, ...]:
    """All that moves a character's bones, shape keys and sliders. Main thread; changes nothing.

    objects: those that make up the character, see `characters.animated_objects`. playing: the keys of their Actions.
    """
    found: list[MotionSource] = []
    for target, on_shape_keys, owner in _owners(objects):
        empty = MotionSource("", target.name, on_shape_keys, False, {})
        found += _in_action(owner, playing, empty)
        if with_nla:
            found += _in_nla(owner, empty)
    return tuple(found)


def require_no_tweak_mode(objects: Iterable[bpy.types.Object]) -> None:
    """Raises UserError if the Action of an NLA strip is being edited: then no other Action can be made to play."""
    if name := in_tweak_mode(objects):
        raise UserError(
            f'"{name}" is in the NLA\'s Tweak Mode, so no take can play.',
            "Leave it (Tab in the NLA editor), then generate.",
        )


def in_tweak_mode(objects: Iterable[bpy.types.Object]) -> str:
    """The object of the character whose NLA strip is being edited, "" if there is none."""
    for target, _, owner in _owners(objects):
        if owner.animation_data is not None and owner.animation_data.use_tweak_mode:
            return target.name
    return ""


def _owners(objects: Iterable[bpy.types.Object]) -> Iterator[tuple[bpy.types.Object, bool, Animated]]:
    for target in objects:
        yield target, False, target
        keys = characters.shape_keys(target)
        if keys is not None:
            yield target, True, keys


def _in_action(owner: Animated, playing: PlayingKeys, empty: MotionSource) -> Iterator[MotionSource]:
    """The active Action, without what takes wrote into it. empty: a source with nothing but whose it is."""
    data: Any = owner.animation_data
    if data is None or data.action is None or data.use_tweak_mode:
        return
    facts: dict[str, CurveFacts] = {}
    for path, parts in playing.of(owner).items():
        heard = [one for one in parts.values() if not is_muted(one.curve)]
        own = [one.keys.frames[one.may_be_a_clip] for one in heard]
        fact = _fact(path, [one.curve for one in heard], np.unique(np.concatenate([np.empty(0), *own])))
        if fact is not None:
            facts[path] = fact
    if facts:
        yield replace(
            empty,
            name=data.action.name,
            curves=facts,
            baked=_baked(data.action, playing.of(owner), compat.slot_handle(owner)),
        )


def _in_nla(owner: Animated, empty: MotionSource) -> Iterator[MotionSource]:
    """The tracks that are heard."""
    data: Any = owner.animation_data
    if data is None or not data.use_nla:
        return
    for track in heard_tracks(data):
        strips = [strip for strip in _clip_strips(track.strips) if _is_seen(strip)]
        if strips:
            yield _of_track(owner, track, strips, empty)


def _clip_strips(strips: Iterable[Any]) -> Iterator[Any]:
    """The strips that play an Action, those inside meta strips too, but for those of takes."""
    for strip in strips:
        if strip.mute:
            continue
        if strip.type == "META":
            yield from _clip_strips(strip.strips)
        elif strip.type == "CLIP" and strip.action is not None and TAG not in strip.action:
            yield strip


def _is_seen(strip: Any) -> bool:
    if not strip.use_animated_influence:
        return True  # what it says then is how far its blending was at the last frame
    frames = np.linspace(strip.frame_start, strip.frame_end, 17)
    return max(animated_influence(strip, frame) for frame in frames.tolist()) >= _FAINT


def _of_track(owner: Animated, track: Any, strips: list[Any], empty: MotionSource) -> MotionSource:
    merged: dict[str, CurveFacts] = {}
    spans: list[tuple[float, float]] = []
    held: list[tuple[float, float]] = []
    for place, strip in enumerate(strips):
        curves = compat.find_curves(strip.action, compat.strip_slot(strip))
        facts = _facts(curves) if curves is not None else {}
        if not facts:
            continue
        for path, one in facts.items():
            before = merged.get(path)
            merged[path] = (
                one
                if before is None
                else replace(one, moves=one.moves or before.moves, posed=one.posed or before.posed)
            )
        spans.append((float(strip.frame_start), float(strip.frame_end)))
        following = strips[place + 1].frame_start if place + 1 < len(strips) else np.inf
        if _holds_a_place(owner, facts, curves):
            if strip.extrapolation in {"HOLD", "HOLD_FORWARD"}:
                held.append((float(strip.frame_end), float(following)))
            if strip.extrapolation == "HOLD" and place == 0:
                held.append((-np.inf, float(strip.frame_start)))
    names = list(dict.fromkeys(strip.name for strip in strips))
    name = names[0] if len(names) == 1 else track.name
    return replace(empty, name=name, in_nla=True, curves=merged, spans=tuple(spans), held=tuple(held))


def _holds_a_place(owner: Animated, facts: Mapping[str, CurveFacts], curves: Any) -> bool:
    """Whether a strip leaves the character where it must stay after its end: in a pose that it only holds, or at another place. A
    short Idle that stops somewhere in its breath does neither."""
    if not any(one.moves for one in facts.values()):
        return True
    if not isinstance(owner, bpy.types.Object):
        return False
    size = max(owner.dimensions.to_tuple()) / max(*(abs(scale) for scale in owner.matrix_world.to_scale()), 1e-9)
    for curve in curves.fcurves:
        if curve.data_path.endswith(".location") and len(values := places(curve)[:, 1]) > 1:
            if abs(float(values[-1] - values[0])) > _TRAVELLED * size:
                return True
    return False


# -------------------------------------------------------------------------------------------------------------- curves


def _facts(curves: Any) -> dict[str, CurveFacts]:
    """What an Action's curves do, by data path."""
    facts: dict[str, CurveFacts] = {}
    for path, parts in by_property(curve for curve in curves.fcurves if not is_muted(curve)).items():
        some = list(parts.values())
        keyed = [places(curve)[:, 0] for curve in some]
        fact = _fact(path, some, np.unique(np.concatenate([np.empty(0), *keyed])))
        if fact is not None:
            facts[path] = fact
    return facts


def _fact(path: str, curves: list[bpy.types.FCurve], frames: np.ndarray) -> CurveFacts | None:
    """frames: float64 (K,), of the keys that count. None if there is nothing that moves or poses anything."""
    sampled = any(len(curve.sampled_points) for curve in curves)
    loops = any(_is_endless(curve) for curve in curves)
    if sampled:
        frames = np.unique(np.concatenate([places(curve)[:, 0] for curve in curves])).astype(np.float64)
    if not len(frames) and not loops:
        return None
    moves = posed = False
    for curve in curves:
        values = places(curve)[:, 1]
        if len(values):
            rest = (
                1.0
                if path.endswith("rotation_quaternion") and curve.array_index == 0 or path.endswith("scale")
                else 0.0
            )
            moves |= bool(np.ptp(values) > _STILL)
            posed |= bool(np.abs(np.abs(values) - rest).max() > _POSED)
        moves |= any(
            modifier.type in {"NOISE", "GENERATOR", "FNGENERATOR"} and not modifier.mute for modifier in curve.modifiers
        )
    return CurveFacts(np.asarray(frames, np.float64), moves, posed, loops, sampled)


def _is_endless(curve: bpy.types.FCurve) -> bool:
    for modifier in curve.modifiers:
        if modifier.mute or modifier.type not in _ENDLESS:
            continue
        if not isinstance(modifier, bpy.types.FModifierCycles):
            return True
        if modifier.mode_before != "NONE" or modifier.mode_after != "NONE":
            return True
    return False


# --------------------------------------------------------------------------------------------------------------- baked


def _baked(
    action: bpy.types.Action, playing: Mapping[str, Mapping[int, PlayingCurve]], handle: int
) -> dict[str, np.ndarray]:
    written = recall(action, BAKED) or {}
    found: dict[str, np.ndarray] = {}
    for path, parts in playing.items() if written else ():
        known = {index: written[handle, path, index] for index in parts if (handle, path, index) in written}
        if known:
            own = [_edited(parts[index].keys, keys) for index, keys in known.items()]
            found[path] = np.unique(np.concatenate([np.empty(0), *own])).astype(np.float64)
    return found


def _edited(keys: Keys, written: WrittenKeys) -> np.ndarray:
    """The frames of keys that are not as the bake wrote them, or were the animator's before."""
    rows, same = Compared(keys, written).matches(Retiming())
    was = written.origins[rows] if len(written) else np.zeros(len(keys), np.int8)
    return keys.frames[~same | (was == Origin.BY_HAND)]


def mark_baked(action: bpy.types.Action, written: Mapping[CurveName, WrittenKeys]) -> None:
    """Remember with a person's own Action what Bake Down wrote into it: it is a clip of ours, but for what is edited in it."""
    remember(action, {**(recall(action, BAKED) or {}), **written}, BAKED)
