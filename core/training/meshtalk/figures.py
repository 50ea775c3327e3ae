# SPDX-License-Identifier: GPL-3.0-or-later
"""How well the latent keeps a face, and how well it keeps mouth and upper face apart; on validation recordings."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ...models.meshtalk import MeshTalk
from ...models.meshtalk.latent import straight_through
from ..data.faces.store import FaceStore
from .head import MeasuringHead
from .windows import FaceWindows

TALKERS = {"grid_s1": 0.5, "address": 0.5}


@torch.no_grad()
def latent_figures(
    model: nn.Module,
    store: FaceStore,
    head: MeasuringHead,
    mean: Tensor,
    batch: int = 48,
    talkers: Mapping[str, float] = TALKERS,
) -> dict[str, float]:
    """On windows of validation talkers, in mm on the measuring head.

    mouth_mm, upper_mm, lids_mm: root mean square error of the decoded face in each region (weighted by its mask). mouth_by_sound_mm: the
    mouth's where the expression is another clip's, so that the sound alone can tell. mouth_moves_mm,
    upper_moves_mm: how far the recorded face is from its mean there. leak_to_mouth: how much another clip's expression changes the
    mouth, as a share of how much it changes where the sound is another's; leak_to_upper: the reverse. 0 is apart, 1 is no better
    together.
    """
    assert isinstance(model, MeshTalk)
    model.eval()
    faces = FaceWindows(store, "validation", dict(talkers), 11).draw(batch, mean, augmented=False)
    audio, expression = faces.heard_by(model), model.encoder.expression_encoder(faces.geometry)
    space, regions = head.space, head.regions

    def decode(expression: Tensor, audio: Tensor) -> Tensor:
        latent = straight_through(model.encoder.fusion_model(expression, audio))
        return space.vertices(faces.completed(model.vertex_unet(faces.template, latent)))

    target, own = space.vertices(faces.geometry), decode(expression, audio)
    other_expression, other_sound = decode(expression.roll(1, 0), audio), decode(expression, audio.roll(1, 0))

    def apart(a: Tensor, b: Tensor, mask: Tensor) -> float:
        return float(((a - b).square().sum(-1) * mask).sum(-1).mean().div(mask.sum()).sqrt())

    def share(leaked: float, moved: float) -> float:
        return leaked / max(moved, 1e-6)  # early in a training an expression may change nothing at all

    still = target.mean((0, 1), keepdim=True).expand_as(target)
    figures = {
        "mouth_mm": apart(own, target, regions.mouth),
        "mouth_by_sound_mm": apart(other_expression, target, regions.mouth),
        "upper_mm": apart(own, target, regions.upper),
        "lids_mm": apart(own, target, regions.landmarks),
        "mouth_moves_mm": apart(still, target, regions.mouth),
        "upper_moves_mm": apart(still, target, regions.upper),
        "leak_to_mouth": share(apart(own, other_expression, regions.mouth), apart(own, other_sound, regions.mouth)),
        "leak_to_upper": share(apart(own, other_sound, regions.upper), apart(own, other_expression, regions.upper)),
    }
    return {name: round(value, 4) for name, value in figures.items()}
