# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands and eyes inside a Blender with a window: find the real buttons by hovering, press them, take pictures, tell a story.

A2R_ROOT: the clone; A2R_OUT: a folder for the pictures and result.json; A2R_ZIP: install this instead of using the clone.
A story is a generator that yields how many seconds the window may live before it goes on.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import traceback
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import addon_utils
import bpy
import numpy as np

ROOT, OUT = Path(os.environ["A2R_ROOT"]), Path(os.environ["A2R_OUT"])
PACKAGE = "bl_ext.user_default.audio2rig"
TICK_S = 0.1
PATIENCE_S = 400.0  # software rendering on a busy machine
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


def press(command: str, across: float = 0.47) -> Iterator[float]:
    """Move the mouse down the sidebar, `across` of its width from the left, until it is over the button of this operator, and click."""
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
        x = sidebar.x + round(sidebar.width * across)
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
    yield 2.0  # panels slide to their places
    screenshot(OUT / f"{name}.png")
    result["sidebar"] = [sidebar.x, sidebar.y, sidebar.width, sidebar.height]


def until(done, what: str) -> Iterator[float]:
    end_s = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > end_s:
            raise Failed(f"waited in vain: {what}")
        yield TICK_S


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise Failed(what)


def show_open_mouth(character: bpy.types.Object) -> None:
    """Go to the frame of the first seconds in which the jaw is furthest open while the eyes are."""
    scene = bpy.context.scene
    keys = next(
        child.data.shape_keys.key_blocks
        for child in character.children_recursive
        if child.type == "MESH"
        and child.data.shape_keys
        and {"jawOpen", "eyeBlinkLeft"} <= set(child.data.shape_keys.key_blocks.keys())
    )
    best = (0.0, 1)
    for frame in range(1, 72, 2):
        scene.frame_set(frame)
        best = max(best, (keys["jawOpen"].value - keys["eyeBlinkLeft"].value, frame))
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


def tell(story: Callable[[], Iterator[float]]) -> None:
    """Enable the extension, then let the story go on between the window's events, to its end or its first failure."""
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
