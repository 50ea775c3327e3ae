# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets of the demo character that looks and listens. `python -m core.development.gaze_sheets --sheet look_at --out DIR`

look_at: a ball that passes the head from the character's left to its right, with and without the head's share, and a camera that does
the same. listening: the telling moments of one who hears another's line. Look at them before you change the gaze or the listening,
and after.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..paths import ROOT
from .face_sheets import FACE, SPEECH
from .leaving import leave
from .sheet_stage import stage, write_sheet

Cell = tuple[str, Path]
COLUMNS = 5
SIZE = (400, 270)
_PASSES_S = (0.6, 3.8)
_MOMENTS_S = (0.6, 1.4, 2.2, 2.75, 3.8)  # with open eyes
_BALL_M = (0.3, 0.45, 0.14, 0.03)  # how far it goes aside, passes before and below the eyes, and its radius; by eye
_ROUND_DEG = 40.0  # how far round the head the camera goes to either side; by eye
_SPEAKER = (0.7, -1.0)  # where the other stands, metres to the left and ahead of the listener
_AFTER_S = 0.5  # from the end of the first line to the answer
_SEED = 3  # with which it nods and smiles within the one line; with others it does so less or more


def look_at_cells(scene: Any, audio: Path, folder: Path) -> list[Cell]:
    """A row each of a ball that is followed with eyes and head, with the eyes alone, and of a camera that is."""
    import bpy

    from . import clone
    from .demo import rendering
    from .demo.cameras import face_camera

    settings, rate = clone.settings(scene), scene.render.fps / scene.render.fps_base
    first = settings.frame_start
    front: Any = face_camera(scene, "Front", 1.9)
    eyes = _eyes(scene)
    begin, end = (first + time_s * rate for time_s in _PASSES_S)
    aside, before, below, radius = _BALL_M
    ball = _ball(radius)
    for frame, side in zip((begin, end), (1.0, -1.0)):
        ball.location = (eyes[0] + side * aside, eyes[1] - before, eyes[2] - below)
        ball.keyframe_insert("location", frame=frame)
    around: Any = face_camera(scene, "Around", 1.25)
    distance, height = math.dist(around.location[:2], eyes[:2]), around.location.z
    for frame in np.linspace(begin, end, 9):
        turn = math.radians(_ROUND_DEG) * (1.0 - 2.0 * (frame - begin) / (end - begin))
        around.location = (eyes[0] + distance * math.sin(turn), eyes[1] - distance * math.cos(turn), height)
        around.rotation_euler = (math.pi / 2, 0.0, turn)
        for path in ("location", "rotation_euler"):
            around.keyframe_insert(path, frame=frame)
    rows = (
        ("ball, head's share 0.5", front, {"look_at": "OBJECT", "look_at_target": ball.name, "look_at_head": 0.5}),
        ("ball, eyes alone", front, {"look_at": "OBJECT", "look_at_target": ball.name, "look_at_head": 0.0}),
        ("camera, head's share 0.3", around, {"look_at": "CAMERA", "look_at_head": 0.3}),
    )
    cells = []
    for row, (label, camera, given) in enumerate(rows):
        scene.camera = camera
        ball.hide_render = camera is around
        options = {"parts": FACE, "eyes_source": "LOOK_AT", **given}
        if clone.operators().generate(filepath=str(audio), **options) != {"FINISHED"}:
            raise RuntimeError(f"{label} was not generated; the reason is above.")
        for column, time_s in enumerate(_MOMENTS_S):
            path = folder / f"look_{row}_{column}.png"
            cells.append((label if not column else "", rendering.still(scene, path, first + time_s * rate, SIZE)))
    bpy.data.objects.remove(ball)
    return cells


