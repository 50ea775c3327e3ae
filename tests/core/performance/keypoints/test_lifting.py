# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms in a picture are found in space, whichever way they point, and nothing is made of what is not seen."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.motion.joints import JOINT_INDEX, JOINT_PARENTS
from core.motion.keypoints import BODY_POINTS
from core.motion.kinematics.forward import forward
from core.motion.skeleton import average_adult
from core.motion.vectors import unit
from core.performance.keypoints.lifting import lifted
from tests.core.performance.keypoints.making import DOWN, body_points, tracks

FRONT = np.array([0.0, -0.3, 1.0])
FRAMES = 12


def usual() -> np.ndarray:
    whole = np.zeros((FRAMES, 55, 4))
    whole[..., 0] = 1.0
    for side, angle in (("left", -1.0), ("right", 1.0)):  # hanging, the elbows bent forwards
        whole[:, JOINT_INDEX[f"{side}_shoulder"]] = np.cos(angle / 2), 0.0, 0.0, np.sin(angle / 2)
        whole[:, JOINT_INDEX[f"{side}_elbow"]] = np.cos(0.4), 0.0, np.sin(0.4) * angle, 0.0
    return whole


def directions(joints: dict[str, np.ndarray], side: str) -> tuple[np.ndarray, np.ndarray]:
    """Where both bones point in the last frame."""
    pose = np.zeros((1, 55, 4))
    pose[..., 0] = 1.0
    for name, turns in joints.items():
        pose[0, JOINT_INDEX[name]] = turns[-1]
    places, _ = forward(pose, np.zeros((1, 3)), average_adult().offsets_m.numpy(), JOINT_PARENTS)
    shoulder, elbow, wrist = (places[0, JOINT_INDEX[f"{side}_{part}"]] for part in ("shoulder", "elbow", "wrist"))
    return unit(elbow - shoulder), unit(wrist - elbow)


def found(arms, yaw: float = 0.0, **more):
    bodies = np.repeat(body_points(arms, yaw)[None], FRAMES, 0)
    for name, confidence in more.items():
        bodies[:, BODY_POINTS.index(name), 2] = confidence
    return lifted(tracks(bodies), usual(), (1.0, 1.0))


@pytest.mark.parametrize("yaw", [0.0, 0.4, -0.4])
@pytest.mark.parametrize("ways", [(DOWN, FRONT), (DOWN, np.array([0.9, 0.4, 0.1])), (np.array([0.8, 0.1, 0.0]), FRONT)])
def test_arms_point_where_they_pointed(ways, yaw) -> None:
    mirrored = tuple(way * [-1.0, 1.0, 1.0] for way in ways)
    body = found({"left": ways, "right": mirrored}, yaw)
    assert body is not None
    for side, wanted in (("left", ways), ("right", mirrored)):
        assert body.sure[f"{side}_elbow"].all()
        for way, one in zip(wanted, directions(body.joints, side)):
            # from aside, what points a little forwards looks as what points far forwards
            assert np.degrees(np.arccos(np.clip(unit(way) @ one, -1.0, 1.0))) < (35.0 if yaw else 20.0)


def test_elbows_bend_as_hinges() -> None:
    body = found({"left": (DOWN, FRONT)})
    assert body is not None
    bend = body.joints["left_elbow"][-1]
    assert np.abs(bend[[1, 3]]).max() < 0.02, "about one axis alone"
    assert 2 * np.arccos(abs(bend[0])) == pytest.approx(np.arccos(unit(DOWN) @ unit(FRONT)), abs=0.25)


def test_a_mirrored_picture_is_turned_round() -> None:
    bodies = np.repeat(body_points({"left": (DOWN, np.array([0.9, 0.4, 0.0]))})[None], FRAMES, 0)
    bodies[..., 0] = 1000.0 - bodies[..., 0]
    body = lifted(tracks(bodies), usual(), (1.0, 1.0))
    assert body is not None and directions(body.joints, "left")[1] @ unit([0.9, 0.4, 0.0]) > 0.95


def test_what_is_not_seen_is_unsure() -> None:
    body = found({"left": (DOWN, FRONT)}, left_wrist=0.1)
    assert body is not None and not body.sure["left_elbow"].any() and body.sure["right_elbow"].all()
    assert found({}, left_shoulder=0.0) is None
    seated = found({}, left_hip=0.0, right_hip=0.0, mid_hip=0.0)
    assert seated is not None and "spine1" not in seated.joints and seated.sure["left_elbow"].all()


def test_only_a_plain_lean_of_the_trunk_counts() -> None:
    bodies = np.repeat(body_points({})[None], FRAMES, 0)
    hips = bodies[0, BODY_POINTS.index("mid_hip"), :2]
    angle = np.radians(20.0)  # to the right of the picture: the person's left
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    bodies[-4:, :, :2] = (bodies[-4:, :, :2] - hips) @ turn.T + hips
    body = lifted(tracks(bodies), usual(), (1.0, 1.0))
    assert body is not None and body.sure["spine2"].tolist()[:6] == [False] * 6 and body.sure["spine2"][-2:].all()
    lean = 2 * np.degrees(np.arcsin(body.joints["spine2"][-1, 3]))
    assert 3 * lean == pytest.approx(-20.0, abs=3.0), "shared by three"
