# SPDX-License-Identifier: GPL-3.0-or-later
"""Work beside the caller's."""

import threading

import pytest
import torch

from core.errors import Cancelled
from core.performance.beside import beside


def test_work_is_done_in_turn_on_one_thread_of_its_own():
    with beside() as other:
        outcomes = [other.begin(lambda number=number: (number, threading.get_ident())) for number in range(3)]
        numbers, threads = zip(*(outcome() for outcome in outcomes))
    assert numbers == (0, 1, 2) and set(threads) != {threading.get_ident()} and len(set(threads)) == 1


def test_an_error_is_met_by_who_asks_for_the_outcome():
    with beside() as other:
        outcome = other.begin(lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            outcome()


def test_an_error_that_nobody_asks_for_is_logged(caplog):
    def cancelled():
        raise Cancelled

    with beside() as other:
        other.begin(lambda: 1 // 0)
        other.begin(cancelled)
        other.begin(lambda: 1)
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


def test_pytorch_has_its_number_of_threads_back_afterwards():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with beside() as other:
            assert other.begin(torch.get_num_threads)() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
