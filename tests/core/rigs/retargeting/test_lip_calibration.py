# SPDX-License-Identifier: GPL-3.0-or-later
"""Lips calibrated to a head: how far shapes part them is measured, and small mouths open further."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from core.rigs.description import FaceMesh, RigDescription, ShapeKey
from core.rigs.detection.mapping import map_character
from core.rigs.mouth_geometry import MeasuredMouth, centimetre_of, lip_opening, moved, two_centres
from core.rigs.retargeting.lip_calibration import AVERAGE_OPENING_CM, LEAST, MOST, calibrate, fitted, opened
from core.rigs.retargeting.mouth_appearance import lip_opening_cm

CM = 0.013  # of the average head, on a character that is larger than people


def character(openings: dict[tuple[str, str], float], centimetre: float = CM) -> RigDescription:
    """openings in centimetres of the average head."""
    meshes = {mesh: [key for other, key in openings if other == mesh] for mesh, _ in openings}
    return RigDescription(
        "Someone",
        tuple(FaceMesh(mesh, tuple(ShapeKey(key) for key in keys)) for mesh, keys in meshes.items()),
        mouth=MeasuredMouth({place: CM * opening for place, opening in openings.items()}, centimetre),
    )


def factor_of(description: RigDescription) -> float:
    return calibrate(description, map_character(description)).factor


@pytest.mark.parametrize(
    ("opening_cm", "factor"),
    [
        (AVERAGE_OPENING_CM, 1.0),
        (3.7, 1.0),
        (AVERAGE_OPENING_CM / 1.4, 1.4),
        (0.9, MOST),
        (4.19, 0.8),
        (9.0, LEAST),
        (0.0, 1.0),
    ],
)
def test_a_small_mouth_opens_further_within_bounds(opening_cm, factor):
    assert factor_of(character({("Face", "jawOpen"): opening_cm})) == pytest.approx(factor, abs=0.01)


def test_the_face_counts_not_its_teeth_and_lashes():
    openings = {("Face", "jawOpen"): 2.4, ("Teeth", "jawOpen"): 1.2, ("Lashes", "jawOpen"): 0.1}
    assert factor_of(character(openings)) == pytest.approx(AVERAGE_OPENING_CM / 2.4)


def test_visemes_are_measured_by_what_they_should_show():
    """An aa opens less than jawOpen at 1 on every head: that alone makes no mouth small."""
    visemes = [f"viseme_{name}" for name in "sil PP FF TH DD kk CH SS nn RR aa E I O U".split()]
    mapping = map_character(character({("Face", name): 0.0 for name in visemes}))
    faces = np.zeros((2, len(FACE_NAMES)))
    faces[0, FACE_INDEX["jawOpen"]] = 1.0
    for name, weight in mapping.shapes["Face"]["viseme_aa"].items():
        faces[1, FACE_INDEX[name]] = weight
    whole, usual = lip_opening_cm(faces)
    assert 0.2 < usual / whole < 0.9
    for share, factor in ((1.0, 1.0), (0.8, 1.25)):
        opening = {("Face", "viseme_aa"): share * AVERAGE_OPENING_CM * usual / whole}
        description = character({**{("Face", name): 0.0 for name in visemes}, **opening})
        assert calibrate(description, mapping).factor == pytest.approx(factor)


def test_nothing_is_changed_where_nothing_tells_the_size():
    assert factor_of(character({("Face", "jawOpen"): 1.0}, centimetre=0.0)) == 1.0
    assert factor_of(RigDescription("Someone")) == 1.0


def test_closed_lips_stay_closed_and_round_ones_round():
    values = np.random.default_rng(0).uniform(0.0, 0.6, (50, len(FACE_NAMES))).astype(np.float32)
    jaw, close = FACE_INDEX["jawOpen"], FACE_INDEX["mouthClose"]
    values[:20, close] = values[:20, jaw]
    values[40:, jaw] = 0.0
    kept = [
        FACE_INDEX[name] for name in FACE_NAMES if not name.startswith(("jawOpen", "mouthClose", "mouthL", "mouthU"))
    ]
    for factor in (0.7, 1.3, 1.6):
        wide = opened(values, factor)
        np.testing.assert_allclose(wide[:20, close], wide[:20, jaw], atol=1e-6)
        np.testing.assert_allclose(wide[:, jaw], np.minimum(factor * values[:, jaw], 1.0), atol=1e-6)
        np.testing.assert_array_equal(wide[:, kept], values[:, kept])
        np.testing.assert_array_equal(wide[40:, close], values[40:, close])
        assert wide.min() >= 0.0 and wide.max() <= 1.0
    assert opened(values, 1.0) is values


def test_the_measured_mouth_and_the_animators_own_factor_work_together():
    description, face = character({("Face", "jawOpen"): 2.4}), FaceTrack(np.full((4, len(FACE_NAMES)), 0.2, np.float32))
    mapping = map_character(description)
    both, said = fitted(face, description, mapping, opening=1.2)
    only, unsaid = fitted(face, description, mapping, measured=False, opening=1.2)
    assert both.values[0, FACE_INDEX["jawOpen"]] == pytest.approx(0.2 * 1.2 * AVERAGE_OPENING_CM / 2.4)
    assert only.values[0, FACE_INDEX["jawOpen"]] == pytest.approx(0.24)
    assert "2.4 cm" in said and "Lip Calibration" in said and unsaid == ""


def face_points(turn: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points of an average head in centimetres, any way up: eyes (40, 3), lips (40, 3), how a jaw moves the lips, the chin too (60, 3)."""
    random = np.random.default_rng(1)
    eyes = np.concatenate([random.normal((side * 3.15, 0, 0), 0.3, (20, 3)) for side in (-1, 1)])
    lips = np.concatenate([random.normal((0, -6.9 + height, 1), 0.1, (20, 3)) for height in (0.4, -0.4)])
    shift = np.zeros((60, 3))
    shift[20:40], shift[40:] = (0, -2.8, -0.6), (0, -3.1, -0.7)
    return eyes @ turn, lips @ turn, shift[:40] @ turn, shift @ turn


@pytest.mark.parametrize("seed", range(3))
def test_a_mouth_is_measured_in_any_direction(seed):
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    eyes, lips, shift, with_chin = face_points(turn)
    assert centimetre_of(two_centres(eyes), lips.mean(0)) == pytest.approx(1.0, rel=0.06)
    assert centimetre_of(np.stack([eyes[:20].mean(0), eyes[20:].mean(0)]), None) == pytest.approx(1.0, rel=0.06)
    wide = lip_opening(shift, np.ones(40, bool))
    assert wide == pytest.approx(np.hypot(2.8, 0.6), rel=0.01)
    assert lip_opening(with_chin, np.zeros(60, bool)) == pytest.approx(wide, rel=0.06)


def test_a_shape_that_moves_hardly_a_point_measures_nothing():
    shift = np.zeros((100, 3))
    shift[:3, 2] = 1.0
    assert not moved(shift).any() and lip_opening(shift, np.zeros(100, bool)) == 0.0
    assert not moved(np.zeros((0, 3))).any()
