# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings as if read subdued, as they were, and aroused: effort, pitch, its range and pace change together; what a face does then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...audio import prosody as hearing
from ...audio.arousal import arousal_at
from ...audio.clip import RATE_HZ, AudioClip
from ...audio.contours import FRAME_RATE_HZ, semitones_of
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...motion.joints import JOINT_INDEX
from ...motion.rotations import angle_between_deg
from ...performance.parts import EXPRESSION, EYES, HEAD, LIPS
from ...performance.speech import Speaker, perform
from ...settings import GenerateSettings
from .forced_voice import with_tilt

UPPER = tuple(
    index for name, index in FACE_INDEX.items() if name.startswith(("brow", "eyeWide", "eyeSquint", "cheekSquint"))
)
READINGS = {"subdued": -1.0, "as it is": 0.0, "aroused": 1.0}
# What acted anger and joy change against neutral readings, about (Banse and Scherer 1996; Burkhardt et al. 2005): the pitch is some
# semitones higher, its range nearly twice as wide, the spectrum flatter
TILT_DB, HIGHER_SEMITONES, WIDER = 7.0, 3.0, 0.8


def read_as(samples: np.ndarray, arousal: float) -> np.ndarray:
    """float (N,) at 16 kHz, about as many samples -> float32 (M,) at the same level, read with this arousal, -1 to 1.

    Played faster where the pitch is to be higher, so the pace goes along, and formants a little.
    """
    contours = hearing.analyse(AudioClip(samples.astype(np.float32))).contours
    semitones = arousal * (HIGHER_SEMITONES + WIDER * semitones_of(contours.pitch_hz, 9.0))
    speed = 2.0 ** (
        np.interp(np.arange(len(samples)) / RATE_HZ, np.arange(len(contours)) / FRAME_RATE_HZ, semitones) / 12.0
    )
    reached = np.concatenate([[0.0], np.cumsum(1.0 / speed)])
    places = np.interp(np.arange(int(reached[-1])), reached, np.arange(len(samples) + 1))
    return with_tilt(np.interp(places, np.arange(len(samples)), samples), TILT_DB * arousal)


def figures_of(samples: np.ndarray, model: Speaker | None = None) -> dict[str, float]:
    """arousal heard; speed of the upper face (shape values a second, mean), of the head (degrees a second), openness of the jaw (95th
    percentile) while the voice sounds so, all with the default settings; and of the upper face and the head with NEUTRAL."""
    clip = AudioClip(samples)
    figures: dict[str, float] = {}
    for emotion, mark in (("FROM_VOICE", ""), ("NEUTRAL", " neutral")):
        settings = GenerateSettings(parts=frozenset({LIPS, EXPRESSION, EYES, HEAD}), emotion=emotion)
        done = perform(clip, settings, model=model)
        head = done.body.rotations[:, JOINT_INDEX["head"]]
        figures[f"upper{mark}"] = float(np.abs(np.diff(done.face.values[:, UPPER], axis=0)).mean() * FACE_RATE_HZ)
        figures[f"brows' size{mark}"] = float(done.face.values[:, UPPER].std(0).mean())
        figures[f"head{mark}"] = float(np.mean(angle_between_deg(head[1:], head[:-1])) * FACE_RATE_HZ)
        figures[f"jaw{mark}"] = float(np.percentile(done.face["jawOpen"], 95))
        if not mark:
            voice = hearing.analyse(clip, done.phones)
            figures["arousal"] = float(arousal_at(voice, FACE_RATE_HZ, len(done.face)).mean())
    return figures


def arousal_table(recordings: Sequence[np.ndarray], model: Speaker | None = None) -> dict[str, dict[str, float]]:
    """{reading: the median of each figure over its quotient with the reading as it is; arousal itself as it is}."""
    found = {
        name: [figures_of(read_as(one, arousal), model) for one in recordings] for name, arousal in READINGS.items()
    }
    table = {}
    for name, rows in found.items():
        table[name] = {
            key: float(
                np.median(
                    [
                        row[key] / (1.0 if key == "arousal" else max(own[key], 1e-6))
                        for row, own in zip(rows, found["as it is"])
                    ]
                )
            )
            for key in rows[0]
        }
    return table
