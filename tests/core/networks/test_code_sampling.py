# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws of codes: correlated in time, numbered, by a nucleus."""

import torch

from core.networks.code_sampling import CorrelatedSampler, NucleusSampling, code_sampler


def test_shares_of_codes_are_those_of_the_distribution():
    probability = torch.tensor([0.5, 0.3, 0.2])
    logits = probability.log().expand(1, 400, 3)
    drawn = torch.cat([CorrelatedSampler(NucleusSampling(1.0, 1.0, seed))(logits, 0, 0) for seed in range(60)])
    share = torch.bincount(drawn.flatten(), minlength=3) / drawn.numel()
    assert (share - probability).abs().max() < 0.05


def test_choices_last_and_the_nucleus_holds():
    logits = torch.tensor([0.45, 0.45, 0.1]).log().expand(1, 600, 3)
    drawn = CorrelatedSampler(NucleusSampling(0.8, 1.0, 3))(logits, 0, 0)[0]
    changes = int((drawn[1:] != drawn[:-1]).sum())
    assert 0 < changes < 60 and set(drawn.tolist()) == {0, 1}


def test_windows_agree_and_seeds_and_streams_differ():
    logits = torch.zeros(1, 120, 40)
    whole = CorrelatedSampler(NucleusSampling(1.0, 1.0, 5))(logits, 0, 1)
    part = CorrelatedSampler(NucleusSampling(1.0, 1.0, 5))(logits[:, 60:], 60, 1)
    assert torch.equal(whole[:, 60:], part)
    assert not torch.equal(whole, CorrelatedSampler(NucleusSampling(1.0, 1.0, 6))(logits, 0, 1))
    assert not torch.equal(whole, CorrelatedSampler(NucleusSampling(1.0, 1.0, 5))(logits, 0, 2))


def test_numbered_draws_do_not_depend_on_what_was_drawn_between():
    logits = torch.randn(2, 30, generator=torch.Generator().manual_seed(0))
    sample, other = code_sampler(NucleusSampling(0.9, 1.0, 3)), code_sampler(NucleusSampling(0.9, 1.0, 3))
    first = [sample(logits, number) for number in range(4)]
    assert torch.equal(other(logits, 3), first[3]) and torch.equal(other(logits, 1), first[1])
    assert torch.equal(code_sampler(None)(logits), logits.argmax(-1))
    assert torch.equal(code_sampler(NucleusSampling(0.0))(logits), logits.argmax(-1)), (
        "an empty nucleus holds the likeliest"
    )
