# SPDX-License-Identifier: GPL-3.0-or-later
"""One measurement of the bench `speed` in a process of its own: prints its figures as one line of JSON.

perform SECONDS THREADS: import, first result (of a minute at most), memory, without Blender. click SOUND [FIRST]: the button's path on
the demo character, cold with the first sound (FIRST: another one) and warm. chosen SOUND: cold, some seconds after a sound was chosen,
as PyTorch is loaded meanwhile. existing SOUND KEYS...: warm, with clips of so many keys on its body. bones SOUND: warm, with 5,000 more
bones. stages SOUND: warm, where the time goes. write: 60 s at 60 frames a second on 150 curves into a new take.
BLENDER_USER_RESOURCES must name a folder of its own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import clone, stage_times
from .answering import end_with
from .clips import add_clip


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
    from ..audio.decoding import cut, load
    from ..performance.speech import perform as perform_speech
    from ..settings import GenerateSettings

    import_s = time.perf_counter() - began
    from ..evaluation.material.babble import babble, write_sound

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "babble.wav"
        # one minute over and over, so that making the sound takes no memory that would be counted
        minute = babble(min(seconds, 60.0))
        write_sound(path, minute, 16000, 1)
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
        perform_speech(cut(load(path), 0.0, min(seconds, 60.0)), GenerateSettings(threads=threads))
        first_s = time.perf_counter() - began
        began = time.perf_counter()
        perform_speech(load(path), GenerateSettings(threads=threads))
        warm_s = time.perf_counter() - began
    return {
        "seconds": seconds,
        "import_s": round(import_s, 2),
        "first_s": round(first_s, 2),
        "warm_s": round(warm_s, 3),
        "peak_mb": peak_mb(),
    }


def click(sound: str, first: str = "") -> dict:
    import bpy  # first: loading Blender itself is not what enabling costs

    clone.make_known()
    began = time.perf_counter()
    clone.switch_on()
    enable_s = time.perf_counter() - began
    clone.operators().add_demo_character()
    if "torch" in sys.modules:
        raise RuntimeError("PyTorch was imported before the click")
    times = []
    for path in (first or sound, sound):
        times.append([round(took, 2) for took in _timed_generate(path)])
    report = clone.settings(bpy.context.scene).last_report
    return {
        "seconds": times[0][0],
        "processor_s": times[0][1],
        "again_s": times[1][0],
        "again_processor_s": times[1][1],
        "enable_s": round(enable_s, 3),
        "report": report,
        "peak_mb": peak_mb(),
    }


def chosen(sound: str) -> dict:
    """The first click after the extension had the time to load what it loads once a sound and a character are chosen."""
    import bpy

    clone.enable()
    clone.operators().add_demo_character()
    began = time.perf_counter()
    clone.part("core.blender.warming").start().join()
    loaded_s = time.perf_counter() - began
    seconds, processor_s = _timed_generate(sound)
    return {
        "seconds": round(seconds, 2),
        "processor_s": round(processor_s, 2),
        "loaded_s": round(loaded_s, 2),
        "blender": bpy.app.version_string,
    }


def stages(sound: str) -> dict:
    """Seconds of the processor by stage, warm, the run of three that took least; click_s by the clock, the best of three."""
    clone.enable()
    _timed_click(sound, 0, "AUTO")
    runs: list[tuple[float, dict[str, float]]] = []
    clicks = []
    for _ in range(3):
        _fresh_demo()
        with stage_times.timed() as seconds:
            clicks.append(_timed_generate(sound)[0])
            runs.append((sum(seconds().values()), seconds()))
    return {
        "click_s": round(min(clicks), 3),
        "stages_s": {name: round(took, 4) for name, took in min(runs, key=lambda run: run[0])[1].items()},
        "peak_mb": peak_mb(),
    }


def bones(sound: str) -> dict:
    """How much longer a warm click takes with 5,000 more bones: seconds of the clock, and of the processors."""
    clone.enable()
    _timed_click(sound, 0, "AUTO")
    without, with_them = ([_timed_click(sound, 0, "AUTO", more) for _ in range(3)] for more in (0, 5000))
    more = [min(times) - min(before) for times, before in zip(zip(*with_them), zip(*without))]
    return {"seconds": round(more[0], 2), "processor_s": round(more[1], 2)}


def _add_bones(rig: Any, count: int) -> None:
    """So many small bones below the head, as of hair, cloth or a crowd of props."""
    import bpy

    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    edited = rig.data.edit_bones
    head = next(bone for bone in edited if "head" in bone.name.lower())
    for number in range(count):
        bone = edited.new(f"prop_{number}")
        bone.head = 0.1 * (number % 50), 0.5, 0.01 * (number // 50)
        bone.tail = bone.head[0], 0.5, bone.head[2] + 0.01
        bone.parent = head
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.update()


def existing(sound: str, *counts: str) -> dict:
    """{"KEYS ANSWER": [seconds by the clock, of the processors]}, the best of three; for none, and so many keys each."""
    import bpy

    clone.make_known()
    clone.switch_on()
    figures: dict[str, list[float]] = {}
    _timed_click(sound, 0, "AUTO")  # loads the models
    for keys in (0, *map(int, counts)):
        for answer in ("REPLACE", "KEEP", "PROMPTS") if keys else ("AUTO",):
            runs = [_timed_click(sound, keys, answer) for _ in range(3 if keys < 50000 or answer != "PROMPTS" else 1)]
            figures[f"{keys} {answer}"] = [round(min(times), 2) for times in zip(*runs)]
    return {"existing_s": figures, "blender": bpy.app.version_string}


def _fresh_demo() -> Any:
    """The demo character in an empty file; its armature."""
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True)
    clone.operators().add_demo_character()
    return next(part for part in bpy.data.objects if part.type == "ARMATURE")


def _timed_click(sound: str, keys: int, answer: str, more_bones: int = 0) -> tuple[float, float]:
    rig = _fresh_demo()
    if more_bones:
        _add_bones(rig, more_bones)
    if keys:
        add_clip(rig, _swaying(rig, keys))
    return _timed_generate(sound, existing_motion=answer)


def _timed_generate(sound: str, **given: str) -> tuple[float, float]:
    """Seconds by the clock and of the processors from the operator's call to the keys."""
    began, began_cpu = time.perf_counter(), time.process_time()
    if clone.operators().generate("EXEC_DEFAULT", filepath=sound, **given) != {"FINISHED"}:
        raise RuntimeError("generate did not finish")
    return time.perf_counter() - began, time.process_time() - began_cpu


