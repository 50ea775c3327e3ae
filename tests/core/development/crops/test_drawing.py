# SPDX-License-Identifier: GPL-3.0-or-later
"""Crops: what a head keeps for them, where a camera sees it, and, where there is a renderer, that a jaw that opens is seen."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from core.development.crops.crop_head import CropHead, seen
from core.development.crops.filming import Shot, filmed, random_shot
from core.development.crops.painting import HAIR, INSIDE, IRIS, PUPIL, SKIN, WHITE, painted_eyes, painted_mouth
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.paths import ROOT

STILL = Shot(0.0, 0.0, 0.0, 5.0, 1.0, np.zeros(2), np.zeros(2), np.ones(3), np.zeros((3, 2)), np.zeros(1))


def wall() -> CropHead:
    """A flat face, 20 cm wide and tall, whose lids and lips are rows of it; much of it lies close together."""
    across, up = np.meshgrid(np.linspace(-0.1, 0.1, 41), np.linspace(-0.1, 0.1, 41))
    vertices = np.stack([across.ravel(), up.ravel(), np.zeros(up.size)], 1)
    deltas = np.zeros((len(FACE_NAMES), len(vertices), 3), np.float32)
    for name, low, high in (
        ("eyeBlinkLeft", 0.03, 0.05),
        ("eyeBlinkRight", 0.03, 0.05),
        ("mouthPucker", -0.05, -0.03),
        ("jawOpen", -0.11, -0.04),
    ):
        deltas[FACE_INDEX[name], (vertices[:, 1] > low) & (vertices[:, 1] < high), 1] = -0.01
    first = (np.arange(40)[:, None] * 41 + np.arange(40)).ravel()
    corners = np.stack([first, first + 1, first + 42, first + 41], 1)
    return seen(vertices, deltas, corners, np.full(len(corners), SKIN), None)


def test_a_head_is_about_its_face_and_thinned():
    head = wall()
    assert head.size == pytest.approx(0.16, abs=0.01)
    assert len(head.vertices) < 41 * 41
    assert head.corners.max() < len(head.vertices) and (head.corners[:, :3] >= 0).all()
    assert len(head.parts) == len(head.corners)
    assert np.abs(head.deltas[FACE_INDEX["jawOpen"]]).max() == pytest.approx(0.01, abs=1e-4), "what opens stays open"


def test_a_camera_sees_the_head_turn():
    face = np.zeros((2, 58), np.float32)
    face[1, len(FACE_NAMES)] = 30.0  # to its left, which is the picture's right
    places = filmed(wall(), face, STILL)
    assert places.shape[0] == 2 and np.abs(places[0, :, :2].mean(0)).max() < 0.1
    assert places[1, :, 0].mean() > places[0, :, 0].mean()


def test_random_shots_differ_and_stay_in_front():
    random = np.random.default_rng(0)
    shots = [random_shot(6, random) for _ in range(50)]
    assert all(abs(shot.yaw) < 0.6 and shot.distance >= 3.0 and len(shot.mix) == 6 for shot in shots)
    assert len({shot.yaw for shot in shots}) == 50


def ball() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An eyeball of 24 mm that the gaze moves."""
    angles, heights = np.meshgrid(np.linspace(0.0, 2 * np.pi, 48, endpoint=False), np.linspace(-1.0, 1.0, 41))
    ring = np.sqrt(1.0 - heights**2)
    points = np.stack([ring * np.cos(angles), heights, ring * np.sin(angles)], -1)
    number = np.arange(41 * 48).reshape(41, 48)
    sides = (number[:-1], np.roll(number, -1, 1)[:-1], np.roll(number, -1, 1)[1:], number[1:])
    corners = np.stack([side.ravel() for side in sides], 1)
    deltas = np.zeros((len(FACE_NAMES), 41 * 48, 3), np.float32)
    deltas[FACE_INDEX["eyeLookOutLeft"], :, 0] = 0.002
    return 0.012 * points.reshape(-1, 3), deltas, corners


def test_an_eye_without_an_iris_is_given_one():
    vertices, deltas, corners = ball()
    parts = painted_eyes(vertices, deltas, corners, np.full(len(corners), SKIN))
    depth = vertices[corners].mean(1)[:, 2]
    assert set(parts) == {WHITE, IRIS, PUPIL}
    assert depth[parts == PUPIL].min() > depth[parts == WHITE].mean()
    still = painted_eyes(vertices, np.zeros_like(deltas), corners, np.full(len(corners), SKIN))
    assert set(still) == {SKIN}, "what the gaze does not move is no eye"


def test_skin_behind_the_lips_is_dark():
    vertices = np.array([[x, y, z] for z in (0.0, -0.03) for x in (-0.02, 0.0, 0.02) for y in (-0.02, 0.0, 0.02)])
    deltas = np.zeros((len(FACE_NAMES), len(vertices), 3), np.float32)
    deltas[FACE_INDEX["mouthPucker"], :, 2] = 0.01
    corners = np.array([[0, 3, 4, 1], [9, 12, 13, 10]])
    assert painted_mouth(vertices, deltas, corners, np.array([SKIN, SKIN])).tolist() == [SKIN, INSIDE]
    assert painted_mouth(vertices, deltas, corners, np.array([HAIR, HAIR])).tolist() == [HAIR, HAIR]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs Blender's module")
def test_a_jaw_that_opens_is_seen_on_the_demo_head(tmp_path):
    face = np.zeros((1, 9, 58), np.float32)
    face[0, :, FACE_INDEX["jawOpen"]] = np.linspace(0.0, 1.0, 9)
    np.savez(tmp_path / "plan.npz", heads=np.array(["demo"]), face=face, seeds=np.array([5]))
    command = [sys.executable, "-m", "core.development.crops", str(tmp_path / "plan.npz"), str(tmp_path / "out")]
    done = subprocess.run([*command, "--size", "48"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode and any(word in done.stderr for word in ("EGL", "GPU", "OpenGL", "Vulkan")):
        pytest.skip("Workbench finds nothing to draw with")
    assert done.returncode == 0, done.stderr[-500:]
    crops = np.load(tmp_path / "out" / "00000.npy").astype(float)
    assert crops.shape == (9, 48, 48) and crops.std() > 10.0
    changes = np.abs(crops - crops[0])
    assert (np.diff(changes.mean((1, 2))) > 0.0).all(), "the wider, the more of the picture changes"
    rows = changes[-1].sum(1)
    assert rows[28:].sum() > 4.0 * rows[:20].sum(), "and it is below the eyes that it changes"
