# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sound strip of the sequencer plays, and when: trimmed, retimed, inside meta strips, muted somewhere above it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bpy

from ...errors import UserError
from .. import compat
from . import scene_time
from .host_decoder import length_s
from .mixdown import NotMixed, mixed_down
from .source import SoundSource, absolute_path

_SAME_LENGTH = 1.5  # frames: Blender rounds the length of a sound up to a whole one


@dataclass(frozen=True)
class Heard:
    """A strip, the scene whose sequencer it is in, and the frames from and before which it is heard."""

    strip: bpy.types.SoundStrip
    scene: bpy.types.Scene
    first: float
    last: float


def from_strip(context: bpy.types.Context, name: str) -> SoundSource:
    """What a sound strip plays, and when. name: "" for the active one, or the only one. Raises UserError if none is heard."""
    heard = find(context, name)
    source = _as_played(heard) if _needs_mixing(heard) else _as_cut(heard)
    frame_start, notes = scene_time.in_scene(context.scene, heard.scene, source.frame_start)
    return replace(source, frame_start=frame_start, notes=(*source.notes, *notes))


# ---------------------------------------------------------------------------------------------------------- which strip


def find(context: bpy.types.Context, name: str) -> Heard:
    """The sound strip that is meant, of the sequencer that the person sees, or else of this scene's. Raises UserError."""
    scenes = list(dict.fromkeys((compat.sequencer_scene(context), context.scene)))
    scene = next((one for one in scenes if any(_matching(one, name))), scenes[0])
    strip = _named(scene, name) if name else _active_or_only(scene)
    if problem := _silenced(scene, strip):
        raise UserError(*problem)
    first, last = bounds(strip)
    if last <= first:
        where = ": it lies outside of the meta strip that holds it" if _metas(strip) else ""
        raise UserError(f'Nothing is heard of the strip "{strip.name}"{where}.', "Check its trim.")
    return Heard(strip, scene, first, last)


def sounds_of(scene: bpy.types.Scene) -> list[bpy.types.SoundStrip]:
    """All sound strips of a scene's sequencer, heard or not, but for those that lost their sound."""
    return [strip for strip in compat.strips(scene) if strip.type == "SOUND" and strip.sound is not None]


def audible(context: bpy.types.Context) -> tuple[list[bpy.types.SoundStrip], list[str]]:
    """The sound strips that are heard, of the sequencer that the person sees, or else of this scene's, in order of time; and a sentence
    about each of the others."""
    scenes = dict.fromkeys((compat.sequencer_scene(context), context.scene))
    scene = next((one for one in scenes if sounds_of(one)), context.scene)
    heard: list[bpy.types.SoundStrip] = []
    said: list[str] = []
    for strip in sounds_of(scene):
        if problem := _silenced(scene, strip):
            said.append(problem[0])
        elif bounds(strip)[0] < bounds(strip)[1]:
            heard.append(strip)
    return sorted(heard, key=lambda strip: (bounds(strip)[0], strip.name)), said


def _matching(scene: bpy.types.Scene, name: str) -> Iterator[bpy.types.SoundStrip]:
    return (strip for strip in sounds_of(scene) if not name or strip.name == name)


def _named(scene: bpy.types.Scene, name: str) -> bpy.types.SoundStrip:
    sounds = sounds_of(scene)
    if not sounds:
        raise _no_sound(scene)
    for strip in sounds:
        if strip.name == name:
            return strip
    raise UserError(
        f'There is no sound strip "{name}".', f"Choose one of: {', '.join(strip.name for strip in sounds)}."
    )


def _active_or_only(scene: bpy.types.Scene) -> bpy.types.SoundStrip:
    """The active sound strip, the one that belongs to the active strip, the only one that is heard, or the only one."""
    sounds = sounds_of(scene)
    if not sounds:
        raise _no_sound(scene)
    audible = [strip for strip in sounds if not _silenced(scene, strip)]
    editor = scene.sequence_editor
    active = editor.active_strip if editor is not None else None
    for some in ([strip for strip in sounds if strip == active], _belonging(active, audible), audible, sounds):
        if len(some) == 1:
            return some[0]
    raise UserError("The sequencer has several sound strips.", "Choose one under Sound.")


