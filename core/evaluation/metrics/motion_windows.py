# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of two-second windows of motion, and fair comparisons between them.

Every comparison draws the same number of windows from both sides, several times. The reference is halved by whole
recordings, so that the two halves share no movement, performer by performer, and each performer counts alike: the
recordings are few and their postures differ more than their gestures. Recordings are cut tightly to one gesture each, while
people who talk also rest; so every system is compared twice: "matched", with windows drawn so that the share in which the
hands are active is the reference's own, and "plain", as they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...models.motion_features import WINDOW, MotionFeatures, clip_features
from ...models.motion_features.channels import window_starts
from .frechet import frechet_corrected
from .movement import Movement, jerk, l1_diversity

STRIDE = 4
DRAWS = 24
SAMPLE = 200  # windows on either side
ACTIVE = 0.5  # of a window's frames with a hand away from rest, from which on it counts as active


@dataclass(frozen=True)
class WindowSet:
    """features (n, 32); l1 (n,) published L1 diversity of each window; jerk (n,) mean m/s³; active (n,) bool; owner (n,) which
    recording it is of; group (n,) whose."""

    features: np.ndarray
    l1: np.ndarray
    jerk: np.ndarray
    active: np.ndarray
    owner: np.ndarray
    group: np.ndarray

    def __len__(self) -> int:
        return len(self.features)

    def of(self, owners: Sequence[int]) -> WindowSet:
        """The windows of some recordings."""
        kept = np.isin(self.owner, owners)
        return WindowSet(
            self.features[kept], self.l1[kept], self.jerk[kept], self.active[kept], self.owner[kept], self.group[kept]
        )


def window_set(
    movements: Sequence[Movement],
    model: MotionFeatures,
    glitches: Sequence[Sequence[tuple[int, int]]] | None = None,
    owners: Sequence[int] | None = None,
    groups: Sequence[str] | None = None,
) -> WindowSet:
    """The windows of several motions; those that touch a glitch are left out. owners: recordings that belong together (mirror
    images). groups: names of performers."""
    rows: list[tuple] = []
    for index, movement in enumerate(movements):
        spans = glitches[index] if glitches else ()
        features = clip_features(model, movement.clip, STRIDE, spans)
        for start, feature in zip(window_starts(len(movement.clip), STRIDE, spans), features, strict=True):
            part = slice(start, start + WINDOW)
            places = movement.positions_m[part]
            rows.append(
                (
                    feature,
                    l1_diversity(places),
                    float(jerk(places).mean()),
                    float((~movement.hands.resting[part]).mean()) >= ACTIVE,
                    owners[index] if owners is not None else index,
                    groups[index] if groups is not None else "",
                )
            )
    if not rows:
        return WindowSet(
            np.zeros((0, model.config.latent)),
            np.zeros(0),
            np.zeros(0),
            np.zeros(0, bool),
            np.zeros(0, int),
            np.zeros(0, str),
        )
    return WindowSet(*(np.array(column) for column in zip(*rows, strict=True)))


def _drawn(indices: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """`count` of the indices; repeated only where there are too few."""
    return random.choice(indices, count, replace=len(indices) < count)


def balanced(windows: WindowSet, indices: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """`count` of these windows, equally many of every group."""
    groups = np.unique(windows.group[indices])
    shares = np.diff(np.round(np.linspace(0, count, len(groups) + 1)).astype(int))
    return np.concatenate(
        [
            _drawn(indices[windows.group[indices] == group], share, random)
            for group, share in zip(groups, shares, strict=True)
        ]
    )


def halves(reference: WindowSet, count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two times `count` windows (indices) of two random halves of the recordings; each group is halved for itself."""
    first: list[int] = []
    second: list[int] = []
    for group in np.unique(reference.group):
        owners = random.permutation(np.unique(reference.owner[reference.group == group]))
        if len(owners) < 2:
            raise ValueError(f"{group} has one recording only, which cannot be halved")
        middle = (len(owners) + int(random.integers(2))) // 2
        first += list(owners[:middle])
        second += list(owners[middle:])
    one, other = (np.flatnonzero(np.isin(reference.owner, owners)) for owners in (first, second))
    return balanced(reference, one, count, random), balanced(reference, other, count, random)


def matched(windows: WindowSet, share: float, count: int, random: np.random.Generator) -> np.ndarray:
    """`count` windows, equally many of every group, of which `share` are active; as they come where a kind is missing."""
    groups = np.unique(windows.group)
    counts = np.diff(np.round(np.linspace(0, count, len(groups) + 1)).astype(int))
    chosen = []
    for group, number in zip(groups, counts, strict=True):
        own = np.flatnonzero(windows.group == group)
        kinds = [own[windows.active[own]], own[~windows.active[own]]]
        wanted = [round(share * number), number - round(share * number)]
        if any(some and not len(kind) for kind, some in zip(kinds, wanted, strict=True)):
            kinds, wanted = [own], [number]
        chosen += [_drawn(kind, some, random) for kind, some in zip(kinds, wanted, strict=True) if some]
    return np.concatenate(chosen)


@dataclass(frozen=True)
class Comparison:
    """Means (and standard deviations) over the draws. fgd: matched windows against half of the reference; fgd_plain: windows as
    they come against the same; fgd_whole: matched windows against the whole reference. l1 and jerk are of the matched windows,
    the *_plain ones as they come; active: share of active windows."""

    fgd: float
    fgd_sd: float
    fgd_plain: float
    fgd_whole: float
    l1: float
    l1_plain: float
    jerk: float
    jerk_plain: float
    active: float
    windows: int


def compare(
    system: WindowSet | None, reference: WindowSet, spoilt: bool = False, draws: int = DRAWS, seed: int = 0
) -> Comparison:
    """A system's windows against half of the reference's; without a system the reference's two halves against each other.

    spoilt: the system is the reference itself, window for window, changed; then windows of the one half are compared with the
    other half's originals. Groups of the system count alike where it has some.
    """
    random = np.random.default_rng(seed)
    everything = np.arange(len(reference))
    share = float(reference.active[balanced(reference, everything, 20 * SAMPLE, random)].mean())
    own = reference if system is None else system
    values: list[tuple[float, float, float]] = []
    alike_l1: list[tuple[float, float]] = []
    for _ in range(draws):
        first, second = halves(reference, SAMPLE, random)
        whole = balanced(reference, everything, SAMPLE, random)
        if system is None or spoilt:
            alike = plain = first
        else:
            alike = matched(own, share, SAMPLE, random)
            plain = balanced(own, np.arange(len(own)), SAMPLE, random)
        values.append(
            (
                frechet_corrected(own.features[alike], reference.features[second]),
                frechet_corrected(own.features[plain], reference.features[second]),
                frechet_corrected(own.features[alike], reference.features[whole]),
            )
        )
        alike_l1.append((own.l1[alike].mean(), own.jerk[alike].mean()))
    mean, spread = np.mean(values, axis=0), np.std(values, axis=0)
    l1, shake = np.mean(alike_l1, axis=0)
    return Comparison(
        float(mean[0]),
        float(spread[0]),
        float(mean[1]),
        float(mean[2]),
        float(l1),
        float(own.l1.mean()),
        float(shake),
        float(own.jerk.mean()),
        float(own.active.mean()),
        len(own),
    )
