# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of the music and of what could not be danced."""

from __future__ import annotations

import numpy as np

from ...audio.music.analysis import MusicAnalysis
from ...audio.sound_kind import SoundKind
from ...settings import DANCE_STYLES, GenerateSettings
from ...wording import count
from ..parts import BODY, LEGS, LIPS, ROOT, in_body
from .dance_style import chosen_style
from .occasions import SPEECH_HEARD, Occasion, is_speech_alone

_LABELS = {identifier: label for identifier, label, _ in DANCE_STYLES}
_SHORT_S = 3.0
_WAIT_S = 2.5  # a silence that is worth a word
_TEMPO_CHANGE = 0.12  # share


def notes_of(
    music: MusicAnalysis,
    occasions: tuple[Occasion, ...],
    duration_s: float,
    kind: SoundKind,
    settings: GenerateSettings,
) -> list[str]:
    """Sentences, most important first. kind: what the sound was taken for."""
    if not occasions:
        if duration_s < _SHORT_S:
            return ["The sound is too short to dance to: the character only idles. Three seconds are the least."]
        if is_speech_alone(kind):
            return ["Someone talks here, and no music was found: the character only sways. Choose the mode Speech."]
        return ["No beat was found in the sound: the character only sways. Choose Speech if someone talks."]
    found = [_music(music, settings), *_kept_still(settings)]
    if kind.speech > SPEECH_HEARD:
        found.append("Someone talks or sings over the music: the lips move with it only while Sing is on.")
    waits = [
        (before.last_s, after.first_s)
        for before, after in zip(occasions[:-1], occasions[1:])
        if after.first_s - before.last_s > _WAIT_S
    ]
    for start_s, end_s in waits:
        found.append(f"There is nothing to dance to from {start_s:.1f} s to {end_s:.1f} s: the character waits.")
    if tempi := _tempi(music, occasions):
        found.append(f"The tempo changes, from {tempi[0]:.0f} to {tempi[1]:.0f} beats a minute: the dance goes along.")
    return found


def _music(music: MusicAnalysis, settings: GenerateSettings) -> str:
    """What was heard, and what is danced to it."""
    label = _LABELS[chosen_style(settings.dance_style, music)]
    chosen = " (chosen by tempo and energy)" if settings.dance_style == "AUTO" else ""
    heard = f"{music.tempo_bpm:.0f} beats a minute in {music.bars.metre}, {count(len(music.beats_s), 'beat')}"
    return f"Music: {heard}. Danced as {label}{chosen}."


def _kept_still(settings: GenerateSettings) -> list[str]:
    """What the settings leave out of a dance that one might miss."""
    moved = in_body(settings.parts)
    found = []
    if not moved:
        found.append("Only head and face follow the music: Body is switched off.")
    elif ROOT not in settings.parts and settings.stage_radius_m > 0.0 and {BODY, LEGS} & settings.parts:
        found.append("Danced on the spot. Switch on Root under Parts to let the character travel.")
    if LIPS in settings.parts and not settings.dance_sings:
        found.append("The mouth does not sing. Switch on Sing if it should.")
    return found


def _tempi(music: MusicAnalysis, occasions: tuple[Occasion, ...]) -> tuple[float, float] | None:
    """The lowest and highest tempo, in the order in which they come, where it changes a lot."""
    beats = music.beats_s[(music.beats_s >= occasions[0].first_s) & (music.beats_s <= occasions[-1].last_s)]
    if len(beats) < 12:
        return None
    tempo = np.array([60.0 / np.median(np.diff(beats)[at : at + 6]) for at in range(len(beats) - 6)])
    low, high = int(tempo.argmin()), int(tempo.argmax())
    if tempo[high] < tempo[low] * (1.0 + _TEMPO_CHANGE):
        return None
    return (float(tempo[low]), float(tempo[high])) if low < high else (float(tempo[high]), float(tempo[low]))