def listening_cells(scene: Any, audio: Path, folder: Path) -> list[Cell]:
    """What one does who hears a line before answering it: the moments at which most is seen of each thing."""
    import bpy

    from . import clone
    from .demo import rendering
    from .demo.cameras import face_camera

    settings, rate = clone.settings(scene), scene.render.fps / scene.render.fps_base
    scene.camera = face_camera(scene, "Listener", 1.25)
    listener = settings.character
    clone.operators().add_demo_character()
    speaker = settings.character
    speaker.location = (_SPEAKER[0], _SPEAKER[1], 0.0)
    for number, (name, character) in enumerate((("Speaker", speaker), ("Listener", listener))):
        start = 1 if not number else math.ceil(scene.sequence_editor.strips_all[0].frame_final_end + _AFTER_S * rate)
        strips = scene.sequence_editor_create().strips
        strips.new_sound(name, str(audio), number + 1, start)
        clone.operators().list_dialogue()
        settings.dialogue[number].character = character
    settings.seed = _SEED
    heard_end = int(scene.sequence_editor.strips_all[0].frame_final_end)
    if clone.operators().generate_dialogue() != {"FINISHED"}:
        raise RuntimeError("The dialogue was not generated; the reason is above.")
    bpy.context.view_layer.update()
    moments = telling(scene, listener, range(1, heard_end), rate)
    return [
        (f"{label}, {frame / rate:.1f} s", rendering.still(scene, folder / f"heard_{number}.png", frame, SIZE))
        for number, (label, frame) in enumerate(moments)
    ]


def telling(scene: Any, listener: Any, frames: Sequence[int], rate: float) -> list[tuple[str, int]]:
    """(what one sees, frame) of a listener in order of time: before it turns, brows, a blink, its deepest nod and the moment before that,
    its widest smile with open eyes, the end of what it hears."""
    keys = next(
        child.data.shape_keys.key_blocks
        for child in listener.children_recursive
        if child.type == "MESH" and child.data.shape_keys and "mouthSmileLeft" in child.data.shape_keys.key_blocks
    )
    head = next(bone for bone in listener.pose.bones if bone.name.rpartition(":")[2].lower() == "head")
    smile, brow, blink, down = np.zeros((4, len(frames)))
    for row, frame in enumerate(frames):
        scene.frame_set(frame)
        smile[row], brow[row], blink[row] = (
            keys[name].value for name in ("mouthSmileLeft", "browInnerUp", "eyeBlinkLeft")
        )
        down[row] = (head.matrix @ head.bone.matrix_local.inverted_safe()).to_3x3().col[1].z
    turned = round(1.5 * rate)  # until then it turns to the speaker
    half = round(0.25 * rate)  # a nod is seen against where the head was so long before
    nod = turned + half + int(np.argmax(down[turned + half :] - down[turned:-half]))
    smile[:turned], brow[blink > 0.3], smile[blink > 0.3] = 0.0, 0.0, 0.0
    rows = {
        "hears the first sound": 1,
        "blink": int(np.argmax(blink)),
        "brows": int(np.argmax(brow)),
        "listens": (turned + nod) // 2,
        "before the nod": nod - half,
        "nod": nod,
        "smile": int(np.argmax(smile)),
        "at the end": len(frames) - 2,
    }
    return sorted(((label, frames[row]) for label, row in rows.items()), key=lambda one: one[1])


def _eyes(scene: Any) -> tuple[float, float, float]:
    """Between the eyes of the demo character, in the scene."""
    for thing in scene.objects:
        if thing.type == "ARMATURE":
            head = next(bone for bone in thing.data.bones if bone.name.rpartition(":")[2].lower() == "head")
            place = thing.matrix_world @ head.head_local.lerp(head.tail_local, 0.45)
            return place.x, place.y, place.z
    raise RuntimeError("There is no character.")


def _ball(radius: float) -> Any:
    import bpy

    bpy.ops.mesh.primitive_uv_sphere_add(radius=radius)
    ball: Any = bpy.context.object
    material: Any = bpy.data.materials.new("Ball")
    material.diffuse_color = (0.8, 0.15, 0.05, 1.0)
    ball.data.materials.append(material)
    ball.name = "Ball"
    return ball


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m core.development.gaze_sheets", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--audio", type=Path, default=SPEECH)
    parser.add_argument("--out", type=Path, default=ROOT / "demo")
    parser.add_argument("--sheet", choices=("look_at", "listening"), default="look_at")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    with stage("demo", ROOT / "data") as (armature, scene, folder):
        from . import clone

        clone.settings(scene).character = armature
        draw = look_at_cells if options.sheet == "look_at" else listening_cells
        drawn = draw(scene, options.audio.resolve(), folder)
        write_sheet(drawn, options.out, options.sheet, COLUMNS if options.sheet == "look_at" else 4)
    return 0


if __name__ == "__main__":
    leave(main())
