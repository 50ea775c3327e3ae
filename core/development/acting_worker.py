# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench `prompts` asks of acting, in Blender: a raised arm and a turned head, and a smile, keyed once each on one rig
that speaks; prints one line of JSON.

python -m core.development.acting_worker RIG DATA MOTION.npz SEED SOUND; BLENDER_USER_RESOURCES must name a folder of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from ..blender import characters, compat
from ..blender.keying import rotation_modes
from ..blender.keying.body_groups import group_of
from ..motion import rotations
from ..motion.clip import Clip
from ..motion.joints import JOINT_INDEX, JOINT_NAMES
from ..rigs.retargeting import body
from ..statistics import NONVERBAL, statistics_of
from . import clone
from .answering import end_with
from .generated_rig import FPS
from .prompted_rig import PromptedRig

_FRAME = 75  # of the prompts
_HOLD = round(0.5 * FPS)
_FACE_HOLD = round(1.0 * FPS)
_RAISED_DEG, _TURNED_DEG, _SMILE = (0.0, -20.0, 20.0), (0.0, 40.0, 0.0), 0.8
_NEAR_DEG, _NEAR_SHARE = 5.0, 0.1
_ALL = frozenset({"LIPS", "EXPRESSION", "EYES", "HEAD", "BODY", "HANDS"})
_PROMPTED = {"Right arm", "Head"}
_ANSWERING = {"Torso", "Face"}


def pose_keys(rig: PromptedRig) -> dict[str, np.ndarray]:
    """Rotations {bone: quaternion} of a right arm raised to the side and a head turned to the left."""
    clip = Clip.still(1, 1.0, frozenset(JOINT_NAMES))
    for joint, degrees in (("right_shoulder", _RAISED_DEG), ("head", _TURNED_DEG)):
        clip.rotations[:, JOINT_INDEX[joint]] = rotations.from_axis_angle(np.radians([degrees]))
    made = body.body_curves(clip, np.zeros(1), rig.character, None, False)
    roles = rig.character.roles
    bones = (roles[joint] for joint in ("right_shoulder", "head") if joint in roles)
    return {bone: made.rotations[bone][0].astype(float) for bone in bones if bone in made.rotations}


def key_pose(rig: PromptedRig, pose: dict[str, np.ndarray]) -> None:
    for bone, quaternion in pose.items():
        posed = rig.bones[bone]
        name = characters.rotation_property(posed.rotation_mode)
        setattr(posed, name, rotation_modes.from_quaternions(quaternion[None], posed.rotation_mode)[0].tolist())
        posed.keyframe_insert(name, frame=_FRAME, keytype="KEYFRAME")


def shapes_of(rig: PromptedRig, shown: str) -> list[tuple[Any, str]]:
    """(shape keys, name) of all that show one canonical shape whose name begins so, and nothing else."""
    return [
        (rig.scene.objects[mesh].data.shape_keys, key)
        for mesh, keys in rig.character.mapping.shapes.items()
        for key, mix in keys.items()
        if len(mix) == 1 and next(iter(mix)).startswith(shown)
    ]


def shape_values(keys: Any, name: str, frames: range) -> np.ndarray:
    curve = compat.active_curves(keys).fcurves.find(characters.shape_path(name))
    return np.array([curve.evaluate(frame) for frame in frames])


def eyes_deg(rig: PromptedRig) -> np.ndarray:
    """How far the left eye looks to the left at every frame, (F,) degrees; empty where nothing shows it."""
    frames = range(1, rig.frames + 1)
    found = shapes_of(rig, "eyeLookOutLeft")
    if found:
        per_look = statistics_of(NONVERBAL)["eyes"]["deg_per_lookOut"]
        return shape_values(*found[0], frames) * per_look
    bone = rig.character.roles.get("left_eye_smplhf", "")
    turns = rig.turning([bone] if bone else []).get(bone)
    return np.empty(0) if turns is None else rotations.angle_between_deg(turns, turns[:1])


def measure_smile(rig: PromptedRig) -> dict[str, float]:
    """The share of the hold in which a smile of 0.8 stays within a tenth of it; {} where nothing smiles."""
    found = shapes_of(rig, "mouthSmile")
    if not found:
        return {}
    rig.clear()
    for keys, _ in found:
        keys.animation_data_clear()
    for keys, name in found:
        keys.key_blocks[name].value = _SMILE
        keys.key_blocks[name].keyframe_insert("value", frame=_FRAME, keytype="KEYFRAME")
    rig.run(1, parts=_ALL)
    held = np.concatenate([shape_values(*one, range(_FRAME, _FRAME + _FACE_HOLD + 1)) for one in found])
    at_key = max(abs(shape_values(*one, range(_FRAME, _FRAME + 1))[0] - _SMILE) for one in found)
    return {"smile_reach": float(np.mean(np.abs(held - _SMILE) <= _NEAR_SHARE * _SMILE)), "smile_error": float(at_key)}


def measure(name: str, data: str, motion: str, seed: str, sound: str) -> dict:
    clone.enable()
    rig = PromptedRig(name, Path(data), Path(motion), int(seed), sound)
    rig.clear()
    rig.run(1, parts=_ALL)
    before, looked = rig.turning(rig.links), eyes_deg(rig)
    pose = pose_keys(rig)
    rig.clear()
    key_pose(rig, pose)
    rig.run(1, parts=_ALL)
    after = rig.turning(rig.links)
    changed: dict[str, float] = {}
    joints: dict[str, float] = {}
    for bone in before.keys() & after.keys():
        joint, parent = rig.links[bone].joint, rig.bones[bone].parent
        above = rig.links[parent.name].joint if parent is not None and parent.name in rig.links else ""
        off = rotations.angle_between_deg(before[bone], after[bone])
        joints[joint] = max(joints.get(joint, 0.0), float(off[_FRAME - 1 : _FRAME - 1 + _HOLD].max()))
        if group_of(above) == "Head" != group_of(joint):
            continue  # collars that hang on the neck, as a Biped's do, turn against it so that the arm stays where it is
        changed[group_of(joint)] = max(changed.get(group_of(joint), 0.0), float(off.max()))
    held = [
        rotations.angle_between_deg(after[bone][_FRAME - 1 : _FRAME + _HOLD], np.broadcast_to(wanted, (_HOLD + 1, 4)))
        for bone, wanted in pose.items()
        if bone in after
    ]
    others = {group: most for group, most in changed.items() if group not in _PROMPTED | _ANSWERING}
    return {
        "uninvolved": max(others.values(), default=0.0),
        "changed": changed,
        "arm_reach": float(np.mean(np.concatenate(held) <= _NEAR_DEG)) if held else float("nan"),
        "collar": joints.get("right_collar", 0.0),
        "spine": sum(joints.get(joint, 0.0) for joint in ("spine1", "spine2", "spine3")),
        "neck": joints.get("neck", 0.0),
        "eyes": float(np.abs(eyes_deg(rig) - looked)[_FRAME - 1 - _HOLD : _FRAME].max())
        if len(looked)
        else float("nan"),
        **measure_smile(rig),
    }


if __name__ == "__main__":
    end_with(measure(*sys.argv[1:]))
