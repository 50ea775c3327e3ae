# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a Blender with a window: finds the real buttons by hovering, presses them, and notes what happens.

    blender --enable-event-simulate --python drive.py

A2R_ROOT: the clone; A2R_OUT: a folder for the pictures and result.json; A2R_ZIP: install this instead of using the clone.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import time
import traceback
import wave
from collections.abc import Iterator
from pathlib import Path

import addon_utils
import bpy
import numpy as np

ROOT, OUT = Path(os.environ["A2R_ROOT"]), Path(os.environ["A2R_OUT"])
PACKAGE = "bl_ext.user_default.audio2rig"
TICK_S = 0.1
PATIENCE_S = 120.0  # software rendering on a busy machine
result: dict = {"blender": bpy.app.version_string, "steps": [], "error": ""}


class Failed(Exception):
    """A step did not do what it should."""


def note(step: str, **facts: object) -> None:
    result["steps"].append({"step": step, **facts})
    print("STEP", step, facts, flush=True)


def enable() -> None:
    bpy.context.preferences.view.show_splash = False
    bpy.context.preferences.view.show_tooltips = False
    if archive := os.environ.get("A2R_ZIP"):
        bpy.ops.extensions.package_install_files(filepath=archive, repo="user_default", enable_on_install=True)
        return
    folder = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (folder / "audio2rig").symlink_to(ROOT, target_is_directory=True)
    bpy.ops.extensions.repo_refresh_all()
    addon_utils.enable(PACKAGE, default_set=True)


def write_sound(path: Path, seconds: float) -> Path:
    """A buzz with the rhythm of syllables."""
    time_s = np.arange(round(seconds * 16000)) / 16000
    voice = sum(np.sin(2 * np.pi * 120 * harmonic * time_s) / harmonic for harmonic in range(1, 20))
    loud = np.clip(np.sin(2 * np.pi * 3.1 * time_s), 0, 1) * (np.sin(2 * np.pi * 0.3 * time_s) > -0.6)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((0.3 * voice * loud * 32767 / np.abs(voice).max()).astype("<i2").tobytes())
    return path


# ------------------------------------------------------------------------------------------------------- window and mouse


def view() -> tuple[bpy.types.Window, bpy.types.Area, bpy.types.Region, bpy.types.Region]:
    """(window, 3D View, its sidebar, its main region)."""
    window = bpy.context.window_manager.windows[0]
    area = max((area for area in window.screen.areas if area.type == "VIEW_3D"), key=lambda area: area.width)
    regions = {region.type: region for region in area.regions}
    return window, area, regions["UI"], regions["WINDOW"]


def open_tab() -> Iterator[float]:
    """Show the sidebar, then its tab, which can be chosen once the sidebar has been drawn."""
    _, area, _, _ = view()
    area.spaces.active.show_region_ui = True
    for _ in range(100):
        area.tag_redraw()
        yield 0.3
        sidebar = view()[2]
        if sidebar.width > 1:
            try:
                sidebar.active_panel_category = "Audio2Rig"
                return
            except AttributeError:  # not drawn yet
                continue
    raise Failed("the sidebar has no tab Audio2Rig")


def look_at_head(character: bpy.types.Object) -> None:
    _, area, _, _ = view()
    top = max((character.matrix_world @ bone.tail_local).z for bone in character.data.bones)
    space = area.spaces.active
    space.shading.type = "SOLID"
    space.shading.color_type = "MATERIAL"
    space.overlay.show_overlays = False
    region = space.region_3d
    region.view_perspective = "PERSP"
    region.view_location = (character.location.x, character.location.y, top - 0.16)
    region.view_rotation = (0.7071, 0.7071, 0.0, 0.0)
    region.view_distance = 1.1


def hovered_command() -> str:
    """The command of the button below the mouse, as its context menu would copy it."""
    window, area, sidebar, _ = view()
    bpy.context.window_manager.clipboard = ""
    with bpy.context.temp_override(window=window, area=area, region=sidebar):
        try:
            bpy.ops.ui.copy_python_command_button()
        except RuntimeError:
            return ""
    return bpy.context.window_manager.clipboard


def click(x: int, y: int) -> Iterator[float]:
    window = view()[0]
    window.event_simulate(type="LEFTMOUSE", value="PRESS", x=x, y=y)
    yield 0.15
    window.event_simulate(type="LEFTMOUSE", value="RELEASE", x=x, y=y)
    yield 0.15


def press(command: str) -> Iterator[float]:
    """Move the mouse down the sidebar until it is over the button of this operator, and click."""
    for _ in range(20):  # a loaded file or a redrawn panel may leave behind what was below the mouse before
        window, _, _, main = view()
        window.event_simulate(
            type="MOUSEMOVE", value="NOTHING", x=main.x + main.width // 3, y=main.y + main.height // 2
        )
        yield 0.2
        if not hovered_command():
            break
    for _ in range(4):
        window, _, sidebar, _ = view()
        x = sidebar.x + sidebar.width // 2 - 10
        for y in range(sidebar.y + sidebar.height - 8, sidebar.y + 4, -9):
            window.event_simulate(type="MOUSEMOVE", value="NOTHING", x=x, y=y)
            yield 0.05
            if hovered_command().startswith(command):
                window.event_simulate(type="MOUSEMOVE", value="NOTHING", x=x + 3, y=y)
                yield 0.2
                if hovered_command().startswith(command):
                    yield from click(x + 3, y)
                    return
        yield 0.5
    raise Failed(f"no button for {command} in the sidebar")


