# SPDX-License-Identifier: GPL-3.0-or-later
"""From a character's curves back to the canonical face: what retargeting made of it is found again."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from core.motion.joints import HEAD_JOINTS, JOINT_INDEX
from core.performance.face.head import head_rotations
from core.performance.performance import Performance
from core.rigs.animation import Controls
from core.rigs.character import Character
from core.rigs.description import FaceMesh, RigDescription, ShapeKey
from core.rigs.detection.mapping import map_character
from core.rigs.retargeting.canonical_face import canonical_values, head_angles_deg
from core.rigs.retargeting.retarget import retarget
from core.rigs.spaces import BLENDER_AXES
from tests.core.rigs.rig_building import PLAIN, rig

FRAMES = 40


def waves(*names: str) -> np.ndarray:
    """Values (T, 55) in which these shapes move one by one."""
    values = np.zeros((FRAMES, len(FACE_NAMES)), np.float32)
    for number, name in enumerate(names):
        values[:, FACE_INDEX[name]] = 0.5 - 0.5 * np.cos(np.arange(FRAMES) / 5.0 + number)
    return values


def performance(values: np.ndarray, head_deg: np.ndarray | None = None) -> Performance:
    body = Clip.still(FRAMES, 60.0, HEAD_JOINTS if head_deg is not None else frozenset())
    if head_deg is not None:
        angles = {name: head_deg[:, axis] for axis, name in enumerate(("yaw", "pitch", "roll"))}
        body.rotations[:, JOINT_INDEX["neck"]], body.rotations[:, JOINT_INDEX["head"]] = head_rotations(angles)
    return Performance("take", FRAMES / 60, FaceTrack(values), body)


def face_of(*keys: str, others: tuple[str, ...] = ()) -> Character:
    meshes = [FaceMesh("Face", tuple(ShapeKey(key) for key in keys))]
    if others:
        meshes.append(FaceMesh("Lashes", tuple(ShapeKey(key) for key in others)))
    description = RigDescription("Face", tuple(meshes))
    return Character.of(description, map_character(description))


def test_single_shapes_are_found_exactly_on_any_mesh() -> None:
    character = face_of(*FACE_NAMES[:52], others=("eyeBlinkLeft", "eyeBlinkRight"))
    values = waves(*FACE_NAMES[:52])
    again, known = canonical_values(retarget(performance(values), character), character)
    np.testing.assert_allclose(again[:, :52], values[:, :52], atol=1e-6)
    assert known[:52].all() and not known[52:].any()


def test_two_keys_that_show_the_same_count_once() -> None:
    character = face_of("eyeBlinkLeft", "eyeBlinkRight", "jawOpen")
    curve = np.linspace(0.0, 0.8, FRAMES)
    both = Controls(60.0, shapes={"Face": {"eyeBlinkLeft": curve, "jawOpen": 0.5 * curve}})
    again, _ = canonical_values(both, character)
    np.testing.assert_allclose(again[:, FACE_INDEX["eyeBlinkLeft"]], curve, atol=1e-6)
    np.testing.assert_allclose(again[:, FACE_INDEX["jawOpen"]], 0.5 * curve, atol=1e-6)
    assert not again[:, FACE_INDEX["eyeBlinkRight"]].any()


def test_visemes_count_for_what_they_look_like() -> None:
    names = ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou")
    character = face_of(*(f"viseme_{name}" for name in names))
    controls = Controls(60.0, shapes={"Face": {"viseme_aa": np.linspace(0.0, 1.0, FRAMES)}})
    again, known = canonical_values(controls, character)
    jaw = again[:, FACE_INDEX["jawOpen"]]
    assert jaw[0] == 0.0 and jaw[-1] > 0.4
    assert (np.diff(jaw) > 0.0).all()
    assert known.sum() > 4


@pytest.mark.parametrize("seed", range(2))
def test_jaw_eyes_and_head_by_bones_are_found_again(seed: int) -> None:
    description = rig(PLAIN, BLENDER_AXES, seed)
    character = Character.of(description, map_character(description))
    time_s = np.arange(FRAMES) / 60.0
    head_deg = np.stack([25 * np.sin(4 * time_s), 10 * np.cos(3 * time_s), 8 * np.sin(5 * time_s)], 1)
    values = waves("jawOpen", "eyeLookOutLeft", "eyeLookDownLeft")
    values[:, FACE_INDEX["eyeLookInRight"]] = values[:, FACE_INDEX["eyeLookOutLeft"]]
    values[:, FACE_INDEX["eyeLookDownRight"]] = values[:, FACE_INDEX["eyeLookDownLeft"]]
    controls = retarget(performance(values, head_deg), character)
    again, known = canonical_values(controls, character)
    for name in ("jawOpen", "eyeLookOutLeft", "eyeLookInRight", "eyeLookDownRight"):
        assert known[FACE_INDEX[name]], name
        np.testing.assert_allclose(again[:, FACE_INDEX[name]], values[:, FACE_INDEX[name]], atol=0.03, err_msg=name)
    found = head_angles_deg(controls, character)
    assert found is not None
    np.testing.assert_allclose(found, head_deg, atol=0.1)


def test_without_bones_of_the_head_nothing_is_said_of_it() -> None:
    character = face_of("jawOpen")
    controls = Controls(60.0, shapes={"Face": {"jawOpen": np.zeros(FRAMES)}})
    assert head_angles_deg(controls, character) is None
