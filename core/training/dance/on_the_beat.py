# SPDX-License-Identifier: GPL-3.0-or-later
"""Dances drawn onto the beat: where a dancer nearly rests on a beat, time is bent a little so that it is on it.

Dancers are often some frames early or late, and a network that hears where the beat is learns little from it as long as rests
hardly depend on it. Drawn onto it, what comes next depends on the beat, and the music is worth hearing.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

REACH_FRAMES = 11.0  # a rest so far from a beat is drawn onto it: a third of a beat at 110 a minute, by eye
_SLOWEST, _QUICKEST = 0.5, 1.7  # of the tempo around, between two beats


def onto_the_beat(times: np.ndarray, rests: np.ndarray, beats: np.ndarray) -> np.ndarray:
    """Frames of a recording, bent so that rests fall on beats.

    Args:
        times: (n,) frame of the recording for each frame of the music, at a steady pace.
        rests: (r,) frames of the recording.
        beats: (b,) frames of the music.

    Returns:
        (n,) likewise; never backwards, and as before where no rest is near a beat.
    """
    frames = np.arange(len(times))
    pace = (times[-1] - times[0]) / max(len(times) - 1, 1)
    heard = (rests - times[0]) / pace
    anchors = [(0.0, times[0])]
    for beat in beats[(beats > 0) & (beats < len(times) - 1)]:
        if not len(heard):
            break
        nearest = int(np.abs(heard - beat).argmin())
        drawn = abs(heard[nearest] - beat) <= REACH_FRAMES
        place = rests[nearest] if drawn else times[0] + beat * pace
        went, meant = place - anchors[-1][1], (beat - anchors[-1][0]) * pace
        if meant > 0.0 and _SLOWEST <= went / meant <= _QUICKEST:
            anchors.append((float(beat), float(place)))
    last = (float(len(times) - 1), float(times[-1]))
    while (
        len(anchors) > 1
        and not _SLOWEST <= (last[1] - anchors[-1][1]) / ((last[0] - anchors[-1][0]) * pace) <= _QUICKEST
    ):
        anchors.pop()
    places, values = zip(*anchors, last, strict=True)
    return PchipInterpolator(places, values)(frames)
