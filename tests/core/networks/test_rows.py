# SPDX-License-Identifier: GPL-3.0-or-later
"""Convolutions as products of rows."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from core.networks.residual import dilated_residual
from core.networks.rows import on_rows


@pytest.mark.parametrize(
    "module",
    [
        nn.Conv1d(5, 7, 3, padding=1),
        nn.Conv1d(5, 7, 5, padding=4, dilation=2, bias=False),
        nn.Conv1d(5, 7, 1),
        nn.Conv1d(5, 7, 8, stride=4, padding=2),
        nn.ConvTranspose1d(5, 7, 4, stride=2, padding=1),
        nn.ConvTranspose1d(5, 7, 8, stride=4, padding=2, bias=False),
        dilated_residual(5, 3),
        nn.Sequential(nn.Conv1d(5, 6, 4, stride=2, padding=1), nn.LeakyReLU(0.1), dilated_residual(6, 1)),
    ],
)
def test_rows_give_what_the_module_gives(module):
    torch.manual_seed(1)
    x = torch.randn(12, 5)
    with torch.no_grad():
        assert torch.allclose(on_rows(module)(x), module(x.T[None])[0].T, atol=1e-6)


@pytest.mark.parametrize(
    "module", [nn.Conv1d(5, 7, 3), nn.Conv1d(5, 7, 3, stride=2, padding=1), nn.ConvTranspose1d(5, 7, 3, stride=2)]
)
def test_others_are_refused(module):
    with pytest.raises(ValueError, match="does not"):
        on_rows(module)
