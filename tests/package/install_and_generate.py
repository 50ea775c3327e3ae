# SPDX-License-Identifier: GPL-3.0-or-later
"""What an animator does, as a script for Blender's Python module: install the zip, add a character, let it speak and dance, save.

    python install_and_generate.py ZIP SOUND SONG FOLDER

Writes FOLDER/result.json. BLENDER_USER_RESOURCES must be set to a folder of the test's own before it starts.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from pathlib import Path

import bpy

PACKAGE = "bl_ext.user_default.audio2rig"


def curves_of(action: bpy.types.Action) -> list[bpy.types.FCurve]:
    if not hasattr(action, "layers"):  # before Blender 4.4; from then on action.fcurves is only the first slot's
        return list(action.fcurves)
    return [
        curve for layer in action.layers for strip in layer.strips for bag in strip.channelbags for curve in bag.fcurves
    ]


def heavy_modules() -> list[str]:
    return sorted({name.split(".")[0] for name in sys.modules} & {"torch", "librosa", "scipy", "smplx"})


def shape_key_values(frames: range) -> dict[str, list[float]]:
    """Values of every shape key of every mesh over frames, as Blender evaluates them."""
    values: dict[str, list[float]] = {}
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        for mesh in bpy.data.meshes:
            for block in mesh.shape_keys.key_blocks if mesh.shape_keys else ():
                values.setdefault(f"{mesh.name}/{block.name}", []).append(block.value)
    return values


def run(zip_path: Path, sound: Path, song: Path, folder: Path) -> dict:
    result: dict = {"blender": bpy.app.version_string}
    bpy.ops.wm.read_homefile(use_empty=True)
    start = time.perf_counter()
    result["install"] = list(
        bpy.ops.extensions.package_install_files(filepath=str(zip_path), repo="user_default", enable_on_install=True)
    )
    result["install_seconds"] = time.perf_counter() - start
    result["enabled"] = PACKAGE in bpy.context.preferences.addons
    result["heavy_after_enabling"] = heavy_modules()
    # In the application the extensions' wheels come before Blender's own packages; the module leaves them behind.
    sys.path.sort(key=lambda folder: ".local" not in Path(folder).parts)
    result["demo"] = list(bpy.ops.audio2rig.add_demo_character())
    actions_before = set(bpy.data.actions.keys())
    start = time.perf_counter()
    result["generate"] = list(bpy.ops.audio2rig.generate(filepath=str(sound), mode="SPEECH", seed=3))
    result["generate_seconds"] = time.perf_counter() - start
    result["report"] = bpy.context.scene.audio2rig.last_report
    import torch

    result["torch_file"] = torch.__file__
    result["numpy_file"] = sys.modules["numpy"].__file__
    made = [bpy.data.actions[name] for name in sorted(set(bpy.data.actions.keys()) - actions_before)]
    result["actions"] = {action.name: len(curves_of(action)) for action in made}
    result["keys"] = sum(len(curve.keyframe_points) for action in made for curve in curves_of(action))
    moving = {name: max(series) - min(series) for name, series in shape_key_values(range(1, 90, 2)).items()}
    result["moving_shapes"] = sorted(name for name, span in moving.items() if span > 0.02)
    result["jaw_range"] = max((span for name, span in moving.items() if name.lower().endswith("jawopen")), default=0.0)
    result["dance"] = list(bpy.ops.audio2rig.generate(filepath=str(song), mode="DANCE", seed=3))
    result["dance_report"] = bpy.context.scene.audio2rig.last_report
    saved = folder / "scene.blend"
    result["save"] = list(bpy.ops.wm.save_as_mainfile(filepath=str(saved)))
    result["saved_bytes"] = saved.stat().st_size
    index = next(i for i, repo in enumerate(bpy.context.preferences.extensions.repos) if repo.module == "user_default")
    result["uninstall"] = list(bpy.ops.extensions.package_uninstall(repo_index=index, pkg_id="audio2rig"))
    result["enabled_after_uninstall"] = PACKAGE in bpy.context.preferences.addons
    return result


def main() -> int:
    zip_path, sound, song, folder = (Path(argument) for argument in sys.argv[1:5])
    try:
        result = run(zip_path, sound, song, folder)
    except Exception:  # noqa: BLE001 - whatever it is, the test shows it
        result = {"error": traceback.format_exc()}
    (folder / "result.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    return 1 if "error" in result else 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # Blender's module may hang while the interpreter ends
