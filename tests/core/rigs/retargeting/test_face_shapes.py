# SPDX-License-Identifier: GPL-3.0-or-later
"""Solving for rigs with few shapes: the right shapes, closures that close, ranges, smoothness, speed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.rigs.conventions import shape_conventions
from core.rigs.conventions import visemes as sounds
from core.rigs.retargeting.face_shapes import Basis, bounded_least_squares, solve_mouth, solve_shapes
from core.rigs.retargeting.mouth_appearance import EFFECTS, lip_opening_cm, mouth_features


def face(*mixes: dict[str, float]) -> np.ndarray:
    values = np.zeros((len(mixes), len(FACE_NAMES)))
    for row, mix in enumerate(mixes):
        for name, weight in mix.items():
            values[row, FACE_INDEX[name]] = weight
    return values


def basis_of(identifier: str, *names: str) -> tuple[Basis, list[str]]:
    table = shape_conventions()[identifier]
    keys = list(names) or [name for name, mix in table.mixes.items() if mix and name not in table.moods]
    return Basis.of([table.mixes[key] for key in keys]), keys


def test_bounded_least_squares_agrees_with_scipy():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(30, 8))
    gram = matrix.T @ matrix
    targets = rng.normal(size=(30, 12))
    ours = bounded_least_squares(gram, matrix.T @ targets, np.zeros(8), np.full(8, 0.3), sweeps=400)
    for column in range(12):
        reference = lsq_linear(matrix, targets[:, column], (0.0, 0.3), tol=1e-12).x
        np.testing.assert_allclose(ours[:, column], reference, atol=2e-3)


@pytest.mark.parametrize(
    ("identifier", "sound", "key"),
    [
        ("oculus_meta_15", "OPEN", "viseme_aa"),
        ("oculus_meta_15", "CLOSED", "viseme_PP"),
        ("oculus_meta_15", "LIP_TEETH", "viseme_FF"),
        ("oculus_meta_15", "BACK_CLOSE", "viseme_U"),
        ("oculus_meta_15", "BACK_MID", "viseme_O"),
        ("oculus_meta_15", "HUSH", "viseme_CH"),
        ("oculus_meta_15", "HISS", "viseme_SS"),
        ("rhubarb", "OPEN", "D"),
        ("rhubarb", "CLOSED", "A"),
        ("rhubarb", "LIP_TEETH", "G"),
        ("rhubarb", "GLIDE_ROUND", "F"),
        ("rhubarb", "BACK_MID", "E"),
        ("preston_blair_papagayo", "OPEN", "AI"),
        ("preston_blair_papagayo", "CLOSED", "MBP"),
        ("preston_blair_papagayo", "GLIDE_ROUND", "WQ"),
        ("preston_blair_papagayo", "LIP_TEETH", "FV"),
        ("vrm1_presets", "OPEN", "aa"),
        ("vrm1_presets", "FRONT_CLOSE", "ih"),
        ("vrm1_presets", "BACK_CLOSE", "ou"),
        ("vrm1_presets", "BACK_MID", "oh"),
        ("vrm1_presets", "FRONT_MID", "ee"),
        ("mmd_morphs", "OPEN", "あ"),
        ("mmd_morphs", "BACK_CLOSE", "う"),
        ("mmd_morphs", "CLOSED", "ん"),
        ("microsoft_22", "CLOSED", "p_b_m_21"),
        ("cc4_visemes", "CLOSED", "V_Explosive"),
        ("cc4_visemes", "LIP_TEETH", "V_Dental_Lip"),
    ],
)
def test_each_sound_finds_its_shape(identifier, sound, key):
    table = shape_conventions()[identifier]
    keys = [name for name, mix in table.mixes.items() if "jawOpen" in mix or name == key or len(mix) > 2]
    keys = [name for name in keys if not name.startswith(("lookUp", "blink")) and name not in table.moods]
    basis, keys = basis_of(identifier, *keys)
    weights = solve_mouth(basis, face(getattr(sounds, sound)))[0]
    assert keys[int(weights.argmax())] == key, dict(zip(keys, weights.round(2)))


@pytest.mark.parametrize(
    "identifier",
    [
        "vrm1_presets",
        "oculus_meta_15",
        "rhubarb",
        "preston_blair_papagayo",
        "mmd_morphs",
        "cc4_visemes",
        "microsoft_22",
        "daz_genesis8_visemes",
    ],
)
def test_openings_and_closures_survive(identifier):
    basis, _ = basis_of(identifier)
    closed = face(
        sounds.CLOSED,
        {"jawOpen": 0.3, "mouthClose": 0.32},
        {"jawOpen": 0.2, "mouthClose": 0.2, "mouthPucker": 0.5},
        {"mouthSmileLeft": 0.6, "mouthSmileRight": 0.6},
        {},
    )
    assert lip_opening_cm(solve_mouth(basis, closed) @ basis.mixes.T).max() < 0.1  # a millimetre
    wide = face(sounds.OPEN, sounds.FRONT_OPEN, sounds.BACK_OPEN, sounds.FRONT_CLOSE, sounds.RIDGE)
    shown = lip_opening_cm(solve_mouth(basis, wide) @ basis.mixes.T)
    np.testing.assert_allclose(shown, lip_opening_cm(wide), atol=0.2)


def test_a_mouth_without_mouth_close_closes_by_its_jaw():
    names = [name for name in FACE_NAMES if name.startswith(("jaw", "mouth")) and name != "mouthClose"]
    basis = Basis.of([{name: 1.0} for name in names])
    weights = solve_mouth(basis, face({"jawOpen": 0.4, "mouthClose": 0.4}, {"jawOpen": 0.4}))
    jaw = names.index("jawOpen")
    assert weights[0, jaw] < 0.06 and weights[1, jaw] == pytest.approx(0.4, abs=0.05)


def test_rounding_and_width_are_kept_apart_by_five_vowels():
    basis, keys = basis_of("vrm1_presets", "aa", "ih", "ou", "ee", "oh")
    seen = mouth_features(solve_mouth(basis, face(sounds.BACK_CLOSE, sounds.FRONT_CLOSE)) @ basis.mixes.T)
    width = seen[:, 2] + seen[:, 3]
    assert width[0] < -0.8 and width[1] > 0.3


def test_weights_stay_in_the_range_of_the_keys():
    table = shape_conventions()["oculus_meta_15"]
    mixes = [mix for mix in table.mixes.values() if mix]
    high = np.linspace(0.2, 1.0, len(mixes))
    rng = np.random.default_rng(2)
    weights = solve_mouth(Basis.of(mixes, high=high), rng.random((200, len(FACE_NAMES))))
    assert (weights >= 0).all() and (weights <= high + 1e-12).all()


def test_smooth_faces_give_smooth_weights():
    basis, _ = basis_of("oculus_meta_15")
    time_s = np.arange(600) / 60
    faces = face(*[{}] * 600)
    faces[:, FACE_INDEX["jawOpen"]] = 0.3 + 0.3 * np.sin(2 * np.pi * 2.0 * time_s)
    faces[:, FACE_INDEX["mouthPucker"]] = 0.3 + 0.3 * np.sin(2 * np.pi * 1.3 * time_s + 1)
    weights = solve_mouth(basis, faces)
    assert np.abs(np.diff(weights, axis=0)).max() < 0.2
    assert np.abs(np.diff(weights, 2, axis=0)).max() < 0.15


def test_brows_are_solved_without_driving_twice():
    mixes = [{"browInnerUp": 1.0}, {"browInnerUp": 1.0, "browOuterUpLeft": 1.0, "browOuterUpRight": 1.0}]
    weights = solve_shapes(
        Basis.of(mixes),
        face({"browInnerUp": 0.8, "browOuterUpLeft": 0.8, "browOuterUpRight": 0.8}, {"browInnerUp": 0.6}),
    )
    np.testing.assert_allclose(weights, [[0.0, 0.8], [0.6, 0.0]], atol=0.02)


def test_effects_follow_the_definitions():
    assert lip_opening_cm(face({"jawOpen": 1.0}))[0] > 2.5
    assert lip_opening_cm(face({"jawOpen": 0.7, "mouthClose": 0.7}))[0] < 0.01
    assert lip_opening_cm(face({"mouthClose": 1.0}))[0] == 0.0
    left = EFFECTS[:, FACE_INDEX["mouthSmileLeft"]], EFFECTS[:, FACE_INDEX["mouthSmileRight"]]
    np.testing.assert_allclose(left[0][[2, 4]], left[1][[3, 5]])
