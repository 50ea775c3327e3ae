# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole bodies on real rigs, after Blender has evaluated the keys: a short form of `python -m core.evaluation retargeting`."""

from __future__ import annotations

import bpy
import numpy as np
import pytest


@pytest.mark.parametrize(
    "name",
    [
        "rigify_human",
        "makehuman_default",
        "rocketbox_male",
        "smplx",
        "four_fingers",
        pytest.param("kaykit_mage", marks=pytest.mark.slow),
        pytest.param("mesh2motion", marks=pytest.mark.slow),
        pytest.param("makehuman_rigify", marks=pytest.mark.slow),
    ],
)
def test_limbs_hands_and_feet_arrive(scene, part, needs_torch, data_dir, name, request):
    rigs, worker = part("core.development.bench_rigs"), part("core.development.retargeting_worker")
    metrics = part("core.evaluation.metrics.retargeting")
    if name not in rigs.names(data_dir):
        pytest.skip(f"{name} is not in the data pack")
    armature = request.getfixturevalue("rigify_rig") if name == "rigify_human" else rigs.load(name, data_dir)
    description = part("core.blender.reading.rig_reading").describe(armature, bpy.context.scene)
    character = part("core.rigs.character").Character.of(description)
    clip = part("core.evaluation.material.retargeting_motions").made_up(3, 0.4)
    face = part("core.motion.face_track").FaceTrack(np.zeros((0, 55), np.float32), clip.rate_hz)
    performance = part("core.performance.performance").Performance("x", 0.4, face, clip)
    roles = worker.measured_bones(character)
    limbs = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    assert {f"{side}_{joint}" for side in ("left", "right") for joint in limbs} <= roles.keys()
    for adjusted in (False, True):
        controls = part("core.rigs.retargeting.retarget").retarget(performance, character, adjusted=adjusted)
        worker.key(armature, controls, description, clip.rate_hz)
        found = worker.measure(armature, roles, np.arange(0, len(clip), 4))
        world = np.array(armature.matrix_world)[:3, :3] @ character.axes
        errors = metrics.retargeting_errors(clip, {"axes": world, "local_axes": character.axes, **found}, adjusted)
        armature.animation_data_clear()
        if adjusted:
            assert errors["floor_cm"].max() < 1.0 and errors["slip_cm"].max() < 0.5
        else:
            for figure in (*metrics.LIMBS, "hand", "palm", "curl", "thumb", "finger bones", "chest", "head", "sole"):
                assert figure not in errors or errors[figure].max() < 2.0, figure
    assert bool(controls.switches) == (name == "rigify_human")
