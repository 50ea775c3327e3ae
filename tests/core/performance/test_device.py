# SPDX-License-Identifier: GPL-3.0-or-later
"""Models and what PyTorch computes them with."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

pytest.importorskip("torch")
import torch

from core.performance import device


@pytest.fixture
def before():
    """PyTorch's number of threads, put back after the test."""
    number = torch.get_num_threads()
    torch.set_num_threads(2)
    yield 2
    torch.set_num_threads(number)


def test_generations_that_overlap_give_the_number_of_threads_back(before):
    first, second = ExitStack(), ExitStack()
    first.enter_context(device.threads(1))
    second.enter_context(device.threads(3))
    assert torch.get_num_threads() == 3
    first.close()
    assert torch.get_num_threads() == 3  # the other one still runs
    second.close()
    assert torch.get_num_threads() == before


def test_the_number_of_threads_comes_back_after_an_error(before):
    with pytest.raises(ValueError), device.threads(1), device.threads(0):
        assert torch.get_num_threads() == 1
        raise ValueError
    assert torch.get_num_threads() == before


def test_two_networks_share_the_cores(before):
    assert device.side_by_side() == 1
    torch.set_num_threads(6)
    assert device.side_by_side() == 3
