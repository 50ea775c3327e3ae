# SPDX-License-Identifier: GPL-3.0-or-later
"""The beats of the music as markers on the timeline: "1" where a bar begins, "·" on the others.

Blender's markers carry no properties of ours, so the scene remembers which we put there, and where. One that a person renamed or gave
a camera is the person's from then on; where all of them were moved together, they are found again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import bpy

from .. import json_text
from ..wording import count
from .setting_properties import scene_settings

DOWNBEAT, BEAT = "1", "·"
Place = tuple[int, str]  # frame, name
_DIGITS = 16  # of what stands for a sound: its path would say whose computer it lies on


def renew(
    scene: bpy.types.Scene, sound: str, beats: Sequence[Place], frames: tuple[int, int], is_range: bool
) -> list[str]:
    """Put markers for the beats of a sound in place of those that were put for it, or there. Returns sentences for the report.

    Args:
        scene: whose timeline it is.
        sound: tells it from others.
        beats: (frame, name) of each beat; none to take the markers away.
        frames: the first and the last frame that was generated; no others get markers.
        is_range: if only these frames were generated anew, the sound's markers beside them stay.
    """
    first, last = frames
    sound, marked = _stands_for(sound), _marked(scene)
    gone = [
        (whose, place)
        for whose, places in marked.items()
        for place in places
        if first <= place[0] <= last or (whose == sound and not is_range)
    ]
    if not gone and not beats:
        return []
    _remove(scene, Counter(place for _, place in gone))
    for whose, place in gone:
        marked[whose].remove(place)
    taken = {marker.frame for marker in scene.timeline_markers}
    new = [place for place in dict(reversed(beats)).items() if first <= place[0] <= last and place[0] not in taken]
    for frame, name in sorted(new):
        _add(scene, frame, name)
    marked.setdefault(sound, []).extend(sorted(new))
    _remember(scene, marked)
    bars = sum(name == DOWNBEAT for _, name in new)
    return [f"{count(len(new), 'beat')} marked on the timeline, {count(bars, 'bar')}."] if new else []


def clear(scene: bpy.types.Scene) -> None:
    """Take away all markers that were put for beats."""
    _remove(scene, Counter(place for places in _marked(scene).values() for place in places))
    _remember(scene, {})


def state(scene: bpy.types.Scene) -> tuple[str, tuple[Place, ...]]:
    """What `put_back` needs."""
    return scene_settings(scene).beats_marked, tuple(place for places in _marked(scene).values() for place in places)


def put_back(scene: bpy.types.Scene, before: tuple[str, tuple[Place, ...]]) -> None:
    """Let the markers for beats be those that `state` saw."""
    if state(scene) == before:
        return
    clear(scene)
    remembered, places = before
    for frame, name in places:
        _add(scene, frame, name)
    scene_settings(scene).beats_marked = remembered


def _add(scene: bpy.types.Scene, frame: int, name: str) -> None:
    marker: Any = scene.timeline_markers.new(name, frame=frame)
    marker.select = False  # what is moved next is a person's own


def _marked(scene: bpy.types.Scene) -> dict[str, list[Place]]:
    """{sound: the markers that are still ours and there}, where they are now."""
    there = Counter((marker.frame, marker.name) for marker in scene.timeline_markers if marker.camera is None)
    found: dict[str, list[Place]] = {}
    for sound, stored in json_text.kept(scene_settings(scene).beats_marked, "Which markers are beats").items():
        places = _places(stored)
        shift = _shift(there, places)
        found[sound if len(sound) == _DIGITS else _stands_for(sound)] = [
            (frame + shift, name) for frame, name in places if there[frame + shift, name]
        ]
    return found


def _stands_for(sound: str) -> str:
    return hashlib.sha256(sound.encode("utf-8", "surrogateescape")).hexdigest()[:_DIGITS]


def _places(stored: Any) -> list[Place]:
    """What is remembered of a sound's markers; what is damaged of it is left out."""
    rows = [row for row in stored if isinstance(row, list) and len(row) == 2] if isinstance(stored, list) else []
    return [(row[0], row[1]) for row in rows if isinstance(row[0], int) and isinstance(row[1], str)]


def _shift(there: Counter[Place], places: Sequence[Place]) -> int:
    """By how many frames these were moved together; 0 where less than half of them are to be found anywhere."""
    found = sum(there[place] > 0 for place in places)
    if 2 * found > len(places):
        return 0
    named = [place for place in places if place[1] == DOWNBEAT] or places
    by = Counter(now - frame for frame, name in named for now, other in there if other == name)
    shift, _ = by.most_common(1)[0] if by else (0, 0)
    moved = sum(there[frame + shift, name] > 0 for frame, name in places)
    return shift if 2 * moved > len(places) else 0


def _remove(scene: bpy.types.Scene, places: Counter[Place]) -> None:
    left = Counter(places)
    for number in reversed(range(len(scene.timeline_markers))):
        marker = scene.timeline_markers[number]  # looked up anew after each removal
        place = (marker.frame, marker.name)
        if left[place] > 0 and marker.camera is None:
            left[place] -= 1
            scene.timeline_markers.remove(marker)


def _remember(scene: bpy.types.Scene, marked: dict[str, list[Place]]) -> None:
    kept = {sound: places for sound, places in marked.items() if places}
    scene_settings(scene).beats_marked = json.dumps(kept, ensure_ascii=False) if kept else ""
