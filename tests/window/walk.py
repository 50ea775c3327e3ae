# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a Blender with a window: an animator's first quarter of an hour, from installing to a dialogue of two.

blender --enable-event-simulate --python walk.py
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))
import hands
from hands import OUT, PACKAGE, expect, note, open_tab, picture, press, until

DRAGGED_TO = 0.85  # value that a generated key of the jaw is dragged to
BESIDE_THE_LIST = 0.83  # of the sidebar's width: where the buttons to the right of a list are


def curves_of(action: bpy.types.Action) -> list[bpy.types.FCurve]:
    return [
        curve for layer in action.layers for strip in layer.strips for bag in strip.channelbags for curve in bag.fcurves
    ]


def take_of(character: bpy.types.Object):
    found = character.audio2rig
    return found.takes[found.take_index]


def jaw_curve(character: bpy.types.Object) -> bpy.types.FCurve:
    """The curve of jawOpen on the head, in the take that is shown."""
    mesh = next(child for child in character.children_recursive if child.name.startswith("Demo Head"))
    data_path = 'key_blocks["jawOpen"].value'
    return next(
        curve for curve in curves_of(mesh.data.shape_keys.animation_data.action) if curve.data_path == data_path
    )


def press_and_wait(command: str, character: bpy.types.Object) -> Iterator[float]:
    """Press a button that generates, and wait for its take."""
    jobs = importlib.import_module(f"{PACKAGE}.core.blender.jobs")
    before = len(character.audio2rig.takes)
    yield from press(command)
    yield from until(
        lambda: jobs.find(bpy.context.scene) is not None or len(character.audio2rig.takes) > before, "the job to start"
    )
    yield from until(lambda: jobs.find(bpy.context.scene) is None, "the job to end")
    expect(len(character.audio2rig.takes) > before, f"no take: {bpy.context.scene.audio2rig.last_report}")


def first_take() -> Iterator[float]:
    """Demo character, sound, the button."""
    scene = bpy.context.scene
    yield from open_tab()
    yield 1.0
    yield from press("bpy.ops.audio2rig.add_demo_character")
    yield from until(lambda: scene.audio2rig.character is not None, "the demo character")
    character = scene.audio2rig.character
    yield 1.0
    cube = bpy.data.objects["Cube"]
    distance_m = (character.matrix_world.translation - cube.matrix_world.translation).length
    yield from picture("walk_1_demo")
    note("demo", beside_the_cube_m=round(distance_m, 2))
    bpy.data.objects.remove(cube)
    bpy.ops.wm.save_as_mainfile(filepath=str(OUT / "walk.blend"))
    scene.audio2rig.audio_path = f"//{hands.place_spoken()}"
    bpy.ops.ed.undo_push(message="sound")
    yield 1.0
    yield from press_and_wait("bpy.ops.audio2rig.generate", character)
    hands.look_at_head(character)
    hands.show_open_mouth(character)
    yield from picture("walk_2_generated")
    note("generated", report=scene.audio2rig.last_report, takes=len(character.audio2rig.takes))


def played() -> Iterator[float]:
    scene = bpy.context.scene
    editor = scene.sequence_editor
    strips = [strip.name for strip in editor.strips_all if strip.type == "SOUND"] if editor else []
    scene.frame_set(scene.frame_start)
    window, area, _, main = hands.view()
    with bpy.context.temp_override(window=window, area=area, region=main):
        bpy.ops.screen.animation_play()
    seen = set()
    for _ in range(20):
        seen.add(scene.frame_current)
        yield 0.1
    with bpy.context.temp_override(window=window, area=area, region=main):
        bpy.ops.screen.animation_cancel(restore_frame=False)
    note("played", frames=len(seen), sync=scene.sync_mode, sounds=strips, frame_end=scene.frame_end)


