# SPDX-License-Identifier: GPL-3.0-or-later
"""Limbs are where they are held: feet under hips that were moved, hands and feet at pins, and what is short is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion.easing import minimum_jerk
from core.motion.rotations import from_axis_angle
from core.rigs.pins import Pin
from core.rigs.retargeting.body import BodyCurves
from core.rigs.retargeting.limb_solving import solve_limbs
from core.rigs.retargeting.pose import pose_of
from core.rigs.retargeting.self_collision import canonical_body

CHARACTER = canonical_body()[0]
FRAMES = np.arange(1.0, 91.0)
DRIVEN = frozenset(CHARACTER.skeleton.links)
LEGS = ("left_ankle", "right_ankle", "left_foot", "right_foot")


def still() -> BodyCurves:
    """A body with knees a little bent and arms that hang and swing."""
    one = np.tile([1.0, 0.0, 0.0, 0.0], (len(FRAMES), 1))
    rotations = {name: one for name in CHARACTER.skeleton.links}
    for side, sign in (("left", -1.0), ("right", 1.0)):
        for joint, angle in (("hip", -0.2), ("knee", 0.4), ("ankle", -0.2)):
            rotations[f"{side}_{joint}"] = from_axis_angle(np.tile([angle, 0.0, 0.0], (len(FRAMES), 1)))
        swing = sign * (1.1 + 0.1 * np.sin(FRAMES / 8.0))
        rotations[f"{side}_shoulder"] = from_axis_angle(np.stack([0 * swing, 0 * swing, swing], 1))
        bend = np.full(len(FRAMES), sign * 0.6)
        rotations[f"{side}_elbow"] = from_axis_angle(np.stack([0 * bend, bend, 0 * bend], 1))
    return BodyCurves(rotations, {"pelvis": np.zeros((len(FRAMES), 3))}, 1.0, frozenset())


def lowered(curves: BodyCurves, way: tuple[float, float, float]) -> BodyCurves:
    """The hips moved around frame 45, as keys move them."""
    bump = minimum_jerk(1.0 - np.abs(FRAMES - 45.0) / 25.0)
    return replace(curves, locations={"pelvis": bump[:, None] * np.array(way)})


def places(curves: BodyCurves, bone: str) -> np.ndarray:
    return pose_of(CHARACTER, curves.rotations, curves.locations).matrix(bone)[:, :3, 3]


def solve(made, blended, pins=(), keyed=None, free=None, driven=DRIVEN):
    free = np.ones(len(FRAMES)) if free is None else free
    solved = solve_limbs(made, blended, CHARACTER, pins, FRAMES, 30.0, keyed or {}, free, driven)
    curves = replace(
        blended,
        rotations={**blended.rotations, **solved.rotations},
        locations={**blended.locations, **solved.locations},
    )
    return solved, curves


@pytest.mark.parametrize("way", [(0.0, -0.3, 0.0), (0.1, -0.1, -0.08), (0.0, -0.6, 0.0)])
def test_feet_stay_where_they_stand(way):
    made = still()
    solved, curves = solve(made, lowered(made, way))
    for bone in LEGS:
        assert np.linalg.norm(places(curves, bone) - places(made, bone), axis=1).max() < 0.005
    assert not solved.short and {"left_knee", "right_hip", "pelvis"} <= solved.bones


def test_hips_too_high_lift_heels_and_leave_toes():
    made = still()
    solved, curves = solve(made, lowered(made, (0.0, 0.06, 0.0)))
    assert np.linalg.norm(places(curves, "left_foot") - places(made, "left_foot"), axis=1).max() < 0.005
    assert places(curves, "left_ankle")[44, 1] > places(made, "left_ankle")[44, 1] + 0.02
    assert [short.lifted for short in solved.short] == [True, True] and solved.short[0].frame == 45.0
    solved, _ = solve(made, lowered(made, (0.0, 0.4, 0.0)))
    assert not solved.short[0].lifted and 0.15 < solved.short[0].metres < 0.35


def test_a_foot_that_keys_lift_goes_there_and_back():
    made = still()
    blended = lowered(made, (0.0, -0.15, 0.0))
    bump = minimum_jerk(1.0 - np.abs(FRAMES - 45.0) / 20.0)
    lift = from_axis_angle(np.stack([-0.2 - 0.9 * bump, 0 * bump, 0 * bump], 1))
    blended = replace(blended, rotations={**blended.rotations, "left_hip": lift})
    _, curves = solve(made, blended, keyed={"left_hip": np.array([45.0])})
    assert np.linalg.norm(places(curves, "left_ankle")[44] - places(blended, "left_ankle")[44]) < 0.005
    assert np.linalg.norm(places(curves, "left_ankle")[5] - places(made, "left_ankle")[5]) < 0.005
    assert np.linalg.norm(places(curves, "right_ankle") - places(made, "right_ankle"), axis=1).max() < 0.005


def pin(effector: str, place, first=30.0, last=60.0, turns=None) -> Pin:
    return Pin("pin", effector, first, last, 10.0, FRAMES[:1], np.array([place], float), turns)


def test_a_hand_is_held_and_released():
    made = still()
    place = places(made, "left_wrist")[44] + [0.05, 0.12, 0.15]
    turn = from_axis_angle(np.array([[0.3, 0.2, 0.0]]))
    solved, curves = solve(made, made, [pin("LEFT_HAND", place, turns=turn)])
    wrist = places(curves, "left_wrist")
    assert np.linalg.norm(wrist[29:60] - place, axis=1).max() < 0.003
    assert np.allclose(wrist[:18], places(made, "left_wrist")[:18], atol=1e-4)
    assert np.abs(np.diff(wrist, 2, axis=0)).max() < 0.01 and not solved.short
    assert "right_wrist" not in solved.rotations and "left_hip" not in solved.rotations


def test_hips_and_feet_are_held_together():
    made = still()
    hips, foot = places(made, "pelvis")[0] + [0.08, -0.2, 0.05], places(made, "right_ankle")[0] + [-0.1, 0.1, 0.1]
    _, curves = solve(made, made, [pin("HIPS", hips), pin("RIGHT_FOOT", foot)])
    assert np.linalg.norm(places(curves, "pelvis")[29:60] - hips, axis=1).max() < 1e-5
    assert np.linalg.norm(places(curves, "right_ankle")[29:60] - foot, axis=1).max() < 0.004
    assert np.linalg.norm(places(curves, "left_ankle") - places(made, "left_ankle"), axis=1).max() < 0.004


def test_what_is_out_of_reach_or_not_generated_is_told():
    made = still()
    solved, _ = solve(made, made, [pin("LEFT_HAND", (2.0, 1.0, 0.0))])
    assert solved.short[0].pin is not None and 1.0 < solved.short[0].metres < 1.5
    solved, _ = solve(made, made, [pin("LEFT_HAND", (0.3, 1.0, 0.2))], driven=DRIVEN - {"left_elbow"})
    assert len(solved.idle) == 1 and not solved.rotations


def test_the_ends_of_a_range_stay():
    made = still()
    free = np.clip(np.minimum(FRAMES - 1.0, 90.0 - FRAMES) / 20.0, 0.0, 1.0)
    _, curves = solve(made, made, [pin("RIGHT_HAND", (-0.3, 1.1, 0.3), 1.0, 90.0)], free=free)
    assert np.allclose(curves.rotations["right_elbow"][[0, -1]], made.rotations["right_elbow"][[0, -1]], atol=1e-4)
