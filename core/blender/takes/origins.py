# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a key is, by what a take remembers: arithmetic on arrays.

A key is generated if the take wrote it and it still has its frame, its value and its type. Everything else is the animator's:
dragged, keyed again, scaled, set anew. Handles and interpolation do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..keying.fcurves import SAME_FRAME, Keys, Origin, are_by_hand, are_near
from .written_keys import WrittenKeys

# Two values are the same that differ by rounding alone: single precision has seven digits.
_SAME_VALUE, _SAME_SHARE = 1e-6, 1e-6
_AFTER_RETIMING = 0.02  # frames: how far a key may lie from where a retiming of the whole take puts it; by eye
_FEW = 3  # edited keys that make a whole curve the animator's, if all its keys changed alike
_MOST = 0.8  # share of a take's keys that have to move alike for the take to have moved as a whole; by eye

Limits = tuple[float, float]
NO_LIMITS: Limits = (-np.inf, np.inf)


@dataclass(frozen=True)
class Retiming:
    """How a take was moved or stretched in time as a whole: frames become factor * frame + shift."""

    factor: float = 1.0
    shift: float = 0.0

    @property
    def is_none(self) -> bool:
        return self.factor == 1.0 and self.shift == 0.0

    def of(self, frames: np.ndarray) -> np.ndarray:
        """float32 (K,): where frames (K,) are after it."""
        return frames if self.is_none else (self.factor * frames.astype(np.float64) + self.shift).astype(np.float32)

    @property
    def tolerance(self) -> float:
        """In frames."""
        return SAME_FRAME if self.is_none else _AFTER_RETIMING


