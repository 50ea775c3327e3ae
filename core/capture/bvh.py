# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies as BVH files (Biovision hierarchy): the skeleton, then every frame's numbers. No bpy.

Suits and programs differ in names, in units, in what is up and where the body looks: the rest pose says all of it, since a head is
above hips and a left hip is to the left. Only rotations, and the way of the hips, are read.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch

from ..errors import UserError
from ..input_files import read_text, shown
from ..motion import rotations as rot
from ..motion.clip import Clip
from ..motion.euler import about
from ..motion.recorded.recording import Recording
from ..motion.recorded.standing import facing_forward, grounded
from ..motion.recorded.to_canonical import found_joints, missing_joints, to_canonical
from ..motion.skeleton import Skeleton
from ..progress import Progress
from ..wording import in_words, listed
from .bvh_text import HINT, BvhText, Joint, parsed

_MOST_BYTES = 400_000_000


def read_bvh(path: Path, rate_hz: float, progress: Progress | None = None) -> tuple[Clip, tuple[str, ...]]:
    """The body in a file, and sentences about it: on the canonical skeleton, on the floor, facing us. Driven: what the file has.

    Args:
        path: of a .bvh.
        rate_hz: frames a second of the clip.
        progress: is told how far it is.

    Raises:
        UserError: if it cannot be read; says why.
        Cancelled: when progress says so.
    """
    text = parsed(read_text(path, "BVH file", HINT, _MOST_BYTES), shown(path.name), progress or Progress())
    recording = _recording(text, max(int(text.rate_hz / rate_hz), 1))
    found = found_joints(recording.skeleton)
    if missing := missing_joints(found):
        names = listed([in_words(joint) for joint in missing[:4]])
        raise UserError(f"{recording.name} has no body that we know: not found are {names}.", HINT)
    try:
        with np.errstate(all="ignore"):
            clip = grounded(facing_forward(to_canonical(recording.resampled(rate_hz))))
    except (ValueError, ZeroDivisionError) as error:
        raise UserError(f"The skeleton of {recording.name} has no shape of a body: {error}.", HINT) from error
    if not (np.isfinite(clip.rotations).all() and np.isfinite(clip.root_translation_m).all()):
        raise UserError(f"The skeleton of {recording.name} has no shape of a body.", HINT)
    return clip, text.notes


def _recording(text: BvhText, every: int) -> Recording:
    """The file's motion, of so many frames one, with the hips at the root, Y up, facing +Z."""
    joints = text.joints
    skeleton = Skeleton(
        tuple(_unique([joint.name for joint in joints])),
        tuple(joint.parent for joint in joints),
        torch.tensor([joint.offset for joint in joints], dtype=torch.float32),
    )
    hips = found_joints(skeleton).get("pelvis")
    way = _way_up(skeleton, 0 if hips is None else skeleton.index(hips))
    turned, moved = _moved(joints, text.numbers[::every], way)
    whole = Recording(text.name, skeleton, turned, moved[0], text.rate_hz / every)
    return _upright(whole if len(way) == 1 else _from_the_hips(whole, way, moved))


def _way_up(skeleton: Skeleton, joint: int) -> list[int]:
    """A joint and what is above it, up to the root."""
    way = [joint]
    while skeleton.parents[way[-1]] >= 0:
        way.append(skeleton.parents[way[-1]])
    return way


def _moved(joints: list[Joint], numbers: np.ndarray, way: list[int]) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Local rotations float32 (T, J, 4), and how far some joints are from their offsets, (T, 3) each, in the file's units."""
    turned = np.zeros((len(numbers), len(joints), 4), np.float32)
    moved = {joint: np.zeros((len(numbers), 3), np.float32) for joint in way}
    at = 0
    for index, joint in enumerate(joints):
        own = np.tile([1.0, 0.0, 0.0, 0.0], (len(numbers), 1))
        for channel in joint.channels:
            axis, column = "xyz".index(channel[0]), numbers[:, at]
            at += 1
            if channel.endswith("rotation"):  # the first one turns what the next ones have turned
                own = rot.multiply(own, about(axis, np.radians(column)))
            elif index in moved:
                moved[index][:, axis] = column - joint.offset[axis]
        turned[:, index] = rot.continuous(own)
    return turned, moved


def _from_the_hips(recording: Recording, way: list[int], moved: dict[int, np.ndarray]) -> Recording:
    """Without what is above the hips, whose turns and places they take over; way: the hips, then what is above them."""
    skeleton, root = recording.skeleton, way[0]
    kept = [root]
    for joint, parent in enumerate(skeleton.parents):
        if parent in kept:
            kept.append(joint)
    small = Skeleton(
        tuple(skeleton.names[joint] for joint in kept),
        (-1, *(kept.index(skeleton.parents[joint]) for joint in kept[1:])),
        skeleton.offsets_m[kept],
    )
    place = skeleton.offsets_m[root].numpy() + moved[root].astype(np.float64)
    turned = recording.rotations[:, kept].copy()
    whole = recording.rotations[:, root].astype(np.float64)
    for joint in way[1:]:
        own = recording.rotations[:, joint].astype(np.float64)
        place = rot.rotate(own, place) + skeleton.offsets_m[joint].numpy() + moved[joint]
        whole = rot.multiply(own, whole)
    turned[:, 0] = rot.continuous(whole)
    place = place - small.offsets_m[0].numpy()
    return Recording(recording.name, small, turned, place.astype(np.float32), recording.rate_hz)


def _upright(recording: Recording) -> Recording:
    """Y up and facing +Z, by the rest pose: the head or the shoulders are above the feet, the left hip is to the left."""
    skeleton = recording.skeleton
    found = found_joints(skeleton)
    if missing_joints(found):
        return recording
    rest = skeleton.rest_positions_m.numpy().astype(np.float64)
    places = {joint: rest[skeleton.index(name)] for joint, name in found.items()}
    up = _axis(places["left_shoulder"] + places["right_shoulder"] - places["left_ankle"] - places["right_ankle"])
    across = places["left_hip"] - places["right_hip"] + places["left_shoulder"] - places["right_shoulder"]
    left = _axis(across * (np.abs(up) < 0.5))
    turn = rot.from_matrix(np.stack([left, up, np.cross(left, up)])[None])[0]
    offsets = rot.rotate(np.broadcast_to(turn, (len(skeleton), 4)), skeleton.offsets_m.numpy().astype(np.float64))
    turned = rot.multiply(rot.multiply(turn, recording.rotations.astype(np.float64)), rot.inverse(turn))
    root = rot.rotate(np.broadcast_to(turn, (len(recording), 4)), recording.root_translation_m.astype(np.float64))
    upright = Skeleton(skeleton.names, skeleton.parents, torch.from_numpy(offsets.astype(np.float32)))
    return Recording(recording.name, upright, turned.astype(np.float32), root.astype(np.float32), recording.rate_hz)


def _axis(direction: np.ndarray) -> np.ndarray:
    """The axis, with its sign, that a direction is nearest to."""
    result = np.zeros(3)
    at = int(np.abs(direction).argmax())
    result[at] = math.copysign(1.0, direction[at])
    return result


def _unique(names: list[str]) -> list[str]:
    """Names, of which later ones that are there already get a number."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    return result
