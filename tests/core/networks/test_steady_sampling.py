# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws that do not flicker."""

import torch

from core.networks.sampling import Sampling
from core.networks.steady_sampling import SteadyChooser


def test_shares_of_codes_are_those_of_the_distribution():
    probability = torch.tensor([0.5, 0.3, 0.2])
    logits = probability.log().expand(1, 400, 3)
    drawn = torch.cat([SteadyChooser(Sampling(1.0, 1.0, seed))(logits, 0, 0) for seed in range(60)])
    share = torch.bincount(drawn.flatten(), minlength=3) / drawn.numel()
    assert (share - probability).abs().max() < 0.05


def test_choices_last_and_the_nucleus_holds():
    logits = torch.tensor([0.45, 0.45, 0.1]).log().expand(1, 600, 3)
    drawn = SteadyChooser(Sampling(0.8, 1.0, 3))(logits, 0, 0)[0]
    changes = int((drawn[1:] != drawn[:-1]).sum())
    assert 0 < changes < 60 and set(drawn.tolist()) == {0, 1}


def test_windows_agree_and_seeds_and_streams_differ():
    logits = torch.zeros(1, 120, 40)
    whole = SteadyChooser(Sampling(1.0, 1.0, 5))(logits, 0, 1)
    part = SteadyChooser(Sampling(1.0, 1.0, 5))(logits[:, 60:], 60, 1)
    assert torch.equal(whole[:, 60:], part)
    assert not torch.equal(whole, SteadyChooser(Sampling(1.0, 1.0, 6))(logits, 0, 1))
    assert not torch.equal(whole, SteadyChooser(Sampling(1.0, 1.0, 5))(logits, 0, 2))
