# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning rates, averages, checkpoints and runs, against what they are by definition."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import UserError
from core.training.loops.averaging import averaged
from core.training.loops.checkpoints import Checkpoints
from core.training.loops.prefetch import prefetched
from core.training.loops.run import Smoothed, TrainingRun
from core.training.loops.schedule import scheduled, warmed_cosine


def test_learning_rates_are_the_schedule_bit_for_bit() -> None:
    weights = [nn.Parameter(torch.zeros(1)) for _ in range(3)]
    shares = (1.0, 0.1, 3e-4 / 1e-3)
    optimizer = torch.optim.AdamW([{"params": [w], "lr": share} for w, share in zip(weights, shares)])
    schedule = scheduled(optimizer, 70, 2e-3, 10, 0.03)
    for step in range(80):
        for group, share in zip(optimizer.param_groups, shares):
            assert group["lr"] == warmed_cosine(step, 70, 2e-3, 10, 0.03) * share
        optimizer.step()
        schedule.step()


def test_schedule_warms_up_and_falls() -> None:
    assert warmed_cosine(0, 100, 1.0, 10, 0.05) == pytest.approx(0.1)
    assert warmed_cosine(9, 100, 1.0, 10, 0.05) == pytest.approx(0.05 + 0.95 * 0.5 * (1 + np.cos(0.09 * np.pi)))
    assert warmed_cosine(100, 100, 1.0, 10, 0.05) == warmed_cosine(500, 100, 1.0, 10, 0.05) == pytest.approx(0.05)


def test_average_follows_weights_and_statistics() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    average = averaged(model, 0.9)
    wanted = {name: value.clone() for name, value in model.state_dict().items()}
    for step in range(1, 200):
        model(torch.randn(5, 3))
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter))
        average.update_parameters(model)
        kept = min(0.9, step / (step + 10))
        for name, value in model.state_dict().items():
            wanted[name] = wanted[name].lerp(value, 1 - kept) if value.is_floating_point() else value
    for name, value in average.module.state_dict().items():
        assert torch.equal(value, wanted[name]), name
    assert not average.module.training


def make_run(folder: Path, steps: int = 20) -> TrainingRun:
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.AdamW(model.parameters(), 1.0)
    schedule = scheduled(optimizer, steps, 1e-2, 5, 0.1)
    return TrainingRun(Checkpoints(folder / "run.pt"), model, optimizer, schedule, averaged(model), clip=1.0)


def advance(run: TrainingRun, until: int) -> torch.Tensor:
    while run.step < until:
        x = torch.randn(8, 2, generator=torch.Generator().manual_seed(run.step))
        run.update((name, run.model(x * sign).square().mean()) for name, sign in (("plain", 1.0), ("turned", -1.0)))
    return next(iter(run.model.parameters())).detach()


def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole = advance(make_run(tmp_path / "a"), 20)
    run = make_run(tmp_path / "b")
    advance(run, 9)
    run.save(force=True)
    again = make_run(tmp_path / "b")
    assert again.step == 9
    assert torch.equal(advance(again, 20), whole)
    assert again.average is not None and int(again.average.n_averaged) == 21


def test_a_checkpoint_that_does_not_fit_is_said(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    run.save(force=True)
    with pytest.raises(UserError, match="run.pt"):
        Checkpoints(tmp_path / "run.pt").restore(model=nn.Linear(3, 1))


def test_figures_are_smoothed() -> None:
    shown = Smoothed(0.5)
    shown.add({"a": torch.tensor(2.0)})
    shown.add({"a": 4.0, "b": 1.0})
    assert shown.values == {"a": 3.0, "b": 1.0}


def test_prefetching_keeps_order_and_hands_on_errors() -> None:
    numbers = iter(range(10))
    assert list(islice(prefetched(lambda: next(numbers)), 10)) == list(range(10))

    def fail() -> int:
        raise ValueError("no batch")

    with pytest.raises(ValueError, match="no batch"):
        next(prefetched(fail))
