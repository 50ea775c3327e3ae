# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's pictures: which moments are shown, and that both files are drawn."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.audio.clip import AudioClip
from core.blender.demo_pictures import contact_sheet, curves, telling_moments
from core.motion.face import Phone


def test_the_clearest_example_of_each_sound_is_shown() -> None:
    phones = [Phone("SIL", 0.0, 0.2), Phone("m", 0.2, 0.28, 0.9), Phone("oʊ", 0.28, 0.5, 0.8), Phone("m", 0.5, 0.52, 1.0),
              Phone("f", 0.6, 0.65, 0.7), Phone("v", 0.65, 0.7), Phone("p", 0.7, 0.8, 0.5), Phone("p", 0.9, 1.0, 0.95)]
    assert telling_moments(phones) == [("p", pytest.approx(0.95)), ("m", pytest.approx(0.24)), ("f", pytest.approx(0.625)),
                                       ("o", pytest.approx(0.39))]
    assert telling_moments([]) == []


def test_pictures_are_written(tmp_path: Path) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    still = tmp_path / "still.png"
    pyplot.imsave(still, np.full((40, 40, 3), 0.5))
    assert contact_sheet([("m", still), ("o", still)], tmp_path / "sheet.png")
    assert pyplot.imread(tmp_path / "sheet.png").shape[:2] == (40, 80)
    times = np.arange(0.0, 1.0, 1 / 60)
    written = {name: (times, 0.5 + 0.5 * np.sin(9 * times)) for name in ("jawOpen", "mouthPucker", "A", "B")}
    clip = AudioClip(np.sin(np.arange(16000) / 20).astype(np.float32), name="tone")
    assert curves(clip, [Phone("m", 0.2, 0.4)], written, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 5000
    assert not curves(clip, [], {}, tmp_path / "none.png")
