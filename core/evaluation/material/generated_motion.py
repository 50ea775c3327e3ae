# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies that the product generates for the sounds of a bench, kept in files for the next time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...audio.prosody import analyse
from ...motion.clip import Clip
from ...performance import loaded_models
from ...performance.body.generation import speaker_of
from ...performance.gestures.planner import plan
from ...performance.parts import BODY, EXPRESSION, EYES, HANDS, HEAD, LIPS
from ...performance.speech import perform
from ...settings import GenerateSettings
from ...training.data.body.performances import SPEAKERS
from .clip_files import load_clip, save_clip
from .gesture_sounds import BenchSound


class GeneratedMotion:
    """The product's own way from a sound to a body, with all parts as the button has them. planned: emphases of the gesture
    plan in seconds, by name of the sound and seed. keep: folder for what was generated; what is there is taken."""

    def __init__(self, style: str, keep: Path | None):
        self.style = style
        self.keep = keep
        self.planned: dict[tuple[str, int], np.ndarray] = {}

    def __call__(self, sound: BenchSound, seed: int) -> Clip:
        name = sound.speech.name
        path = None
        if self.keep is not None:
            path = self.keep / f"{sound.group.replace(' ', '_')}__{name}__{self.style.lower()}_{seed}.npz"
        if path is not None and path.is_file():
            self.planned[name, seed] = np.load(path.with_suffix(".npy"))
            return load_clip(path)
        clip, self.planned[name, seed] = self._generated(sound, seed)
        if path is not None:
            save_clip(path, clip)
            np.save(path.with_suffix(".npy"), self.planned[name, seed])
        return clip

    def seeds(self, count: int, first: int = 0) -> list[int]:
        """A seed for each sound, so chosen that the performers whose postures the model knows take turns. Raises UserError."""
        model = loaded_models.body_model()
        known = list(model.config.usable_speakers or range(model.config.speakers))
        chosen: list[int] = []
        seed = first
        while len(chosen) < count:
            if speaker_of(model, seed) == known[len(chosen) % len(known)]:
                chosen.append(seed)
            seed += 1
        return chosen

    def performers(self, seeds: list[int]) -> list[str]:
        """Whose posture each seed takes; a mirror image is the same performer."""
        return [SPEAKERS[speaker_of(loaded_models.body_model(), seed)].removesuffix("_mirrored") for seed in seeds]

    def _generated(self, sound: BenchSound, seed: int) -> tuple[Clip, np.ndarray]:
        settings = GenerateSettings(
            seed=seed, parts=frozenset({LIPS, EXPRESSION, EYES, HEAD, BODY, HANDS}), style=self.style
        )
        done = perform(sound.clip, settings)
        units = plan(analyse(sound.clip, done.phones), settings)
        return done.body, np.array(sorted(beat for unit in units for beat in (unit.emphasis_s, *unit.beats_s)))