@dataclass(frozen=True)
class Compared:
    """A curve as it is, beside what was written, or None if nothing was. limits: what Blender clamps its value to."""

    keys: Keys
    written: WrittenKeys | None
    limits: Limits = NO_LIMITS

    @cached_property
    def is_untouched(self) -> bool:
        """Whether frames and values are bit for bit what was written, as those of most curves are."""
        written = self.written
        return (
            written is not None
            and np.array_equal(self.keys.frames, written.frames)
            and np.array_equal(self.keys.values, written.values)
        )

    def matches(self, retiming: Retiming) -> tuple[np.ndarray, np.ndarray]:
        """Of each key the row of what was written at its frame, int64 (K,), -1 where nothing was; and bool (K,), whether it has
        that value."""
        rows = np.full(len(self.keys), -1, np.int64)
        if self.written is None or not len(self.written) or not len(self.keys):
            return rows, np.zeros(len(self.keys), bool)
        frames = retiming.of(self.written.frames)
        near = np.clip(np.searchsorted(frames, self.keys.frames), 0, len(frames) - 1)
        before = np.maximum(near - 1, 0)
        near = np.where(
            np.abs(frames[before] - self.keys.frames) < np.abs(frames[near] - self.keys.frames), before, near
        )
        there = np.abs(frames[near] - self.keys.frames) <= retiming.tolerance
        rows[there] = near[there]
        return rows, there & self._are_same(self.keys.values, self.written.values[near])

    def _are_same(self, values: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Whether values are shown alike, as Blender clamps them."""
        values, others = (np.clip(one.astype(np.float64), *self.limits) for one in (values, others))
        return np.abs(values - others) <= _SAME_VALUE + _SAME_SHARE * np.abs(others)


def common_retiming(curves: Iterable[Compared]) -> Retiming:
    """How the whole take was moved or stretched in time, if most of its keys were, by the same."""
    known = [curve for curve in curves if curve.written is not None and len(curve.written) and len(curve.keys)]
    keys = sum(len(curve.keys) for curve in known)
    none = Retiming()
    untouched = sum(len(curve.keys) for curve in known if curve.is_untouched)
    if untouched > keys / 2:
        return none
    if not keys or sum(np.count_nonzero(curve.matches(none)[1]) for curve in known) > keys / 2:
        return none
    found = [retimed for curve in known if (retimed := _retiming_of(curve)) is not None]
    if not found:
        return none
    factor, shift = (float(np.median([getattr(one, part) for one in found])) for part in ("factor", "shift"))
    retiming = Retiming(1.0 if abs(factor - 1.0) < 1e-6 else factor, shift)
    matched = sum(np.count_nonzero(curve.matches(retiming)[1]) for curve in known)
    return retiming if matched >= _MOST * keys else none


def _retiming_of(curve: Compared) -> Retiming | None:
    """How one curve was moved or stretched; None where it has other keys now."""
    written = curve.written
    if written is None or len(written) != len(curve.keys) or len(written) < 2:
        return None
    if not curve._are_same(curve.keys.values, written.values).all():
        return None
    old, new = written.frames.astype(np.float64), curve.keys.frames.astype(np.float64)
    factor = (new[-1] - new[0]) / max(old[-1] - old[0], SAME_FRAME)
    retiming = Retiming(factor, new[0] - factor * old[0])
    is_alike = factor > 0.0 and np.abs(retiming.of(old) - new).max() <= _AFTER_RETIMING
    return retiming if is_alike else None


def origins(curves: Mapping[int, Compared], retiming: Retiming, generated_type: int) -> dict[int, np.ndarray]:
    """Whose the keys of one property are: {component: int8 (K,), an `Origin` each}.

    A key that was set anew takes those of the other components at its frame along: they are one pose.
    """
    if retiming.is_none and all(_is_as_written(curve, generated_type) for curve in curves.values()):
        return {index: curve.written.origins for index, curve in curves.items() if curve.written is not None}
    found: dict[int, np.ndarray] = {}
    anew = [np.empty(0, np.float32)]
    for index, curve in curves.items():
        rows, same = curve.matches(retiming)
        if curve.written is None:
            found[index] = np.full(len(curve.keys), Origin.BY_HAND, np.int8)
            continue  # no take's, and so nothing that was set anew in one
        was = np.where(rows >= 0, curve.written.origins[rows] if len(curve.written) else Origin.BY_HAND, Origin.BY_HAND)
        looks_generated = curve.keys.types == generated_type
        if _is_edited_as_a_whole(curve, looks_generated, retiming):
            same = np.zeros(len(same), bool)
        is_kept = same & (are_by_hand(was) | (was == Origin.CLIP))
        beside_clip = bool((curve.written.origins == Origin.CLIP).any())  # of which new keys are no part
        edited = np.where(looks_generated | beside_clip, Origin.EDITED, Origin.BY_HAND)
        found[index] = np.where(is_kept | same & looks_generated, was, edited).astype(np.int8)
        anew.append(curve.keys.frames[are_by_hand(found[index]) & ~is_kept])
    together = np.unique(np.concatenate(anew))
    if len(curves) > 1 and len(together):
        for index, curve in curves.items():
            along = are_near(curve.keys.frames, together)
            found[index][along & ~are_by_hand(found[index])] = Origin.EDITED
    return found


def _is_as_written(curve: Compared, generated_type: int) -> bool:
    """Whether nobody touched a curve, the types of its keys included."""
    if not curve.is_untouched or curve.written is None:
        return False
    whose = curve.written.origins
    looks_right = (curve.keys.types == generated_type) == ~are_by_hand(whose)
    return bool((looks_right | (whose == Origin.CLIP)).all())  # a clip's keys have whatever type


def _is_edited_as_a_whole(curve: Compared, looks_generated: np.ndarray, retiming: Retiming) -> bool:
    """Whether all generated keys of a curve were scaled or moved alike, in value or in time. Then those that happen to lie where they
    lay, as zeros that were scaled, are edited, too."""
    written = curve.written
    if written is None:
        return False
    mine = ~are_by_hand(written.origins) & (written.origins != Origin.CLIP)
    old = np.stack([retiming.of(written.frames[mine]), written.values[mine]]).astype(np.float64)
    new = np.stack([curve.keys.frames[looks_generated], curve.keys.values[looks_generated]]).astype(np.float64)
    if old.shape != new.shape or old.shape[1] < _FEW:
        return False
    changed = (np.abs(new - old) > np.array([[retiming.tolerance], [1e-5]])).any(0)
    return np.count_nonzero(changed) >= _FEW and all(_are_alike(*axis) for axis in zip(old, new))


def _are_alike(old: np.ndarray, new: np.ndarray) -> bool:
    """Whether new = factor * old + shift for all of them."""
    spread = old - old.mean()
    factor = float(spread @ (new - new.mean()) / max(float(spread @ spread), 1e-12))
    return bool(np.abs(new - new.mean() - factor * spread).max() < 1e-4 * max(1.0, float(np.abs(new).max())))
