# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of how a body lives: five seeds, three styles, one voice read angrily and calmly, as stick figures.

`python -m core.evaluation living_pictures [--audio FILE] [--out docs/images]` writes living_seeds.png, living_styles.png,
living_voices.png and living_styles.gif.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ...audio import prosody
from ...audio.clip import AudioClip
from ...audio.decoding import load
from ...motion.clip import Clip
from ...performance.speech import perform
from ...settings import GenerateSettings
from ..material.aroused_voice import read_as
from .motion_pictures import Stretch, Timeline, contact_sheet, video

SEEDS, STYLES = (0, 1, 2, 3, 4), ("CALM", "NATURAL", "LIVELY")
READINGS = {"read calmly": -1.0, "read angrily": 1.0}
_MOMENTS, _HEIGHT, _STYLE_SEED = 10, 150, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audio", type=Path, default=Path("docs/demo/speech.ogg"), help="the voice")
    parser.add_argument("--out", type=Path, default=Path("docs/images"), help="folder for the pictures")


def run(arguments: argparse.Namespace) -> dict:
    audio, out = load(arguments.audio), arguments.out
    out.mkdir(parents=True, exist_ok=True)
    seeds = {f"seed {seed}": _moved(audio, seed=seed) for seed in SEEDS}
    _sheet(seeds, audio, out / "living_seeds.png")
    styles = {style.lower(): _moved(audio, seed=_STYLE_SEED, style=style) for style in STYLES}
    _sheet(styles, audio, out / "living_styles.png")
    stretch = Stretch(0.0, min(audio.duration_s, 8.0), 12.0)
    video(styles, out / "living_styles.gif", Timeline(audio), stretch, height=200)
    voices = {name: AudioClip(read_as(audio.samples, arousal)) for name, arousal in READINGS.items()}
    read = {name: _moved(voice, seed=_STYLE_SEED) for name, voice in voices.items()}
    _sheet(read, min(voices.values(), key=lambda voice: voice.duration_s), out / "living_voices.png")
    return {"seconds": audio.duration_s, "pictures": 4}


def _moved(audio: AudioClip, seed: int, style: str = "NATURAL") -> Clip:
    return perform(audio, GenerateSettings(seed=seed, style=style)).body


def _sheet(motions: dict[str, Clip], audio: AudioClip, path: Path) -> None:
    timeline = Timeline(audio, [accent.peak_s for accent in prosody.analyse(audio).accents])
    moments = np.linspace(0.4, audio.duration_s - 0.4, _MOMENTS)
    contact_sheet(motions, moments, timeline, _HEIGHT, _MOMENTS).save(path, optimize=True)
