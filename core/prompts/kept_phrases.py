# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases of a dance that the animator likes: kept where they are, and danced again later."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass, replace

import numpy as np

from .. import json_text
from ..compressed import inflated
from ..errors import UserError
from ..motion.clip import Clip
from ..motion.joints import JOINT_INDEX, JOINT_NAMES
from ..motion.rotations import normalised

BESIDE_S = 0.3  # that a phrase is read before and after: so long it flows out of the dance, and back into it; by eye
_FINE = 32767.0  # steps of a quaternion's component as text: a two-hundredth of a degree
_MOST_FRAMES = 50_000  # half a minute at the highest frame rate, and what is read beside it
_RATES_HZ = (0.5, 2000.0)
_FARTHEST_M = 1e4  # that somebody dances from where the phrase begins


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


def from_text(text: str, start_s: float = 0.0, name: str = "") -> Clip:
    """The clip of a text by `to_text`, its first frame at `start_s`. name: of the phrase, to say which cannot be read. Raises
    UserError."""
    what, hint = f"The kept phrase “{name}”", "Remove it under Prompts, and keep it again."
    told = json_text.stored(text, what, hint)
    try:
        frames, rate_hz = int(told["frames"]), float(told["rate_hz"])
        joints = [JOINT_INDEX[joint] for joint in dict.fromkeys(told["joints"])]
        if not (2 <= frames <= _MOST_FRAMES and _RATES_HZ[0] <= rate_hz <= _RATES_HZ[1]):
            raise ValueError(f"{frames} frames at {rate_hz:g} a second")
        packed = inflated(base64.b64decode(told["motion"]), frames * (8 * len(joints) + 12))
        turns = np.frombuffer(packed, "<i2", frames * len(joints) * 4).reshape(frames, len(joints), 4)
        root_m = np.frombuffer(packed, "<f4", frames * 3, turns.nbytes).reshape(frames, 3)
        if not (np.abs(root_m) <= _FARTHEST_M).all():  # also NaN
            raise ValueError("it travels to nowhere")
        clip = Clip.still(frames, rate_hz, frozenset(told["joints"]))
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        raise UserError(f"{what} is damaged and cannot be read.", hint) from error
    clip.rotations[:, joints] = normalised(turns.astype(np.float64))
    clip.root_translation_m[:] = root_m
    return replace(clip, start_s=start_s)
