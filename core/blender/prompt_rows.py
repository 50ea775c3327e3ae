# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts in the file, read and counted: what a person keyed on the channels that the character's rig drives.

One prompt is one property at one frame, a shape key or the whole rotation or place of a bone, however many curves that takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import bpy
import numpy as np

from ..rigs.character import Character
from ..rigs.sliders import Slider
from ..settings import DEFAULT_PARTS
from . import characters
from .compat import Animated
from .keying.body_groups import bone_groups
from .keying.clips import find_clips
from .keying.driven_paths import Driven
from .keying.fcurves import Keys, Origin
from .reading import motion_sources, rig_reading
from .setting_properties import scene_settings
from .sounds import scene_time
from .takes.playing_keys import PlayingCurve, PlayingKeys, character_owners, playing_keys

_POSE = frozenset(("location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle"))
_HELD = 1e-4  # values of two prompts that are this near hold
GROUPS = (
    "Face",
    "Head",
    "Torso",
    "Hips",
    *(f"{side} {limb}" for limb in ("arm", "fingers", "leg") for side in ("Left", "Right")),
    "Other",
)

_Values = dict[tuple[str, str], tuple[float, ...]]  # by property (data-block, path): the values of its keyed components


@dataclass(frozen=True)
class Prompt:
    """One property that is keyed by hand at one frame. group: of GROUPS. values: of its keyed components, as keyed."""

    frame: float
    group: str
    owner: str
    path: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Row:
    """The prompts of one part of the character at one frame, or over the frames that they hold. group: of GROUPS. keys:
    how many prompts."""

    frame: float
    last: float
    group: str
    keys: int


