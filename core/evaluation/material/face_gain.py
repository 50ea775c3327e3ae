# SPDX-License-Identifier: GPL-3.0-or-later
"""MeshTalk and PD-FGC from pre-training and from scratch: the same short training with all faces and with a tenth, several seeds.

"own encoder": as they are shipped, hearing through their small convolutions. The others hear through the trunk of the pre-trained
encoder: from scratch, with the pre-trained weights learning on, and with these frozen. What was measured is kept in a folder, under the
weights that it began with, and not measured again.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from ...models.meshtalk import MeshTalkConfig
from ...models.pdfgc import RigPdfgc, RigPdfgcConfig, load
from ...models.speech.encoder import PhoneticEncoder
from ...performance.parts import LIPS
from ...training.data.faces.shares import with_share
from ...training.data.faces.store import FaceStore
from ...training.data.faces.whole_motion import MotionStore
from ...training.loops.settings import TrainingSettings
from ...training.meshtalk import steps as meshtalk
from ...training.meshtalk.figures import latent_figures
from ...training.meshtalk.head import MeasuringHead
from ...training.pdfgc import steps as pdfgc
from ...training.pdfgc.losses import STRIDE
from ...training.pdfgc.windows import MotionWindows
from ...training.pretraining.starting import Start

SHARES = (1.0, 0.1)
CAPTURED = {"grid_s1": 0.5, "facegood": 0.5}  # held-out mouths that were seen
_BATCH = {"meshtalk": 6, "pdfgc": 16}
_HELD = 48  # windows

Rows = dict[str, dict[str, list[float]]]


@dataclass(frozen=True, eq=False)
class Faces:
    """store: its sound is MeshTalk's. levelled: the same with the sound of pre-trained encoders. motions: as PD-FGC sees them."""

    store: FaceStore
    levelled: FaceStore
    motions: MotionStore
    head: MeasuringHead

    def heard(self, start: Start | None) -> FaceStore:
        return self.store if start is None else self.levelled


def starts_of(encoder: PhoneticEncoder) -> dict[str, Start | None]:
    """By name what a model hears with at the beginning."""
    return {
        "own encoder": None,
        "from scratch": Start(encoder, scratch=True),
        "pre-trained": Start(encoder),
        "pre-trained, frozen": Start(encoder, frozen=True),
    }


def meshtalk_gain(faces: Faces, encoder: PhoneticEncoder, seeds: int, steps: int, folder: Path) -> Rows:
    """{"share, start": {figure: one for each seed}} of MeshTalk's first step, on held-out captured mouths: `mouth_by_sound_mm`,
    `mouth_mm` and `leak_to_mouth` of `latent_figures`."""

    def measured(start: Start | None, share: float, seed: int, run: Path) -> dict[str, float]:
        material = meshtalk.Material(with_share(faces.heard(start), share), faces.head, run, start)
        settings = TrainingSettings(steps, _BATCH["meshtalk"], meshtalk.LATENT.learning_rate, seed)
        model = meshtalk.begun(MeshTalkConfig.named("trained"), material, seed)
        trained = meshtalk.train_latent(model, material, settings, "latent")
        mean = model.vertex_unet.mean[0, 0]
        figures = latent_figures(trained, material.store, faces.head, mean, _HELD, CAPTURED)
        return {name: figures[name] for name in ("mouth_by_sound_mm", "mouth_mm", "leak_to_mouth")}

    return rows_of("meshtalk", measured, encoder, seeds, steps, folder)


def pdfgc_gain(faces: Faces, encoder: PhoneticEncoder, seeds: int, steps: int, folder: Path) -> Rows:
    """{"share, start": {figure: one for each seed}} of PD-FGC's second stage, on the trunk that is shipped: `sync_figures`."""
    shipped = load()

    def measured(start: Start | None, share: float, seed: int, run: Path) -> dict[str, float]:
        material = pdfgc.Material(with_share(faces.motions, share), faces.heard(start), run, start)
        settings = TrainingSettings(steps, _BATCH["pdfgc"], pdfgc.LIP.learning_rate, seed)
        model = pdfgc.begun(RigPdfgcConfig.named("trained"), material, seed)
        model.trunk.load_state_dict(shipped.trunk.state_dict())
        model.spread.copy_(shipped.spread)
        return sync_figures(pdfgc.train_lips(model, material, settings), faces.motions, material.sounds)

    return rows_of("pdfgc", measured, encoder, seeds, steps, folder)


@torch.no_grad()
def sync_figures(model: RigPdfgc, motions: MotionStore, sounds: FaceStore) -> dict[str, float]:
    """Whether held-out captured lips know their sound among the twelve moments of a second, and sounds their lips: how often the right
    one is first, or one beside it (80 ms). By chance 0.08 and 0.24."""
    model.eval()
    windows = MotionWindows(motions, sounds, "validation", 11, model.audio_encoder.margin, CAPTURED)
    faces = windows.draw(4 * _HELD, augmented=False)
    motion = model.motion(faces.plain, faces.known.expand_as(faces.plain))
    lips = functional.normalize(model.heads[LIPS](motion)[0][:, ::STRIDE], dim=-1)
    heard = functional.normalize(model.audio_encoder(faces.mel)[:, ::STRIDE], dim=-1)
    alike = heard @ lips.transpose(1, 2)
    right = torch.arange(alike.shape[-1])
    away = torch.stack([(alike.argmax(axis) - right).abs() for axis in (1, 2)])
    return {"sync": float((away == 0).float().mean()), "sync_80_ms": float((away <= 1).float().mean())}


def rows_of(
    system: str,
    measured: Callable[[Start | None, float, int, Path], dict[str, float]],
    encoder: PhoneticEncoder,
    seeds: int,
    steps: int,
    folder: Path,
) -> Rows:
    """{"share, start": {figure: one for each seed}} of a system. measured: (start, share, seed, folder of the run) → figures."""
    found: Rows = {}
    print_of = _fingerprint(encoder)
    for seed in range(seeds):
        for share in SHARES:
            for name, start in starts_of(encoder).items():
                begun = f"_{print_of:08x}" if start is not None and not start.scratch else ""
                kind = name.replace(",", "").replace(" ", "_")
                run = folder / f"{system}_{kind}{begun}_{100 * share:g}_{steps}_{seed}"
                row = found.setdefault(f"{100 * share:g} %, {name}", {})
                for key, value in _kept(run, partial(measured, start, share, seed)).items():
                    row.setdefault(key, []).append(value)
    return found


def _kept(run: Path, measure: Callable[[Path], dict[str, float]]) -> dict[str, float]:
    """The figures in a run's folder, measured if they are not there; its checkpoints are not needed any more then."""
    path = run / "figures.json"
    if not path.is_file():
        run.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(measure(run)), encoding="utf-8")
        part.replace(path)
        for checkpoint in run.glob("*.pt"):
            checkpoint.unlink()
    return json.loads(path.read_text(encoding="utf-8"))


def _fingerprint(encoder: PhoneticEncoder) -> int:
    values = [value.detach().float().flatten().numpy() for value in encoder.state_dict().values()]
    return zlib.crc32(np.concatenate(values).tobytes())
