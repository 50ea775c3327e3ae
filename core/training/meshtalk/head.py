# SPDX-License-Identifier: GPL-3.0-or-later
"""The head that the losses see: some vertices of ICT-FaceKit's face, moved by our shapes, and where mouth and upper face lie.

The finished model knows nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ...models.meshtalk.face_space import FaceSpace
from ...models.meshtalk.objectives import FaceRegions
from ...models.meshtalk.shapes import MOUTH_SHAPES, SHAPES, UPPER_SHAPES

SKIN = 9230  # vertices of the face's skin, the first ones
VERTICES = 400
LID_VERTICES = 48
LEAST_MM = 0.5  # a vertex that no shape moves farther is left out


@dataclass(frozen=True)
class MeasuringHead:
    """space: shapes to vertices in mm. regions: their masks."""

    space: FaceSpace
    regions: FaceRegions


def measuring_head(folder: Path, seed: int = 0) -> MeasuringHead:
    """From the data pack's folder. A share of each vertex belongs to the mouth, the rest to the upper face, as mouth shapes and upper
    shapes move it (squared); the lids' vertices are the landmarks."""
    with np.load(next((folder / "rigs" / "ictfacekit_light").glob("*.npz"))) as data:
        found = dict(zip(data["names"].tolist(), data["deltas"][:, :SKIN].astype(np.float32) * 10.0, strict=True))
    shapes = np.stack([delta_of(found, name) for name in SHAPES])
    reach = np.linalg.norm(shapes, axis=-1)
    mouth = np.square(reach[[SHAPES.index(name) for name in MOUTH_SHAPES]]).sum(0)
    upper = np.square(reach[[SHAPES.index(name) for name in UPPER_SHAPES]]).sum(0)
    lids = reach[[SHAPES.index("eyeBlinkLeft"), SHAPES.index("eyeBlinkRight")]].sum(0)
    moved = np.flatnonzero(reach.max(0) > LEAST_MM)
    edge = np.argsort(lids)[-LID_VERTICES:]
    some = np.random.default_rng(seed).permutation(np.setdiff1d(moved, edge))[: VERTICES - LID_VERTICES]
    chosen = np.concatenate([edge, some])
    landmarks = np.zeros(len(chosen), np.float32)
    landmarks[:LID_VERTICES] = 1.0
    of_mouth = mouth / np.maximum(mouth + upper, 1e-9)
    regions = FaceRegions(
        *(torch.from_numpy(mask.astype(np.float32)) for mask in (of_mouth[chosen], 1.0 - of_mouth[chosen], landmarks))
    )
    return MeasuringHead(FaceSpace.of_shapes(torch.from_numpy(shapes[:, chosen])), regions)


def delta_of(found: dict[str, np.ndarray], name: str) -> np.ndarray:
    """ICT's offset for an ARKit shape, of both sides where it splits one."""
    for side in ("Left", "Right"):
        if name.endswith(side) and name not in found:
            return found[f"{name.removesuffix(side)}_{side[0]}"]
    return found[name] if name in found else found[f"{name}_L"] + found[f"{name}_R"]
