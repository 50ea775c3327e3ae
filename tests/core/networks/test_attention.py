# SPDX-License-Identifier: GPL-3.0-or-later
"""Attention with a cache, and linear layers with packed weights."""

import copy

import pytest
import torch

from core.networks import packed_linear
from core.networks.attention import KeyValueCache, PreNormBlock
from core.networks.packed_linear import PackedLinear, packed


@pytest.fixture
def block() -> PreNormBlock:
    torch.manual_seed(0)
    return PreNormBlock(24, 3, dropout=0.1).eval()


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_packed_weights_give_the_same_numbers(block, rows):
    x, more = torch.randn(2, rows, 24), torch.randn(2, 1, 24)
    layer = PackedLinear(24, 10, bias=False)
    expected = block(x), layer(x), layer(x, gelu=True), layer(x, plus=more[..., :10])
    with torch.inference_mode(), packed(torch.nn.ModuleList([block, layer])):
        made = block(x), layer(x), layer(x, gelu=True), layer(x, plus=more[..., :10].expand(2, rows, 10))
    for ours, plain in zip(made, expected):
        torch.testing.assert_close(ours, plain, atol=1e-5, rtol=1e-4)


def test_packed_weights_are_dropped_at_the_end_also_after_an_error(block):
    with pytest.raises(ValueError), packed(block):
        assert packed_linear.packing_works() == (block.attn.product is not None)
        outer = block.attn.product
        with packed(block):
            assert block.attn.product is outer
        assert block.attn.product is outer, "what the outer one packed stays"
        raise ValueError
    assert block.attn.product is None and block.mlp[0].product is None
    assert copy.deepcopy(block).state_dict().keys() == block.state_dict().keys()


def test_packing_leaves_training_and_other_numbers_alone(block):
    x = torch.randn(1, 3, 24)
    with packed(block):
        block(x).sum().backward()
        assert block.attn.query.weight.grad is not None and block.mlp[2].weight.grad is not None
    half = copy.deepcopy(block).double()
    with packed(half), torch.inference_mode():
        assert half(x.double()).dtype == torch.float64


def test_without_packing_everything_goes_the_usual_way(block, monkeypatch):
    monkeypatch.setattr(packed_linear, "packing_works", lambda: False)
    with packed(block), torch.inference_mode():
        assert block.attn.product is None
        block(torch.randn(1, 3, 24))


def test_a_cache_that_grows_gives_what_all_positions_give_at_once(block):
    x = torch.randn(2, 17, 24)
    mask = torch.ones(17, 17, dtype=torch.bool).tril()
    with torch.inference_mode():
        whole = block(x, mask)
        cache, parts, start = KeyValueCache(), [], 0
        for count in (1, 1, 5, 2, 8):
            part = x[:, start : start + count]
            seen = torch.full((count, start + count), -torch.inf).triu(start + 1)
            parts.append(block(part, seen, cache))
            start += count
            assert len(cache) == start
        torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(block(x, mask[[4, 16]], rows=[4, 16]), whole[:, [4, 16]], atol=1e-5, rtol=1e-4)


def test_dropout_drops_while_training_only(block):
    x = torch.randn(1, 3, 24)
    assert torch.equal(block(x), block(x))
    block.train()
    assert not torch.equal(block(x), block(x))