def edited_and_again(character: bpy.types.Object) -> Iterator[float]:
    """Drag a generated key of the jaw, press the button again: the key stays, the take is another."""
    scene = bpy.context.scene
    points = jaw_curve(character).keyframe_points
    point = max(points, key=lambda point: point.co.y)
    frame = point.co.x
    point.co.y = DRAGGED_TO
    jaw_curve(character).update()
    scene.frame_set(round(frame))
    bpy.ops.ed.undo_push(message="dragged a key")
    yield from picture("walk_3_edited")
    scene.audio2rig.seed += 1
    yield from press_and_wait("bpy.ops.audio2rig.generate", character)
    kept = jaw_curve(character).evaluate(frame)
    yield from picture("walk_4_again")
    note("again", frame=frame, dragged_to=DRAGGED_TO, kept=kept, report=scene.audio2rig.last_report)


def compared(character: bpy.types.Object) -> Iterator[float]:
    shown = character.audio2rig.take_index
    yield from press("bpy.ops.audio2rig.take_compare", BESIDE_THE_LIST)
    yield 0.5
    other = character.audio2rig.take_index
    yield from press("bpy.ops.audio2rig.take_compare", BESIDE_THE_LIST)
    yield 0.5
    note("compared", shown=shown, other=other, back=character.audio2rig.take_index)


def a_range_again(character: bpy.types.Object) -> Iterator[float]:
    """Only the preview range is generated anew, with another seed."""
    scene = bpy.context.scene
    before = {frame: jaw_curve(character).evaluate(frame) for frame in range(scene.frame_start, scene.frame_end)}
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 30, 60
    scene.audio2rig.seed += 1
    yield 1.0
    jobs = importlib.import_module(f"{PACKAGE}.core.blender.jobs")
    takes = len(character.audio2rig.takes)
    bpy.ops.audio2rig.generate("INVOKE_DEFAULT", frame_start=30, frame_end=60)
    yield from until(lambda: jobs.find(scene) is None, "the range")
    after = {frame: jaw_curve(character).evaluate(frame) for frame in before}
    outside = max(abs(after[frame] - before[frame]) for frame in before if not 30 <= frame <= 60)
    scene.use_preview_range = False
    yield from picture("walk_5_range")
    note("range", outside=outside, takes=len(character.audio2rig.takes) - takes)


def dialogue() -> Iterator[float]:
    """Two demo characters, a strip each: one press, and each moves its lips while its strip is heard."""
    hands.write_sound(OUT / "first.wav", 2.0)
    hands.write_sound(OUT / "second.wav", 2.0)
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    yield 2.0
    scene = bpy.context.scene
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    yield from open_tab()
    characters = []
    for _ in range(2):
        bpy.ops.audio2rig.add_demo_character()
        characters.append(bpy.context.scene.audio2rig.character)
    strips = scene.sequence_editor_create().strips
    for channel, (name, frame) in enumerate((("first", 1), ("second", 61)), start=1):
        strips.new_sound(name, str(OUT / f"{name}.wav"), channel, frame)
    bpy.ops.audio2rig.list_dialogue()
    for row, character in zip(scene.audio2rig.dialogue, characters):
        row.character = character
    yield 1.0
    jobs = importlib.import_module(f"{PACKAGE}.core.blender.jobs")
    bpy.ops.audio2rig.generate_dialogue("INVOKE_DEFAULT")
    yield from until(lambda: jobs.find(scene) is None, "the dialogue")
    opened = []
    for character, (first, last) in zip(characters, ((1, 48), (61, 108))):
        curve = jaw_curve(character)
        opened.append(max(curve.evaluate(frame) for frame in range(first, last)))
    scene.frame_set(30)
    frame_both(characters)
    yield from picture("walk_6_dialogue")
    note(
        "dialogue",
        takes=[take_of(character).name for character in characters],
        moves_while_speaking=[height > 0.1 for height in opened],
        report=scene.audio2rig.last_report,
    )


def frame_both(characters: list[bpy.types.Object]) -> None:
    """Look at both heads."""
    hands.look_at_head(characters[0])
    region = hands.view()[1].spaces.active.region_3d
    region.view_location.x = sum(character.location.x for character in characters) / 2
    region.view_distance = 3.0


def story() -> Iterator[float]:
    note("installed", panels=len(importlib.import_module(f"{PACKAGE}.panels").CLASSES))
    yield from first_take()
    character = bpy.context.scene.audio2rig.character
    yield from played()
    yield from edited_and_again(character)
    yield from compared(character)
    yield from a_range_again(character)
    yield from dialogue()


hands.tell(story)
