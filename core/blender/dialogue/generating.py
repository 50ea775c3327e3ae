# SPDX-License-Identifier: GPL-3.0-or-later
"""A dialogue in three steps, as `generate` has them: gather, work, write. Each character gets one take with all its lines, and listens
between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ...audio.clip import AudioClip
from ...errors import UserError
from ...progress import Progress
from ...rigs.spaces import rest_head
from ...wording import count
from .. import characters, generate, properties, writing
from ..generation import Gathered, Worked
from ..report import Report
from ..setting_properties import scene_settings
from ..sounds import scene_time, strips
from ..sounds.source import SoundPart, SoundSource, read
from ..transaction import Transaction
from . import assigning

if TYPE_CHECKING:
    from ...rigs.character import Character


@dataclass(frozen=True)
class Dialogue:
    """roles: what each character needs for its generation, in the order in which they begin to speak. lines: how many strips. notes: for
    the report."""

    roles: tuple[Gathered, ...]
    lines: int
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"a dialogue of {len(self.roles)}"


@dataclass(frozen=True)
class DialogueReport:
    """reports: of each character. lines: how many strips were spoken. notes: about all of it."""

    reports: tuple[Report, ...]
    lines: int
    notes: tuple[str, ...]

    @property
    def headline(self) -> str:
        keys = sum(report.keys for report in self.reports)
        seconds = sum(report.work_s + report.write_s for report in self.reports)
        return (
            f"Dialogue: {count(self.lines, 'line')} on {count(len(self.reports), 'character')}, "
            f"{count(keys, 'key')} in {seconds:.1f} s"
        )

    @property
    def text(self) -> str:
        return "\n".join((self.headline, *self.notes, *(report.text for report in self.reports)))


def gather(context: bpy.types.Context, overrides: Mapping[str, Any] | None = None) -> Dialogue:
    """Read who says what, and each character. Raises UserError; changes nothing but the list in the panel.

    overrides: {setting: value} in place of the scene's, as `GenerateSettings.overridden` takes them.
    """
    notes = assigning.refresh(context)
    rows = scene_settings(context.scene).dialogue
    if not rows:
        raise UserError(
            "The sequencer has no sound strip that is heard.",
            "Add one for each line, each character on its own channel.",
        )
    silent = [row.strip for row in rows if row.character is None]
    spoken = [
        (row.strip, characters.root_of(row.character) or row.character) for row in rows if row.character is not None
    ]
    if not spoken:
        raise UserError(
            "It is not clear which character says which strip.", "Choose the character of each strip under Dialogue."
        )
    if silent:
        named = ", ".join(f'"{name}"' for name in silent)
        notes.append(f"Said by nobody, and left out: {named}. Choose a character under Dialogue if that is wrong.")
    parts = [(root, _part(context, strip)) for strip, root in spoken]
    first, last = min(part.first for _, part in parts), max(part.last for _, part in parts)
    settings = properties.read(context.scene).overridden(overrides or {})
    if settings.mode == "DANCE":
        notes.append(
            "A dialogue is spoken: Dance under Mode is for Generate from Audio, with one character and its music."
        )
    roles = []
    for number, root in enumerate(dict.fromkeys(root for root, _ in parts)):
        own = [part for speaker, part in parts if speaker == root]
        source = _together(context.scene, own, first, last)
        given = {**(overrides or {}), "seed": settings.seed + number}
        given |= {"mode": "AUTO"} if settings.mode == "DANCE" else {}
        roles.append(generate.gather(context, given, root, source))
    return Dialogue(tuple(roles), len(parts), tuple(notes))


def _part(context: bpy.types.Context, name: str) -> SoundPart:
    """What a strip plays, and at which frames of this scene."""
    source, heard = strips.from_strip(context, name), strips.find(context, name)
    lasts_s = (heard.last - heard.first) / scene_time.frames_per_second(heard.scene)
    last = source.frame_start + lasts_s * scene_time.frames_per_second(context.scene)
    return SoundPart(source, 0.0, lasts_s, source.frame_start, last)


def _together(scene: bpy.types.Scene, parts: Sequence[SoundPart], first: float, last: float) -> SoundSource:
    """The lines of one character as one sound that lasts as long as the dialogue."""
    rate = scene_time.frames_per_second(scene)
    placed = tuple(replace(part, at_s=(part.first - first) / rate) for part in parts)
    one = parts[0].source
    name = one.name if len(parts) == 1 else f"{one.name} and {len(parts) - 1} more"
    notes = tuple(dict.fromkeys(note for part in parts for note in part.source.notes))
    return SoundSource(name, one.path, first, end_s=(last - first) / rate, strip=one.strip, notes=notes, parts=placed)


def work(dialogue: Dialogue, progress: Progress) -> tuple[Worked, ...]:
    """From sounds to curves, one character after the other. Any thread. Raises UserError, Cancelled."""
    progress.report(0.0, "Reading the sounds")
    sounds = _sounds(dialogue.roles, progress.part(0.0, 0.1))
    roles = _listening(dialogue.roles, sounds, progress.unseen())
    share = 0.9 / len(roles)
    return tuple(
        generate.work(role, progress.part(0.1 + number * share, 0.1 + (number + 1) * share))
        for number, role in enumerate(roles)
    )


def _sounds(roles: Sequence[Gathered], progress: Progress) -> list[AudioClip]:
    """What each role says. Raises UserError on bad sounds, Cancelled."""
    share = 1.0 / len(roles)
    return [read(role.source, progress.part(number * share, (number + 1) * share)) for number, role in enumerate(roles)]


def _listening(roles: Sequence[Gathered], sounds: Sequence[AudioClip], progress: Progress) -> list[Gathered]:
    """The roles with their sounds, with who else speaks when, and where that is from each of them. Raises Cancelled."""
    from ...performance.face.listening import Listening, Speaker
    from ...rigs.character import Character
    from ...rigs.detection import mapping

    phrases = [_phrases_s(sound, progress) for sound in sounds]
    known = [Character.of(role.description, mapping.map_character(role.description, role.mapping)) for role in roles]
    result: list[Gathered] = []
    for role, sound, character in zip(roles, sounds, known):
        speakers = [
            Speaker(
                begin, end, *_direction_deg(character, speaker), tuple(one for one in said if begin <= one[0] < end)
            )
            for other, speaker, said in zip(roles, known, phrases)
            if other is not role
            for begin, end in ((part.at_s, part.at_s + part.lasts_s) for part in other.source.parts)
        ]
        own = sorted((part.at_s, part.at_s + part.lasts_s) for part in role.source.parts)
        ordered = sorted(speakers, key=lambda speaker: speaker.start_s)
        result.append(replace(role, sound=sound, listening=Listening(tuple(own), tuple(ordered))))
    return result


def _phrases_s(sound: AudioClip, progress: Progress) -> list[tuple[float, float]]:
    """(begin, end) of each phrase of a sound, seconds. Raises Cancelled."""
    from ...audio.levels import levels_of
    from ...audio.phrases import phrases_of

    return [(phrase.start_s, phrase.end_s) for phrase in phrases_of(levels_of(sound, progress).loudness_db)]


def _direction_deg(listener: Character, speaker: Character) -> tuple[float, float]:
    """Where the speaker's head is from the listener's, both at rest: degrees to the listener's left, and down; level where one of them
    has no bone for it, and straight ahead where both stand at one place."""
    places = [_head(character) for character in (listener, speaker)]
    level = any(character.roles.get("head") is None for character in (listener, speaker))
    world = np.asarray(listener.description.world, np.float64)
    way = listener.axes.T @ np.linalg.solve(world[:3, :3], places[1] - places[0])
    if np.linalg.norm(way[[0, 2]]) < 1e-6:
        return 0.0, 0.0
    yaw = np.degrees(np.arctan2(way[0], way[2]))
    pitch = 0.0 if level else -np.degrees(np.arctan2(way[1], np.linalg.norm(way[[0, 2]])))
    return float(yaw), float(pitch)


def _head(character: Character) -> np.ndarray:
    """float64 (3,): where a character's head is in the scene, at rest; without a bone for it, where the character stands."""
    world = np.asarray(character.description.world, np.float64)
    bone = character.description.bones.get(character.roles.get("head", ""))
    place = rest_head(bone) if bone is not None else np.zeros(3)
    return world[:3, :3] @ place + world[:3, 3]


def write(dialogue: Dialogue, worked: Sequence[Worked]) -> DialogueReport:
    """Write a take for each character, all of them or none. Main thread. Raises UserError if one is gone."""
    reports: list[Report] = []
    with ExitStack() as together:
        for role in dialogue.roles:
            scene, root = writing.find(role.scene_id, role.root_id, role.root_name)
            together.enter_context(Transaction(scene, root))
        reports += [generate.write(role, one) for role, one in zip(dialogue.roles, worked)]
        report = DialogueReport(tuple(reports), dialogue.lines, dialogue.notes)
        scene_settings(scene).last_report = report.text
    return report
