# SPDX-License-Identifier: GPL-3.0-or-later
"""Made voices whose syllables, accents and phrases are known, for tests."""

from __future__ import annotations

import numpy as np

from core.audio.clip import AudioClip
from core.audio.prosody import Prosody, analyse
from core.motion.face_track import Phone

STEP_S = 0.22
WORD_PATTERN = (
    False,
    True,
    False,
    False,
    True,
    False,
    False,
    False,
    True,
    False,
)  # which of ten syllables are accented


class Talk:
    """A made voice: phrases of syllables every 0.22 s, the accented ones longer, louder and higher; pauses between."""

    def __init__(self, phrases: int = 6, syllables: int = 20, pause_s: float = 1.2, pattern=WORD_PATTERN):
        onsets, accents, at = [], [], 0.8
        self.spans = []
        for _ in range(phrases):
            begin = at
            for index in range(syllables):
                onsets.append(at)
                accents.append(pattern[index % len(pattern)])
                at += STEP_S
            self.spans.append((begin, at))
            at += pause_s
        total = int((at + 0.5) * 16000)
        time_s = np.arange(total) / 16000
        level, pitch = np.zeros(total), np.full(total, 120.0)
        phones = []
        for onset, accent in zip(onsets, accents):
            length = 0.15 if accent else 0.09
            part = slice(int(onset * 16000), int((onset + length + 0.05) * 16000))
            x = (time_s[part] - onset) / (length + 0.05)
            level[part] += (1.8 if accent else 0.9) * np.sin(np.pi * np.clip(x, 0, 1)) ** 0.5
            pitch[part] += (35.0 if accent else 0.0) * np.sin(np.pi * np.clip(x, 0, 1))
            phones += [Phone("d", onset - 0.05, onset), Phone("ɑ" if accent else "ə", onset, onset + length)]
        phase = 2 * np.pi * np.cumsum(pitch) / 16000
        sound = sum(np.sin(k * phase) / (1 + ((k * pitch - 700) / 500) ** 2) for k in range(1, 20))
        noise = np.random.default_rng(0).standard_normal(total) * 1e-4
        self.clip = AudioClip((0.1 * level * sound + noise).astype(np.float32))
        self.phones = tuple(phones)
        self.onsets, self.accents = np.array(onsets), np.array(accents)
        self._prosody = {True: analyse(self.clip, self.phones), False: analyse(self.clip)}

    def prosody(self, with_phones: bool = True) -> Prosody:
        return self._prosody[with_phones]
