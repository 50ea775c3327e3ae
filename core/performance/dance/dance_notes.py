# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of the music and of what could not be danced."""

from __future__ import annotations

import numpy as np

from ...audio.music.analysis import CLEAR_PULSE, MusicAnalysis
from ...audio.music.heard import CURVE_RATE_HZ
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
_NO_BEAT = (
    "No beat was found in the sound: the character only sways. Try music with a clearer pulse, or a louder mix. "
    "If someone talks here, choose Speech under Mode."
)


def notes_of(
    music: MusicAnalysis,
    occasions: tuple[Occasion, ...],
    duration_s: float,
    kind: SoundKind,
    settings: GenerateSettings,
) -> list[str]:
    """Sentences, most important first. kind: what the sound was taken for."""
    if not occasions:
        if kind.kind == "SILENCE":
            return ["There is no music in the sound: the character waits."]
        if duration_s < _SHORT_S:
            return ["The sound is too short to dance to: the character only idles. Three seconds are the least."]
        if is_speech_alone(kind):
            return [
                "Someone talks here, and no music was found: the character only sways. Choose Speech under Mode to let it speak."
            ]
        return [_NO_BEAT]
    found = [_music(music, settings), *_kept_still(settings)]
    if LIPS in settings.parts:
        found += _of_the_mouth(kind.speech > SPEECH_HEARD, settings.dance_sings)
    if _is_faint(music, occasions):
        found.append("The beat is faint. Switch on Beat Markers to see what was taken for it, or try a louder mix.")
    ends_s = [0.0, *(occasion.last_s for occasion in occasions)]
    starts_s = [*(occasion.first_s for occasion in occasions), duration_s]
    for start_s, end_s in zip(ends_s, starts_s):
        if end_s - start_s <= _WAIT_S:
            continue
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
    return found


def _of_the_mouth(voice: bool, sings: bool) -> list[str]:
    """What the lips do about a voice that is heard, or may be."""
    if sings:
        return ["The dance keeps to the music, and the lips follow the voice in it."]
    if voice:
        return ["There seems to be a voice over the music. Switch on Sing if the lips should follow it."]
    return ["The mouth does not sing. Switch on Sing if it should."]


def _is_faint(music: MusicAnalysis, occasions: tuple[Occasion, ...]) -> bool:
    """Whether the pulse of what is danced to is no clearer than a voice's or a noise's."""
    times_s = np.arange(len(music.pulse)) / CURVE_RATE_HZ
    inside = np.zeros(len(times_s), bool)
    for occasion in occasions:
        inside |= (times_s >= occasion.first_s) & (times_s <= occasion.last_s)
    return bool(inside.any()) and float(np.median(music.pulse[inside])) <= CLEAR_PULSE


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
