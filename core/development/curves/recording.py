# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings of written curves: how they are kept in a file, and how far two of them are apart."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

_ARRAYS = ("samples", "places", "codes")


@dataclass(frozen=True)
class Curve:
    """One F-Curve of an Action.

    samples: float32 (F,), the evaluated curve at every frame of the scenario. places: float32 (K, 6), of every key its
    frame and value, then those of its left and of its right handle. codes: uint8 (K, 4), of every key Blender's numbers
    for interpolation, key type, left and right handle type. traits: what else the curve says, as text.
    """

    samples: np.ndarray
    places: np.ndarray
    codes: np.ndarray
    traits: str = ""


@dataclass(frozen=True)
class Result:
    """What one scenario left behind. first_frame: that of the samples; state: NLA strips and what plays, line by line."""

    outcome: str
    first_frame: int
    curves: dict[str, Curve]
    state: tuple[str, ...] = ()
    report: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Difference:
    """Two results of one scenario. largest: of all samples, in shape, rotation or scene units; where: curve and frame."""

    equal: bool
    largest: float = 0.0
    where: str = ""
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    keys: tuple[int, int] = (0, 0)
    differently_keyed: int = 0
    other_traits: tuple[str, ...] = ()
    other_state: tuple[str, ...] = field(default=())

    def within(self, tolerance: float) -> bool:
        """Whether the same curves play the same values; number and place of keys and handles may differ."""
        return not (self.missing or self.extra or self.other_state) and self.largest <= tolerance


def save(path: Path, results: dict[str, Result]) -> None:
    """Keep results, by "rig/scenario", in one compressed file."""
    index, arrays = [], {name: [] for name in _ARRAYS}
    for scenario, result in results.items():
        listed = []
        for name, curve in result.curves.items():
            listed.append((name, curve.traits, len(curve.samples), len(curve.places)))
            for array in _ARRAYS:
                arrays[array].append(getattr(curve, array))
        index.append({"scenario": scenario, **asdict(Result(**{**vars(result), "curves": {}})), "curves": listed})
    shapes = {"samples": ((0,), np.float32), "places": ((0, 6), np.float32), "codes": ((0, 4), np.uint8)}
    joined = {
        name: np.concatenate([np.empty(*shapes[name]), *arrays[name]]).astype(shapes[name][1]) for name in _ARRAYS
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, index=np.array(json.dumps(index)), **joined)


def load(path: Path) -> dict[str, Result]:
    """What `save` has kept."""
    with np.load(path, allow_pickle=False) as kept:
        index = json.loads(str(kept["index"]))
        samples, places, codes = (kept[name] for name in _ARRAYS)
    results, sample, key = {}, 0, 0
    for entry in index:
        curves = {}
        for name, traits, frames, keys in entry["curves"]:
            ends = slice(key, key + keys)
            curves[name] = Curve(samples[sample : sample + frames], places[ends], codes[ends], traits)
            sample, key = sample + frames, key + keys
        scenario = entry.pop("scenario")
        results[scenario] = Result(**{**entry, "curves": curves, "state": tuple(entry["state"])})
    return results


def difference(before: Result, after: Result) -> Difference:
    """How two results of one scenario differ.

    The sampled values are what counts: where arithmetic changes by a rounding, simplification may choose other keys that
    play the same curve.
    """
    both = [name for name in before.curves if name in after.curves]
    largest, where = 0.0, ""
    for name in both:
        off = _distance(before.curves[name].samples, after.curves[name].samples)
        if len(off) and not float(off.max()) <= largest:
            largest = float(off.max())
            where = f"{name} at frame {before.first_frame + int(off.argmax())}"
    missing = tuple(name for name in before.curves if name not in after.curves)
    extra = tuple(name for name in after.curves if name not in before.curves)
    keyed = [name for name in both if not _same_keys(before.curves[name], after.curves[name])]
    traits = tuple(name for name in both if before.curves[name].traits != after.curves[name].traits)
    state = _other_lines((before.outcome, *before.state), (after.outcome, *after.state))
    return Difference(
        equal=not (missing or extra or keyed or traits or state) and _same_samples(before, after, both),
        largest=largest,
        where=where,
        missing=missing,
        extra=extra,
        keys=(
            sum(len(before.curves[name].places) for name in both),
            sum(len(after.curves[name].places) for name in both),
        ),
        differently_keyed=len(keyed),
        other_traits=traits,
        other_state=state,
    )


def _distance(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """|difference| of every sample; infinite where one is no number, or where there are more or fewer samples."""
    if len(before) != len(after):
        return np.array([np.inf])
    off = np.abs(after.astype(np.float64) - before.astype(np.float64))
    off[np.isnan(before) & np.isnan(after)] = 0.0
    return np.where(np.isnan(off), np.inf, off)


def _same_keys(before: Curve, after: Curve) -> bool:
    return before.places.tobytes() == after.places.tobytes() and before.codes.tobytes() == after.codes.tobytes()


def _same_samples(before: Result, after: Result, names: list[str]) -> bool:
    return all(before.curves[name].samples.tobytes() == after.curves[name].samples.tobytes() for name in names)


def _other_lines(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    gone = [f"- {line}" for line in before if line not in after]
    return (*gone, *(f"+ {line}" for line in after if line not in before))
