# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exported character shows in another Blender: reads the file into an empty scene of a process of its own.

A process of its own, as with an animator who hands the file on; Blender 4.2's module can also end in glTF's importer where much was
loaded and thrown away before. `python -m tests.blender.exchanging FILE NAME RESULT` writes what is seen.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np

LAST = 25
RATE_HZ = 24
FRAMES = range(1, LAST, 3)
SHAPES = ("jawOpen", "eyeBlinkLeft")
BONES = ("mixamorig:Head", "mixamorig:LeftArm")
SHIFTS = (0, -1, 1)  # frames by which formats may move a clip


def seen(shift: int = 0) -> dict[str, np.ndarray]:
    """What Blender shows over time: shape values by mesh, and bones' quaternions, at FRAMES + shift."""
    rig = next(part for part in bpy.data.objects if part.type == "ARMATURE")
    keyed = (part for part in bpy.data.objects if part.type == "MESH" and part.data.shape_keys)
    meshes = {part.name.removesuffix(".001"): part for part in keyed}  # glTF's importer puts an empty above each
    found: dict[str, list] = {}
    for frame in FRAMES:
        bpy.context.scene.frame_set(frame + shift)
        for name, mesh in meshes.items():
            for key in set(SHAPES) & set(mesh.data.shape_keys.key_blocks.keys()):
                found.setdefault(f"{name} {key}", []).append(mesh.data.shape_keys.key_blocks[key].value)
        for bone in BONES:
            turn = (rig.matrix_world @ rig.pose.bones[bone].matrix).to_quaternion()
            found.setdefault(bone, []).append(tuple(turn))
    return {name: np.array(values) for name, values in found.items()}


def seen_elsewhere(path: Path, name: str) -> list[dict[str, np.ndarray]]:
    """What another Blender shows of the clip with this name in the file, at each of SHIFTS."""
    result = path.with_name(f"{path.name}.npz")
    command = [sys.executable, "-m", "tests.blender.exchanging", str(path), name, str(result)]
    ended = subprocess.run(
        command, cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, timeout=300
    )
    # the file is what counts: Blender's module may end badly after all is done
    assert result.is_file(), ended.stdout + ended.stderr
    with np.load(result) as data:
        return [{key[2:]: data[key] for key in data.files if key.startswith(str(i))} for i in range(len(SHIFTS))]


def _play_imported(name: str) -> None:
    """Choose the clip of the take that is meant, where several came: of each data-block the newest that has its name."""
    rig = next(part for part in bpy.data.objects if part.type == "ARMATURE")
    keys = [part.data.shape_keys for part in bpy.data.objects if part.type == "MESH" and part.data.shape_keys]
    for owner in (rig, *keys):
        data = owner.animation_data
        if data is None:
            continue
        for track in data.nla_tracks:
            track.mute = name not in track.name
            if not track.mute:
                data.action = None
        if data.action is not None and name not in data.action.name and "older" in data.action.name:
            data.action = bpy.data.actions[data.action.name.replace("older", name)]
            if hasattr(data, "action_slot") and data.action_slot is None:
                data.action_slot = data.action_suitable_slots[0]


def _main(arguments: Sequence[str]) -> None:
    path, name, result = arguments
    kind = "fbx" if path.endswith(".fbx") else "gltf"
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.scene.render.fps = RATE_HZ
    assert getattr(bpy.ops.import_scene, kind)(filepath=path) == {"FINISHED"}
    bpy.context.scene.render.fps = RATE_HZ
    _play_imported(name)
    shown = {f"{i} {key}": values for i, shift in enumerate(SHIFTS) for key, values in seen(shift).items()}
    part = Path(f"{result}.part.npz")
    np.savez(part, **shown)
    part.replace(result)


if __name__ == "__main__":
    _main(sys.argv[1:])
