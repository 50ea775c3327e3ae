# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands that hold something make no gestures: the other hand makes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...motion.gesture_plan import GestureUnit

_OTHER = {"left": "right", "right": "left"}


def with_free_hands(units: Sequence[GestureUnit], holds: Iterable[str]) -> tuple[GestureUnit, ...]:
    """The plan with every gesture on a hand that is free; none is left where both hold something.

    Args:
        units: the plan, in order.
        holds: LEFT, RIGHT: the hands that hold something, as in `GenerateSettings.holds`.
    """
    held = {hand.lower() for hand in holds}
    if not held:
        return tuple(units)
    if held == set(_OTHER):
        return ()
    free = _OTHER[held.pop()]
    return tuple(unit if unit.hand == free else replace(unit, hand=free) for unit in units)
