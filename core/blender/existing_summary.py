# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion that a character has already, in a line for the panel, before anything is generated.

Drawing must cost nothing: what is drawn was found before, and is found anew a moment after something changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

from ..errors import UserError
from . import characters, compat, later, prompt_listing
from .setting_properties import scene_settings

if TYPE_CHECKING:
    from .keying.clips import ExistingClip
    from .keying.driven_paths import Driven

_QUIET_S = 0.2  # while keys are dragged, nothing is read


@dataclass(frozen=True)
class _Known:
    """What was found on a character, and from what."""

    made_from: tuple[object, ...]
    clips: tuple[ExistingClip, ...] = ()
    driven: Driven | None = None


_known: dict[int, _Known] = {}


def lines(context: bpy.types.Context, root: bpy.types.Object) -> list[str]:
    """A line for each clip, and what would be done with it: “Walk” (62 bones, frames 1 to 250): kept."""
    known = _known.get(compat.session_id(root))
    made_from = _made_from(context.scene, root)
    if known is None or known.made_from != made_from:

        def look_if_quiet(scene: bpy.types.Scene, root: bpy.types.Object) -> None:
            if made_from == _made_from(scene, root):  # else the tab is drawn anew, and asks again
                look(scene, root)

        later.soon_on("existing motion", context.scene, root, look_if_quiet, _QUIET_S)
    return [] if known is None or not known.clips else _said(context, known)


def _said(context: bpy.types.Context, known: _Known) -> list[str]:
    from .keying.existing_motion import decide, named
    from .sounds import chosen

    answer = scene_settings(context.scene).existing_motion
    sound = chosen.frames(context)
    if answer == "AUTO" and sound is None:
        return [f"{named(clip)}: kept if it plays during most of the sound" for clip in known.clips]
    assert known.driven is not None  # where clips were found
    decision = decide(known.clips, answer, sound or (0.0, 1.0), known.driven)
    words = ((decision.kept, "kept"), (decision.replaced, "replaced"), (decision.prompts, "its keys are prompts"))
    return list(dict.fromkeys(f"{named(clip)}: {word}" for clips, word in words for clip in clips))


def _made_from(scene: bpy.types.Scene, root: bpy.types.Object) -> tuple[object, ...]:
    """What changes when motion does, without a look at any key."""
    data: Any = root.animation_data
    strips = (
        (track.mute, track.is_solo, strip.mute, strip.frame_start, strip.frame_end, strip.extrapolation)
        for track in (data.nla_tracks if data is not None else ())
        for strip in track.strips
    )
    use_nla = data is not None and data.use_nla
    return (*prompt_listing.made_from(root), use_nla, tuple(sorted(scene_settings(scene).parts)), *strips)


def look(scene: bpy.types.Scene, root: bpy.types.Object) -> None:
    """Find what moves the character now, for `lines`."""
    from .keying.clips import find_clips
    from .keying.driven_paths import Driven
    from .reading.motion_sources import read_sources
    from .sounds import scene_time
    from .takes.playing_keys import character_owners, playing_keys

    made_from = _made_from(scene, root)
    if len(_known) > 32:
        _known.clear()
    _known[compat.session_id(root)] = _Known(made_from)
    try:
        driven = Driven.of(prompt_listing.character(root, scene), frozenset(scene_settings(scene).parts))
    except UserError:  # its mapping is damaged, which the buttons say
        return
    rate_hz = scene_time.frames_per_second(scene) * scene_time.key_frames_a_frame(scene)
    sources = read_sources(characters.animated_objects(root, scene), playing_keys(character_owners(root, scene)))
    _known[compat.session_id(root)] = _Known(
        made_from, find_clips(sources, driven.paths, rate_hz, driven.beside), driven
    )
