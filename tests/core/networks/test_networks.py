# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks that several models share."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.networks.masked import HistoricConvolution, head_mask
from core.networks.positions import PeriodicPositions
from core.networks.quantizers import MovingAverageQuantizer, StraightThroughQuantizer, nearest_codes
from core.networks.residual import dilated_residual, residual_convolutions
from core.networks.smoothing import gaussian_taps, smooth_over_time


def test_nearest_codes_are_those_of_brute_force():
    generator = torch.Generator().manual_seed(1)
    latents, codebook = torch.randn(7, 11, 5, generator=generator), torch.randn(13, 5, generator=generator)
    codes, distance = nearest_codes(latents, codebook)
    every = torch.cdist(latents.reshape(-1, 5), codebook) ** 2
    assert torch.equal(codes.reshape(-1), every.argmin(1))
    torch.testing.assert_close(distance.reshape(-1), every.min(1).values, rtol=1e-4, atol=1e-4)


def test_gradient_passes_straight_through_and_pulls_code_and_latent_together():
    torch.manual_seed(0)
    quantizer = StraightThroughQuantizer(8, 4)
    latents = torch.randn(3, 5, 4, requires_grad=True)
    quantized = quantizer(latents)
    torch.testing.assert_close(quantized.latents, quantizer.lookup(quantized.codes))
    quantized.latents.sum().backward(retain_graph=True)
    torch.testing.assert_close(latents.grad, torch.ones_like(latents))
    quantized.loss.backward()
    used = quantized.codes.unique()
    assert quantizer.embedding.weight.grad[used].abs().sum() > 0
    assert 1.0 <= float(quantized.perplexity) <= 8.0


def test_moving_average_codebook_finds_clusters_and_restarts_unused_rows():
    torch.manual_seed(0)
    centres = torch.tensor([[5.0, 0.0], [-5.0, 0.0], [0.0, 5.0], [0.0, -5.0]])
    quantizer = MovingAverageQuantizer(4, 2, decay=0.8)
    quantizer.k.copy_(torch.tensor([[5.0, 0.0], [100.0, 100.0], [101.0, 100.0], [102.0, 100.0]]))
    quantizer.set_usage(torch.ones(4))
    quantizer.train()
    for _ in range(40):
        latents = centres[torch.randint(4, (1, 200))] + 0.05 * torch.randn(1, 200, 2)
        quantizer(latents)
    nearest = torch.cdist(centres, quantizer.k).min(1).values
    assert nearest.max() < 0.2
    assert "k" in quantizer.state_dict() and list(quantizer.state_dict()) == ["k"]


def test_a_head_sees_earlier_heads_only():
    mask = head_mask(heads=3, inputs=2, outputs=1)
    assert mask.tolist() == [[0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0]]


@pytest.mark.parametrize("dilation", [1, 4])
def test_historic_convolution_sees_strictly_earlier_frames(dilation):
    convolution = HistoricConvolution(2, 3, kernel=2, dilation=dilation)
    x = torch.randn(1, 2, 20, requires_grad=True)
    convolution(x)[0, :, 12].sum().backward()
    seen = x.grad[0].abs().sum(0).nonzero().flatten().tolist()
    assert seen == [12 - 1 - dilation, 11]
    assert convolution.reach == 1 + dilation


def test_periodic_positions_repeat():
    positions = PeriodicPositions(16, period=8, length=24)
    table = positions(torch.zeros(1, 24, 16))[0]
    torch.testing.assert_close(table[:8], table[8:16])
    assert not torch.allclose(table[0], table[1])


def test_residual_blocks_keep_shape_and_input():
    x = torch.randn(2, 6, 15)
    for block in (residual_convolutions(6), dilated_residual(6, 9)):
        with torch.no_grad():
            for parameter in block.parameters():
                parameter.zero_()
        torch.testing.assert_close(block(x), x)


def test_smoothing_keeps_a_constant_and_damps_zero_padded_ends():
    assert gaussian_taps(9, 2.0).sum().item() == pytest.approx(1.0, abs=1e-6)
    ones = torch.ones(12, 3, 2)
    torch.testing.assert_close(smooth_over_time(ones, 9, 2.0), ones)
    damped = smooth_over_time(ones, 3, 1.0, padding="constant")
    assert float(damped[0, 0, 0]) < 0.9 and float(damped[5, 0, 0]) == pytest.approx(1.0, abs=1e-6)
    noise = torch.from_numpy(np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32))
    direct = F.conv1d(F.pad(noise.T[:, None], (1, 1)), gaussian_taps(3, 1.0)[None, None])[:, 0].T
    torch.testing.assert_close(smooth_over_time(noise, 3, 1.0, padding="constant"), direct)