def _swaying(rig: Any, keys: int) -> Iterator[Any]:
    """Curves with a key on every frame of every bone of the body, so many in all."""
    import numpy as np

    fcurves, characters = clone.part("core.blender.keying.fcurves"), clone.part("core.blender.characters")
    bones = [bone for bone in rig.pose.bones if not {"eye", "jaw"} & set(bone.name.lower().split(":")[-1].split("_"))]
    frames = np.arange(1, max(2, round(keys / (4 * len(bones)))) + 1, dtype=np.float64)
    ordinary = np.zeros(len(frames), np.int32)
    for number, bone in enumerate(bones):
        bone.rotation_mode = "QUATERNION"
        half = 0.05 * np.sin(frames / 8.0 + number)
        path = characters.bone_path(bone.name, "rotation_quaternion")
        for index, values in enumerate((np.cos(half), np.sin(half), 0.0 * half, 0.0 * half)):
            yield fcurves.CurveKeys(path, index, bone.name, fcurves.Keys.simple(frames, values, ordinary))


def write() -> dict:
    import numpy as np

    clone.enable()
    import bpy

    actions, compat = clone.part("core.blender.keying.fcurves"), clone.part("core.blender.compat")
    mesh = bpy.data.meshes.new("cube")
    cube = bpy.data.objects.new("cube", mesh)
    for index in range(151):
        cube.shape_key_add(name=f"k{index}")
    frames = np.arange(3600, dtype=np.float32)
    wave = (0.5 + 0.5 * np.sin(frames / 9)).astype(np.float32)
    times = []
    for turn in range(3):
        began = time.perf_counter()
        action = bpy.data.actions.new(f"take {turn}")
        curves = compat.ensure_curves(action, compat.new_slot(action, mesh.shape_keys))
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


TASKS = {"click": click, "chosen": chosen, "existing": existing, "bones": bones, "stages": stages, "write": write}


def main() -> None:
    task, *rest = sys.argv[1:]
    if task == "perform":
        figures = perform(float(rest[0]), int(rest[1]))
    else:
        figures = TASKS[task](*rest)
    end_with(figures)


if __name__ == "__main__":
    main()