@dataclass(frozen=True)
class DrivenChannels:
    """What generating may move. bones: group by bone. driven: the bones that a performance turns or carries. shapes: by mesh. sliders:
    what shapes follow. paths, beside: see `driven_paths.Driven`."""

    bones: dict[str, str]
    driven: frozenset[str]
    shapes: dict[str, frozenset[str]]
    sliders: tuple[Slider, ...] = ()
    paths: Mapping[tuple[str, bool, str], str] = field(default_factory=dict)
    beside: Mapping[tuple[str, bool, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, root: bpy.types.Object, scene: bpy.types.Scene, character: Character | None = None) -> DrivenChannels:
        """Of a character. character: what is known of it already; None: it is looked at. Raises UserError."""
        character = character or rig_reading.character_of(root, scene)
        driven = frozenset((*character.mapping.bones.values(), *character.skeleton.links))
        shapes = {mesh: frozenset(keys) for mesh, keys in character.mapping.shapes.items()}
        sliders = tuple(part for one in character.description.sliders for part in one.written)
        written = Driven.of(character, DEFAULT_PARTS)
        return cls(
            bone_groups(character.description, character.mapping),
            driven,
            shapes,
            sliders,
            written.paths,
            written.beside,
        )

    def group(self, root: bpy.types.Object, owner: Animated, path: str, objects: frozenset[str]) -> str:
        """The part of the character that a property belongs to, "" if the rig does not drive it. objects: whose data-block it is."""
        on_keys = isinstance(owner, bpy.types.Key)
        if any(one.path == path and one.on_shape_keys == on_keys and one.owner in objects for one in self.sliders):
            return "Face"
        if on_keys:
            name = characters.shape_of_path(path)
            return "Face" if any(name in self.shapes.get(mesh, ()) for mesh in objects) else ""
        bone = characters.bone_of_path(path)
        is_pose = owner == root and path.rpartition(".")[2] in _POSE and bone in self.driven
        return self.bones.get(bone, "Other") if is_pose else ""


def properties_by_group(
    root: bpy.types.Object, scene: bpy.types.Scene, channels: DrivenChannels, with_clips: bool | None = None
) -> Iterator[tuple[Animated, str, dict[int, PlayingCurve], str]]:
    """(data-block, path, curves by component, group) of all that plays on what the rig drives, or that a take wrote.

    with_clips: the keys of clips, too; None: as the scene's setting says.
    """
    names: dict[Animated, set[str]] = {}
    for part in characters.animated_objects(root, scene):
        for owner in (part, characters.shape_keys(part)):
            if owner is not None:
                names.setdefault(owner, set()).add(part.name)
    playing = playing_keys(character_owners(root, scene), scene_settings(scene).use_nla)
    if with_clips is None:
        with_clips = scene_settings(scene).existing_motion == "PROMPTS"
    if with_clips:
        playing = playing.with_clips_by_hand()
    clips = dict[tuple[str, bool, str], np.ndarray]() if with_clips else _clip_paths(root, scene, channels, playing)
    for owner, paths in playing.curves.items():
        objects = frozenset(names[owner])
        on_keys = isinstance(owner, bpy.types.Key)
        for path, parts in paths.items():
            clip = next((clips[name, on_keys, path] for name in objects if (name, on_keys, path) in clips), None)
            if clip is not None:
                parts = _without_clip(parts, clip)
            group = channels.group(root, owner, path, objects)
            if not group and any(one.is_of_a_take for one in parts.values()):
                group = "Face" if isinstance(owner, bpy.types.Key) else "Other"
            if group:
                yield owner, path, parts, group


def _clip_paths(
    root: bpy.types.Object, scene: bpy.types.Scene, channels: DrivenChannels, playing: PlayingKeys
) -> dict[tuple[str, bool, str], np.ndarray]:
    """(object, on its shape keys, data path) of what belongs to clips, whose keys are no prompts unless the setting says so, but for
    those at the frames (N,) of each: the animator's edits of a bake."""
    sources = motion_sources.read_sources(characters.animated_objects(root, scene), playing, with_nla=False)
    rate_hz = scene_time.frames_per_second(scene) * scene_time.key_frames_a_frame(scene)
    found = find_clips(sources, channels.paths, rate_hz, channels.beside)
    none = np.empty(0)
    return {
        (clip.source.target, clip.source.on_shape_keys, path): clip.source.baked.get(path, none) if clip.ours else none
        for clip in found
        for path in clip.paths
    }


def _without_clip(parts: dict[int, PlayingCurve], own: np.ndarray) -> dict[int, PlayingCurve]:
    """The curves of a clip, of which only keys at frames `own`, and those that were edited in a take, are the animator's."""

    def whose(keys: Keys) -> np.ndarray:
        return np.where(np.isin(keys.frames, own) | (keys.origins == Origin.EDITED), keys.origins, Origin.GENERATED)

    return {index: replace(one, keys=one.keys.with_origins(whose(one.keys))) for index, one in parts.items()}


def prompts_of(
    root: bpy.types.Object, scene: bpy.types.Scene, channels: DrivenChannels, with_clips: bool | None = None
) -> list[Prompt]:
    """All prompts of a character: what the list, the report and every message count. with_clips: see `properties_by_group`."""
    found: list[Prompt] = []
    for owner, path, parts, group in properties_by_group(root, scene, channels, with_clips):
        at: dict[float, list[float]] = {}
        for _, one in sorted(parts.items(), key=lambda part: part[0]):
            mine = one.keys[one.keys.by_hand]
            for frame, value in zip(mine.frames.tolist(), mine.values.tolist()):
                at.setdefault(round(frame, 3), []).append(value)
        found += [Prompt(frame, group, owner.name, path, tuple(values)) for frame, values in at.items()]
    return found


def rows(prompts: Iterable[Prompt]) -> list[Row]:
    """The prompts, one row for each frame and part of the character; equal ones one after the other are one hold."""
    keyed: dict[str, dict[float, _Values]] = {}
    for one in prompts:
        keyed.setdefault(one.group, {}).setdefault(one.frame, {})[one.owner, one.path] = one.values
    found = [row for group, by_frame in keyed.items() for row in _rows_of(group, by_frame)]
    return sorted(found, key=lambda row: (row.frame, GROUPS.index(row.group)))


def _rows_of(group: str, by_frame: dict[float, _Values]) -> list[Row]:
    found: list[Row] = []
    before: _Values = {}
    for frame in sorted(by_frame):
        values = by_frame[frame]
        if found and _is_same(values, before):
            held = found.pop()
            found.append(Row(held.frame, frame, group, held.keys + len(values)))
        else:
            found.append(Row(frame, frame, group, len(values)))
        before = values
    return found


def _is_same(values: _Values, before: _Values) -> bool:
    return values.keys() == before.keys() and all(
        len(values[name]) == len(before[name])
        and all(abs(value - other) < _HELD for value, other in zip(values[name], before[name]))
        for name in values
    )


def frames(prompts: Iterable[Prompt]) -> list[float]:
    """The frames that hold prompts, ascending."""
    return sorted({one.frame for one in prompts})
