# SPDX-License-Identifier: GPL-3.0-or-later
"""Which style is danced: as chosen, or by the music's tempo and energy."""

from __future__ import annotations

import numpy as np

from ...audio.music.analysis import MusicAnalysis
from ...audio.music.heard import CURVE_RATE_HZ
from ...models.bailando.styles import style_token

NAMES = {
    "BREAK": "break",
    "HOUSE": "house",
    "BALLET_JAZZ": "ballet jazz",
    "STREET_JAZZ": "street jazz",
    "KRUMP": "krump",
    "LA_HIP_HOP": "LA-style hip-hop",
    "LOCK": "lock",
    "MIDDLE_HIP_HOP": "middle hip-hop",
    "POP": "pop",
    "WAACK": "waack",
    "SALSA": "salsa",
}
# By ear: up to which tempo (beats a minute) which style suits soft and driving music.
_BY_TEMPO = (
    (88.0, "BALLET_JAZZ", "KRUMP"),
    (98.0, "BALLET_JAZZ", "LA_HIP_HOP"),
    (108.0, "MIDDLE_HIP_HOP", "POP"),
    (116.0, "STREET_JAZZ", "LOCK"),
    (124.0, "STREET_JAZZ", "WAACK"),
    (np.inf, "WAACK", "HOUSE"),
)
_DRIVING_DB = 1.1  # the mean rise of loudness on the beats above which music drives; by ear


def chosen_style(wish: str, music: MusicAnalysis) -> str:
    """The name of a style, of `NAMES`. wish: the setting, AUTO among them."""
    if wish in NAMES:
        return wish
    if music.bars.beats_a_bar in (3, 6):
        return "BALLET_JAZZ"
    driving = _drive_db(music) > _DRIVING_DB
    _, soft, hard = next(row for row in _BY_TEMPO if music.tempo_bpm < row[0])
    return hard if driving else soft


def token_of(name: str) -> int:
    """The model's number of a style of `NAMES`."""
    return style_token(NAMES[name])


def _drive_db(music: MusicAnalysis) -> float:
    """How much louder the low bands get with the beats."""
    frames = np.round(music.beats_s * CURVE_RATE_HZ).astype(int)
    bass = music.heard.bass_onset
    around = [bass[max(frame - 3, 0) : frame + 4].max(initial=0.0) for frame in frames]
    return float(np.mean(around)) if around else 0.0
