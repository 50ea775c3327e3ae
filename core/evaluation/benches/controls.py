# SPDX-License-Identifier: GPL-3.0-or-later
"""Does changing one control of the face leave the others alone? PD-FGC, its ablations, and plain exchange of channels.

`python -m core.evaluation controls [--cache FILE --motions FILE] [--weights DIR] [--compare DIR …]`, on faces put together of held-out
recordings. Leakage: rows, the control that was changed to a donor's; columns, how far each region then moved, as a share of its range
(the mouth without its corners, which lips and expression share, and the corners by themselves). Followed: correlation of a changed
region with the donor's. "network": what the decoder makes of exchanged codes; "recomposed": what the button does; "channels": each
control's channels exchanged, no network. Smiles: how far the corners of the mouth are from what they should be where lips come from one
face and the smile from another, as a share of the error of exchanged channels. Speed: of recomposing a minute."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from ...models.meshtalk import MeshTalkConfig
from ...models.pdfgc import RigPdfgc, load
from ...models.pdfgc.recomposition import at_face_rate, sampled
from ...models.pdfgc.rig_channels import CHANNELS, CORNERS, SHAPES
from ...motion.face_motion import FaceMotion
from ...motion.face_track import FACE_RATE_HZ
from ...paths import PDFGC_WEIGHTS, data_pack
from ...performance.parts import CHANNELS_OF_CONTROL, EXPRESSION, LIPS
from ...settings import CONTROLS
from ...training.data.faces.store import prepared
from ...training.data.faces.whole_motion import whole_motion
from ..material.held_out_faces import HeldOutFace, held_out_faces
from ..metrics.leakage import followed, moved, ranges

_CORNERS = np.isin(np.arange(CHANNELS), CORNERS)
COLUMNS = {**{control: region & ~_CORNERS for control, region in CHANNELS_OF_CONTROL.items()}, "corners": _CORNERS}
_DONOR = 7  # the donor of face i is face i + 7

Change = Callable[[FaceMotion, FaceMotion, str], tuple[np.ndarray, np.ndarray]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument(
        "--cache", type=Path, default=Path(".cache/faces.npz"), help="file of MeshTalk's faces and sounds"
    )
    parser.add_argument("--motions", type=Path, default=Path(".cache/motions.npz"), help="file of the prepared motions")
    parser.add_argument("--weights", type=Path, default=PDFGC_WEIGHTS)
    parser.add_argument("--compare", type=Path, nargs="*", default=(), help="folders of other weights")
    parser.add_argument("--faces", type=int, default=24)


def whole(motion: FaceMotion) -> np.ndarray:
    """(T, CHANNELS)"""
    return np.concatenate([motion.values, motion.head_deg], 1)


def of_channels(own: FaceMotion, donor: FaceMotion, control: str) -> tuple[np.ndarray, np.ndarray]:
    """Before and after the control's channels are the donor's."""
    before, taken = whole(own), CHANNELS_OF_CONTROL[control] & donor.known
    return before, np.where(taken, whole(donor), before)


def of_network(model: RigPdfgc) -> Change:
    """Before and after the control's code is the donor's, as the decoder makes it."""

    @torch.inference_mode()
    def change(own: FaceMotion, donor: FaceMotion, control: str) -> tuple[np.ndarray, np.ndarray]:
        values, known = (torch.from_numpy(np.stack(part)) for part in zip(sampled(own), sampled(donor), strict=True))
        codes = model.encode(values, known)
        mine = {name: code[:1] for name, code in codes.items()}
        made = (model.decode(mine)[0], model.decode(mine | {control: codes[control][1:]})[0])
        before, after = (at_face_rate(one.numpy(), len(own)) for one in made)
        return before, after

    return change


def of_recomposing(model: RigPdfgc) -> Change:
    """Before and after `recompose`."""

    def change(own: FaceMotion, donor: FaceMotion, control: str) -> tuple[np.ndarray, np.ndarray]:
        return whole(own), whole(model.recompose(own, {control: donor}))

    return change


def leakage(faces: list[HeldOutFace], change: Change) -> dict:
    """The table of shares by control and column, and how each control follows its donor."""
    motions = [face.motion for face in faces]
    spans = ranges([whole(m) for m in motions], [m.known for m in motions], np.arange(CHANNELS) >= SHAPES)
    table: dict[str, dict[str, float]] = {}
    follows: dict[str, float] = {}
    for control in CONTROLS:
        rows, correlations = [], []
        for index, own in enumerate(motions):
            donor = motions[(index + _DONOR) % len(motions)]
            before, after = change(own, donor, control)
            both = own.known & donor.known
            rows.append([moved(before, after, channels & both, spans) for channels in COLUMNS.values()])
            correlations.append(followed(after, whole(donor), COLUMNS[control] & both, spans))
        table[control] = dict(zip(COLUMNS, np.nanmean(rows, 0).round(4).tolist(), strict=True))
        follows[control] = round(float(np.nanmean(correlations)), 3)
    return {"moved": table, "followed": follows}


def smiles(faces: list[HeldOutFace], model: RigPdfgc) -> dict[str, float]:
    """Errors of the corners as shares of those of exchanged channels, where the truth is known: speech of one face, smile of another."""
    corners = list(CORNERS)
    errors: dict[str, list[float]] = {"lips": [], "lips_channels": [], "expression": [], "expression_channels": []}
    for index, own in enumerate(faces):
        donor = faces[(index + _DONOR) % len(faces)]
        both = [c for c in corners if own.motion.known[c] and donor.motion.known[c]]
        cases = (
            ("lips", LIPS, donor.plain + own.laid, donor.motion),
            ("expression", EXPRESSION, own.plain + donor.laid, own.motion),
        )
        for name, control, truth, exchanged in cases:
            found = model.recompose(own.motion, {control: donor.motion}).values
            for key, values in ((name, found), (f"{name}_channels", exchanged.values)):
                errors[key].append(float(np.abs(values - truth.clip(0, 1))[:, both].mean()))
    mean = {name: float(np.mean(found)) for name, found in errors.items()}
    return {
        "lips_taken": mean["lips"] / mean["lips_channels"],
        "expression_taken": mean["expression"] / mean["expression_channels"],
        "channels_error": mean["lips_channels"],
    }


def times_real(model: RigPdfgc, face: FaceMotion, repeat: int = 5) -> float:
    """How many times quicker than real time a minute is recomposed, all controls but the lips from another face, by processor time."""
    rows = np.arange(int(60 * FACE_RATE_HZ)) % len(face)
    own = FaceMotion(face.values[rows], face.head_deg[rows], face.known)
    donor = FaceMotion(face.values[rows[::-1]].copy(), face.head_deg[rows[::-1]].copy(), face.known)
    best = np.inf
    for _ in range(repeat):
        began = time.process_time()
        model.recompose(own, dict.fromkeys(CONTROLS, donor) | {LIPS: own})
        best = min(best, time.process_time() - began)
    return 60.0 / best


def run(arguments: argparse.Namespace) -> dict:
    torch.set_num_threads(1)
    sounds = prepared(arguments.cache, arguments.data, MeshTalkConfig.named("trained"))
    faces = held_out_faces(whole_motion(arguments.motions, arguments.data, sounds), arguments.faces)
    model = load(arguments.weights)
    figures: dict = {
        "channels": leakage(faces, of_channels),
        "recomposed": leakage(faces, of_recomposing(model)),
        "network": leakage(faces, of_network(model)),
        **{f"network, {folder.name}": leakage(faces, of_network(load(folder))) for folder in arguments.compare},
    }
    for name, found in figures.items():
        print(f"{name}\n  {'':12}" + "".join(f"{column:>12}" for column in COLUMNS) + f"{'followed':>12}")
        for control, row in found["moved"].items():
            shown = "".join(f"{share:12.3f}" for share in row.values())
            print(f"  {control:12}{shown}{found['followed'][control]:12.3f}", flush=True)
    figures["smiles"] = smiles(faces, model)
    figures |= {f"smiles, {folder.name}": smiles(faces, load(folder)) for folder in arguments.compare}
    figures["times_real"] = times_real(model, faces[0].motion)
    for name in figures:
        if name.startswith(("smiles", "times")):
            print(name, figures[name])
    return figures
