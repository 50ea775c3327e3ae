# SPDX-License-Identifier: GPL-3.0-or-later
"""What the animator keyed on a rig, and what of it people do not do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..prompts.model import TimedValues


@dataclass(frozen=True)
class RigPrompts:
    """Keys set by hand on a character, by name; times in seconds of the sound, ascending.

    rotations: {bone: (times (n,), quaternions wxyz (n, 4) relative to rest, in bone space)}. locations: {bone: (times,
    (n, 3) units of the armature, in bone space)}. shapes: {shape key: (times, values (n,))}.
    """

    rotations: Mapping[str, TimedValues] = field(default_factory=dict)
    locations: Mapping[str, TimedValues] = field(default_factory=dict)
    shapes: Mapping[str, TimedValues] = field(default_factory=dict)


@dataclass(frozen=True)
class OutOfRange:
    """The prompt of a bone that bends it furthest beyond what people do. degrees: how far beyond."""

    bone: str
    time_s: float
    degrees: float
