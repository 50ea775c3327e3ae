# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench that compares a GPU with the processor: what counts as alike, and that it says where there is none."""

from __future__ import annotations

import argparse
from types import SimpleNamespace

import numpy as np
import pytest

from core.evaluation.benches import cuda

pytest.importorskip("torch")


def performance(shape: float = 0.0, turned_rad: float = 0.0):
    values, rotations = np.zeros((10, 55), np.float32), np.zeros((10, 55, 4), np.float32)
    rotations[..., 0] = 1.0
    values[7:, 3] = shape
    rotations[5:, 9, 0], rotations[5:, 9, 1] = np.cos(0.5 * turned_rad), np.sin(0.5 * turned_rad)
    return SimpleNamespace(face=SimpleNamespace(values=values), body=SimpleNamespace(rotations=rotations))


@pytest.mark.parametrize("other, alike", [((), 1.0), ((0.01, 0.01), 1.0), ((0.1, 0.0), 0.7), ((0.1, 0.1), 0.5)])
def test_the_share_of_frames_that_are_alike(other, alike):
    assert cuda.share_alike(performance(), performance(*other)) == pytest.approx(alike)


def test_without_a_gpu_nothing_is_compared_and_that_is_said(monkeypatch, capsys):
    monkeypatch.setattr(cuda.torch.cuda, "is_available", lambda: False)
    assert cuda.run(argparse.Namespace(device="cuda", seconds=10.0)) == {"available": False}
    assert "no CUDA GPU" in capsys.readouterr().out
