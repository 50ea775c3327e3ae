# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench `speed` measures in Blender, in a process of its own: prints its figures as one line of JSON.

click SOUND: the button's path on the demo character, cold and warm. write: 60 s at 60 frames a second on 150 curves into a
new take.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time

from . import clone


def click(sound: str) -> dict:
    import bpy  # first: loading Blender itself is not what enabling costs

    clone.make_known()
    began = time.perf_counter()
    clone.switch_on()
    enable_s = time.perf_counter() - began
    bpy.ops.audio2rig.add_demo_character()
    if "torch" in sys.modules:
        raise RuntimeError("PyTorch was imported before the click")
    times = []
    for _ in range(2):
        began = time.perf_counter()
        if bpy.ops.audio2rig.generate("EXEC_DEFAULT", filepath=sound) != {"FINISHED"}:
            raise RuntimeError("generate did not finish")
        times.append(round(time.perf_counter() - began, 2))
    report = bpy.context.scene.audio2rig.last_report
    return {"seconds": times[0], "again_s": times[1], "enable_s": round(enable_s, 3), "report": report}


def write() -> dict:
    import numpy as np

    clone.enable()
    import bpy

    actions, compat = clone.part("core.blender.keying.fcurves"), clone.part("core.blender.compat")
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    for index in range(151):
        cube.shape_key_add(name=f"k{index}")
    frames = np.arange(3600, dtype=np.float32)
    wave = (0.5 + 0.5 * np.sin(frames / 9)).astype(np.float32)
    times = []
    for turn in range(3):
        began = time.perf_counter()
        action = bpy.data.actions.new(f"take {turn}")
        curves = compat.ensure_curves(action, compat.new_slot(action, cube.data.shape_keys))
        count = actions.write_curves(
            curves,
            (
                actions.CurveKeys(
                    f'key_blocks["k{index + 1}"].value', 0, "Shape Keys", actions.Keys.simple(frames, wave)
                )
                for index in range(150)
            ),
        )
        times.append(round(time.perf_counter() - began, 3))
    return {"seconds": min(times), "runs_s": times, "keys": count}


def main() -> None:
    task, *rest = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="audio2rig-speed-", ignore_cleanup_errors=True) as resources:
        os.environ["BLENDER_USER_RESOURCES"] = resources  # before bpy is imported: nobody's own settings are touched
        print(json.dumps({"click": click, "write": write}[task](*rest)), flush=True)
    os._exit(0)  # Blender's module can hang at the end of the interpreter


if __name__ == "__main__":
    main()
