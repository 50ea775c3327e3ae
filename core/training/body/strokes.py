# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of strokes: what codes the codecs give of every training gesture around its emphasis."""

from __future__ import annotations

import torch

from ...models.emage.body_parts import split
from ...models.emage.codec import MotionCodecs
from ...models.emage.stroke_memory import REACH_FRAMES, StrokeMemory
from ...motion.gesture_plan import HANDEDNESS, LEXEME_INDEX
from ..data.body import BodyClip
from ..data.body.performances import SPEAKERS, stroke_of
from .frames import frames_of


def remember(codecs: MotionCodecs, clips: list[BodyClip]) -> StrokeMemory:
    """Strokes of all clips with a gesture and recorded fingers, and of their mirror images."""
    codes, about, sizes = [], [], []
    for body in clips:
        if body.unit is None or not body.has_fingers or body.performer in ("overte", "other"):
            continue
        for side in ("", "_mirrored"):
            performance = stroke_of(body, SPEAKERS.index(body.performer + side))
            vectors = split(
                torch.from_numpy(frames_of(performance))[None], torch.zeros(1, len(performance.clip), 0), ()
            )
            unit = performance.units[0]
            at = min(
                max(round(max(unit.emphasis_s, unit.reach_s) * codecs.config.rate_hz), 0), len(performance.clip) - 1
            )
            around = torch.arange(at - REACH_FRAMES, at + REACH_FRAMES + 1).clamp(0, len(performance.clip) - 1)
            with torch.no_grad():
                codes.append(
                    torch.stack([codecs[part].encode(vectors[part])[0, around] for part in ("upper", "hands")])
                )
            about.append((performance.speaker, LEXEME_INDEX[unit.lexeme], HANDEDNESS.index(unit.hand)))
            sizes.append(unit.size)
    return StrokeMemory(torch.stack(codes).to(torch.int16), torch.tensor(about, dtype=torch.int16), torch.tensor(sizes))
