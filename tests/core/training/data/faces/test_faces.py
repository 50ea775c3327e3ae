# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded faces: lids that shut, brows without pose, silent talkers laid over speech."""

import numpy as np
import pytest

from core.capture.lids import shut
from core.models.meshtalk.shapes import SHAPE_INDEX, SHAPES
from core.training.data.faces.clip import RATE_HZ, at_rate, from_columns
from core.training.data.faces.landmark_speeches import landmark_speeches
from core.training.data.faces.pairing import best_pairings


def test_unseen_bottoms_of_blinks_are_shut_and_squints_are_not():
    openness = np.full(800, 10.0) + 0.1 * np.random.default_rng(0).standard_normal(800)
    for start in range(50, 700, 60):
        openness[start : start + 3] = (5.0, 1.0, 5.0)
        openness[start + 30 : start + 33] = (5.0, 2.5, 6.0)  # its bottom lies between two frames
    openness[740:770] = 8.0  # looking down
    lid = shut(openness, RATE_HZ)
    assert np.all(lid[51:700:60] == 1.0) and np.all(lid[81:700:60] == 1.0)
    assert lid[745:765].max() < 0.5 and np.median(lid) < 0.05


def test_rates_and_names_are_kept():
    moved = at_rate(np.linspace(0, 1, 61)[:, None], np.arange(61) / 30.0)
    assert len(moved) == 51 and moved[25, 0] == pytest.approx(0.5, abs=0.01)
    values, known = from_columns({"jawOpen": np.array([-0.5, 0.5, 2.0])})
    assert values[:, SHAPE_INDEX["jawOpen"]].tolist() == [0.0, 0.5, 1.0]
    assert known.sum() == 1 and values.shape == (3, len(SHAPES))


def test_a_silent_talker_meets_the_sound_that_fits():
    random = np.random.default_rng(1)
    stream = np.repeat(random.random(400), 5)
    lips = 0.1 + 0.05 * stream[700:1000]
    found = best_pairings([lips], stream, frames=150, stride=150, best=2, apart=50)
    assert [(p.start, p.sound_start) for p in found[::2]] == [(0, 700), (150, 850)]
    assert found[0].correlation > 0.95 > found[1].correlation


def landmarks(frames: int) -> np.ndarray:
    """(frames, 68, 2): a face that looks ahead, 100 px between its eyes."""
    points = np.zeros((68, 2))
    for first, x in ((36, -50.0), (42, 50.0)):
        points[first : first + 6] = [(x - 15, 0), (x - 6, -8), (x + 6, -8), (x + 15, 0), (x + 6, 8), (x - 6, 8)]
    points[17:22] = [(-80 + 15 * k, -40) for k in range(5)]
    points[22:27] = [(20 + 15 * k, -40) for k in range(5)]
    points[30], points[62], points[66] = (0, 50), (0, 100), (0, 104)
    return np.repeat(points[None] + 300.0, frames, 0)


def test_raised_brows_and_blinks_are_found_in_landmarks(tmp_path):
    points = landmarks(1000)
    points[300:330, 17:27, 1] -= 10.0
    points[600:603, [37, 38, 43, 44], 1] += 14.0
    folder = tmp_path / "face" / "address_landmarks"
    folder.mkdir(parents=True)
    np.savez(folder / "landmarks68.npz", points=points.astype(np.int16), lengths=np.array([1000]), fps=25.0)
    (face,) = landmark_speeches(tmp_path)
    brow, lid = (face.values[:, SHAPE_INDEX[name]] for name in ("browOuterUpLeft", "eyeBlinkRight"))
    assert 0.6 < brow[315] <= 1.0 and np.median(brow) < 0.1
    assert lid[601] > 0.95 and lid[:580].max() < 0.2
    assert not face.known[SHAPE_INDEX["jawOpen"]] and face.mouth_open is not None
    assert face.split == "validation"  # the last one
