# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded people as performers to adapt to: minutes stitched of one person's recordings, a voice that speaks where they gesture.

No body here was recorded with its sound. What stands for the voice are utterances of validation speech, put where the stitched
performance talks, so that how much is gestured in speech means something and which gesture meets which syllable does not. To learn
from are training recordings of the person, held out are validation ones; the general body knows the former from its own training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.clip import RATE_HZ as SOUND_HZ
from ...audio.clip import AudioClip
from ...errors import UserError
from ...motion.clip import Clip
from ...training.data.body import RATE_HZ, BodyClip
from ...training.data.body.performances import BodyPerformance, stitch
from ...training.data.speech import stressed

_VOICES = {"learn": "kathleen", "test": "kerstin"}
_UTTERANCES = 90


@dataclass(frozen=True, eq=False)
class PerformedBody:
    """A sound and a body of the same length; motion at 30 Hz."""

    sound: AudioClip
    motion: Clip


def performed(bodies: list[BodyClip], performer: str, split: str, seconds: float, seed: int) -> PerformedBody:
    """About so many seconds of a performer's recordings of one split."""
    made = stitched(bodies, performer, split, seconds, seed)
    speaking = made.rhythm[:, -1] > 0.5
    role = "learn" if split == "train" else "test"
    samples = _voice(_VOICES[role], speaking, seed)
    return PerformedBody(AudioClip(samples, SOUND_HZ, f"{performer} {role}"), made.clip)


def stitched(bodies: list[BodyClip], performer: str, split: str, seconds: float, seed: int) -> BodyPerformance:
    """The same without a sound."""
    own = [body for body in bodies if body.performer == performer and body.split == split]
    gestures = [body for body in own if body.unit is not None]
    idles = [body for body in own if body.unit is None and len(body.clip) > 60 and "ToIdle" not in body.name]
    if not gestures:
        known = sorted({body.performer for body in bodies if body.unit is not None and body.split == split})
        raise UserError(
            f"There are no {split} gestures of {performer}.", f"There are some of {', '.join(known) or 'nobody'}."
        )
    return stitch(gestures, idles, seconds, np.random.default_rng(seed), 0)


def _voice(corpus: str, speaking: np.ndarray, seed: int) -> np.ndarray:
    """Speech where somebody speaks, (T,) at 30 Hz, with pauses in it; silence elsewhere."""
    said = [one.clip.samples for one in stressed.recorded_speech(corpus, _UTTERANCES, seed=seed, split="validation")]
    pause = np.zeros(int(0.7 * SOUND_HZ), np.float32)
    speech = np.concatenate([part for one in said for part in (one, pause)])
    loud = np.repeat(speaking, int(SOUND_HZ / RATE_HZ) + 1)[: int(len(speaking) * SOUND_HZ / RATE_HZ)]
    result = 1e-4 * np.random.default_rng(seed).standard_normal(len(loud)).astype(np.float32)
    count = int(loud.sum())
    result[loud] += np.resize(speech, count)
    return result.astype(np.float32)
