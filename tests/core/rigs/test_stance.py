# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a figure stands: kinds of poses on the canonical body, and what keys and controls say about it."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.rotations import from_axis_angle
from core.rigs.posed_figure import PosedFigure
from core.rigs.retargeting.self_collision import canonical_body
from core.rigs.stance import stance_of

_CHARACTER = canonical_body()[0]


def about_x(degrees: float) -> np.ndarray:
    return from_axis_angle(np.radians([[degrees, 0.0, 0.0]]))


def figure(hips_m: float = 0.0, keyed: tuple[str, ...] = (), **degrees: float) -> PosedFigure:
    """Joints bent forward (negative for thighs) by degrees; a name without a side means both."""
    rotations = {}
    for name, angle in degrees.items():
        both = name in ("hip", "knee", "ankle", "shoulder", "elbow")
        for joint in (f"left_{name}", f"right_{name}") if both else (name,):
            rotations[joint] = about_x(angle)
    # the canonical body is Y up: turned into the scene by its armature's world
    return PosedFigure({}, rotations, {"pelvis": np.array([[0.0, hips_m, 0.0]])}, keyed=frozenset(keyed))


POSES = {
    "chair": (figure(-0.4, hip=-85, knee=85), "SITS"),
    "legs crossed over": (figure(-0.4, left_hip=-95, left_knee=60, right_hip=-80, right_knee=95), "SITS"),
    "floor with straight legs": (figure(-0.8, hip=-88, knee=5), "SITS"),
    "in the saddle": (figure(-0.3, hip=-60, knee=75), "SITS"),
    "knees": (figure(-0.45, hip=0, knee=88), "KNEELS"),
    "heels": (figure(-0.75, hip=-85, knee=165), "KNEELS"),
    "one knee": (figure(-0.4, left_hip=-90, left_knee=90, right_hip=0, right_knee=90), "KNEELS"),
    "back": (figure(-0.8, pelvis=-90), "LIES"),
    "belly": (figure(-0.8, pelvis=90, spine1=-10), "LIES"),
    "squat": (figure(-0.35, hip=-40, knee=90), "CROUCHES"),
    "over a table": (figure(0.0, spine1=32, spine2=32), "LEANS"),
    "flamingo": (figure(0.0, right_hip=-20, right_knee=90), "ON_ONE_LEG"),
    "at ease": (figure(-0.02, hip=-10, knee=20, shoulder=5, spine1=8), ""),
    "a stride": (figure(-0.04, left_hip=-25, right_hip=20, right_knee=12), ""),
    "rest": (PosedFigure(), ""),
}


@pytest.fixture(autouse=True)
def upright(monkeypatch):
    """The canonical body stands in the scene: its Y is Blender's Z."""
    world = np.eye(4)
    world[:3, :3] = [[1, 0, 0], [0, 0, -1], [0, 1, 0]]
    object.__setattr__(_CHARACTER.description, "world", world)
    yield
    object.__setattr__(_CHARACTER.description, "world", np.eye(4))


@pytest.mark.parametrize("name", POSES)
def test_poses_have_names(name):
    posed, kind = POSES[name]
    assert stance_of(posed, _CHARACTER) == kind


def several(*moments: PosedFigure) -> PosedFigure:
    """One figure at several moments."""
    names = {name for one in moments for name in one.rotations}
    turned = {name: np.concatenate([one.rotations.get(name, about_x(0.0)) for one in moments]) for name in names}
    places = {"pelvis": np.concatenate([one.locations["pelvis"] for one in moments])}
    return PosedFigure({}, turned, places, keyed=frozenset({"pelvis", "left_hip"}))


def test_who_sits_at_every_key_sits_and_who_sits_down_does_not():
    sits, stands = POSES["chair"][0], figure(0.0, hip=-5)
    assert stance_of(several(sits, figure(-0.41, hip=-80, knee=88)), _CHARACTER) == "SITS"
    assert stance_of(several(sits, stands), _CHARACTER) == ""
    assert stance_of(several(stands, sits), _CHARACTER) == ""


def test_a_keyed_crouch_is_a_prompt_and_a_posed_one_a_stance():
    posed = figure(-0.35, keyed=("left_hip",), hip=-40, knee=90)
    assert stance_of(posed, _CHARACTER) == ""
    assert stance_of(figure(-0.35, keyed=("head",), hip=-40, knee=90), _CHARACTER) == "CROUCHES"


def test_legs_posed_by_constraints_count_as_they_are_shown():
    seated = POSES["chair"][0]
    from core.rigs.retargeting.pose import Pose

    pose = Pose(_CHARACTER.description, seated.rotations, seated.locations)
    heads = {name: pose.matrix(name)[0, :3, 3] for name in _CHARACTER.description.bones}
    assert stance_of(PosedFigure(heads), _CHARACTER) == "SITS"
    moving = {"pelvis": np.array([[0.0, 0.0, 0.0], [0.0, 0.3, 0.0]])}
    assert stance_of(PosedFigure(heads, {}, moving), _CHARACTER) == ""
