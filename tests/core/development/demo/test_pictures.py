# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's pictures: which moments are shown, and that both files are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.audio.clip import AudioClip
from core.development.demo.pictures import contact_sheet, curves, striking_moments, telling_moments
from core.motion.face_track import Phone


def test_the_clearest_example_of_each_sound_is_shown() -> None:
    phones = [
        Phone("SIL", 0.0, 0.2),
        Phone("m", 0.2, 0.28, 0.9),
        Phone("oʊ", 0.28, 0.5, 0.8),
        Phone("m", 0.5, 0.52, 1.0),
        Phone("f", 0.6, 0.65, 0.7),
        Phone("v", 0.65, 0.7),
        Phone("p", 0.7, 0.8, 0.5),
        Phone("p", 0.9, 1.0, 0.95),
    ]
    assert telling_moments(phones) == [
        ("p", pytest.approx(0.95)),
        ("m", pytest.approx(0.24)),
        ("f", pytest.approx(0.625)),
        ("o", pytest.approx(0.39)),
    ]
    assert telling_moments([]) == []


@pytest.mark.slow
def test_pictures_are_written(tmp_path: Path) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    still = tmp_path / "still.png"
    pyplot.imsave(still, np.full((40, 40, 3), 0.5))
    assert contact_sheet([("m", still), ("o", still)], tmp_path / "sheet.png")
    assert pyplot.imread(tmp_path / "sheet.png").shape[:2] == (40, 80)
    times = np.arange(0.0, 1.0, 1 / 60)
    written = {name: 0.5 + 0.5 * np.sin(9 * times) for name in ("jawOpen", "mouthPucker", "A", "B")}
    clip = AudioClip(np.sin(np.arange(16000) / 20).astype(np.float32), name="tone")
    assert curves(clip, [Phone("m", 0.2, 0.4)], times, written, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 5000
    assert not curves(clip, [], times, {}, tmp_path / "none.png")


def test_striking_moments_are_apart_and_hold_the_prompt() -> None:
    times_s = np.linspace(0.0, 12.0, 289)
    arms = np.stack([np.exp(-(((times_s - 3.0) / 0.3) ** 2)), 0.8 * np.exp(-(((times_s - 8.0) / 0.3) ** 2))], 1)
    moments = striking_moments(times_s, arms, 10.0, count=3)
    assert [label for label, _ in moments] == ["3.0 s", "8.0 s", "your key"]
    many = [time for _, time in striking_moments(times_s, np.random.default_rng(0).normal(size=(289, 4)))]
    assert len(many) == 8 and min(np.diff(many)) >= 0.7
    assert len(striking_moments(times_s, np.empty((289, 0)))) == 8
