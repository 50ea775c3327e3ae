# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases of a dance that the animator likes: kept where they are, and danced again later."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass, replace

import numpy as np

from ..errors import UserError
from ..motion.clip import Clip
from ..motion.joints import JOINT_INDEX, JOINT_NAMES
from ..motion.rotations import normalised

BESIDE_S = 0.3  # that a phrase is read before and after: so long it flows out of the dance, and back into it; by eye
_FINE = 32767.0  # steps of a quaternion's component as text: a two-hundredth of a degree
_UNREADABLE = UserError(
    "A kept phrase of this character cannot be read.", "Remove it under Prompts, and keep it again."
)


@dataclass(frozen=True, eq=False)
class KeptPhrase:
    """What was danced from `first_s` to `last_s` of the sound, and is to come again.

    name: for people. clip: the motion, which begins `BESIDE_S` before the phrase and ends as much after it; `clip.driven` are the
    joints that were read. again_s: when it is to begin again; None: where the music comes back.
    """

    name: str
    first_s: float
    last_s: float
    clip: Clip
    again_s: float | None = None


def to_text(clip: Clip) -> str:
    """The driven joints, the root and the rate of a clip as text that a file can keep."""
    joints = [joint for joint in JOINT_NAMES if joint in clip.driven]
    turns = np.round(clip.rotations[:, [JOINT_INDEX[joint] for joint in joints]] * _FINE).astype("<i2")
    packed = zlib.compress(turns.tobytes() + clip.root_translation_m.astype("<f4").tobytes())
    told = {"rate_hz": clip.rate_hz, "frames": len(clip), "joints": joints, "motion": base64.b64encode(packed).decode()}
    return json.dumps(told)


def from_text(text: str, start_s: float = 0.0) -> Clip:
    """The clip of a text by `to_text`, its first frame at `start_s`. Raises UserError."""
    try:
        told = json.loads(text)
        frames, joints = int(told["frames"]), [JOINT_INDEX[joint] for joint in told["joints"]]
        packed = zlib.decompress(base64.b64decode(told["motion"]))
        turns = np.frombuffer(packed, "<i2", frames * len(joints) * 4).reshape(frames, len(joints), 4)
        root_m = np.frombuffer(packed, "<f4", frames * 3, turns.nbytes).reshape(frames, 3)
        clip = Clip.still(frames, float(told["rate_hz"]), frozenset(told["joints"]))
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise _UNREADABLE from error
    clip.rotations[:, joints] = normalised(turns.astype(np.float64))
    clip.root_translation_m[:] = root_m
    return replace(clip, start_s=start_s)
