# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a Blender with a window: the job of the real button is seen, cancelled, done, undone, and outlived.

blender --enable-event-simulate --python drive.py
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))
import hands
from hands import OUT, PACKAGE, expect, key, note, open_tab, picture, press, until


def unfolded() -> Iterator[float]:
    """Show the folded panels alone and open. Blender remembers what is open by name, hence other names for a moment."""
    panels = importlib.import_module(f"{PACKAGE}.panels")
    shown = [cls for cls in panels.CLASSES if issubclass(cls, bpy.types.Panel) and cls.bl_space_type == "VIEW_3D"]
    folded = [
        cls for cls in shown if "DEFAULT_CLOSED" in getattr(cls, "bl_options", ()) and not hasattr(cls, "bl_parent_id")
    ]
    for cls in reversed(shown):
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
    x, y, width, height = hands.result["sidebar"]
    screen_height = hands.view()[0].height
    halves = [
        ["(", str(OUT / f"{name}.png"), "-crop", f"{width}x{height}+{x}+{screen_height - y - height}", "+repage", ")"]
        for name in ("folded", "unfolded")
    ]
    subprocess.run(["convert", *halves[0], *halves[1], "+append", str(OUT / "panel.png")], check=True)


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
    hands.look_at_head(character)
    actions = set(bpy.data.actions.keys())
    hands.write_sound(OUT / "long.wav", 300.0)
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
    scene.audio2rig.audio_path = f"//{hands.place_spoken()}"
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
    hands.show_open_mouth(character)
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
    editor = bpy.context.scene.sequence_editor
    note(
        "undone",
        actions=len(bpy.data.actions),
        arm_moved=apart(pose, arm_pose(character)),
        strips=len(editor.strips_all) if editor is not None else 0,
        time=[bpy.context.scene.frame_end, bpy.context.scene.sync_mode],
    )

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


hands.tell(story)
