# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of strokes: every training gesture at its emphasis, as the model keeps it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ...models.emage.body_parts import split
from ...models.emage.codec import MotionCodecs
from ...models.emage.network import Emage
from ...models.emage.stroke_memory import REACH_FRAMES, STROKE_JOINTS
from ...motion.gesture_plan import HANDEDNESS, LEXEME_INDEX
from ...motion.rotations import to_rot6d
from ..data.body import BodyClip
from ..data.body.performances import GESTURING, SPEAKERS, BodyPerformance, stroke_of
from .frames import frames_of


def with_strokes(model: Emage, clips: list[BodyClip]) -> Emage:
    """The model with a memory of these clips' strokes; as it is if there are none."""
    memory = remember(model.codecs, clips)
    if not memory:
        return model
    full = Emage(replace(model.config, strokes=len(memory["stroke_sizes"])))
    full.load_state_dict({**model.state_dict(), **memory})
    return full


def remember(codecs: MotionCodecs, clips: list[BodyClip]) -> dict[str, Tensor]:
    """The buffers of a model that remembers the strokes of all clips with a gesture and recorded fingers, and of their mirror
    images; nothing if there are none."""
    kept, about, sizes = [], [], []
    tokens = codecs.config.token_frames > 1
    for body in clips:
        if body.unit is None or not body.has_fingers or body.performer not in GESTURING:
            continue
        for side in ("", "_mirrored"):
            performance = stroke_of(body, SPEAKERS.index(body.performer + side))
            unit, clip = performance.units[0], performance.clip
            at = int(np.clip(round(max(unit.emphasis_s, unit.reach_s) * clip.rate_hz), 0, len(clip) - 1))
            kept.append(_pose(performance, at) if tokens else _codes(codecs, performance, at))
            about.append((performance.speaker, LEXEME_INDEX[unit.lexeme], HANDEDNESS.index(unit.hand)))
            sizes.append(unit.size)
    if not kept:
        return {}
    memory = {"stroke_about": torch.tensor(about, dtype=torch.int16), "stroke_sizes": torch.tensor(sizes)}
    return {"stroke_poses" if tokens else "stroke_codes": torch.stack(kept), **memory}


def _pose(performance: BodyPerformance, at: int) -> Tensor:
    """(joints of the memory, 6) at one frame."""
    return torch.from_numpy(to_rot6d(performance.clip.rotations[at, list(STROKE_JOINTS)]).astype(np.float32))


@torch.no_grad()
def _codes(codecs: MotionCodecs, performance: BodyPerformance, at: int) -> Tensor:
    """int16 (2, frames): of upper body and hands around one frame."""
    motion = torch.from_numpy(frames_of(performance))[None]
    vectors = split(motion, motion[..., :0], ())
    around = torch.arange(at - REACH_FRAMES, at + REACH_FRAMES + 1).clamp(0, len(performance.clip) - 1)
    return torch.stack([codecs[part].encode(vectors[part])[0, around] for part in ("upper", "hands")]).to(torch.int16)
