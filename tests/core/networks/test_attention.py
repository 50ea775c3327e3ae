# SPDX-License-Identifier: GPL-3.0-or-later
"""Attention, its cached form, and linear layers with packed weights."""

import copy

import pytest
import torch

from core.networks import packed_linear
from core.networks.attention import PreNormBlock
from core.networks.cached_attention import CachedBlock, KeyValueCache
from core.networks.packed_linear import PackedLinear
from core.networks.prepared_weights import PreparedWeights


@pytest.fixture
def block() -> PreNormBlock:
    torch.manual_seed(0)
    return PreNormBlock(24, 3, dropout=0.1).eval()


@pytest.fixture(params=[True, False], ids=["packed", "fallback"])
def packing(request, monkeypatch) -> bool:
    if not request.param:
        monkeypatch.setattr(packed_linear, "packing_works", lambda: False)
    return request.param


@pytest.mark.parametrize("rows", [1, 3, 20])
@torch.inference_mode()
def test_packed_weights_give_the_same_numbers(packing, rows):
    torch.manual_seed(0)
    x, plus = torch.randn(2, rows, 24), torch.randn(2, rows, 10)
    first, second, bare = torch.nn.Linear(24, 10), torch.nn.Linear(24, 6), torch.nn.Linear(24, 10, bias=False)
    both = PackedLinear(first, second)
    pairs = (
        (both(x), torch.cat((first(x), second(x)), -1)),
        (PackedLinear(first)(x, gelu=True), torch.nn.functional.gelu(first(x))),
        (PackedLinear(bare)(x, plus=plus), bare(x) + plus),
    )
    for ours, plain in pairs:
        torch.testing.assert_close(ours, plain, atol=1e-5, rtol=1e-4)


def test_what_cannot_be_packed_goes_the_usual_way():
    layer = torch.nn.Linear(24, 10).double()
    x = torch.randn(1, 3, 24, dtype=torch.float64)
    with torch.inference_mode():
        assert torch.equal(PackedLinear(layer)(x), layer(x))
        meta = PackedLinear(torch.nn.Linear(24, 10, device="meta"))
        assert meta(torch.empty(1, 3, 24, device="meta")).shape == (1, 3, 10)


@torch.inference_mode()
def test_a_cache_that_grows_gives_what_all_positions_give_at_once(block, packing):
    torch.manual_seed(1)
    x = torch.randn(2, 17, 24)
    mask = torch.ones(17, 17, dtype=torch.bool).tril()
    whole = block(x, mask)
    cached, cache, parts, start = CachedBlock(block), KeyValueCache(), [], 0
    for count in (1, 1, 5, 2, 8):
        unseen = torch.full((count, start + count), -torch.inf).triu(start + 1)
        parts.append(cached(x[:, start : start + count], unseen, cache))
        start += count
        assert len(cache) == start
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-5, rtol=1e-4)
    unseen = torch.full((17, 17), -torch.inf).triu(1)
    some = cached(x, unseen[[4, 16]], rows=[4, 16])
    torch.testing.assert_close(some, whole[:, [4, 16]], atol=1e-5, rtol=1e-4)
    cache.shorten(16)
    torch.testing.assert_close(cached(x[:, 16:], None, cache), whole[:, 16:], atol=1e-5, rtol=1e-4)


def test_dropout_drops_while_training_only(block):
    x = torch.randn(1, 3, 24)
    assert torch.equal(block(x), block(x))
    block.train()
    assert not torch.equal(block(x), block(x))


def test_prepared_weights_are_kept_until_a_weight_changes(block):
    made = []
    prepared = PreparedWeights(lambda network: made.append(network) or len(made))
    assert prepared.of(block) == prepared.of(block) == 1
    other = copy.deepcopy(block)
    assert prepared.of(other) == 2 and prepared.of(block) == 1
    with torch.no_grad():
        block.mlp[0].weight.mul_(2.0)
    assert prepared.of(block) == 3 and prepared.of(other) == 2
