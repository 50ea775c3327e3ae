# SPDX-License-Identifier: GPL-3.0-or-later
"""One measurement of `speed` in a process of its own: prints its figures as one line of JSON.

perform SECONDS THREADS: import, first result, memory. click SECONDS: the button's path in Blender on the demo character,
cold. write: 60 s at 60 frames a second on 150 curves into a new take.
"""
from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = "bl_ext.user_default.audio2rig"


def peak_mb() -> float:
    """The most memory this process ever held, in MB (0 where the system does not tell)."""
    try:
        import resource
    except ImportError:
        return 0.0
    scale = 1 / 1024**2 if sys.platform == "darwin" else 1 / 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale, 1)


def perform(seconds: float, threads: int) -> dict:
    began = time.perf_counter()
    from ..audio.decode import load
    from ..performance.settings import SpeechSettings
    from ..performance.speech import perform as perform_speech

    import_s = time.perf_counter() - began
    from .speed import _write, babble

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "babble.wav"
        # one minute over and over, so that making the sound takes no memory that would be counted
        minute = babble(min(seconds, 60.0))
        _write(path, minute, 16000, 1)
        if seconds > 60:
            import wave

            with wave.open(str(path), "rb") as file:
                raw = file.readframes(file.getnframes())
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(16000)
                for _ in range(int(seconds // 60)):
                    file.writeframes(raw)
        began = time.perf_counter()
        perform_speech(load(path), SpeechSettings(threads=threads))
        first_s = time.perf_counter() - began
        began = time.perf_counter()
        perform_speech(load(path), SpeechSettings(threads=threads))
        warm_s = time.perf_counter() - began
    return {"seconds": seconds, "import_s": round(import_s, 2), "first_s": round(first_s, 2), "warm_s": round(warm_s, 3),
            "peak_mb": peak_mb()}


def enabled_extension():
    """The extension, enabled in this Python's Blender from this clone, with resources of its own."""
    os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="audio2rig-speed-"))  # before bpy is imported
    import bpy  # isort: skip
    import addon_utils  # known only once bpy is there

    folder = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    link = folder / "audio2rig"
    if not link.exists():
        link.symlink_to(ROOT, target_is_directory=True)
    bpy.ops.extensions.repo_refresh_all()
    module = addon_utils.enable(EXTENSION, default_set=True, persistent=True)
    if module is None:
        raise RuntimeError("Blender could not enable the extension")
    return module


def click(seconds: float) -> dict:
    from .speed import _write, babble

    began = time.perf_counter()
    enabled_extension()
    enable_s = time.perf_counter() - began
    import bpy

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "babble.wav"
        _write(path, babble(seconds), 16000, 1)
        bpy.ops.audio2rig.add_demo_character()
        if "torch" in sys.modules:
            raise RuntimeError("PyTorch was imported before the click")
        times = []
        for _ in range(2):
            began = time.perf_counter()
            if bpy.ops.audio2rig.generate("EXEC_DEFAULT", filepath=str(path)) != {"FINISHED"}:
                raise RuntimeError("generate did not finish")
            times.append(round(time.perf_counter() - began, 2))
        report = bpy.context.scene.audio2rig.last_report
    return {"seconds": times[0], "again_s": times[1], "enable_s": round(enable_s, 3), "peak_mb": peak_mb(), "report": report}


def write() -> dict:
    import importlib

    import numpy as np

    enabled_extension()
    import bpy

    actions = importlib.import_module(f"{EXTENSION}.core.blender.actions")
    compat = importlib.import_module(f"{EXTENSION}.core.blender.compat")
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
        count = actions.write_curves(curves, (
            actions.CurveKeys(f'key_blocks["k{index + 1}"].value', 0, "Shape Keys", actions.Keys.simple(frames, wave))
            for index in range(150)))
        times.append(round(time.perf_counter() - began, 3))
    return {"seconds": min(times), "runs_s": times, "keys": count}


def main() -> None:
    task, *rest = sys.argv[1:]
    figures = {"perform": lambda: perform(float(rest[0]), int(rest[1])), "click": lambda: click(float(rest[0])),
               "write": write}[task]()
    print(json.dumps(figures), flush=True)
    os._exit(0)  # Blender's module can hang at the end of the interpreter


if __name__ == "__main__":
    main()
