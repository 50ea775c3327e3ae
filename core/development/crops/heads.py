# SPDX-License-Identifier: GPL-3.0-or-later
"""Heads as arrays, whichever file or code they come from. Axes and units as in `crop_head`."""

from __future__ import annotations

import re
from pathlib import Path

import bpy
import numpy as np

from ...errors import UserError
from ...motion.face_track import FACE_INDEX, FACE_NAMES, LOOK_RAD
from ...motion.rotations import from_yaw_pitch_roll, rotate
from .. import bench_rigs
from .crop_head import CropHead, seen
from .painting import HAIR, INSIDE, IRIS, LIPS, PUPIL, SKIN, TEETH, UNSEEN, WHITE

ICT, MAKEHUMAN = "ict", "makehuman"  # the others are rigs of `bench_rigs` by these names
# A material is what the first of these words in its name says.
_PARTS = (
    ("lip line|mouth|gums|inside", INSIDE),
    ("lips|tongue", LIPS),
    ("lid edge", SKIN),
    ("catchlight|white|sclera", WHITE),
    ("limbus|iris", IRIS),
    ("pupil", PUPIL),
    ("teeth", TEETH),
    ("hair|brow|lash|opacity", HAIR),
    ("lacrimal|eyeblend|eyeocclusion", UNSEEN),
    ("eye", WHITE),
    ("", SKIN),
)
_ICT_EYES = {"Left": slice(21451, 22221), "Right": slice(23021, 23791)}  # ICT's eyeballs among its vertices


def load(name: str, data: Path) -> CropHead:
    """A head by its name, with what a picture of the face can show of it. Raises UserError if it is not in the data pack."""
    if name == ICT:
        return seen(*_ict(data))
    bench_rigs.load("arkit_mixamo" if name == MAKEHUMAN else name, data)
    things = [thing for thing in bpy.context.scene.objects if thing.type == "MESH"]
    parts = [_mesh(thing) for thing in things if thing.name not in ("Demo Body", "Demo Hands")]
    begins = np.cumsum([0, *(len(part[0]) for part in parts)])
    corners = [np.where(part[2] >= 0, part[2] + begin, -1) for part, begin in zip(parts, begins[:-1], strict=True)]
    vertices, deltas = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts], 1)
    people = _people(vertices, [len(part[0]) for part in parts], data) if name == MAKEHUMAN else None
    return seen(vertices, deltas, np.concatenate(corners), np.concatenate([part[3] for part in parts]), people)


def part_of(material: str) -> int:
    """What a material is by its name."""
    return next(part for words, part in _PARTS if re.search(words, material.lower()))


