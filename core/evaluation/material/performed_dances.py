# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole performances for the `dance` bench: held-out music rendered to sound, heard, and danced as behind the button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...audio.clip import RATE_HZ, AudioClip
from ...models.bailando.trained import TrainedBailando
from ...motion.clip import Clip
from ...motion.resampling import clip_at
from ...performance.dance.dance_style import NAMES
from ...performance.dance.pipeline import perform
from ...performance.parts import ROOT
from ...settings import DEFAULT_PARTS, GenerateSettings
from ...training.data.dance.music_bank import KINDS
from ...training.data.dance.pieces import grooves, random_piece, tunes
from ...training.data.dance.rendering import rendered
from ..metrics.dance import RATE_HZ as MOTION_RATE_HZ
from ..metrics.dance_rows import Danced, smpl_joints, with_beats
from .dances import Wanted

SECONDS = 20.0  # of each piece
ENDS_S = 1.5  # at the beginning and the end, where someone stands who begins to dance or has danced; not measured
STYLE_OF = {name: setting for setting, name in NAMES.items()}


def sounds(wanted: list[Wanted], data: Path, cache: Path, seed: int = 70) -> list[AudioClip]:
    """A piece of held-out tunes and drummers at the tempo of each dance; its first beat is at 0. Rendered once."""
    if cache.is_file():
        with np.load(cache) as kept:
            samples = kept["samples"].astype(np.float32) / 32767.0
        if len(samples) == len(wanted):
            return [AudioClip(row, name=f"piece {number}") for number, row in enumerate(samples)]
    random = np.random.default_rng(seed)
    own, drums = [tune for tune in tunes(data) if tune.split == "validation"], grooves(data, "validation")
    length, rows = int(SECONDS * RATE_HZ), []
    for number, dance in enumerate(wanted):
        piece = random_piece(KINDS[number % len(KINDS)], own, drums, random)
        sound = rendered(piece, dance.bpm)[:length]
        rows.append(np.pad(sound, (0, length - len(sound))))
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(cache, samples=np.round(np.stack(rows).clip(-1.0, 1.0) * 32767.0).astype(np.int16))
    return sounds(wanted, data, cache, seed)


def performed(
    model: TrainedBailando, wanted: list[Wanted], heard: list[AudioClip], seed: int
) -> Iterator[tuple[Danced, Clip]]:
    """What the button dances, as long and in the style of each dance, with the beats that the notes have; and the whole motion. It
    travels on the usual stage, as recorded dancers do."""
    for dance, clip in zip(wanted, heard, strict=True):
        duration_s = dance.frames / MOTION_RATE_HZ + 2.0 * ENDS_S
        shorter = replace(clip, samples=clip.samples[: int(duration_s * clip.rate_hz)])
        style = STYLE_OF.get(dance.style, "AUTO")
        settings = GenerateSettings(mode="DANCE", dance_style=style, seed=seed, parts=DEFAULT_PARTS | {ROOT})
        body = perform(shorter, settings, model=model).body
        body = clip_at(body, MOTION_RATE_HZ, 0.0, int(shorter.duration_s * MOTION_RATE_HZ))
        first = int(ENDS_S * MOTION_RATE_HZ)
        yield with_beats(smpl_joints(body)[first : first + dance.frames], dance.bpm, -ENDS_S), body
