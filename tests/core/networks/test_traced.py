# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks recorded as lists of kernels."""

import pytest
import torch
from torch import nn
from torch.jit import _fuser

from core.networks.traced import Traced, recorded


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 2)).eval()


def step(network):
    return lambda x: (network(x), x + 1.0)


EXAMPLE = (torch.zeros(4, 5),)


def test_a_recorded_step_gives_the_same_bits_for_other_numbers(network):
    traced = Traced()
    assert traced.ready(network, "kind") is None
    traced.record(network, "kind", step, EXAMPLE)
    program = traced.ready(network, "kind")
    assert program is not None and traced.ready(network, "another kind") is None
    x = torch.randn(4, 5)
    with torch.inference_mode():
        assert all(torch.equal(made, meant) for made, meant in zip(program(x), step(network)(x)))
    assert all(weight.requires_grad for weight in network.parameters())


def test_a_changed_weight_asks_for_another_recording(network):
    traced = Traced()
    traced.record(network, "kind", step, EXAMPLE)
    with torch.no_grad():
        network[0].bias += 1.0
    assert traced.ready(network, "kind") is None
    traced.record(network, "kind", step, EXAMPLE)
    program = traced.ready(network, "kind")
    assert program is not None
    with torch.inference_mode():
        assert torch.equal(program(EXAMPLE[0])[0], network(EXAMPLE[0]))


def test_what_cannot_be_recorded_is_left_alone():
    def failing(x):
        raise RuntimeError("no")

    numbers = iter(range(10))
    assert recorded(failing, EXAMPLE) is None
    assert recorded(lambda x: (x + float(next(numbers)),), EXAMPLE) is None  # another result each time


def test_a_pytorch_without_the_switch_for_fusing_records_nothing(monkeypatch):
    monkeypatch.delattr(_fuser, "optimized_execution")
    assert recorded(lambda x: (x + 1.0,), EXAMPLE) is None
