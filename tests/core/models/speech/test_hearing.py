# SPDX-License-Identifier: GPL-3.0-or-later
"""Hearing through the trunk of the speech model's encoder: moments, long sounds, what stays where it is frozen."""

import numpy as np
import pytest
import torch

from core.models.speech.config import TrunkConfig
from core.models.speech.hearing import MARGIN, SILENT, Hearing, levelled, reach_columns

TINY = TrunkConfig(width=8, dilations=(1, 2), context_every=1, context_s=0.2)


@pytest.fixture(scope="module")
def hearing() -> Hearing:
    torch.manual_seed(0)
    return Hearing(TINY, 3).eval()


@pytest.fixture(scope="module")
def sound() -> torch.Tensor:
    random = np.random.default_rng(0)
    return torch.from_numpy(random.normal(0, 0.1, (2, 16000)).astype(np.float32))


def test_codes_between_two_features_lie_between_theirs(hearing):
    mel = torch.randn(1, 40, 80)
    at = torch.tensor([10.5, 11.5, 12.5])  # features 5 and 6, and half the way
    found = hearing(mel, at)[0]
    assert torch.allclose(found[1], (found[0] + found[2]) / 2, atol=1e-6)
    assert not torch.allclose(found[0], found[2])


@pytest.mark.parametrize(
    "sizes", [TINY, TrunkConfig(width=8), TrunkConfig(width=8, dilations=(16, 1), context_s=6.0, context_every=1)]
)
def test_a_long_sound_is_heard_as_if_it_were_heard_at_once(sizes, sound):
    torch.manual_seed(1)
    hearing = Hearing(sizes, 3).eval()
    long = sound[:1].repeat(1, 70)  # 70 s, three blocks
    columns = torch.arange(2.0, 7000.0, 4.0)
    blocks = hearing.of_sound(long, columns)
    mel = levelled(long)
    margin = torch.full((1, MARGIN, 80), SILENT)
    with torch.no_grad():
        whole = hearing(torch.cat((margin, mel, margin), 1), columns + MARGIN)
    assert blocks.shape == (1, 1750, 3)
    assert torch.allclose(blocks, whole, atol=1e-4)


def test_as_far_as_it_reaches_and_no_farther():
    torch.manual_seed(2)
    own = Hearing(TrunkConfig(width=8), 3).eval()
    reach = reach_columns(own.trunk.sizes)
    mel, at = torch.randn(1, 2000, 80), torch.tensor([1000.0])
    inside, outside = mel.clone(), mel.clone()
    inside[:, 1000 - reach + 16] += 100.0
    outside[:, : 1000 - reach] += 100.0
    assert torch.allclose(own(outside, at), own(mel, at), atol=1e-4) and reach % 2 == 0
    assert not torch.equal(own(inside, at), own(mel, at)), "it is not rounded up by much"


def test_no_moment_has_no_code(hearing, sound):
    assert hearing.of_sound(sound[:, :0], torch.zeros(0)).shape == (2, 0, 3)


def test_level_does_not_count(hearing, sound):
    columns = torch.arange(2.0, 98.0, 4.0)
    assert torch.allclose(hearing.of_sound(sound, columns), hearing.of_sound(0.25 * sound, columns), atol=1e-3)


def test_what_is_frozen_stays_with_the_averages_of_its_norms():
    own = Hearing(TINY, 3)
    assert not own.frozen
    own.trunk.requires_grad_(False)
    own.train()
    before = {name: value.clone() for name, value in own.trunk.state_dict().items()}
    own(torch.randn(2, 40, 80), torch.arange(4.0)).square().mean().backward()
    assert own.frozen
    assert all(torch.equal(value, before[name]) for name, value in own.trunk.state_dict().items())
    assert own.project.weight.grad is not None and own.project.weight.grad.abs().max() > 0
