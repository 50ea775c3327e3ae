# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies as BVH files (Biovision hierarchy): the skeleton, then every frame's numbers. No bpy.

Suits and programs differ in names, in units, in what is up and where the body looks: the rest pose says all of it, since a head is
above hips and a left hip is to the left. Only rotations, and the way of the hips, are read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
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
from ..wording import in_words, listed

_HINT = "Export the body as BVH, with a skeleton of hips, legs and arms, one frame after another."
_MOST_BYTES = 400_000_000
_MOST_JOINTS, _MOST_FRAMES = 1000, 1_300_000  # three hours at 120 frames a second
_MOST_NUMBERS = 40_000_000
_RATES_HZ = (5.0, 1000.0)
_ROUNDED = 5e-4  # of a rate: 29.97 is a rate of its own
_LINES = 2000  # that are read at a time
_FARTHEST = 1e6  # of a number in a file
_CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "xyz")


@dataclass
class _Joint:
    """name, parent (-1: none), offset (3,) from it, channels by name in their order."""

    name: str
    parent: int
    offset: tuple[float, ...] = (0.0, 0.0, 0.0)
    channels: list[str] = field(default_factory=list)


def read_bvh(path: Path, rate_hz: float) -> Clip:
    """The body in a file: on the canonical skeleton, on the floor, facing us. Driven: what the file has.

    Args:
        path: of a .bvh.
        rate_hz: frames a second of the clip.

    Raises:
        UserError: if it cannot be read; says why.
    """
    recording = _recording(path)
    found = found_joints(recording.skeleton)
    if missing := missing_joints(found):
        names = listed([in_words(joint) for joint in missing[:4]])
        raise UserError(f"{recording.name} has no body that we know: not found are {names}.", _HINT)
    try:
        with np.errstate(all="ignore"):
            clip = grounded(facing_forward(to_canonical(recording.resampled(rate_hz))))
    except (ValueError, ZeroDivisionError) as error:
        raise UserError(f"The skeleton of {recording.name} has no shape of a body: {error}.", _HINT) from error
    if not (np.isfinite(clip.rotations).all() and np.isfinite(clip.root_translation_m).all()):
        raise UserError(f"The skeleton of {recording.name} has no shape of a body.", _HINT)
    return clip


def _recording(path: Path) -> Recording:
    """The file's motion with the hips at the root, Y up, facing +Z."""
    text, name = read_text(path, "BVH file", _HINT, _MOST_BYTES), shown(path.name)
    head, found, motion = text.partition("MOTION")
    if not head.lstrip().upper().startswith("HIERARCHY") or not found:
        raise UserError(f"{name} is no BVH file: it has no HIERARCHY followed by MOTION.", _HINT)
    joints = _hierarchy(head, name)
    numbers, rate_hz = _motion(motion, joints, name)
    skeleton = Skeleton(
        tuple(_unique([joint.name for joint in joints])),
        tuple(joint.parent for joint in joints),
        torch.tensor([joint.offset for joint in joints], dtype=torch.float32),
    )
    turned, root = _moved(joints, numbers)
    return _upright(_from_the_hips(Recording(name, skeleton, turned, root, rate_hz)))


def _hierarchy(text: str, name: str) -> list[_Joint]:
    """The joints, ends among them, parents first. Raises UserError."""
    joints: list[_Joint] = []
    open_joints: list[int] = []
    words = iter(text.split()[1:])
    try:
        for word in words:
            kind = word.upper()
            if kind in ("ROOT", "JOINT", "END"):
                called = next(words)
                joints.append(_Joint(f"{joints[open_joints[-1]].name}_End" if kind == "END" else called, -1))
                joints[-1].parent = open_joints[-1] if open_joints else -1
                if next(words) != "{" or len(joints) > _MOST_JOINTS:
                    raise ValueError(
                        "too many joints" if len(joints) > _MOST_JOINTS else f"“{{” is missing at {called}"
                    )
                open_joints.append(len(joints) - 1)
            elif kind == "OFFSET":
                joints[open_joints[-1]].offset = tuple(_number(next(words)) for _ in range(3))
            elif kind == "CHANNELS":
                found = [next(words).lower() for _ in range(_count(next(words), len(_CHANNELS)))]
                if unknown := set(found) - set(_CHANNELS):
                    raise ValueError(f"channel {sorted(unknown)[0][:40]}")
                joints[open_joints[-1]].channels = found
            elif kind == "}":
                open_joints.pop()
            else:
                raise ValueError(f"“{word[:40]}”")
    except (ValueError, IndexError, StopIteration) as error:
        said = str(error) or "it ends in the middle"
        raise UserError(f"The skeleton in {name} cannot be read: {shown(said)}.", _HINT) from error
    if open_joints or not joints:
        raise UserError(f"{name} has no whole skeleton.", _HINT)
    if sum(joint.parent < 0 for joint in joints) > 1:
        raise UserError(f"{name} has several skeletons.", "Export one body a file.")
    return joints


