# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded person, the general body, and the body that learned from a minute of that person, as stick figures side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ...audio.decoding import load as load_sound
from ...motion.clip import Clip
from ...motion.resampling import clip_at
from ...paths import data_pack
from ...performance.face.control_sources import FaceControls
from ...performance.parts import BODY, HANDS, HEAD, LIPS
from ...performance.performer.body_fitting import adapt_body
from ...performance.performer.body_recordings import BodyRecording
from ...performance.performer.performer import Performer
from ...performance.speech import perform
from ...progress import Progress
from ...settings import GenerateSettings
from ...training.data.body import load
from ..material.performed_bodies import performed
from .motion_pictures import Timeline, contact_sheet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="prepared motion")
    parser.add_argument("--performer", default="neuron", help="whose recordings")
    parser.add_argument("--minutes", type=float, default=1.0, help="of capture")
    parser.add_argument("--audio", type=Path, default=Path("docs/demo/speech.ogg"), help="the voice")
    parser.add_argument("--out", type=Path, default=Path("docs/images/performer_body.png"), help="the picture")
    parser.add_argument("--seed", type=int, default=2)


def run(arguments: argparse.Namespace) -> dict:
    bodies, sound = load(arguments.cache, arguments.data), load_sound(arguments.audio)
    learned = performed(bodies, arguments.performer, "train", 60.0 * arguments.minutes, 3)
    recording = BodyRecording("", learned.sound, learned.motion, np.ones(len(learned.motion), bool))
    ways = adapt_body([recording], arguments.performer, Progress()).ways
    settings = GenerateSettings(seed=arguments.seed, parts=frozenset({LIPS, HEAD, BODY, HANDS}))

    def moved(performer: Performer | None) -> Clip:
        return perform(sound, settings, controls=FaceControls(performer=performer)).body

    held = performed(bodies, arguments.performer, "validation", 60.0, 4).motion
    clips = {
        "recorded, kept out": clip_at(held, 30.0, 0.0, int(sound.duration_s * 30.0)),
        "people on average": moved(None),
        f"after {arguments.minutes:g} minute{'' if arguments.minutes == 1 else 's'}": moved(
            Performer.of_body("", ways)
        ),
    }
    moments = np.linspace(0.3, sound.duration_s - 0.3, 10)
    picture = contact_sheet(clips, moments, Timeline(sound, []), 200)
    picture.quantize(64).save(arguments.out, optimize=True)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1000:.0f} kB")
    return {"often": ways.factors.often, "far": ways.factors.far, "left": ways.left}