def key(kind: str, **modifiers: bool) -> Iterator[float]:
    """Press a key with the mouse in the middle of the 3D View."""
    window, _, _, main = view()
    x, y = main.x + main.width // 3, main.y + main.height // 2
    window.event_simulate(type="MOUSEMOVE", value="NOTHING", x=x, y=y)
    yield 0.15
    window.event_simulate(type=kind, value="PRESS", x=x, y=y, **modifiers)
    yield 0.15
    window.event_simulate(type=kind, value="RELEASE", x=x, y=y, **modifiers)
    yield 0.15


def screenshot(path: Path) -> None:
    """The screen as the X server has it: Blender's own screenshots are black where OpenGL is software."""
    dump = subprocess.run(["xwd", "-root", "-silent"], capture_output=True, check=True)
    subprocess.run(["convert", "xwd:-", f"png:{path}"], input=dump.stdout, check=True)


def picture(name: str) -> Iterator[float]:
    window, area, sidebar, _ = view()
    for region in area.regions:
        region.tag_redraw()
    yield 0.6
    screenshot(OUT / f"{name}.png")
    result["sidebar"] = [sidebar.x, sidebar.y, sidebar.width, sidebar.height]


def unfolded() -> Iterator[float]:
    """Show the folded panels alone and open. Blender remembers what is open by name, hence other names for a moment."""
    panels = importlib.import_module(f"{PACKAGE}.panels")
    folded = [cls for cls in panels.CLASSES if "DEFAULT_CLOSED" in getattr(cls, "bl_options", ())]
    shown = [cls for cls in panels.CLASSES if issubclass(cls, bpy.types.Panel)]
    for cls in shown:
        bpy.utils.unregister_class(cls)
    opened = [type(f"{cls.__name__}_open", (cls,), {"bl_options": set()}) for cls in folded]
    for cls in opened:
        bpy.utils.register_class(cls)
    yield 2.0
    yield from picture("unfolded")
    for cls in opened:
        bpy.utils.unregister_class(cls)
    for cls in shown:
        bpy.utils.register_class(cls)
    yield 0.5


def crop_panel() -> None:
    """The two halves of the panel, as first seen and unfolded, side by side in panel.png."""
    x, y, width, height = result["sidebar"]
    screen_height = view()[0].height
    halves = [
        ["(", str(OUT / f"{name}.png"), "-crop", f"{width}x{height}+{x}+{screen_height - y - height}", "+repage", ")"]
        for name in ("folded", "unfolded")
    ]
    subprocess.run(["convert", *halves[0], *halves[1], "+append", str(OUT / "panel.png")], check=True)


def until(done, what: str) -> Iterator[float]:
    end_s = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > end_s:
            raise Failed(f"waited in vain: {what}")
        yield TICK_S


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise Failed(what)


# ------------------------------------------------------------------------------------------------------------- the story


