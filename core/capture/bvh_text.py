# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in a BVH file: joints with their channels, and every frame's numbers. What they mean for a body is `bvh`'s. No bpy."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ..errors import UserError
from ..input_files import shown
from ..progress import Progress
from ..wording import count

HINT = "Export the body as BVH, with a skeleton of hips, legs and arms, one frame after another."
_MOST_JOINTS, _MOST_S = 1000, 3 * 3600.0
_MOST_WORDS = 8  # of a joint's name
_MOST_NUMBERS = 40_000_000  # of the file, and frames times joints: some GB while they are turned into a body
_LEAST_HZ = 30.0  # at which bodies are worked with: slower ones are filled up to it
_RATES_HZ = (5.0, 1000.0)
_ROUNDED = 5e-4  # of a rate: 29.97 is a rate of its own
_LINES = 2000  # that are read at a time
_FARTHEST = 1e6  # of a number in a file
_CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "xyz")
_MOTION_BEGINS = re.compile(r"^\s*MOTION\s*$", re.I | re.M)  # alone: joints may be called Motion, too


@dataclass
class Joint:
    """name, parent (-1: none), offset (3,) from it in the file's units, channels by name in their order."""

    name: str
    parent: int
    offset: tuple[float, ...] = (0.0, 0.0, 0.0)
    channels: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class BvhText:
    """name: to call the file by. joints: parents first, ends among them. numbers: float32 (T, channels of all joints), the file's units
    and degrees. rate_hz: frames a second. notes: sentences about what does not fit."""

    name: str
    joints: list[Joint]
    numbers: np.ndarray
    rate_hz: float
    notes: tuple[str, ...]


def parsed(text: str, name: str, progress: Progress) -> BvhText:
    """The content of a file. Raises UserError, or Cancelled when progress says so."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    begins = _MOTION_BEGINS.search(text)
    if not text[:1000].lstrip().upper().startswith("HIERARCHY") or begins is None:
        raise UserError(f"{name} is no BVH file: it has no HIERARCHY followed by MOTION.", HINT)
    joints = _hierarchy(text[: begins.start()], name)
    return _with_motion(text[begins.end() :], joints, name, progress)


def _hierarchy(text: str, name: str) -> list[Joint]:
    """The joints, ends among them, parents first. Raises UserError."""
    joints: list[Joint] = []
    open_joints: list[int] = []
    words = iter(text.replace("{", " { ").replace("}", " } ").split()[1:])
    try:
        for word in words:
            kind = word.upper()
            if kind in ("ROOT", "JOINT", "END"):
                if len(joints) >= _MOST_JOINTS:
                    raise ValueError("too many joints")
                called = _called(words)
                above = open_joints[-1] if open_joints else -1
                joints.append(Joint(f"{joints[above].name}_End" if kind == "END" and joints else called, above))
                open_joints.append(len(joints) - 1)
            elif kind == "OFFSET":
                joints[open_joints[-1]].offset = tuple(_number(next(words)) for _ in range(3))
            elif kind == "CHANNELS":
                found = [next(words).lower() for _ in range(_count(next(words)))]
                if unknown := set(found) - set(_CHANNELS):
                    raise ValueError(f"channel {sorted(unknown)[0][:40]}")
                joints[open_joints[-1]].channels = found
            elif kind == "}":
                open_joints.pop()
            else:
                raise ValueError(f"“{word[:40]}”")
    except (ValueError, IndexError, StopIteration) as error:
        said = str(error) if isinstance(error, ValueError) else "it ends in the middle, or its braces do not match"
        raise UserError(f"The skeleton in {name} cannot be read: {shown(said)}.", HINT) from error
    if open_joints or not joints:
        raise UserError(f"{name} has no whole skeleton.", HINT)
    if sum(joint.parent < 0 for joint in joints) > 1:
        raise UserError(f"{name} has several skeletons.", "Export one body a file.")
    return joints


def _called(words: Iterator[str]) -> str:
    """A joint's name, up to its brace: `Bip01 L Thigh` has spaces. Raises ValueError."""
    found: list[str] = []
    for word in words:
        if word == "{":
            return " ".join(found)
        found.append(word)
        if len(found) > _MOST_WORDS or word.upper() in ("OFFSET", "CHANNELS"):
            break
    raise ValueError(f"“{{” is missing at {found[0][:40] if found else 'its end'}")