def _number(word: str) -> float:
    value = float(word)
    if not abs(value) <= _FARTHEST:  # also NaN
        raise ValueError(f"offset {word[:40]}")
    return value


def _count(word: str, most: int) -> int:
    value = int(word)
    if not 0 <= value <= most:
        raise ValueError(f"{value} channels of one joint")
    return value


def _motion(text: str, joints: list[_Joint], name: str) -> tuple[np.ndarray, float]:
    """Numbers (T, channels) and frames a second. Raises UserError."""
    width = sum(len(joint.channels) for joint in joints)
    lines = text.split("\n")
    at_time = next((at for at, line in enumerate(lines[:20]) if line.strip().lower().startswith("frame time")), None)
    try:
        step_s = float(lines[at_time or 0].split(":", 1)[1])
    except (ValueError, IndexError):
        step_s = math.nan
    if at_time is None or not 1.0 / _RATES_HZ[1] <= step_s <= 1.0 / _RATES_HZ[0]:
        raise UserError(f"{name} says no usual frame time.", "Frame Time is in seconds, for instance 0.0333333.")
    parts: list[np.ndarray] = []
    for at in range(at_time + 1, len(lines), _LINES):
        words = " ".join(lines[at : at + _LINES]).split()
        try:
            parts.append(np.array(words, np.float32))
        except ValueError as error:
            raise UserError(f"The frames of {name} hold something that is no number.", _HINT) from error
        if sum(map(len, parts)) > _MOST_NUMBERS:
            raise UserError(
                f"{name} has more than {_MOST_NUMBERS / 1e6:.0f} million numbers.", "Export a shorter take."
            )
    numbers = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    frames = len(numbers) // max(width, 1)
    if not 0 < width or not 2 <= frames <= _MOST_FRAMES:
        raise UserError(
            f"{name} has {'no motion' if frames < 1 or not width else f'{frames} frame'}{'s' if frames > 1 else ''}.",
            _HINT,
        )
    numbers = numbers[: frames * width].reshape(frames, width)
    if not (np.abs(numbers) <= _FARTHEST).all():  # NaN is not small, either
        raise UserError(f"The frames of {name} hold numbers that no body has.", "Export it again, or mend the capture.")
    return numbers, _usual(1.0 / step_s)


def _usual(rate_hz: float) -> float:
    """A whole rate, where the file's few digits mean one."""
    whole = round(rate_hz)
    return float(whole) if abs(rate_hz - whole) < _ROUNDED * whole else rate_hz


def _moved(joints: list[_Joint], numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Local rotations float32 (T, J, 4), and the root's place less its offset (T, 3), in the file's units."""
    turned = np.zeros((len(numbers), len(joints), 4), np.float32)
    root = np.zeros((len(numbers), 3), np.float32)
    at = 0
    for index, joint in enumerate(joints):
        own = np.tile([1.0, 0.0, 0.0, 0.0], (len(numbers), 1))
        for channel in joint.channels:
            axis, column = "xyz".index(channel[0]), numbers[:, at]
            at += 1
            if channel.endswith("rotation"):  # the first one turns what the next ones have turned
                own = rot.multiply(own, about(axis, np.radians(column)))
            elif joint.parent < 0:
                root[:, axis] = column - joint.offset[axis]
        turned[:, index] = rot.continuous(own)
    return turned, root


def _from_the_hips(recording: Recording) -> Recording:
    """Without what is above the hips, whose turn and place they take over; as it is, if legs or arms hang elsewhere."""
    skeleton = recording.skeleton
    hips = found_joints(skeleton).get("pelvis")
    if hips is None or skeleton.index(hips) == 0:
        return recording
    root = skeleton.index(hips)
    kept = [root]
    for joint, parent in enumerate(skeleton.parents):
        if parent in kept:
            kept.append(joint)
    small = Skeleton(
        tuple(skeleton.names[joint] for joint in kept),
        (-1, *(kept.index(skeleton.parents[joint]) for joint in kept[1:])),
        skeleton.offsets_m[kept],
    )
    above, way = skeleton.parents[root], []
    while above >= 0:
        way.append(above)
        above = skeleton.parents[above]
    place = np.broadcast_to(skeleton.offsets_m[root].numpy().astype(np.float64), (len(recording), 3))
    turned = recording.rotations[:, kept].copy()
    whole = recording.rotations[:, root].astype(np.float64)
    for joint in way:
        own = recording.rotations[:, joint].astype(np.float64)
        place = rot.rotate(own, place) + skeleton.offsets_m[joint].numpy()
        whole = rot.multiply(own, whole)
    turned[:, 0] = rot.continuous(whole)
    place = place + recording.root_translation_m - small.offsets_m[0].numpy()
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