def story() -> Iterator[float]:
    jobs = importlib.import_module(f"{PACKAGE}.core.blender.jobs")
    scene = bpy.context.scene
    for name in ("Cube", "Light"):
        if name in bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects[name])
    yield from open_tab()
    yield 1.0
    bpy.ops.audio2rig.add_demo_character()
    character = scene.audio2rig.character or bpy.context.object
    look_at_head(character)
    actions = set(bpy.data.actions.keys())
    write_sound(OUT / "long.wav", 300.0)
    bpy.ops.wm.save_as_mainfile(filepath=str(OUT / "scene.blend"))
    scene.audio2rig.audio_path = "//long.wav"
    bpy.ops.ed.undo_push(message="ready")
    yield 1.0
    yield from picture("panel_ready")

    # cancelled by its button
    yield from press("bpy.ops.audio2rig.generate")
    yield from until(lambda: jobs.find(scene) is not None, "the job to start")
    job = jobs.find(scene)
    fractions = set()
    yield from until(
        lambda: fractions.add(job.progress.fraction) or not job.running or job.progress.fraction > 0.15, "progress"
    )
    expect(job.running, f"the job ended before it could be cancelled: {job.state} {job.error}")
    yield from picture("window_progress")
    note("progress", fraction=job.progress.fraction, message=job.progress.message, seen=len(fractions))
    yield from press("bpy.ops.audio2rig.cancel")
    yield from until(lambda: jobs.find(scene) is None, "the job to end")
    expect(job.state == "CANCELLED", f"the job is {job.state}: {job.error}")
    expect(set(bpy.data.actions.keys()) == actions, "cancelling left Actions behind")
    yield from picture("window_cancelled")
    note("cancelled by its button", actions=len(bpy.data.actions))

    # cancelled by Esc
    yield from press("bpy.ops.audio2rig.generate")
    yield from until(lambda: jobs.find(scene) is not None, "the second job to start")
    job = jobs.find(scene)
    yield from key("ESC")
    yield from until(lambda: jobs.find(scene) is None, "Esc to end the job")
    expect(job.state == "CANCELLED", f"Esc left the job {job.state}")
    note("cancelled by Esc")

    # generated once
    scene.audio2rig.audio_path = f"//{place_spoken()}"
    bpy.ops.ed.undo_push(message="short sound")
    before = set(bpy.data.actions.keys())
    pose = arm_pose(character)
    began_s = time.monotonic()
    yield from press("bpy.ops.audio2rig.generate")
    yield from until(
        lambda: jobs.find(scene) is not None or len(bpy.data.actions) > len(before), "the third job to start"
    )
    yield from until(lambda: jobs.find(scene) is None, "the keys")
    expect(len(bpy.data.actions) > len(before), "nothing was generated")
    take = character.audio2rig.takes[character.audio2rig.take_index]
    action, name = take.tracks[0].action, character.name
    show_open_mouth(character)
    yield 0.5
    yield from picture("window_generated")
    note(
        "generated",
        arm_moved=apart(pose, arm_pose(character)),
        take=take.name,
        action=action.name,
        report=scene.audio2rig.last_report,
        seconds=round(time.monotonic() - began_s, 1),
    )

    # undone once
    yield from key("Z", ctrl=True)
    yield from until(lambda: set(bpy.data.actions.keys()) == before, "one undo to take the keys away")
    expect(name in bpy.data.objects, "undo took the character away too")
    character = bpy.data.objects[name]
    expect(len(character.audio2rig.takes) == 0, "undo left takes behind")
    yield from picture("window_undone")
    note("undone", actions=len(bpy.data.actions), arm_moved=apart(pose, arm_pose(character)))

    # the panel, and what is folded in it
    for seed in (1, 2):
        bpy.ops.audio2rig.generate("EXEC_DEFAULT", seed=seed)
    bpy.context.scene.frame_set(20)
    yield 2.0  # panels slide to their places
    yield from picture("folded")
    yield from unfolded()
    yield from open_tab()
    crop_panel()
    note("unfolded")

    # another file during a job
    bpy.context.scene.audio2rig.audio_path = "//long.wav"
    yield from press("bpy.ops.audio2rig.generate")
    yield from until(lambda: jobs.find(bpy.context.scene) is not None, "the fourth job to start")
    job = jobs.find(bpy.context.scene)
    bpy.ops.wm.open_mainfile(filepath=str(OUT / "scene.blend"))
    yield 2.0
    expect(job.state == "CANCELLED", f"the job of the file before is {job.state}")
    expect(jobs.find(bpy.context.scene) is None and len(bpy.data.actions) == 0, "the job went on in the other file")
    note("another file during a job")

    # closed during a job
    bpy.context.scene.audio2rig.audio_path = "//long.wav"
    yield from open_tab()
    yield from press("bpy.ops.audio2rig.generate")
    yield from until(lambda: jobs.find(bpy.context.scene) is not None, "the last job to start")
    note("closing during a job")


def arm_pose(character: bpy.types.Object) -> list[float]:
    """How the arms are turned, which nothing has keyed before the first generation."""
    return [
        number
        for side in ("Left", "Right")
        for number in character.pose.bones[f"mixamorig:{side}Arm"].rotation_quaternion
    ]


def apart(first: list[float], second: list[float]) -> float:
    return max(abs(one - other) for one, other in zip(first, second))


def show_open_mouth(character: bpy.types.Object) -> None:
    """Go to the frame of the first seconds in which the jaw is furthest open."""
    scene = bpy.context.scene
    keys = next(
        child.data.shape_keys.key_blocks
        for child in character.children_recursive
        if child.type == "MESH" and child.data.shape_keys and "jawOpen" in child.data.shape_keys.key_blocks
    )
    best = (0.0, 1)
    for frame in range(1, 72, 2):
        scene.frame_set(frame)
        best = max(best, (keys["jawOpen"].value, frame))
    scene.frame_set(best[1])


def place_spoken() -> str:
    """Put a short sound beside the file, the clip of the demo if it is there, and return its name."""
    shipped = ROOT / "docs" / "demo" / "speech.ogg"
    if shipped.is_file():
        shutil.copy(shipped, OUT)
        return shipped.name
    return write_sound(OUT / "hello.wav", 3.0).name


def finish() -> None:
    (OUT / "result.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    bpy.context.preferences.use_preferences_save = False
    bpy.ops.wm.quit_blender()


def main() -> None:
    enable()
    steps = story()

    def tick() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            finish()
        except Exception:  # noqa: BLE001 - whatever happens belongs into the result, or the window would stay open
            result["error"] = traceback.format_exc()
            print(result["error"], file=sys.stderr, flush=True)
            screenshot(OUT / "failed.png")
            finish()
        return None

    bpy.app.timers.register(tick, first_interval=2.0, persistent=True)


main()
