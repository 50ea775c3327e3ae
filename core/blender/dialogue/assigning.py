# SPDX-License-Identifier: GPL-3.0-or-later
"""Who says which strip: a list in the panel, filled by names and channels, corrected by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bpy

from ...rigs.detection.spelling import normalise, words
from .. import characters
from ..remembered import append
from ..setting_properties import scene_settings
from ..sounds import strips

# What rigs, strips and files are called whoever it is.
_GENERIC = frozenset(
    "armature rig metarig character char body face head mesh root demo line voice sound audio strip take wav mp3 channel collection scene "
    "dialogue dialog vo the".split()
)
_SHORTEST = 3  # letters of a name that is looked for inside a word


def refresh(context: bpy.types.Context) -> list[str]:
    """Bring the list up to date with the sequencer: strips that are heard now, with who was chosen by hand, or else who is guessed. Returns
    sentences about strips that are not heard."""
    heard, said = strips.audible(context)
    scene = context.scene
    rows = scene_settings(scene).dialogue
    chosen = {row.strip: row.character for row in rows if row.is_chosen}
    chosen = {name: root for name, root in chosen.items() if root is None or scene.objects.get(root.name) == root}
    guessed = guess(heard, characters.candidates(scene), chosen)
    rows.clear()
    for strip in heard:
        append(rows, strip=strip.name, character=guessed.get(strip.name), is_chosen=strip.name in chosen)
    return said


def guess(
    heard: Sequence[bpy.types.SoundStrip],
    possible: Sequence[bpy.types.Object],
    chosen: dict[str, bpy.types.Object | None],
) -> dict[str, bpy.types.Object | None]:
    """Who says each strip, by its name: as was chosen, else the character whose name it, its file or its channel bears; else who says the
    rest of its channel; else, channel by channel, who is left. None: nobody, or it is not clear."""
    found = dict(chosen)
    for strip in heard:
        if strip.name not in found and (root := _named(strip, possible)) is not None:
            found[strip.name] = root
    channels = {channel: [strip for strip in heard if strip.channel == channel] for channel in _channels(heard)}
    for mates in channels.values():
        speakers = {root for strip in mates if (root := found.get(strip.name)) is not None}
        for strip in mates if len(speakers) == 1 else ():
            found.setdefault(strip.name, next(iter(speakers)))
    open_channels = [mates for mates in channels.values() if all(strip.name not in found for strip in mates)]
    left = [root for root in possible if root not in found.values()]
    if len(left) == len(open_channels) or len(possible) == 1:
        for mates, root in zip(open_channels, left or list(possible) * len(open_channels)):
            found |= {strip.name: root for strip in mates}
    return {strip.name: found.get(strip.name) for strip in heard}


def _channels(heard: Iterable[bpy.types.SoundStrip]) -> list[int]:
    return sorted({strip.channel for strip in heard})


def _named(strip: bpy.types.SoundStrip, possible: Sequence[bpy.types.Object]) -> bpy.types.Object | None:
    """The character whose name a strip, its file or its channel bears; None if there is none, or more than one."""
    text = " ".join((strip.name, strips.path_of(strip).stem, strips.channel_name(strip)))
    spoken, together = set(words(text)), normalise(text)
    names = {root: _own_names(root) for root in possible}
    hits: dict[bpy.types.Object, int] = {}
    for root, own in names.items():
        others = set[str]().union(*(names[other] for other in possible if other != root))
        lengths = [
            len(name) for name in own - others if name in spoken or (len(name) >= _SHORTEST and name in together)
        ]
        if lengths:
            hits[root] = max(lengths)
    best = [root for root, length in hits.items() if length == max(hits.values())]
    return best[0] if len(best) == 1 else None


def _own_names(root: bpy.types.Object) -> set[str]:
    """Words by which a character is known: of its own name, and of what holds it."""
    called = [root.name, characters.top_of(root).name, *(collection.name for collection in root.users_collection)]
    if isinstance(root.data, bpy.types.ID):
        called.append(root.data.name)
    return {word for name in called for word in words(name) if not word.isdigit()} - _GENERIC