def _belonging(active: Any, sounds: Iterable[bpy.types.SoundStrip]) -> list[bpy.types.SoundStrip]:
    """The sound strips inside a meta strip, or of the same file as a movie strip."""
    if active is not None and active.type == "META":
        return [strip for strip in sounds if active in _metas(strip)]
    if active is not None and active.type == "MOVIE":
        film = absolute_path(active.filepath)
        return [strip for strip in sounds if path_of(strip) == film]
    return []


def _no_sound(scene: bpy.types.Scene) -> UserError:
    film = next((strip for strip in compat.strips(scene) if strip.type == "MOVIE"), None)
    if film is not None:
        return UserError(
            f'The sequencer of "{scene.name}" has no sound strip: the movie "{film.name}" was added without its sound.',
            "Add the movie again with Sound, or choose its file under Sound.",
        )
    elsewhere = [other.name for other in bpy.data.scenes if other != scene and sounds_of(other)]
    if elsewhere:
        return UserError(
            f'The sequencer of "{scene.name}" has no sound strip; that of "{elsewhere[0]}" has.',
            f'Choose "{elsewhere[0]}" as the Sequencer\'s scene (in its header, since Blender 5.0), or choose the file of its strip under '
            "Sound.",
        )
    return UserError(f'The sequencer of "{scene.name}" has no sound strip.', "Add one, or choose a sound file instead.")


# --------------------------------------------------------------------------------------------------------- what is heard


def path_of(strip: bpy.types.SoundStrip) -> Path:
    """The file that a strip plays, packed or not."""
    sound = _sound_of(strip)
    return absolute_path(sound.filepath, sound.library)


def channel_name(strip: bpy.types.SoundStrip) -> str:
    """What the channel that holds a strip is called, "" if nobody named it."""
    scene: Any = strip.id_data
    holder: Any = next(iter(_metas(strip)), scene.sequence_editor)
    name = holder.channels[strip.channel].name
    return "" if name == f"Channel {strip.channel}" else name


def _sound_of(strip: bpy.types.SoundStrip) -> bpy.types.Sound:
    assert strip.sound is not None, "strips that lost their sound are left out"
    return strip.sound


def _metas(strip: bpy.types.SoundStrip) -> list[bpy.types.MetaStrip]:
    """The meta strips that hold a strip, the innermost first."""
    found: list[bpy.types.MetaStrip] = []
    holder: Any = strip.parent_meta()
    while holder is not None:
        found.append(holder)
        holder = holder.parent_meta()
    return found


def _silenced(scene: bpy.types.Scene, strip: bpy.types.SoundStrip) -> tuple[str, str] | None:
    """Why a strip is not heard and what to do, or None if it is."""
    if strip.mute:
        return f'The strip "{strip.name}" is muted.', "Unmute it (Alt+H in the sequencer), or choose another."
    chain = [strip, *_metas(strip)]
    for meta in chain[1:]:
        if meta.mute:
            return (
                f'The strip "{strip.name}" is not heard, because the meta strip "{meta.name}" that holds it is muted.',
                "Unmute the meta strip (Alt+H in the sequencer), or choose another strip.",
            )
    holders: list[Any] = [*chain[1:], scene.sequence_editor]
    for inner, holder in zip(chain, holders):
        channel = holder.channels[inner.channel]
        if channel.mute:
            return (
                f'The strip "{strip.name}" is not heard, because the channel "{channel.name}" that holds it is muted.',
                "Unmute the channel (the speaker or the eye beside its name in the sequencer), or choose another strip.",
            )
    for one in chain:  # a meta strip has a volume since 5.3
        if getattr(one, "volume", 1.0) == 0.0 and not _volume_is_animated(scene, one):
            return (
                f'The strip "{strip.name}" is not heard, because the volume of "{one.name}" is 0.',
                "Turn it up, or choose another strip.",
            )
    return None


def _volume_is_animated(scene: bpy.types.Scene, strip: bpy.types.SoundStrip) -> bool:
    path = f"{strip.path_from_id()}.volume"
    owner: Any = scene
    curves = compat.active_curves(owner)
    driven = scene.animation_data.drivers if scene.animation_data is not None else ()
    return any(curve.data_path == path for curve in (*(curves.fcurves if curves is not None else ()), *driven))


