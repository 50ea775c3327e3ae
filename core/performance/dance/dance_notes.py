# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of the music and of what could not be danced."""

from __future__ import annotations

import numpy as np

from ...audio.music.analysis import MusicAnalysis
from ...settings import GenerateSettings
from .occasions import Occasion

_SHORT_S = 3.0
_WAIT_S = 2.5  # a silence that is worth a word
_TEMPO_CHANGE = 0.12  # share


def notes_of(
    music: MusicAnalysis, occasions: tuple[Occasion, ...], duration_s: float, settings: GenerateSettings
) -> list[str]:
    """Sentences, most important first."""
    if not occasions:
        if duration_s < _SHORT_S:
            return ["The sound is too short to dance to: the character only idles. Three seconds are the least."]
        return ["No beat was found in the sound: the character only sways. Choose Speech if someone talks."]
    found = []
    waits = [
        (before.last_s, after.first_s)
        for before, after in zip(occasions[:-1], occasions[1:])
        if after.first_s - before.last_s > _WAIT_S
    ]
    for start_s, end_s in waits:
        found.append(f"The music is silent from {start_s:.1f} s to {end_s:.1f} s: the character waits.")
    if tempi := _tempi(music, occasions):
        found.append(f"The tempo changes, from {tempi[0]:.0f} to {tempi[1]:.0f} beats a minute: the dance goes along.")
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
