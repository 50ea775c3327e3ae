# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench `retargeting` does in Blender, in a process of its own: motions onto rigs, keyed, evaluated and read back.

`python -m core.development.retargeting_worker FOLDER DATA RIG…`: FOLDER holds one .npz for each motion (evaluation.material.clip_files);
for each rig and motion <rig>__<motion>__plain.npz and …__adjusted.npz are written there, with where the bones are.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

import bpy
import numpy as np

from ..blender import compat
from ..blender.keying import fcurves, keyframe_plan
from ..blender.keying.timing import Timing
from ..blender.reading import rig_reading
from ..evaluation.material.clip_files import load_clip
from ..motion.face_track import FaceTrack
from ..motion.joints import JOINT_NAMES
from ..performance.performance import Performance
from ..progress import Progress
from ..rigs.animation import Controls
from ..rigs.character import Character
from ..rigs.conventions import bone_conventions
from ..rigs.description import RigDescription
from ..rigs.detection.bone_names import match_convention
from ..rigs.retargeting.retarget import retarget
from . import bench_rigs, clone

PLAIN_STEP = 3  # every third frame of what is not yet adjusted to floor and body
SHAPE_TOLERANCE, ROTATION_TOLERANCE_DEG = 0.002, 0.1
logger = logging.getLogger(__name__)


def key(armature: bpy.types.Object, controls: Controls, description: RigDescription, rate_hz: float) -> None:
    """A new action with the curves as Generate from Audio writes them, and the rig's switches set."""
    scene, pose = bpy.context.scene, armature.pose
    assert scene is not None and pose is not None  # of an armature in a scene
    scene.render.fps, scene.render.fps_base = round(rate_hz), round(rate_hz) / rate_hz
    plan = keyframe_plan.make_plan(
        controls, description, Timing(rate_hz, 1.0), {}, SHAPE_TOLERANCE, ROTATION_TOLERANCE_DEG, Progress()
    )
    action = bpy.data.actions.new("bench")
    for track in plan.tracks:
        if not track.on_shape_keys:
            slot = compat.new_slot(action, armature)
            fcurves.write_curves(compat.ensure_curves(action, slot), track.keys)
            compat.assign(armature, action, slot)
    for switch in controls.switches:
        bone = pose.bones[switch.bone]
        if switch.path.startswith("["):
            bone[json.loads(switch.path[1:-1])] = switch.value
        else:
            setattr(bone, switch.path[1:], switch.value)
    armature.update_tag()


def measured_bones(character: Character) -> dict[str, str]:
    """joint → the bone that shows it: on a control rig what deforms the mesh, else what is driven."""
    roles = {joint: name for joint, name in character.roles.items() if joint in JOINT_NAMES}
    controls = character.mapping.controls
    if controls == "rigify":
        shown = match_convention(bone_conventions()["rigify_deform"], list(character.description.bones))
        roles |= {joint: name for joint, name in shown.items() if joint in JOINT_NAMES}
    if not controls and (chest := character.skeleton.bone_of("spine3")):
        roles["spine3"] = chest  # of a longer spine the bone that carries the arms
    return roles


def measure(armature: bpy.types.Object, roles: dict[str, str], frames: np.ndarray) -> dict[str, np.ndarray]:
    """frames: the motion's, int (F,). Heads (F, J, 3) of the bones in the scene, and how they are turned from their rest (F, J, 3, 3)."""
    world = np.array(armature.matrix_world)
    scene, posed, data = bpy.context.scene, armature.pose, armature.data
    assert scene is not None and posed is not None and isinstance(data, bpy.types.Armature)
    names = list(roles)
    rest = np.array([data.bones[roles[joint]].matrix_local for joint in names])
    heads, turns = np.empty((len(frames), len(names), 3)), np.empty((len(frames), len(names), 3, 3))
    for row, frame in enumerate(frames.tolist()):
        scene.frame_set(frame + 1)
        for index, joint in enumerate(names):
            pose = np.array(posed.bones[roles[joint]].matrix)
            heads[row, index] = (world @ pose)[:3, 3]
            turns[row, index] = pose[:3, :3] @ np.linalg.inv(rest[index, :3, :3])
    place = rest[:, :3, 3] @ world[:3, :3].T + world[:3, 3]
    return {"joints": np.array(names), "heads": heads, "turns": turns, "rest": place, "frames": frames}


def run(folder: Path, data: Path, rigs: list[str]) -> None:
    for rig in rigs:
        armature = bench_rigs.load(rig, data)
        assert bpy.context.scene is not None and armature.pose is not None  # loading makes both
        description = rig_reading.describe(armature, bpy.context.scene)
        character = Character.of(description)
        roles = measured_bones(character)
        world = np.array(armature.matrix_world)[:3, :3]
        for path in sorted(folder.glob("motion_*.npz")):
            clip = load_clip(path)
            face = FaceTrack(np.zeros((0, 55), np.float32), clip.rate_hz)
            performance = Performance(path.stem, len(clip) / clip.rate_hz, face, clip)
            for adjusted in (False, True):
                controls = retarget(performance, character, adjusted=adjusted)
                key(armature, controls, description, clip.rate_hz)
                found = measure(armature, roles, np.arange(0, len(clip), 1 if adjusted else PLAIN_STEP))
                np.savez(
                    folder / f"{rig}__{path.stem}__{'adjusted' if adjusted else 'plain'}.npz",
                    axes=world @ character.axes,
                    local_axes=character.axes,
                    notes=np.array(controls.notes, str),
                    summary=np.array(character.mapping.summary()),
                    **found,
                )
                armature.animation_data_clear()
                for bone in armature.pose.bones:
                    bone.matrix_basis.identity()
        logger.info("%s: %d bones", rig, len(roles))


def main() -> None:
    folder, data, *rigs = sys.argv[1:]
    clone.enable()  # what is remembered with a character is read, too
    run(Path(folder), Path(data), rigs or bench_rigs.names(Path(data)))
    sys.stdout.flush()
    os._exit(0)  # Blender's module can hang at the end of the interpreter


if __name__ == "__main__":
    main()
