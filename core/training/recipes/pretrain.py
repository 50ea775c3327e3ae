# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-supervised pre-training, from all recordings to weights/pretraining.

    python -m core.training pretrain [--stage data|train|sound|ship] [--objectives alignment prediction attributes]
    torchrun --nproc-per-node 2 -m -- core.training pretrain --stage train

Speech, captured faces, landmark speeches, gestures and dances of the data pack with rendered music, or the mixture that a manifest names
(--manifest, see docs/training.md). Recordings and their keypoints are prepared once, in half an hour. Then the sound's encoder learns by
itself what it lacks (`--stage sound`). Every training goes on where it was stopped; its figures are a table in the run's folder. With
--device cuda the three encoders learn in mixed precision.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ...models.meshtalk import MeshTalkConfig
from ...models.pretraining import Pretraining, PretrainingConfig, read, save
from ...models.pretraining.objectives import OBJECTIVES
from ...paths import PRETRAINING_WEIGHTS, data_pack
from ..data.dance.store import prepared as prepared_dances
from ..data.faces.store import prepared as prepared_faces
from ..data.faces.whole_motion import whole_motion
from ..data.pretraining import sources, views
from ..data.pretraining.manifest import Manifest
from ..data.pretraining.recording import MultimodalClip
from ..data.pretraining.store import PretrainingStore, prepared
from ..loops.settings import add_run_arguments, begin
from ..pretraining import processes
from ..pretraining.sound_stage import SoundSettings, sound_encoder
from ..pretraining.steps import SETTLING, PretrainingSettings, begun, train
from ..pretraining.windows import SHARES

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    cache = Path(".cache")
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=cache / "pretraining", help="folder of the prepared recordings")
    parser.add_argument(
        "--manifest",
        type=Path,
        default=None,
        help="JSON of a mixture of folders (default: the data pack); needs a --cache of its own",
    )
    parser.add_argument("--faces", type=Path, default=cache / "faces.npz", help="file of MeshTalk's faces and sounds")
    parser.add_argument("--motions", type=Path, default=cache / "motions.npz", help="file of PD-FGC's motions")
    parser.add_argument("--bodies", type=Path, default=cache / "motion", help="folder of the prepared body motion")
    parser.add_argument("--dances", type=Path, default=cache / "dance.npz", help="file of the prepared dances")
    add_run_arguments(parser, "pretraining", PRETRAINING_WEIGHTS)
    parser.add_argument("--stage", choices=("data", "train", "sound", "ship", "all"), default="all")
    parser.add_argument("--objectives", choices=OBJECTIVES, nargs="+", default=list(OBJECTIVES))
    parser.add_argument("--preset", default="trained", help="size, a preset of models.pretraining.config")
    parser.add_argument("--steps", type=int, default=PretrainingSettings.steps)
    parser.add_argument("--sound-steps", type=int, default=SoundSettings.steps, help="of the sound's encoder by itself")
    parser.add_argument("--settling-steps", type=int, default=SETTLING.steps, help="of all others thereafter")
    parser.add_argument(
        "--start-from",
        type=Path,
        default=None,
        help="folder of encoders to go on from; with --stage sound they are the teachers (default: the run's own)",
    )
    parser.add_argument(
        "--kinds", choices=tuple(SHARES), nargs="+", default=list(SHARES), help="windows of what the encoders see"
    )
    parser.add_argument("--batch", type=int, default=PretrainingSettings.batch)
    parser.add_argument("--phone-share", type=float, default=PretrainingSettings.phone_share)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    store = prepared(arguments.cache / "store.npz", _mixture(arguments))
    seen = views.prepared(arguments.cache / "views.npz", store, arguments.data)
    if arguments.stage == "data":
        return
    joined = processes.begin(arguments.device)
    settings = PretrainingSettings(
        steps=arguments.steps if arguments.stage in ("train", "all") else 0,
        shares=tuple((kind, SHARES[kind]) for kind in arguments.kinds),
        batch=arguments.batch,
        seed=arguments.seed,
        objectives=tuple(arguments.objectives),
        phone_share=arguments.phone_share,
        device=str(processes.own_device(arguments.device)),
    )
    told = {}
    if arguments.start_from is None:
        model = begun(PretrainingConfig.named(arguments.preset), store, arguments.seed)
    else:
        model = read(arguments.start_from)
    if (
        arguments.start_from is None or arguments.stage != "sound"
    ):  # teachers stay as they are, and what is told of them
        model = train(model, store, seen, arguments.run, settings, joined).cpu().eval()
        told = {"steps": arguments.steps, "batch": arguments.batch, "phone_share": arguments.phone_share}
    if joined.leads and arguments.stage in ("sound", "all"):
        model = with_better_ear(model, store, seen, arguments)
        told |= {"sound_steps": arguments.sound_steps, "settling_steps": arguments.settling_steps}
    if joined.leads and arguments.stage != "train":
        ship(model, store, arguments.weights, told)
    joined.finish()


def with_better_ear(
    model: Pretraining, store: PretrainingStore, seen: views.ViewStore, arguments: argparse.Namespace
) -> Pretraining:
    """The sound's encoder learns by itself, then all others get used to it."""
    sound = SoundSettings(steps=arguments.sound_steps, seed=arguments.seed)
    model.audio = sound_encoder(model.audio, model.config, store, arguments.run, sound)
    settling = replace(SETTLING, steps=arguments.settling_steps, seed=arguments.seed)
    return train(model, store, seen, arguments.run, settling, processes.Processes()).eval()


def ship(model: Pretraining, store: PretrainingStore, folder: Path, told: dict[str, float]) -> None:
    """The model to its folder, with the minutes that it was trained on and what else is told of its training."""
    minutes = {f"minutes {corpus}": value for corpus, value in store.minutes().items()}
    model.config = replace(model.config, data={**model.config.data, **minutes, **told})
    save(model, folder)
    log.info("wrote %s", folder)


def _mixture(arguments: argparse.Namespace) -> Iterator[MultimodalClip]:
    """What the manifest names, or the data pack."""
    if arguments.manifest is None:
        yield from _recordings(arguments)
    else:
        yield from Manifest.read(arguments.manifest).recordings(lambda: _recordings(arguments))


def _recordings(arguments: argparse.Namespace) -> Iterator[MultimodalClip]:
    """Everything of the data pack."""
    faces = prepared_faces(arguments.faces, arguments.data, MeshTalkConfig.named("trained"))
    motions = whole_motion(arguments.motions, arguments.data, faces)
    yield from sources.silent_faces(arguments.data, motions)
    yield from sources.captured_talkers(arguments.data, motions)
    yield from sources.gestures(arguments.bodies, arguments.data)
    yield from sources.dances(prepared_dances(arguments.dances, arguments.data))
    yield from sources.music(arguments.data)
    yield from sources.recorded_speech(arguments.data)
