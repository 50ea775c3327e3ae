# SPDX-License-Identifier: GPL-3.0-or-later
"""What a take remembers of its keys: frames and values as they were written, in a custom property of its Action.

So it goes with the Action wherever that goes: saved, copied, undone, appended. Bytes of equal weight lie together and are
compressed, about 4 bytes a key.
"""

from __future__ import annotations

import json
import logging
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from ... import json_text
from ...compressed import inflated
from ...errors import UserError
from ..keying.fcurves import Keys, Origin

logger = logging.getLogger(__name__)
PROPERTY = "audio2rig_written"  # custom property of the Actions that remember
_FORMAT = b"A2RK\x01"
_MOST_HEAD = 100_000_000  # bytes: names of half a million curves
_QUICK = 1  # zlib's level: the higher ones take five times as long for a tenth less
_PARTS = (("frames", "<f4"), ("values", "<f4"), ("origins", "i1"))

CurveName = tuple[int, str, int]  # handle of the Action's slot (0 before 4.4), data path, array index


@dataclass(frozen=True)
class WrittenKeys:
    """The keys of a curve as a take wrote them, ascending in time: frames, values float32 (K,), origins int8 (K,)."""

    frames: np.ndarray
    values: np.ndarray
    origins: np.ndarray

    @classmethod
    def of(cls, keys: Keys) -> WrittenKeys:
        return cls(keys.frames, keys.values, keys.origins)

    def __len__(self) -> int:
        return len(self.frames)

    def with_released(self, keys: Keys) -> WrittenKeys:
        """With keys that the animator lets go of: they count as written with the value that they have."""
        frames = np.concatenate([self.frames, keys.frames])
        values = np.concatenate([self.values, keys.values])
        origins = np.concatenate([self.origins, np.full(len(keys), Origin.GENERATED, np.int8)])
        order = np.lexsort((np.arange(len(frames)), frames))
        last = np.append(np.diff(frames[order]) > 0.0, True) if len(order) else np.empty(0, bool)
        return WrittenKeys(frames[order][last], values[order][last], origins[order][last])

    @classmethod
    def nothing(cls) -> WrittenKeys:
        return cls(np.empty(0, np.float32), np.empty(0, np.float32), np.empty(0, np.int8))


def remember(action: bpy.types.Action, written: Mapping[CurveName, WrittenKeys], name: str = PROPERTY) -> None:
    """Let an Action know what was written into it, in place of what it knew. name: of the custom property."""
    keep_bytes(action, name, packed(written))


def keep_bytes(action: bpy.types.Action, name: str, content: bytes) -> None:
    """Keep bytes in a custom property, in place of what it held."""
    if name in action:
        del action[name]  # in place Blender would take bytes for a text, which ends at the first zero
    action[name] = content


def recall(action: bpy.types.Action, name: str = PROPERTY) -> dict[CurveName, WrittenKeys] | None:
    """What an Action remembers; None if nothing, as with takes of earlier versions, or if somebody damaged it."""
    stored = action.get(name)
    if not isinstance(stored, bytes):
        return None
    try:
        return unpacked(stored)
    except (ValueError, struct.error, zlib.error, TypeError) as error:
        logger.warning("what %s remembers of its keys is damaged, so their types count: %s", action.name, error)
        return None


def packed(written: Mapping[CurveName, WrittenKeys]) -> bytes:
    """All of it as bytes."""
    names = [[*name, len(keys)] for name, keys in written.items()]
    head = zlib.compress(json.dumps(names, ensure_ascii=False, separators=(",", ":")).encode(), _QUICK)
    parts = [
        np.concatenate([np.empty(0, kind), *(getattr(keys, part) for keys in written.values())]).astype(kind)
        for part, kind in _PARTS
    ]
    body = zlib.compress(b"".join(_shuffled(part) for part in parts), _QUICK)
    return _FORMAT + struct.pack("<I", len(head)) + head + body


def unpacked(stored: bytes) -> dict[CurveName, WrittenKeys]:
    """The inverse of `packed`. Raises ValueError, struct.error, zlib.error, TypeError if it is damaged."""
    if not stored.startswith(_FORMAT):
        raise ValueError("an unknown format")
    begin = len(_FORMAT) + 4
    (size,) = struct.unpack("<I", stored[len(_FORMAT) : begin])
    head = inflated(stored[begin : begin + size], _MOST_HEAD)
    try:
        names = json_text.parsed(head.decode(), "its list", "")
    except UserError as error:
        raise ValueError(str(error)) from error
    counts = [int(count) for *_, count in names]
    if any(count < 0 for count in counts):
        raise ValueError("it counts below zero")
    body = inflated(stored[begin + size :], sum(counts) * sum(np.dtype(kind).itemsize for _, kind in _PARTS))
    arrays: list[np.ndarray] = []
    at, total = 0, sum(counts)
    for _, kind in _PARTS:
        length = total * np.dtype(kind).itemsize
        arrays.append(_unshuffled(body[at : at + length], kind))
        at += length
    if at != len(body):
        raise ValueError("it has another length than it says")
    ends = np.cumsum(counts)
    return {
        (int(handle), str(path), int(index)): WrittenKeys(*(array[end - count : end] for array in arrays))
        for (handle, path, index, count), end in zip(names, ends)
    }


def _shuffled(array: np.ndarray) -> bytes:
    """All first bytes, then all second ones …: in frames and values they are alike, and so shrink."""
    return np.ascontiguousarray(array.view(np.uint8).reshape(len(array), array.itemsize).T).tobytes()


def _unshuffled(stored: bytes, kind: str) -> np.ndarray:
    width = np.dtype(kind).itemsize
    return np.ascontiguousarray(np.frombuffer(stored, np.uint8).reshape(width, -1).T).view(kind).reshape(-1)
