# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a take as they were generated, before sliders changed them: in a custom property of its Action, beside where each is now."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields

import bpy
import numpy as np

from ... import json_text
from ...errors import UserError
from ..keying.fcurves import Keys, Origin, are_near
from ..takes.origins import Retiming
from ..takes.written_keys import CurveName, keep_bytes

logger = logging.getLogger(__name__)
PROPERTY = "audio2rig_unadjusted"
_NAMES = "names"
_MOST_BYTES = 1_000_000_000  # of all keys of a take, unpacked


@dataclass(frozen=True)
class Unadjusted:
    """The generated keys of a curve. now: float32 (K,), the frame at which each was last written; NaN: it was left out. extra: float32
    (E,), frames at which further keys were written, so that lips stay closed."""

    keys: Keys
    now: np.ndarray
    extra: np.ndarray

    def still(self, current: Keys) -> Unadjusted:
        """What of it is still generated in a curve's keys of now; generated ones that it does not know, such as prompts that were let go
        of, are added as they are."""
        frames = current.frames[current.origins == Origin.GENERATED]
        left_out = np.isnan(self.now)
        known = are_near(frames, np.sort(self.now[~left_out])) | are_near(frames, np.sort(self.extra))
        stays = are_near(self.now, frames) | left_out
        added = current[current.origins == Origin.GENERATED][~known]
        keys = Keys.merged([self.keys[stays], added])
        now = np.concatenate([self.now[stays], added.frames])[
            np.argsort(np.concatenate([self.keys.frames[stays], added.frames]), kind="stable")
        ]
        if len(now) != len(keys):  # two at one frame: an animator's doing, so what is there counts
            return Unadjusted.of(current)
        return Unadjusted(keys, now, self.extra)

    @classmethod
    def of(cls, current: Keys) -> Unadjusted:
        """What is generated in a curve's keys, as they are."""
        mine = current[current.origins == Origin.GENERATED]
        return cls(mine, mine.frames, np.empty(0, np.float32))

    def retimed(self, retiming: Retiming) -> Unadjusted:
        """With all of it moved in time, as an animator moves a take."""
        return Unadjusted(self.keys.in_time(retiming.of), retiming.of(self.now), retiming.of(self.extra))


def remember(action: bpy.types.Action, curves: Mapping[CurveName, Unadjusted]) -> None:
    """Keep the unadjusted keys with an Action, in place of what it kept."""
    arrays: dict[str, np.ndarray] = {}
    some = list(curves.values())
    for part in fields(Keys) if some else ():
        arrays[part.name] = np.concatenate([getattr(one.keys, part.name) for one in some])
    arrays["now"] = np.concatenate([np.empty(0, np.float32), *(one.now for one in some)])
    names = json.dumps([[*name, len(one.keys), one.extra.tolist()] for name, one in curves.items()])
    arrays[_NAMES] = np.frombuffer(names.encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    keep_bytes(action, PROPERTY, buffer.getvalue())


def forget(action: bpy.types.Action) -> None:
    if PROPERTY in action:
        del action[PROPERTY]


def recall(action: bpy.types.Action) -> dict[CurveName, Unadjusted]:
    """What an Action keeps; {} if nothing, or if somebody damaged it: then what is there counts as generated."""
    stored = action.get(PROPERTY)
    if not isinstance(stored, bytes):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(stored)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
                raise ValueError("it says that it is longer than any take")
        with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
            return _curves({name: arrays[name] for name in arrays.files})
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile, UserError) as error:
        logger.warning("the unadjusted keys of %s are damaged: %s", action.name, error)
        return {}


def _curves(arrays: Mapping[str, np.ndarray]) -> dict[CurveName, Unadjusted]:
    names = json_text.parsed(arrays[_NAMES].tobytes().decode(), "its list", "")
    found: dict[CurveName, Unadjusted] = {}
    first = 0
    for handle, path, index, count, extra in names:
        rows = slice(first, first + count)
        keys = Keys(*(arrays[part.name][rows] for part in fields(Keys)))
        found[int(handle), str(path), int(index)] = Unadjusted(keys, arrays["now"][rows], np.array(extra, np.float32))
        first += count
    return found
