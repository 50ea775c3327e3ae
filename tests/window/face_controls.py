# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a Blender with a window: eyes that are to look at an object, the button, and a picture of the panel.

blender --enable-event-simulate --python face_controls.py
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bpy

sys.path.insert(0, str(Path(__file__).parent))
import hands
from hands import OUT, PACKAGE, expect, note, open_tab, picture, press, until


class AllOpen:
    """A layout whose panels begin open."""

    def __init__(self, layout):
        self.layout = layout

    def __getattr__(self, name):
        return getattr(self.layout, name)

    def panel(self, name, default_closed=False):
        return self.layout.panel(f"{name}_open", default_closed=False)


def panel_alone() -> Iterator[float]:
    """The panel of the face's controls in place of all others, with its sections open, as panel_face_controls.png."""
    shown = [cls for cls in importlib.import_module(f"{PACKAGE}.panels").CLASSES if issubclass(cls, bpy.types.Panel)]
    shown = [cls for cls in shown if cls.bl_space_type == "VIEW_3D"]
    controls = next(cls for cls in shown if cls.__name__ == "AUDIO2RIG_PT_controls")
    for cls in reversed(shown):
        bpy.utils.unregister_class(cls)

    class AUDIO2RIG_PT_controls_open(bpy.types.Panel):
        bl_space_type, bl_region_type, bl_category, bl_label = "VIEW_3D", "UI", "Audio2Rig", controls.bl_label

        def draw(self, context):
            controls.draw(SimpleNamespace(layout=AllOpen(self.layout), _control=controls._control), context)

    bpy.utils.register_class(AUDIO2RIG_PT_controls_open)
    yield 1.0
    yield from open_tab()
    yield from picture("controls")
    x, y, width, height = hands.result["sidebar"]
    top = hands.view()[0].height - y - height
    crop = ["-crop", f"{width}x{height}+{x}+{top}", "+repage"]
    subprocess.run(["convert", str(OUT / "controls.png"), *crop, str(OUT / "panel_face_controls.png")], check=True)
    bpy.utils.unregister_class(AUDIO2RIG_PT_controls_open)
    for cls in shown:
        bpy.utils.register_class(cls)
    yield 0.5


def story() -> Iterator[float]:
    jobs = importlib.import_module(f"{PACKAGE}.core.blender.jobs")
    scene = bpy.context.scene
    ball = bpy.data.objects["Cube"]
    yield from open_tab()
    bpy.ops.audio2rig.add_demo_character()
    character = scene.audio2rig.character
    hands.look_at_head(character)
    ball.name, ball.scale, ball.location = "Ball", (0.05, 0.05, 0.05), character.location
    ball.location.x, ball.location.y, ball.location.z = ball.location.x + 0.6, ball.location.y - 0.8, 1.5
    bpy.ops.wm.save_as_mainfile(filepath=str(OUT / "controls.blend"))
    settings = scene.audio2rig
    settings.audio_path = f"//{hands.place_spoken()}"
    settings.eyes_source, settings.look_at_target = "LOOK_AT", "Ball"
    settings.expression_source, settings.expression_preset = "PRESET", "HAPPY"
    settings.head_offset, settings.lips_smoothing = 0.1, 0.02
    bpy.ops.ed.undo_push(message="chosen")
    yield 1.0
    yield from press("bpy.ops.audio2rig.generate")
    yield from until(lambda: jobs.find(scene) is not None or len(character.audio2rig.takes) > 1, "the job to start")
    yield from until(lambda: jobs.find(scene) is None, "the keys")
    expect(len(character.audio2rig.takes) > 1, f"nothing was generated: {settings.last_report}")
    keys = next(
        child.data.shape_keys.key_blocks
        for child in character.children_recursive
        if child.type == "MESH" and child.data.shape_keys and "eyeLookOutLeft" in child.data.shape_keys.key_blocks
    )
    scene.frame_set(40)
    note(
        "generated", report=settings.last_report, left=keys["eyeLookOutLeft"].value, right=keys["eyeLookOutRight"].value
    )
    yield from panel_alone()
    note("panel")


hands.tell(story)
