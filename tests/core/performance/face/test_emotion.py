# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotions on the face: opposing shapes give way, closed lips stay closed."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.prosody import ProsodyCurves
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.performance.emotion_prototypes import NAMES, PROTOTYPES
from core.performance.face.emotion import add_mood, sides_of
from core.performance.mood import Mood

FRAMES = 1200
CURVES = ProsodyCurves(60.0, np.ones(FRAMES), np.full(FRAMES, 0.6), np.zeros(FRAMES))


def only(name: str, strength: float = 1.0) -> Mood:
    weights = np.zeros((FRAMES, len(NAMES)))
    weights[:, NAMES.index(name)] = strength
    return Mood(weights)


def spoken() -> np.ndarray:
    """An open mouth, closed in between, with accents of brows, lids and corners of the mouth."""
    values = np.zeros((FRAMES, len(FACE_NAMES)), np.float32)
    values[:, FACE_INDEX["jawOpen"]] = 0.3
    values[600:610, FACE_INDEX["mouthClose"]] = 0.3
    for name in ("browInnerUp", "browOuterUp", "browDown", "eyeWide", "eyeSquint", "mouthSmile", "mouthFrown"):
        values[:, [FACE_INDEX[side] for side in sides_of(name)]] = 0.4
    return values


def with_mood(name: str, strength: float = 1.0, seed: int = 0) -> np.ndarray:
    values = spoken()
    add_mood(CURVES, values, only(name, strength), seed)
    return values


def mean(values: np.ndarray, name: str) -> float:
    return float(values[:, [FACE_INDEX[side] for side in sides_of(name)]].mean())


@pytest.mark.parametrize("name", NAMES)
def test_closed_lips_stay_closed(name):
    before, after, closed = spoken(), with_mood(name), slice(600, 610)
    assert np.abs(after - before).max() > 0.1
    for shape in ("mouthUpperUpLeft", "mouthFunnel", "mouthLowerDownLeft", "jawOpen", "mouthClose"):
        np.testing.assert_array_equal(after[closed, FACE_INDEX[shape]], before[closed, FACE_INDEX[shape]])


def test_no_weight_changes_nothing():
    np.testing.assert_array_equal(with_mood("ANGRY", 0.0), spoken())


@pytest.mark.parametrize(
    ("emotion", "asserted", "gone"),
    [
        ("ANGRY", "browDown", ("browInnerUp", "browOuterUp", "eyeWide")),
        ("SURPRISED", "browOuterUp", ("browDown", "eyeSquint")),
        ("HAPPY", "mouthSmile", ("mouthFrown", "eyeWide")),
        ("SAD", "mouthFrown", ("mouthSmile", "browDown")),
    ],
)
def test_what_opposes_an_emotion_gives_way(emotion, asserted, gone):
    before, after = spoken(), with_mood(emotion)
    assert mean(after, asserted) > mean(before, asserted) + 0.2
    for name in gone:
        own = 1.15 * PROTOTYPES[emotion].shapes.get(name, 0.0)
        assert mean(after, name) - own < 0.5 * mean(before, name), name


def test_one_sided_emotions_leave_the_other_side_alone():
    before, after = spoken(), with_mood("CONTEMPTUOUS")
    rise = {side: mean(after, f"mouthDimple{side}") - mean(before, f"mouthDimple{side}") for side in ("Left", "Right")}
    assert rise["Left"] > 0.5 and rise["Right"] < 0.05


def test_half_the_strength_shows_about_half():
    half, whole = (mean(with_mood("SURPRISED", strength), "eyeWide") - 0.4 for strength in (0.5, 1.0))
    assert half == pytest.approx(whole / 2, rel=0.1)


def test_arousal_enlarges_what_the_brows_do_with_the_voice():
    values = spoken()
    values[::2, FACE_INDEX["browInnerUp"]] = 0.0
    before = np.abs(np.diff(values[:, FACE_INDEX["browInnerUp"]])).mean()
    add_mood(CURVES, values, only("AROUSED", 0.7), 0)
    assert np.abs(np.diff(values[:, FACE_INDEX["browInnerUp"]])).mean() > 1.3 * before
