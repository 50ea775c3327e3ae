# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands stay out of bodies that are broader than the canonical one, touch where they touched, and move without pops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.motion.rotations import from_axis_angle, multiply
from core.rigs.character import Character
from core.rigs.description import Bone, RigDescription
from core.rigs.detection.mapping import CharacterMapping
from core.rigs.retargeting.body import BodyCurves, body_curves
from core.rigs.retargeting.body_shape import body_shape, distances, hand_points
from core.rigs.retargeting.pose import pose_of
from core.rigs.retargeting.self_collision import _canonical_pose, canonical_body, resolve_self_collisions

RATE = 30.0
AXES = np.eye(3)


def character(broader: float = 1.0, arms: float = 1.0, scale: float = 1.0) -> RigDescription:
    """The canonical body with shoulders and hips `broader` times as far apart and arms of another length."""
    bones = {}
    for name, bone in canonical_body()[0].description.bones.items():
        rest = bone.rest.copy()
        side = np.sign(rest[0, 3])
        if name.split("_")[-1] in ("hip", "knee", "ankle", "foot", "collar", "shoulder"):
            rest[0, 3] *= broader
        elif side and not name.endswith("smplhf"):
            shoulder = 0.17
            rest[0, 3] = side * (shoulder * broader + arms * (abs(rest[0, 3]) - shoulder))
        rest[:3, 3] *= scale
        bones[name] = Bone(name, bone.parent, rest, 0.05 * scale)
    return RigDescription("broad", (), bones, armature="rig")


def gesture(frames: int = 180) -> Clip:
    """Both hands come from hanging down to before the belly and swing past it, the left one touches it."""
    time = np.arange(frames) / RATE
    up = 0.5 - 0.5 * np.cos(np.clip(time - 0.5, 0.0, 1.5) / 1.5 * np.pi)
    zero = np.zeros(frames)
    clip = Clip.still(frames, RATE, frozenset(canonical_body()[0].description.bones) - {"jaw"})
    for side, sign in (("left", 1.0), ("right", -1.0)):
        down = from_axis_angle(np.stack([zero, zero, zero - sign * 1.35], -1))
        inwards = from_axis_angle(np.stack([up * (0.9 + 0.1 * np.sin(3.0 * time)), zero, zero], -1))
        clip.rotations[:, JOINT_INDEX[f"{side}_shoulder"]] = multiply(down, inwards)
        bend = from_axis_angle(np.stack([zero, -sign * up * (1.6 + 0.2 * np.sin(2.0 * time)), zero], -1))
        clip.rotations[:, JOINT_INDEX[f"{side}_elbow"]] = bend
    return clip


def understood(description: RigDescription) -> Character:
    return Character.of(description, CharacterMapping("broad", bones={name: name for name in description.bones}))


def deeper(clip: Clip, description: RigDescription, rotations, scale: float = 1.0) -> float:
    """By how many metres a hand is at most deeper than the canonical one."""
    times = np.arange(len(clip)) / RATE
    figure = understood(description)
    shape = body_shape(figure, scale)
    pose = pose_of(figure, rotations, {})
    own_pose, own = _canonical_pose(clip, times)
    worst = 0.0
    for side in shape.arms:
        allowed = distances(own_pose, own, hand_points(own_pose, own, side, len(clip)))[0]
        found = distances(pose, shape, hand_points(pose, shape, side, len(clip)))[0]
        worst = max(worst, float((np.minimum(allowed, 0.0) - found).max()))
    return worst


def kept_out(clip: Clip, description: RigDescription):
    times = np.arange(len(clip)) / RATE
    figure = understood(description)
    curves = body_curves(clip, times, figure)
    return figure, curves, resolve_self_collisions(curves, figure, clip, times).rotations


@pytest.mark.parametrize(
    "options", [{"broader": 1.3}, {"broader": 1.2, "arms": 0.85}, {"broader": 1.3, "scale": 100.0}]
)
def test_broad_bodies_are_not_entered(options):
    clip, description = gesture(), character(**options)
    _, curves, rotations = kept_out(clip, description)
    assert deeper(clip, description, curves.rotations, curves.scale) > 0.02
    assert deeper(clip, description, rotations, curves.scale) < 0.006


def test_the_same_body_is_left_alone():
    _, curves, rotations = kept_out(gesture(), character())
    for bone, curve in curves.rotations.items():
        assert np.array_equal(rotations[bone], curve)


def test_only_arms_change_and_hands_keep_their_turn():
    clip, description = gesture(), character(broader=1.3)
    figure, curves, rotations = kept_out(clip, description)
    arms = {f"{side}_{joint}" for side in ("left", "right") for joint in ("shoulder", "elbow", "wrist")}
    for bone, curve in curves.rotations.items():
        assert bone in arms or np.array_equal(rotations[bone], curve)
    before, after = (pose_of(figure, each, {}).matrix("left_wrist") for each in (curves.rotations, rotations))
    assert np.abs(before[:, :3, :3] - after[:, :3, :3]).max() < 1e-5
    moved = np.linalg.norm(before[:, :3, 3] - after[:, :3, 3], axis=-1) / curves.scale
    assert 0.01 < moved.max() < 0.2 and moved[:5].max() < 0.05


def test_the_push_has_no_pops():
    clip, description = gesture(), character(broader=1.3)
    figure, curves, rotations = kept_out(clip, description)
    before, after = (pose_of(figure, each, {}).matrix("left_wrist")[:, :3, 3] for each in (curves.rotations, rotations))
    most = [np.linalg.norm(np.diff(each, 2, axis=0), axis=-1).max() * RATE**2 for each in (before, after)]
    assert most[1] < 1.5 * most[0] + 3.0


def test_no_arms_no_frames_no_driving():
    description = character(broader=1.3)
    clip = gesture()
    still = replace(clip, driven=frozenset(("head", "neck")))
    _, curves, rotations = kept_out(still, description)
    assert rotations.keys() == curves.rotations.keys()
    boneless = Character.of(description, CharacterMapping("broad"))
    nothing = BodyCurves({}, {}, 1.0, frozenset())
    assert resolve_self_collisions(nothing, boneless, clip, np.arange(10) / RATE).rotations == {}
    assert resolve_self_collisions(nothing, boneless, clip, np.zeros(0)).rotations == {}
