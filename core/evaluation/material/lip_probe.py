# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benches of the mouth share: the measuring tool, the clips, the curves that arrive on a face."""

from __future__ import annotations

import argparse
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from ...audio.phones import PHONES
from ...errors import UserError
from ...motion.face_track import FACE_NAMES, FaceTrack
from ...motion.resampling import face_at
from ...motion.simplification import SHAPE_TOLERANCE, simplify_curves
from ...paths import data_pack
from ...training.data.speech import Utterance, load_index

PROBE_RATE_HZ = 100
_MOUTH = [index for index, name in enumerate(FACE_NAMES) if name.startswith(("jaw", "mouth", "nose", "cheek"))]


def add_mouth_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the data and the model are, and how the curves are written."""
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/speech"), help="prepared speech")
    parser.add_argument(
        "--weights", type=Path, default=None, help="folder of the speech model (default: the shipped one)"
    )
    parser.add_argument(
        "--fps", type=float, default=60.0, help="frame rate of the scene that our curves are written to"
    )


def probe_tool(data: Path) -> ModuleType:
    """The lip probe that everybody measures with, out of the data pack's tools."""
    path = data.parent / "tools" / "lip_probe.py"
    if not path.is_file():
        raise UserError(f"The lip probe {path} is missing.", "Give --data the folder data of the developers' pack.")
    spec = importlib.util.spec_from_file_location("lip_probe", path)
    assert spec is not None and spec.loader is not None  # of a Python file that exists
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def probe_head(tool: ModuleType, data: Path):
    """The head whose mouth is measured: ICT-FaceKit's neutral and shapes."""
    return tool.Head(next((data / "rigs" / "ictfacekit_light").glob("*.npz")))


def arriving(track: FaceTrack, fps: float) -> dict[str, np.ndarray]:
    """The mouth's curves as a character gets them: sampled to scene frames, simplified, evaluated at 100 Hz.

    Between frames the keys' own interpolation counts, as in Blender. Returns {ARKit name: float32 (T,)}.
    """
    frames = max(int(np.ceil(track.times_s[-1] * fps)) + 1, 2)
    wanted = np.arange(int(track.times_s[-1] * PROBE_RATE_HZ) + 1) / PROBE_RATE_HZ * fps
    values = face_at(track, fps, 0.0, frames).values
    moving = [index for index in _MOUTH if values[:, index].max() > 0]
    if not moving:
        return {"jawOpen": np.zeros(len(wanted), np.float32)}
    return {
        FACE_NAMES[index]: keys.evaluate(wanted).astype(np.float32)
        for index, keys in zip(
            moving, simplify_curves(np.arange(frames, dtype=np.float64), values[:, moving], SHAPE_TOLERANCE)
        )
    }


def arpabet_track(utterance: Utterance) -> list[tuple[str, float, float]]:
    """Phones of an utterance as the probe reads them: ARPABET symbol, start and end in seconds."""
    return [(PHONES[symbol].arpabet, start, end) for symbol, start, end in utterance.segments()]


@dataclass(frozen=True)
class Group:
    """Clips that are scored together."""

    name: str
    utterances: tuple[Utterance, ...]


def groups(cache: Path, most: int, seed: int = 0) -> list[Group]:
    """Training, validation (recorded English) and held-out synthesizers, at most `most` clips of each, chosen by seed."""
    index = [u for u in load_index(cache) if u.language.startswith("en")]
    if not index:
        raise UserError(
            f"There is no prepared speech in {cache}.", "Run `python -m core.training.data.speech all` first."
        )
    english = {"kathleen", "speechocean762"}
    parts = {
        "training speakers (recorded)": [u for u in index if u.corpus in english and u.split == "train"],
        "validation speakers (recorded)": [u for u in index if u.corpus in english and u.split == "validation"],
        "synthesizers never trained on": [u for u in index if u.split == "heldout"],
    }
    rng = np.random.default_rng(seed)
    return [
        Group(name, tuple(members[k] for k in sorted(rng.permutation(len(members))[:most])))
        for name, members in parts.items()
        if members
    ]
