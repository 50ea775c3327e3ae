# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person chooses for a generation from speech."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

from ..errors import UserError
from .parts import BODY, EXPRESSION, EYES, HANDS, HEAD, LIPS, PARTS

EMOTIONS = ("NEUTRAL", "HAPPY", "SAD", "ANGRY", "SURPRISED", "AFRAID", "DISGUSTED")
STYLES = ("NATURAL", "CALM", "LIVELY")
LOCOMOTIONS = ("OFF", "SHIFT", "FREE")
DEVICES = ("AUTO", "CUDA", "MPS", "CPU")


@dataclass(frozen=True)
class SpeechSettings:
    """Settings of `speech.perform`.

    seed: the same seed gives the same performance, another one another. parts: what is generated. Strengths: 0 = that part
    is exactly still, 1 = as the models say, at most 2. emotion_strength: 0..1. style: how lively. locomotion: OFF, both
    feet stand; SHIFT, weight goes from foot to foot; FREE, steps (without ROOT among the parts on the spot). transcript: what is
    said, "" if not known; gestures may follow its words. device, threads: what PyTorch computes on (threads 0: as many as it
    chooses). Raises UserError for values that make no sense.
    """

    seed: int = 0
    parts: frozenset[str] = field(default_factory=lambda: frozenset({LIPS, EXPRESSION, EYES, HEAD, BODY, HANDS}))
    lips_strength: float = 1.0
    expression_strength: float = 1.0
    eyes_strength: float = 1.0
    head_strength: float = 1.0
    body_strength: float = 1.0
    hands_strength: float = 1.0
    emotion: str = "NEUTRAL"
    emotion_strength: float = 0.5
    style: str = "NATURAL"
    locomotion: str = "SHIFT"
    transcript: str = ""
    device: str = "AUTO"
    threads: int = 0

    def __post_init__(self):
        object.__setattr__(self, "parts", frozenset(self.parts))
        if unknown := self.parts - set(PARTS):
            raise UserError(f"Unknown parts: {', '.join(sorted(unknown))}.", f"Choose from {', '.join(PARTS)}.")
        for name, choices in (
            ("emotion", EMOTIONS),
            ("style", STYLES),
            ("locomotion", LOCOMOTIONS),
            ("device", DEVICES),
        ):
            if getattr(self, name) not in choices:
                raise UserError(f"Unknown {name}: {getattr(self, name)}.", f"Choose from {', '.join(choices)}.")
        for part in ("lips", "expression", "eyes", "head", "body", "hands", "emotion"):
            value, most = getattr(self, f"{part}_strength"), 1.0 if part == "emotion" else 2.0
            if not isfinite(value) or not 0.0 <= value <= most:
                raise UserError(f"The {part} strength is {value}.", f"Choose a value from 0 to {most:g}.")
        if not isinstance(self.transcript, str):
            raise UserError(
                f"The transcript is no text: {type(self.transcript).__name__}.", "Give the words that are said."
            )
        if self.seed < 0 or self.threads < 0:
            raise UserError("Seed and threads cannot be negative.", "Choose 0 or more.")

    def strength(self, part: str) -> float:
        """The strength of a part, 0 where it is not generated (ROOT has none of its own: 1 or 0)."""
        return getattr(self, f"{part.lower()}_strength", 1.0) if part in self.parts else 0.0