def bounds(strip: bpy.types.SoundStrip) -> tuple[float, float]:
    """The frames from and before which a strip is heard: its own, inside of those of all meta strips that hold it."""
    spans = [compat.strip_frames(one)[:2] for one in (strip, *_metas(strip))]
    return max(first for first, _ in spans), min(last for _, last in spans)


def importers_offset(scene: bpy.types.Scene, strip: bpy.types.SoundStrip) -> float:
    """How many frames a sound begins after its strip (before it, if negative): a little, by which importers keep it in sync."""
    return float(getattr(strip, "sound_offset", 0.0)) * scene_time.frames_per_second(scene)


def start_of_sound(scene: bpy.types.Scene, strip: bpy.types.SoundStrip) -> float | None:
    """The frame at which second 0 of a strip's sound lies, heard or cut off; None where it is not heard, or not as it is."""
    first, last = bounds(strip)
    if _silenced(scene, strip) or last <= first or _needs_mixing(Heard(strip, scene, first, last)):
        return None
    return first - _skipped(strip, first) + importers_offset(scene, strip)


def _skipped(strip: bpy.types.SoundStrip, first: float) -> int:
    """How much of its content is cut off where a strip is first heard, in the whole frames that Blender counts."""
    return math.trunc(first - compat.strip_sound_start(strip))


def _needs_mixing(heard: Heard) -> bool:
    """Whether only Blender itself knows what is heard: Python is not told how a strip or a meta strip is retimed."""
    strip = heard.strip
    if len(getattr(strip, "retiming_keys", ())) > 1 or _volume_is_animated(heard.scene, strip):
        return True
    if compat.strip_skipped_frames(strip):  # Blender 5.0 mixes what was cut off for good now so, now so
        return False
    if strip.parent_meta() is not None:
        return True
    if "retiming_keys" in strip.bl_rna.properties or _sound_of(strip).packed_file is not None:
        return False
    seconds = length_s(path_of(strip))  # no keys to ask for: by its length
    frames = compat.strip_content_frames(strip)
    return seconds is not None and abs(frames - seconds * scene_time.frames_per_second(heard.scene)) > _SAME_LENGTH


def _as_cut(heard: Heard) -> SoundSource:
    """A strip that plays its sound as it is: the part between its handles."""
    strip, rate = heard.strip, scene_time.frames_per_second(heard.scene)
    start_s = (_skipped(strip, heard.first) - importers_offset(heard.scene, strip)) / rate
    end_s = start_s + (heard.last - heard.first) / rate
    if end_s <= 0:
        raise UserError(f'Nothing is heard of the strip "{strip.name}".', "Check its trim.")
    packed: Any = _sound_of(strip).packed_file
    data = bytes(packed.data) if packed is not None else None
    path = path_of(strip)
    return SoundSource(
        strip.name, path, heard.first - min(start_s, 0.0) * rate, max(start_s, 0.0), end_s, data, strip=strip.name
    )


def _as_played(heard: Heard) -> SoundSource:
    """What Blender itself plays of a strip, mixed down; where it cannot, what its length says. Raises UserError if that is not enough."""
    strip = heard.strip
    keys = len(getattr(strip, "retiming_keys", ()))
    try:
        data = mixed_down(heard.scene, strip, round(heard.first), round(heard.last))
    except NotMixed as error:
        return _as_far_as_known(heard, keys, str(error))
    notes: tuple[str, ...] = ()
    if keys > 1:
        notes = (f'The strip "{strip.name}" is retimed: the performance follows it as it is heard.',)
    return SoundSource(strip.name, path_of(strip), float(round(heard.first)), data=data, strip=strip.name, notes=notes)


def _as_far_as_known(heard: Heard, keys: int, problem: str) -> SoundSource:
    """What is heard of a strip by its trim and its length alone. keys: of its retiming. Raises UserError if its speed changes."""
    strip = heard.strip
    if keys > 2:
        raise UserError(
            f'The strip "{strip.name}" is retimed, and Blender could not play it to a file here: {problem}.',
            "Render it to a sound file (Render > Render Audio) and choose that file.",
        )
    note = (
        f'What is heard of "{strip.name}" was worked out from its trim and length, for Blender could not play it to a file here: '
        f"{problem}."
    )
    source = replace(_as_cut(heard), notes=(note,))
    if keys < 2:
        return source
    return replace(source, lasting_s=compat.strip_content_frames(strip) / scene_time.frames_per_second(heard.scene))
