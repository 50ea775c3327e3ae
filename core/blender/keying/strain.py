# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts that ask for turns more abrupt than people make: they are kept, and said in the report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...prompts.curve_spaces import angular_acceleration
from ...wording import count

_STRAINED = 2.0  # times the acceleration of people, from which on it is said
_MOST_NOTES = 4


@dataclass(frozen=True, order=True)
class Strain:
    """ratio: how many times as abrupt as people a bone turns, at worst. frame: the prompt that is nearest to that."""

    ratio: float
    bone: str
    frame: float


def strain_of(
    bone: str, quaternions: np.ndarray, rate_hz: float, frames: np.ndarray, first: float, limit_rad_s2: float
) -> Strain | None:
    """How abruptly a bone turns around its prompts, None if people do about that.

    Args:
        bone: its name.
        quaternions: (F, 4) unit, wxyz, one a frame.
        rate_hz: frames a second.
        frames: (P,) of the prompts.
        first: the frame of the first quaternion.
        limit_rad_s2: what people do; infinite: nothing is too abrupt.
    """
    if len(frames) == 0 or not np.isfinite(limit_rad_s2):
        return None
    found = angular_acceleration(quaternions, rate_hz)
    rows = np.clip(np.rint(frames - first).astype(np.int64), 0, len(quaternions) - 1)
    step = max(1, round(rate_hz / 30.0))
    around = np.unique(np.clip(rows[:, None] + np.arange(-2 * step, 2 * step + 1), 0, len(quaternions) - 1))
    worst = around[found[around].argmax()]
    if found[worst] <= _STRAINED * limit_rad_s2:
        return None
    nearest = rows[np.abs(rows - worst).argmin()]
    return Strain(float(found[worst] / limit_rad_s2), bone, first + float(nearest))


def strain_notes(strains: Iterable[Strain]) -> tuple[str, ...]:
    """A sentence for each of the worst, and how many others there are."""
    worst = sorted(strains, reverse=True)
    notes = [
        f"Prompts on “{one.bone}” around frame {one.frame:.0f} ask for a turn {one.ratio:.0f} times as abrupt as "
        "people make; they are kept."
        for one in worst[:_MOST_NOTES]
    ]
    others = len(worst) - _MOST_NOTES
    if others > 0:
        notes.append(f"So do prompts on {count(others, 'other bone')}.")
    return tuple(notes)
