# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sliders of a take say, and what a channel is to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ... import json_text

PARTS = ("jaw", "lips", "upper_face", "eyes", "head", "body")


@dataclass(frozen=True)
class Adjustment:
    """factors: part → how far it moves, 1 as generated. offset_ms: how much later all of it happens."""

    factors: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 1.0))
    offset_ms: float = 0.0

    @classmethod
    def of(cls, take: Any) -> Adjustment:
        return cls({part: float(getattr(take, part)) for part in PARTS}, float(take.offset_ms))

    @classmethod
    def stored(cls, text: str) -> Adjustment:
        """What `text` gave; as generated if nothing."""
        found = json_text.kept(text, "What the sliders of a take gave")
        values = {name: float(value) for name, value in found.items() if json_text.is_number(value)}
        return cls({part: values.get(part, 1.0) for part in PARTS}, values.get("offset_ms", 0.0))

    @property
    def text(self) -> str:
        return json.dumps({**self.factors, "offset_ms": self.offset_ms})

    def moved_since(self, other: Adjustment) -> set[str]:
        """The parts whose keys change from another setting to this; "" for what no slider is about. Jaw and lips meet, so they go
        together."""
        if self.offset_ms != other.offset_ms:
            return {"", *PARTS}
        found = {part for part in PARTS if self.factors[part] != other.factors[part]}
        return found | {"jaw", "lips"} if found & {"jaw", "lips"} else found

    @property
    def is_none(self) -> bool:
        return self.offset_ms == 0.0 and all(factor == 1.0 for factor in self.factors.values())

    def factor(self, part: str) -> float:
        """1 for what no slider is about."""
        return self.factors.get(part, 1.0)


@dataclass(frozen=True)
class Role:
    """part: one of `PARTS`, "" for what no slider is about. rest: what a single number is scaled about; None: about the mean of its
    keys, as a posture is. opening: how far lips open while it goes from 0 to 1 (of a jaw bone: by its angle, a negative number a
    radian)."""

    part: str = ""
    rest: float | None = 0.0
    opening: float = 0.0

    @classmethod
    def stored(cls, values: Any) -> Role | None:
        """What was stored as [part, rest, opening]; None if that is damaged."""
        if not isinstance(values, list) or len(values) != 3 or values[0] not in ("", *PARTS):
            return None
        rest, opening = values[1:]
        if not (rest is None or json_text.is_number(rest)) or not json_text.is_number(opening):
            return None
        return cls(values[0], rest, opening)