def _number(word: str) -> float:
    value = float(word)
    if not abs(value) <= _FARTHEST:  # also NaN
        raise ValueError(f"offset {word[:40]}")
    return value


def _count(word: str) -> int:
    value = int(word)
    if not 0 <= value <= len(_CHANNELS):
        raise ValueError(f"{value} channels of one joint")
    return value


def _with_motion(text: str, joints: list[Joint], name: str, progress: Progress) -> BvhText:
    """The joints with their numbers. Raises UserError."""
    width = sum(len(joint.channels) for joint in joints)
    lines = text.split("\n")
    said = {}
    for at, line in enumerate(lines[:20]):
        key, _, value = line.partition(":")
        said.setdefault(" ".join(key.lower().split()), (at, value))
    at_time, written = said.get("frame time", (0, ""))
    step_s = _plain(written)
    if not 1.0 / _RATES_HZ[1] <= step_s <= 1.0 / _RATES_HZ[0]:
        raise UserError(f"{name} says no usual frame time.", "Frame Time is in seconds, for instance 0.0333333.")
    numbers = _numbers(lines[at_time + 1 :], name, progress)
    whole = len(numbers) // max(width, 1)
    if not width or whole < 1:
        raise UserError(f"{name} has no motion.", HINT)
    if whole < 2:
        raise UserError(f"{name} has 1 frame.", HINT)
    if whole * step_s > _MOST_S:
        raise UserError(f"{name} has more than {_MOST_S / 3600:.0f} hours.", "Export a shorter take.")
    if max(whole, whole * step_s * _LEAST_HZ) * len(joints) > _MOST_NUMBERS:
        raise _too_much(name)
    rows = sum(1 for line in lines[at_time + 1 :] if line.strip())
    notes = _fits(name, (len(numbers), width, rows), _plain(said.get("frames", (0, ""))[1]))
    numbers = numbers[: whole * width].reshape(whole, width)
    if not (np.abs(numbers) <= _FARTHEST).all():  # NaN is not small, either
        raise UserError(f"The frames of {name} hold numbers that no body has.", "Export it again, or mend the capture.")
    return BvhText(name, joints, numbers, _usual(1.0 / step_s), notes)


def _plain(written: str) -> float:
    """What a line says, NaN if that is no number."""
    try:
        return float(written)
    except ValueError:
        return math.nan


def _numbers(lines: list[str], name: str, progress: Progress) -> np.ndarray:
    """All numbers, float32. Raises UserError."""
    parts: list[np.ndarray] = []
    for at in range(0, len(lines), _LINES):
        progress.report(at / len(lines))
        words = " ".join(lines[at : at + _LINES]).split()
        try:
            parts.append(np.array(words, np.float32))
        except ValueError as error:
            raise UserError(f"The frames of {name} hold something that is no number.", HINT) from error
        if sum(map(len, parts)) > _MOST_NUMBERS:
            raise _too_much(name)
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _too_much(name: str) -> UserError:
    return UserError(f"{name} has more than {_MOST_NUMBERS / 1e6:.0f} million numbers.", "Export a shorter take.")


def _fits(name: str, sizes: tuple[int, int, int], said_frames: float) -> tuple[str, ...]:
    """Sentences about frames that are missing or too many. Raises UserError where lines and skeleton do not belong together.

    Args:
        name: of the file.
        sizes: how many numbers there are, how many a frame has, and how many lines they stand in.
        said_frames: how many frames the file says it has, NaN: none.
    """
    numbers, width, rows = sizes
    frames, left = divmod(numbers, width)
    cut_off = left and frames < said_frames and rows < said_frames  # else every frame has some too few or too many
    if (left and not cut_off) or rows == said_frames != frames:
        raise UserError(
            f"The frames of {name} do not have the {width} numbers that its skeleton asks for.",
            "Export it again: skeleton and motion are of two takes, or some lines are damaged.",
        )
    if math.isnan(said_frames) or said_frames == frames:
        return ()
    return (f"{name} has {count(frames, 'frame')}, and says {said_frames:.0f}: those that are there were used.",)


def _usual(rate_hz: float) -> float:
    """A whole rate, where the file's few digits mean one."""
    whole = round(rate_hz)
    return float(whole) if abs(rate_hz - whole) < _ROUNDED * whole else rate_hz
