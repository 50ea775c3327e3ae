# SPDX-License-Identifier: GPL-3.0-or-later
"""What hides a take from the eye although its keys are there: switches of Blender that a person set and may have forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import bpy

from ...wording import first_few
from .. import characters, compat
from ..takes.adding import Track

_FAINT, _WHOLE = 0.01, 0.99  # influences and factors


def notes(scene: bpy.types.Scene, tracks: Iterable[Track], as_nla: bool) -> list[str]:
    """A sentence for the report about everything that hides what was written, with what to do. as_nla: it lies in the NLA."""
    tracks = list(tracks)
    return [
        *_at_rest(tracks),
        *_without_armature(scene, tracks),
        *_pinned(tracks),
        *_cached(tracks),
        *_switched_off_modifiers(tracks),
        *_nla(tracks, as_nla),
    ]


def _at_rest(tracks: list[Track]) -> Iterator[str]:
    resting = [armature.name for armature in _armatures(tracks) if armature.data.pose_position == "REST"]
    if resting:
        yield (
            f"The rest position is shown of the armature {_some(resting)}, so its bones do not move. "
            "Switch to Pose Position (Object Data > Pose)."
        )


def _armatures(tracks: list[Track]) -> list[Any]:
    """The armature objects whose bones got keys."""
    return [track.target for track in tracks if not track.on_shape_keys and track.target.type == "ARMATURE"]


def _without_armature(scene: bpy.types.Scene, tracks: list[Track]) -> Iterator[str]:
    """Meshes that do not follow the bones, as their Armature modifier is off in the viewport."""
    armatures = _armatures(tracks)
    off = [
        part.name
        for part in scene.objects
        if part.type == "MESH"
        and any(
            isinstance(modifier, bpy.types.ArmatureModifier)
            and modifier.object in armatures
            and not modifier.show_viewport
            for modifier in part.modifiers
        )
    ]
    if off:
        yield f"The Armature modifier is switched off in the viewport on {_some(off)}, so the bones move nothing there."


def _pinned(tracks: list[Track]) -> Iterator[str]:
    """Meshes that show one shape key only, whatever the values are."""
    pinned = [track.target.name for track in tracks if track.on_shape_keys and track.target.show_only_shape_key]
    if pinned:
        yield (
            f"Only the active shape key is shown on {_some(pinned)}, so the face does not move there. "
            "Switch off Solo Active Shape Key (the pin below the list of shape keys)."
        )


def _cached(tracks: list[Track]) -> Iterator[str]:
    """Meshes whose points come from a cache, which takes the place of their shape keys."""
    for track in tracks:
        for modifier in track.target.modifiers if track.on_shape_keys else ():
            if modifier.show_viewport and _replaces_points(modifier):
                yield (
                    f'The modifier "{modifier.name}" of "{track.target.name}" takes the place of its shape keys, '
                    "so they are not seen. Switch it off."
                )


def _replaces_points(modifier: Any) -> bool:
    if modifier.type == "MESH_CACHE":
        whole = modifier.deform_mode == "OVERWRITE" and modifier.factor > _WHOLE and not modifier.vertex_group
        return whole and bool(modifier.filepath)
    return modifier.type == "MESH_SEQUENCE_CACHE" and modifier.cache_file is not None and "VERT" in modifier.read_data


def _switched_off_modifiers(tracks: list[Track]) -> Iterator[str]:
    """Modifiers of curves, such as Cycles, that are switched off or cannot work."""
    found: dict[str, list[str]] = {}
    for owner in dict.fromkeys(track.owner for track in tracks):
        curves = compat.active_curves(owner)
        for curve in curves.fcurves if curves is not None else ():
            for modifier in curve.modifiers:
                if modifier.mute or not modifier.is_valid:
                    found.setdefault(modifier.type.replace("_", " ").capitalize(), []).append(_channel(curve))
    for kind, channels in found.items():
        yield (
            f"The curve modifier {kind} is switched off on {_some(channels)}, so what it would do is not seen. "
            "Switch it on in the Graph Editor (N, Modifiers) if it should be."
        )


def _channel(curve: bpy.types.FCurve) -> str:
    """What a curve moves, in a few words: a bone, a shape or a property."""
    path = curve.data_path
    return characters.bone_of_path(path) or characters.shape_of_path(path) or path


def _nla(tracks: list[Track], as_nla: bool) -> Iterator[str]:
    """Other motion in the NLA that is heard alone, and data whose own motion is switched off there."""
    soloed: dict[str, list[str]] = {}
    switched_off, faint = [], []
    mixed: dict[tuple[str, str, float], None] = {}
    for track in tracks:
        data = track.owner.animation_data
        if data is None:
            continue
        for alone in data.nla_tracks:
            if alone.is_solo:
                soloed.setdefault(alone.name, []).append(track.target.name)
        if as_nla and not data.use_nla:
            switched_off.append(track.target.name)
        heard = any(not other.mute and len(other.strips) for other in data.nla_tracks)
        if not as_nla and heard and data.use_nla and data.action_influence < _FAINT:
            faint.append(track.target.name)
        elif (
            not as_nla
            and heard
            and data.use_nla
            and (data.action_blend_type != "REPLACE" or data.action_influence < _WHOLE)
        ):
            mixed[track.target.name, data.action_blend_type, round(data.action_influence, 3)] = None
    for name, owners in soloed.items():
        yield (
            f'The NLA track "{name}" of {_some(owners)} plays alone, so the take is not seen there. '
            "Click its star in the NLA editor."
        )
    if switched_off:
        yield f"The NLA of {_some(switched_off)} is switched off, so the take is not seen there. Switch it on in the NLA editor."
    for name, blending, influence in mixed:
        yield (
            f"In the NLA the Action of {_some([name])} is set to {blending.capitalize()} with an influence of {influence:g}, so the take "
            "is mixed with the tracks below. For it alone, set the Action track to Replace with an influence of 1."
        )
    if faint:
        yield (
            f"In the NLA the Action of {_some(faint)} has an influence of 0, so the take is not seen there. "
            "Raise Influence of the Action track."
        )


def _some(names: Iterable[str]) -> str:
    """The first few different names, in quotes."""
    return first_few(f'"{name}"' for name in dict.fromkeys(names))
