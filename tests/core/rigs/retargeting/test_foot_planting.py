# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's own feet stand on its floor and do not slide, whatever its proportions, rest pose and bones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.motion.locomotion import foot_planting
from core.motion.rotations import from_axis_angle
from core.motion.skeleton import average_adult
from core.rigs.character import Character
from core.rigs.description import Bone, RigDescription
from core.rigs.detection.mapping import CharacterMapping
from core.rigs.retargeting.body import BodyCurves, body_curves
from core.rigs.retargeting.foot_planting import leg_bones, plant_feet
from core.rigs.spaces import BLENDER_AXES
from tests.core.rigs.rig_building import bone_frame, bone_matrices

RATE = 30.0
# fmt: off
ROLES = ("pelvis", "spine1", "spine2", "spine3", "neck", "head", "left_hip", "left_knee", "left_ankle", "left_foot", "right_hip",
         "right_knee", "right_ankle", "right_foot")
# fmt: on


def figure(
    hip_out=0.1, leg_out=0.0, thigh=0.42, shin=0.4, knee_back=0.0, toes=True, helper=False, root=True, scale=1.0, seed=0
) -> tuple[RigDescription, dict[str, str]]:
    """A character: canonical places, legs `leg_out` apart at the floor more than at the hips, bones of any roll."""
    rng = np.random.default_rng(seed)
    height = thigh + shin + 0.09
    places = {
        "root": ((0, 0, 0), (0, 0.2, 0), ""),
        "pelvis": ((0, height + 0.08, 0), (0, height + 0.2, 0), "root"),
        "spine1": ((0, height + 0.2, 0), (0, height + 0.3, 0), "pelvis"),
        "spine2": ((0, height + 0.3, 0), (0, height + 0.4, 0), "spine1"),
        "spine3": ((0, height + 0.4, 0), (0, height + 0.55, 0), "spine2"),
        "neck": ((0, height + 0.55, 0), (0, height + 0.65, 0), "spine3"),
        "head": ((0, height + 0.65, 0), (0, height + 0.85, 0), "neck"),
    }
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hip = np.array([sign * hip_out, height, 0.0])
        knee = np.array([sign * (hip_out + leg_out / 2), 0.09 + shin, 0.02 - knee_back])
        ankle = np.array([sign * (hip_out + leg_out), 0.09, -0.02])
        ball, tip = ankle + [sign * 0.02, -0.07, 0.13], ankle + [sign * 0.02, -0.07, 0.2]
        places[f"{side}_hip"] = (hip, knee, "pelvis")
        above = f"{side}_hip"
        if helper:
            middle = 0.6 * hip + 0.4 * knee
            places[f"{side}_helper"] = (middle, knee, above)
            places[f"{side}_twist"] = (middle, knee, above)
            above = f"{side}_helper"
        places[f"{side}_knee"] = (knee, ankle, above)
        places[f"{side}_ankle"] = (ankle, ball, f"{side}_knee")
        if toes:
            places[f"{side}_foot"] = (ball, tip, f"{side}_ankle")
    bones = {}
    for name, (start, end, parent) in places.items():
        if name == "root" and not root:
            continue
        start, end = np.array(start) * scale, np.array(end) * scale
        rest = np.eye(4)
        rest[:3, :3] = bone_frame(BLENDER_AXES @ (end - start), rng.uniform(-3, 3))
        rest[:3, 3] = BLENDER_AXES @ start
        parent = parent if root or parent != "root" else ""
        bones[name] = Bone(name, parent, rest, float(np.linalg.norm(end - start)))
    return RigDescription("figure", (), bones, armature="rig"), {role: role for role in ROLES if role in bones}


def motion(frames: int = 240) -> Clip:
    """Stands, shifts its weight, turns, and makes a step with each foot, with feet locked on the canonical body."""
    time = np.arange(frames) / RATE
    pose = np.zeros((frames, 55, 3))
    for side, start in (("left", 3.0), ("right", 4.2)):
        up = np.where((time > start) & (time < start + 0.8), np.sin(np.pi * (time - start) / 0.8) ** 2, 0.0)
        pose[:, JOINT_INDEX[f"{side}_hip"], 0] = -0.2 - 0.5 * up
        pose[:, JOINT_INDEX[f"{side}_knee"], 0] = 0.4 + 0.8 * up
        pose[:, JOINT_INDEX[f"{side}_ankle"], 0] = -0.2 - 0.3 * up
    pose[:, JOINT_INDEX["pelvis"], 1] = 0.1 * np.sin(0.8 * time)
    pose[:, JOINT_INDEX["pelvis"], 2] = 0.05 * np.sin(1.1 * time)
    pose[:, JOINT_INDEX["spine1"], 2] = -0.05 * np.sin(1.1 * time)
    root = np.stack([0.05 * np.sin(1.1 * time), 0.02 * np.sin(2.0 * time), 0.03 * np.sin(0.7 * time)], -1)
    root[:, 2] += 0.2 / (1.0 + np.exp(-3.0 * (time - 4.0)))
    driven = frozenset(role for role in ROLES)
    clip = replace(
        Clip.still(frames, RATE, driven),
        rotations=from_axis_angle(pose).astype(np.float32),
        root_translation_m=root.astype(np.float32),
    )
    return foot_planting.plant_feet(clip, average_adult())


