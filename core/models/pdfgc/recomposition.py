# SPDX-License-Identifier: GPL-3.0-or-later
"""One face of several: lips from here, the expression from there, head and eyes from elsewhere.

What a control's channels say is taken over as it is. The network gives what channels cannot say: a smile is in the shapes that speak,
and it belongs to the expression. So the mouth is that of the lips' source, less what its own expression does to it, and more what the
expression's source does to it: the difference of two faces that the decoder makes of the same lips. The same holds for what lips do to
cheeks and nose. Brows, head, gaze and lids have channels of their own and are led to their sources exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ...motion.face_motion import FaceMotion
from ...motion.face_track import FACE_NAMES, FACE_RATE_HZ
from ...motion.resampling import lip_opening
from ...performance.parts import CHANNELS_OF_CONTROL, EXPRESSION, LIPS
from ...settings import CONTROLS
from .rig_channels import CHANNELS, CORNERS, RATE_HZ, SHAPES

MOST = 0.1  # that the network moves a shape by which is not a corner of the mouth: the rest of it is kept from leaking
_CORNER = np.isin(np.arange(SHAPES), CORNERS)
_BROW = np.array(
    [name.startswith("brow") for name in FACE_NAMES]
)  # theirs alone says what they do, as with lids and gaze
_APART = 0.12  # lip opening from which on the network's share is whole; closed lips stay as closed as they were


class Codec(Protocol):
    """What takes codes out of faces and makes faces of codes. spread: of each channel, on the model's device."""

    spread: Tensor

    def encode(self, values: Tensor, known: Tensor) -> dict[str, Tensor]: ...

    def decode(self, codes: Mapping[str, Tensor]) -> Tensor: ...


def recompose(model: Codec, own: FaceMotion, sources: Mapping[str, FaceMotion]) -> FaceMotion:
    """A face with some controls taken from other motions.

    Args:
        model: trained.
        own: what all else is kept of, and how long it lasts. A longer source is cut off, a shorter one holds its last frame.
        sources: by control; what a source does not know stays as it is.

    Returns:
        As long as `own`, shapes 0..1; known is what the parts know.

    Raises:
        ValueError: a control is none of CONTROLS.
    """
    if unknown := set(sources) - set(CONTROLS):
        raise ValueError(f"no such control: {sorted(unknown)}")
    faces = {control: _as_long(sources[control], len(own)) for control in sources if _gives(sources[control], control)}
    if not len(own) or not faces:
        return own
    values, head_deg, known = own.values.copy(), own.head_deg.copy(), own.known.copy()
    for control, source in faces.items():
        taken = CHANNELS_OF_CONTROL[control] & source.known
        values[:, taken[:SHAPES]] = source.values[:, taken[:SHAPES]]
        head_deg[:, taken[SHAPES:]] = source.head_deg[:, taken[SHAPES:]]
        known |= taken
    if LIPS in faces or EXPRESSION in faces:
        by_control = {control: faces.get(control, own) for control in CONTROLS}
        share = network_share(model, by_control) * known[:SHAPES]
        apart = np.clip(lip_opening(by_control[LIPS].values) / _APART, 0.0, 1.0)[:, None]
        closes = CHANNELS_OF_CONTROL[LIPS][:SHAPES] & ~_CORNER
        values = np.clip(values + np.where(closes, apart * share, share), 0.0, 1.0).astype(np.float32)
    return FaceMotion(values, head_deg, known)


@torch.inference_mode()
def network_share(model: Codec, faces: Mapping[str, FaceMotion]) -> np.ndarray:
    """What the controls do to each other's shapes, because they come from several faces.

    Args:
        model: trained.
        faces: of each control, all of one length.

    Returns:
        float32 (frames, 55) to be added to the shapes of LIPS and EXPRESSION, 0 elsewhere.
    """
    share = np.zeros_like(faces[LIPS].values)
    distinct = list({id(face): face for face in faces.values()}.values())
    # A face that does not show its mouth says nothing about what its lips do to it, nor about smiles.
    if len(distinct) < 2 or not faces[EXPRESSION].known[:SHAPES][_CORNER].any():
        return share
    places = {id(face): place for place, face in enumerate(distinct)}
    values, known = (torch.from_numpy(np.stack(part)) for part in zip(*map(sampled, distinct), strict=True))
    codes = model.encode(values.to(model.spread.device), known.to(model.spread.device))
    mixed = {control: codes[control][[places[id(faces[control])]]] for control in CONTROLS}
    made = model.decode(mixed)[0]
    for control in (LIPS, EXPRESSION):
        source = {name: codes[name][[places[id(faces[control])]]] for name in CONTROLS}
        difference = (made - model.decode(source)[0]).cpu().numpy()[:, :SHAPES]
        region = CHANNELS_OF_CONTROL[control][:SHAPES]
        if control == LIPS:
            region = region & faces[LIPS].known[:SHAPES] & (faces[EXPRESSION].known[:SHAPES] | ~_CORNER)
        limited = np.where(_CORNER, difference, np.clip(difference, -MOST, MOST)) * (region & ~_BROW)
        share += at_face_rate(limited, len(share))
    return share


def _gives(face: FaceMotion, control: str) -> bool:
    return bool(len(face)) and bool((face.known & CHANNELS_OF_CONTROL[control]).any())


def _as_long(face: FaceMotion, frames: int) -> FaceMotion:
    if len(face) == frames:
        return face
    rows = np.minimum(np.arange(frames), len(face) - 1)
    return FaceMotion(face.values[rows], face.head_deg[rows], face.known)


def sampled(face: FaceMotion) -> tuple[np.ndarray, np.ndarray]:
    """float32 (T, CHANNELS) at the model's rate, twice: the values, and 1 where they are known."""
    every = np.concatenate([face.values, face.head_deg], 1)
    times = np.arange(_model_frames(len(face))) * (FACE_RATE_HZ / RATE_HZ)
    before = np.minimum(times.astype(int), len(face) - 1)
    after, part = np.minimum(before + 1, len(face) - 1), (times - before)[:, None].astype(np.float32)
    values = every[before] * (1.0 - part) + every[after] * part
    return values.astype(np.float32), np.broadcast_to(face.known.astype(np.float32), (len(values), CHANNELS)).copy()


def _model_frames(frames: int) -> int:
    return int((frames - 1) * RATE_HZ / FACE_RATE_HZ) + 2


def at_face_rate(curves: np.ndarray, frames: int) -> np.ndarray:
    """Curves (T, C) at the model's rate -> float32 (frames, C)."""
    places = np.minimum(np.arange(frames) * (RATE_HZ / FACE_RATE_HZ), len(curves) - 1.0)
    before = np.minimum(places.astype(int), max(len(curves) - 2, 0))
    after, part = np.minimum(before + 1, len(curves) - 1), (places - before)[:, None].astype(np.float32)
    return curves[before] * (1.0 - part) + curves[after] * part