def _mesh(thing: bpy.types.Object) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Vertices, deltas, corners and parts of a mesh object."""
    mesh = thing.data
    assert isinstance(mesh, bpy.types.Mesh)
    world = np.array(thing.matrix_world)
    turn = world[:3, :3].T[:, [0, 2, 1]] * [1.0, 1.0, -1.0]
    place = world[:3, 3][[0, 2, 1]] * [1.0, 1.0, -1.0]

    def read(points: bpy.types.bpy_prop_collection) -> np.ndarray:
        values = np.empty(3 * len(mesh.vertices), np.float32)
        points.foreach_get("co", values)
        return values.reshape(-1, 3) @ turn

    keys = mesh.shape_keys
    blocks = {_plain(block.name): block for block in keys.key_blocks} if keys is not None else {}
    rest = read(keys.key_blocks[0].data if keys is not None else mesh.vertices)
    deltas = np.zeros((len(FACE_NAMES), len(rest), 3), np.float32)
    for shape, index in FACE_INDEX.items():
        if shape in blocks:
            deltas[index] = read(blocks[shape].data) - rest
    corners, parts = [], []
    materials = [part_of(material.name) if material else SKIN for material in mesh.materials] or [SKIN]
    for polygon in mesh.polygons:
        own = [mesh.loops[loop].vertex_index for loop in polygon.loop_indices]
        for first in range(1, len(own) - 1, 2):
            fan = [own[0], *own[first : first + 3]]
            corners.append(fan + [-1] * (4 - len(fan)))
            parts.append(materials[min(polygon.material_index, len(materials) - 1)])
    return (rest + place).astype(np.float32), deltas, np.array(corners), np.array(parts)


def _plain(key: str) -> str:
    """AK_25_JawOpen → jawOpen; other names stay."""
    found = re.fullmatch(r"AK_\d\d_(\w)(\w*)", key)
    return found[1].lower() + found[2] if found else key


def _people(vertices: np.ndarray, counts: list[int], data: Path) -> np.ndarray:
    """(6, V, 3): how a woman or man of each of MakeHuman's kinds differs from the mean of all. What is not of the body (eyes, teeth) goes
    with the skin around it."""
    targets = [
        bench_rigs.makehuman_offsets(data / "rigs" / "mpfb", f"{kind}-{sex}-young")
        for sex in ("female", "male")
        for kind in ("african", "asian", "caucasian")
    ]
    offsets = np.stack(targets)[:, : max(counts)]  # the body comes first in MakeHuman's mesh
    offsets = offsets - offsets.mean(0)
    begins = np.cumsum([0, *counts])
    skin = int(np.argmax(counts))
    body = vertices[begins[skin] : begins[skin + 1]]
    found = np.zeros((len(offsets), len(vertices), 3), np.float32)
    for mesh, (begin, end) in enumerate(zip(begins[:-1], begins[1:], strict=True)):
        if mesh == skin:
            found[:, begin:end] = offsets
            continue
        for left in (True, False):
            mine = begin + np.flatnonzero((vertices[begin:end, 0] > 0) == left)
            near = np.argsort(np.linalg.norm(body - vertices[mine].mean(0), axis=1))[:60]
            found[:, mine] = offsets[:, near].mean(1)[:, None]
    return found


def _ict(data: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, None]:
    """ICT-FaceKit's linear face. Its eyeballs do not move with its look shapes, so they are turned here."""
    folder = data / "rigs" / "ictfacekit_light"
    path = next(folder.glob("*.npz"), None)
    if path is None:
        raise UserError(f"There is no face in {folder}.", "--data says where the developers' data pack lies.")
    with np.load(path) as stored:
        vertices = stored["neutral"].astype(np.float32) / 100.0
        found = dict(zip(stored["names"].tolist(), stored["deltas"].astype(np.float32) / 100.0, strict=True))
        corners, runs = stored["faces"].astype(int), stored["material_runs"].tolist()
    deltas = np.zeros((len(FACE_NAMES), len(vertices), 3), np.float32)
    for name, index in FACE_INDEX.items():
        side = re.fullmatch(r"(\w+)(Left|Right)", name)
        names = (name, f"{side[1]}_{side[2][0]}" if side else "", f"{name}_L", f"{name}_R")
        for one in (one for one in names if one in found):
            deltas[index] += found[one]
    for side, outwards in (("Left", 1.0), ("Right", -1.0)):
        ball = vertices[_ICT_EYES[side]] - vertices[_ICT_EYES[side]].mean(0)
        for way, yaw, pitch in (("Out", outwards, 0.0), ("In", -outwards, 0.0), ("Up", 0.0, -1.0), ("Down", 0.0, 1.0)):
            angle = LOOK_RAD[way]
            turn = from_yaw_pitch_roll(*(angle * np.array([yaw, pitch, 0.0]))[:, None])
            deltas[FACE_INDEX[f"eyeLook{way}{side}"], _ICT_EYES[side]] += rotate(turn, ball) - ball
    starts = [int(run.partition(":")[0]) for run in runs]
    parts = np.repeat([part_of(run) for run in runs], np.diff([*starts, len(corners)]))
    parts[parts == IRIS] = UNSEEN  # it lies behind a cornea that is to be looked through
    return vertices, deltas, corners, parts, None