CLIP = motion()
FIGURES = {
    "like the canonical": {},
    "broad hips": {"hip_out": 0.2},
    "legs apart at rest": {"leg_out": 0.15},
    "short thighs": {"thigh": 0.3, "shin": 0.5},
    "long legs": {"thigh": 0.6, "shin": 0.55},
    "no toes": {"toes": False},
    "helper bones": {"helper": True},
    "no root bone": {"root": False},
    "centimetres": {"scale": 100.0},
    "straight knees": {"knee_back": 0.03},
    "small": {"scale": 0.4, "hip_out": 0.15, "seed": 5},
}


def feet(character, rotations, locations, scale):
    """Heights of ankles and balls over their rest and their speed, in canonical metres: (T, 4), (T − 1, 4)."""
    names, description = leg_bones(character), character.description
    found = bone_matrices(description, rotations, locations, [names[side].ankle for side in names])
    points, rest = [], []
    for part in ("ankle", "ball"):
        for side in names:
            bone = names[side].ankle
            start = description.bones[bone].rest[:3, 3] if part == "ankle" else names[side].ball
            local = np.linalg.inv(description.bones[bone].rest) @ np.append(start, 1.0)
            points.append((found[bone] @ local)[:, :3] @ BLENDER_AXES / scale)
            rest.append(BLENDER_AXES.T @ start / scale)
    points = np.stack(points, 1)
    return points[..., 1] - np.array(rest)[:, 1], np.linalg.norm(np.diff(points, axis=0), axis=-1) * RATE, points


def settled(**options):
    description, roles = figure(**options)
    character = Character.of(description, CharacterMapping("figure", bones=roles))
    times = np.arange(len(CLIP)) / RATE
    curves = body_curves(CLIP, times, character)
    made = plant_feet(curves, character, CLIP.contacts, RATE)
    return character, curves, (made.rotations, made.locations)


@pytest.mark.parametrize("name", FIGURES)
def test_feet_stand_on_the_floor_and_do_not_slide(name):
    character, curves, (rotations, locations) = settled(**FIGURES[name])
    stand = CLIP.contacts > 0.5
    assert 0.7 < stand.mean() < 1.0
    both = stand[1:] & stand[:-1]
    height, speed, points = feet(character, rotations, locations, curves.scale)
    assert np.abs(height[stand]).max() < 0.003
    assert speed[both].max() < 0.005
    before = feet(character, curves.rotations, curves.locations, curves.scale)[2]
    most = [np.linalg.norm(np.diff(each, 2, axis=0), axis=-1).max() * RATE**2 for each in (before, points)]
    assert most[1] < 1.3 * most[0] + 3.0
    assert height[:, :2].max() > 0.05  # it still steps


def test_what_is_above_the_legs_turns_as_before():
    character, curves, (rotations, locations) = settled(hip_out=0.2)
    legs = {f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle", "foot")}
    for bone, curve in curves.rotations.items():
        assert rotations[bone].shape == curve.shape and rotations[bone].dtype == np.float32
        assert bone in legs or np.array_equal(rotations[bone], curve)
    assert locations.keys() == curves.locations.keys() | {character.skeleton.carrier}


def test_limbs_keep_their_directions():
    """Feet on the floor cost the directions of the legs a few degrees at most, where proportions are human."""
    character, curves, (rotations, locations) = settled(thigh=0.4, shin=0.42)
    bones = [f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee")]
    first, second = (
        bone_matrices(character.description, *each, bones)
        for each in ((curves.rotations, curves.locations), (rotations, locations))
    )
    for bone in bones:
        cosine = (first[bone][:, :3, 1] * second[bone][:, :3, 1]).sum(-1)
        assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 5.0


def test_bodies_without_legs_and_legs_without_curves_stay():
    description, roles = figure()
    roles = {joint: bone for joint, bone in roles.items() if "knee" not in joint}
    curves = {"pelvis": np.tile([1.0, 0.0, 0.0, 0.0], (10, 1)).astype(np.float32)}
    for bones in (roles, figure()[1]):
        character = Character.of(description, CharacterMapping("figure", bones=bones))
        made = plant_feet(BodyCurves(curves, {}, 1.0, frozenset()), character, np.ones((10, 4)), RATE)
        assert made.rotations.keys() == curves.keys() and made.locations == {}
