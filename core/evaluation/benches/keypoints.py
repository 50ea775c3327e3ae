# SPDX-License-Identifier: GPL-3.0-or-later
"""How near to the truth is what a video's keypoints drive? Arms and faces that nothing was trained on, seen by made-up cameras.

`python -m core.evaluation keypoints [--cache DIR] [--weights DIR] [--compare NAME=DIR …]`. Arms: degrees by which upper arm and forearm
point elsewhere, by one mean pose, by copying the most similar training frame, by the network alone, by the bones' lengths with the
network for depth alone, and by both as the product does. Faces: mean error and correlation of shapes, measured from the landmarks, read
by the network, and never moving. --compare: folders of other weights, of this network or of pre-trained encoders.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from ...errors import UserError
from ...models.pretraining import read
from ...models.pretraining.seen_motion import SeenMotion, TrainedSeenMotion, read_seen_motion
from ...paths import KEYPOINTS_WEIGHTS, data_pack
from ...training.data.pretraining import views as view_stores
from ...training.data.pretraining.cameras import Cameras, LandmarkHead
from ...training.data.pretraining.store import PretrainingStore
from ..material.keypoint_motion import keypoint_motion
from ..material.seen_arms import arm_errors
from ..material.seen_faces import face_errors
from ..tables import Column, header, line

_SEED = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/pretraining"), help="folder of the recordings")
    parser.add_argument("--weights", type=Path, default=KEYPOINTS_WEIGHTS, help="folder of the network")
    parser.add_argument("--compare", nargs="*", default=(), metavar="NAME=DIR", help="folders of other weights")
    parser.add_argument("--clips", type=int, default=40, help="of gestures")
    parser.add_argument("--views", type=int, default=2, help="cameras for every captured face")


def run(arguments: argparse.Namespace) -> dict:
    store = PretrainingStore.read(arguments.cache / "store.npz")
    views = view_stores.prepared(arguments.cache / "views.npz", store, arguments.data)
    models = {"shipped": read_seen_motion(arguments.weights)}
    models |= {name: _either(Path(folder)) for name, folder in (one.split("=", 1) for one in arguments.compare)}
    trained = {name: TrainedSeenMotion(model) for name, model in models.items()}
    head = LandmarkHead.read(arguments.data)
    figures = {"arms": arm_errors(trained, store, views, _cameras(head), arguments.clips)}
    with tempfile.TemporaryDirectory() as folder:
        figures["faces"] = face_errors(trained, store, _cameras(head), Path(folder), arguments.views)
    figures["motion"] = keypoint_motion(models, store, views)
    for title, rows in figures.items():
        columns = [Column(key, key, ".3f", 16) for key in next(iter(rows.values()))]
        print(f"\n{header(columns, title, 48)}")
        for name, row in sorted(rows.items(), key=lambda item: item[0].partition(",")[0] if title == "faces" else ""):
            print(line(columns, name, 48, row))
    return figures


def _cameras(head: LandmarkHead) -> Cameras:
    return Cameras(head, np.random.default_rng(_SEED))


def _either(folder: Path) -> SeenMotion:
    """Weights of this network, or what pre-trained encoders have of it."""
    try:
        return read_seen_motion(folder)
    except UserError:
        return SeenMotion.of(read(folder)).eval()
