# SPDX-License-Identifier: GPL-3.0-or-later
"""What pre-training gains: other models from pre-trained encoders and from scratch, with few labels and with many, several seeds each.

`python -m core.evaluation pretraining_gain [--only PART …]`. speech: its encoder trained for some steps with 1, 10 and 100 % of the
labels; frozen: small readers of frozen features with 1 and 10 %; both by the balanced accuracy of the six lip classes of `lips` on
validation speakers. mouths: 1, 3 and 10 minutes of captured mouths, by correlation on held-out clips. beats: all and a tenth of the
rendered pieces, by F-measure on held-out tunes and drummers. motion: keypoints → motion from the same short training with all and a
tenth of the recordings, on held-out motion, beside copying the nearest training frame. meshtalk, pdfgc: their stages that hear, with
all and a tenth of the faces, by how well held-out captured mouths and their sounds know each other. emage: its face, likewise, on
held-out prompts. Figures are means of the seeds, with the least and the most in brackets.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from ...models.meshtalk import MeshTalkConfig
from ...models.pretraining import Pretraining, read
from ...models.speech import load as load_speech
from ...models.speech.objectives import LIP_CLASS_OF_PHONE
from ...paths import PRETRAINING_WEIGHTS, data_pack
from ...training.data.faces.store import LEVELLED, prepared, with_levelled_sound
from ...training.data.faces.whole_motion import whole_motion
from ...training.data.pretraining import views as view_stores
from ...training.data.pretraining.store import PretrainingStore
from ...training.meshtalk.head import measuring_head
from ...training.speech.features import load_features
from ..material.beat_gain import beat_gain
from ..material.emage_face_gain import emage_face_gain
from ..material.face_gain import Faces, meshtalk_gain, pdfgc_gain
from ..material.keypoint_gain import keypoint_gain
from ..material.mouth_gain import mouth_gain
from ..material.speech_gain import SHARES, frozen, tuned

PARTS = ("speech", "frozen", "mouths", "beats", "motion", "meshtalk", "pdfgc", "emage")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    cache = Path(".cache")
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=cache / "pretraining", help="folder of the recordings")
    parser.add_argument("--speech", type=Path, default=cache / "speech", help="prepared speech")
    parser.add_argument("--run", type=Path, default=cache / "runs" / "gain", help="folder of the short trainings")
    parser.add_argument("--faces", type=Path, default=cache / "faces.npz", help="MeshTalk's faces and sounds")
    parser.add_argument("--motions", type=Path, default=cache / "motions.npz", help="PD-FGC's motions")
    parser.add_argument("--weights", type=Path, default=PRETRAINING_WEIGHTS, help="folder of pre-trained encoders")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES, help="of the labels of speech")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=120, help="of each short training")


def run(arguments: argparse.Namespace) -> dict:
    torch.set_num_threads(1)
    model = read(arguments.weights)
    figures: dict = {}
    for part in arguments.only:
        figures[part] = _measured(part, model, arguments)
        _print(part, figures[part])
    return figures


def _measured(part: str, model: Pretraining, arguments: argparse.Namespace) -> dict:
    """The figures of a part, by row and by column."""
    seeds, steps = arguments.seeds, arguments.steps
    starts = {"from scratch": None, "pre-trained": model.audio.phonetic}
    torch.manual_seed(0)
    raw = Pretraining(model.config).eval().audio.phonetic
    features = {"sound itself": None, "untrained": raw, "pre-trained": model.audio.phonetic}
    if part == "speech":
        return tuned(load_features(arguments.speech), starts, arguments.shares, seeds, steps, arguments.run)
    if part == "frozen":
        lip_classes = LIP_CLASS_OF_PHONE.numpy()
        return frozen(load_features(arguments.speech), features, lip_classes, seeds, steps)
    if part == "mouths":
        by_corpus = mouth_gain({**features, "speech model": load_speech().encoder}, seeds, steps)
        return {f"{corpus}, {name}": row for corpus, rows in by_corpus.items() for name, row in rows.items()}
    if part == "emage":
        return emage_face_gain(arguments.data, model.audio.phonetic, seeds, steps, arguments.run)
    if part in ("meshtalk", "pdfgc"):
        gain = meshtalk_gain if part == "meshtalk" else pdfgc_gain
        return gain(_faces(arguments), model.audio.phonetic, seeds, steps, arguments.run)
    store = PretrainingStore.read(arguments.cache / "store.npz")
    if part == "beats":
        return beat_gain(store, features, seeds, 2 * steps)
    views = view_stores.prepared(arguments.cache / "views.npz", store, arguments.data)
    return keypoint_gain(store, views, model, seeds, 2 * steps, arguments.run)


def _faces(arguments: argparse.Namespace) -> Faces:
    store = prepared(arguments.faces, arguments.data, MeshTalkConfig.named("trained"))
    levelled = with_levelled_sound(store, LEVELLED, arguments.data)
    motions = whole_motion(arguments.motions, arguments.data, store)
    return Faces(store, levelled, motions, measuring_head(arguments.data))


def _print(part: str, rows: Mapping[str, Mapping[str, float | list[float]]]) -> None:
    keys = list(dict.fromkeys(key for row in rows.values() for key in row))
    print(f"\n{part:40}" + "".join(f"{key:>24}" for key in keys))
    for name, row in rows.items():
        print(f"{name:40}" + "".join(f"{_said(row.get(key)):>24}" for key in keys), flush=True)


def _said(figure: float | list[float] | None) -> str:
    """A figure, or the mean of several with their range."""
    if figure is None:
        return "-"
    if not isinstance(figure, list):
        return f"{figure:.3f}"
    return f"{np.mean(figure):.3f} ({min(figure):.3f}-{max(figure):.3f})"
