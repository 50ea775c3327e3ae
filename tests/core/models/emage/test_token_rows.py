# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped generator in rows gives the motion of its modules, within the tolerance."""

from __future__ import annotations

import pytest
import torch

from core.models.emage.body_parts import LOWER_JOINTS, rest_frames
from core.models.emage.checkpoint import load
from core.models.emage.network import Emage
from core.models.emage.token_rows import TOKEN_ROWS
from core.models.emage.token_sampling import TokenWindow, draw_tokens
from core.paths import ROOT

TOLERANCE_RAD, TOLERANCE_M = 1e-4, 1e-5


@pytest.fixture(scope="module")
def shipped() -> Emage:
    return load(ROOT / "weights" / "emage").eval()


@pytest.mark.parametrize(("speaker", "guidance"), [(None, 1.0), (3, 1.5)])
def test_a_window_moves_as_the_modules_have_it(shipped, speaker, guidance):
    config = shipped.config
    random = torch.Generator().manual_seed(7)
    heard = [torch.rand(1, config.window, width, generator=random) for width in (config.content_width, 6)]
    motion = rest_frames(1, config.window)
    mask = torch.ones_like(motion)
    mask[:, : config.seed_frames] = 0.0
    mask[:, 40:44, 150:] = 0.0  # a whole token of the hands
    noise = 0.85 * torch.randn(1, config.window // 4, len(shipped.network.latent_mean), generator=random)
    who = None if speaker is None else torch.tensor([speaker])
    window = TokenWindow((heard[0], heard[1]), motion, mask, who)
    with torch.inference_mode():
        rows = TOKEN_ROWS.of(shipped)
        meant = draw_tokens(shipped, window, noise, guidance)
        made = draw_tokens(shipped, window, noise, guidance, rows)
        moved = {part: shipped.codecs.strided(part).decoder(latents) for part, latents in meant.items()}
        quick = {part: rows.codecs[part].decoder(latents) for part, latents in made.items()}
    for part, vectors in moved.items():
        away = (quick[part] - vectors).abs()
        assert float(away.amax()) < TOLERANCE_RAD, "of a rotation's rows, per radian"
    root = 6 * len(LOWER_JOINTS)
    assert float((quick["lower"] - moved["lower"])[..., root : root + 3].abs().amax()) < TOLERANCE_M
    assert float(moved["upper"].diff(dim=1).abs().amax()) > 0.01, "it moves at all"


def test_changed_weights_are_heeded(shipped):
    before = TOKEN_ROWS.of(shipped)
    assert TOKEN_ROWS.of(shipped) is before
    with torch.no_grad():
        shipped.network.norms["hands"].bias += 0.01
    assert TOKEN_ROWS.of(shipped) is not before
