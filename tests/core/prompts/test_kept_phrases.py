# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases as text: read as they were written, and refused by name where somebody damaged them."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
import pytest

from core.errors import UserError
from core.motion.clip import Clip
from core.prompts.kept_phrases import from_text, to_text

JOINTS = ["left_shoulder", "head"]


def packed(frames: int, place_m: float = 0.0) -> str:
    turns, root_m = np.full((frames, len(JOINTS), 4), 9000, "<i2"), np.full((frames, 3), place_m, "<f4")
    return base64.b64encode(zlib.compress(turns.tobytes() + root_m.tobytes())).decode()


def text(**more: Any) -> str:
    return json.dumps({"rate_hz": 24.0, "frames": 9, "joints": JOINTS, "motion": packed(9)} | more)


def test_what_is_written_is_read():
    clip = from_text(text(), 2.0)
    assert (len(clip), clip.rate_hz, clip.start_s, clip.driven) == (9, 24.0, 2.0, frozenset(JOINTS))
    again = from_text(to_text(clip), 2.0)
    assert isinstance(again, Clip) and np.allclose(again.rotations, clip.rotations, atol=1e-4)


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "[",
        "[]",
        "[" * 50_000,
        text(frames=10**9),
        text(frames=0),
        text(frames="many"),
        text(rate_hz=0.0),
        text(rate_hz=1e12),
        text(joints=["nose"]),
        text(joints=3),
        text(joints=[["head"]]),
        text(motion=packed(8)),
        text(motion=packed(9, float("nan"))),
        text(motion=packed(9, 1e30)),
        text(motion="?"),
        text(motion=3),
        text(motion=base64.b64encode(zlib.compress(bytes(10**8))).decode()),
    ],
    ids=lambda one: one[:40] if isinstance(one, str) else None,
)
def test_what_is_damaged_is_refused_by_name(damaged):
    with pytest.raises(UserError, match="“Phrase 7”.*Remove it"):
        from_text(damaged, name="Phrase 7")
