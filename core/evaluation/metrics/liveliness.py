# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the figure alive? How fast head, chest, pelvis and wrists go, how strokes are timed, how long nothing moves.

Speeds are means over windows with active hands (of gestures, which is what recordings show) and over all frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...models.motion_features import WINDOW
from ...models.motion_features.channels import window_starts
from ...motion import rotations as rot
from ...motion.joints import JOINT_INDEX, SIDES, TORSO_JOINTS
from ...motion.kinematics.forward import turned_in_the_world
from ...motion.smoothing import gaussian_smooth
from ...motion.spans import spans
from ..material.gesture_sounds import BenchSound
from .motion_windows import ACTIVE, STRIDE
from .movement import BODY, RATE_HZ, Movement
from .strokes import Stroke, strokes_of

MEASURED = ("head", "chest", "pelvis", "wrists")  # deg/s in the world, the last m/s against the chest
_CHAINS = {"head": (*TORSO_JOINTS, "neck", "head"), "chest": TORSO_JOINTS, "pelvis": TORSO_JOINTS[:1]}
_SMOOTH_FRAMES = 1.0
STILL_M_S = 0.03  # the body is still where the fastest of its joints is slower; by eye: nothing is seen to move
ASIDE_DEG = 60.0
TOGETHER_S = 0.3  # hands whose movements begin within this make one gesture


@dataclass(frozen=True)
class Liveliness:
    """One motion. over_all, active: (4,) means in the order of MEASURED, over all frames and over active windows (nan
    where there are none). durations_s, lengths_m (n,): of the strokes. onsets_s (m,): between both hands' beginnings.
    longest_still_s: in speech. aside: share of frames with an arm raised sideways."""

    over_all: np.ndarray
    active: np.ndarray
    durations_s: np.ndarray
    lengths_m: np.ndarray
    onsets_s: np.ndarray
    longest_still_s: float
    aside: float


def liveliness_of(movement: Movement, sound: BenchSound | None = None) -> Liveliness:
    """sound: what is spoken, where stillness counts; without it everywhere."""
    speeds = speeds_of(movement)
    resting = movement.hands.resting
    starts = [
        start for start in window_starts(len(resting), STRIDE) if (~resting[start : start + WINDOW]).mean() >= ACTIVE
    ]
    windows = [speeds[start : start + WINDOW].mean(axis=0) for start in starts]
    strokes = [strokes_of(movement.hands, side) for side in (0, 1)]
    every = [stroke for of_side in strokes for stroke in of_side]
    return Liveliness(
        speeds.mean(axis=0),
        np.mean(windows, axis=0) if windows else np.full(len(MEASURED), np.nan),
        np.array([stroke.end_s - stroke.start_s for stroke in every]),
        np.array([stroke.length_m for stroke in every]),
        _onsets_apart(*strokes),
        longest_still_s(movement, sound),
        aside_share(movement),
    )


def speeds_of(movement: Movement) -> np.ndarray:
    """float64 (T, 4): how fast each of MEASURED is at every frame."""
    columns = []
    for chain in _CHAINS.values():
        turned = rot.continuous(turned_in_the_world(movement.clip.rotations, chain))
        turned = rot.normalised(gaussian_smooth(turned, _SMOOTH_FRAMES))
        columns.append(rot.turning_deg_s(turned, RATE_HZ))
    return np.stack([*columns, movement.hands.speed_mps.mean(axis=1)], axis=1)


def longest_still_s(movement: Movement, sound: BenchSound | None = None) -> float:
    """The longest time in speech for which no joint of the body moves visibly."""
    places = gaussian_smooth(movement.positions_m[:, :BODY].astype(np.float64), _SMOOTH_FRAMES)
    if len(places) < 2:
        return 0.0
    fastest = np.linalg.norm(np.gradient(places, axis=0), axis=-1).max(axis=1) * RATE_HZ
    still = fastest < STILL_M_S
    if sound is not None:
        times_s = movement.hands.times_s
        still &= times_s < sound.clip.duration_s
        for start_s, end_s in sound.pauses_s:
            still &= (times_s < start_s) | (times_s >= end_s)
    return max((end - start for start, end in spans(still)), default=0) / RATE_HZ


def aside_share(movement: Movement) -> float:
    """Share of frames in which an upper arm is more than 60° from where it hangs, and rather aside than ahead."""
    chest = rot.inverse(turned_in_the_world(movement.clip.rotations, TORSO_JOINTS))
    found = np.zeros(len(chest), bool)
    for side in SIDES:
        shoulder, elbow = (movement.positions_m[:, JOINT_INDEX[f"{side}_{part}"]] for part in ("shoulder", "elbow"))
        along = rot.rotate(chest, (elbow - shoulder).astype(np.float64))
        raised = np.degrees(np.arctan2(np.linalg.norm(along[:, [0, 2]], axis=1), -along[:, 1])) > ASIDE_DEG
        found |= raised & (np.abs(along[:, 0]) > np.abs(along[:, 2]))
    return float(found.mean()) if len(found) else 0.0


def _onsets_apart(left: Sequence[Stroke], right: Sequence[Stroke]) -> np.ndarray:
    """Seconds between the hands' beginnings where both make a stroke, the nearest of each."""
    if not left or not right:
        return np.zeros(0)
    others = np.array([stroke.start_s for stroke in right])
    apart = np.array([np.abs(others - stroke.start_s).min() for stroke in left])
    return apart[apart < TOGETHER_S]


def liveliness_row(found: Sequence[Liveliness], groups: Sequence[str], reference: dict | None = None) -> dict:
    """Figures of a set of motions for a row of the bench.

    Args:
        found: one for each motion.
        groups: whose each is; means of speeds count every performer alike.
        reference: such a row of the recordings, for ratios.
    """
    row: dict = {}
    for where in ("active", "over_all"):
        means = _by_group(np.array([getattr(one, where) for one in found]), groups)
        for name, value in zip(MEASURED, means, strict=True):
            key = f"{name}_{where}"
            row[key] = float(value)
            if reference is not None:
                row[f"{key}_ratio"] = float(value) / max(reference[f"{name}_{where}"], 1e-9)
    durations = np.concatenate([one.durations_s for one in found])
    lengths = np.concatenate([one.lengths_m for one in found])
    onsets = np.concatenate([one.onsets_s for one in found])
    return row | {
        "duration_to_length": float(np.corrcoef(durations, lengths)[0, 1]) if len(durations) > 2 else float("nan"),
        "onsets_apart_ms": 1000.0 * float(np.median(onsets)) if len(onsets) else float("nan"),
        "longest_still_s": max(one.longest_still_s for one in found),
        "arms_aside": float(np.mean([one.aside for one in found])),
    }


def _by_group(values: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """Mean over groups of the means (n, k) of what is known of each."""
    names = np.array(groups)
    means = []
    for name in np.unique(names):
        known = values[names == name]
        known = known[~np.isnan(known).any(axis=1)]
        if len(known):
            means.append(known.mean(axis=0))
    return np.mean(means, axis=0) if means else np.full(values.shape[1], np.nan)
