# SPDX-License-Identifier: GPL-3.0-or-later
"""Angles of the head and raised brows of people who speak, from landmarks of their faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...capture.landmarks import FULL_RAISE, head_angles_deg, upright
from ...motion.smoothing import extrema, gaussian_smooth
from .summary import quantiles

BANDS_HZ = ((0.0, 0.15), (0.15, 0.5), (0.5, 1.5), (1.5, 4.0))


@dataclass(frozen=True)
class Landmarks:
    """A stretch of 68 landmarks (T, 68, 2), smoothed, seen from the face: the head's angles are from a rigid face.

    curves: "roll", "yaw", "pitch" (T,) in degrees, pitch down. brow (T,): height, 1 about a full raise, what nodding does to
    it taken out.
    """

    curves: dict[str, np.ndarray]
    brow: np.ndarray
    nodding: np.ndarray

    @classmethod
    def of(cls, points: np.ndarray, rate_hz: float) -> Landmarks:
        p = gaussian_smooth(points, 1.2)
        angles = head_angles_deg(p)
        pitch = angles["pitch"]
        # brows relative to the eyes; what goes with nodding is perspective, not brow
        brow = -(upright(p[:, 17:22].mean(1), p)[:, 1] + upright(p[:, 22:27].mean(1), p)[:, 1]) / 2
        brow = brow - np.polyval(np.polyfit(pitch, brow, 1), pitch)
        brow = (brow - gaussian_smooth(brow, 3.0 * rate_hz)) / FULL_RAISE
        quick = pitch - gaussian_smooth(pitch, 0.6 * rate_hz)
        return cls({name: angles[name] for name in ("roll", "yaw", "pitch")}, brow, quick)

    def raises(self, rate_hz: float) -> list[tuple[float, float]]:
        """(height, seconds at more than half of it) of each raise of the brows."""
        found = []
        for index in extrema(gaussian_smooth(self.brow, 1.5), 0.25):
            if self.brow[index] > 0.2:
                half = self.brow > self.brow[index] / 2
                after, before = np.append(half[index:], False), np.append(half[: index + 1][::-1], False)
                found.append((self.brow[index], (np.argmin(after) + np.argmin(before)) / rate_hz))
        return found


def head_and_brows(folder: Path) -> dict:
    """Angles of the head over time (from landmarks, by a rigid-face approximation) and raised brows, while speaking."""
    with np.load(folder / "address_landmarks" / "landmarks68.npz") as data:
        points, lengths, rate_hz = data["points"].astype(np.float64), data["lengths"], float(data["fps"])
    ends = np.cumsum(lengths)
    stretches = [Landmarks.of(points[begin:end], rate_hz) for begin, end in zip(ends - lengths, ends)]
    nods: list[float] = []
    half_nods_s: list[float] = []
    for stretch in stretches:
        turning = extrema(stretch.nodding, 1.5)
        nods += [stretch.nodding[index] for index in turning if stretch.nodding[index] > 0]  # positive looks down
        half_nods_s += list(np.diff(turning) / rate_hz)
    raises = [raised for stretch in stretches for raised in stretch.raises(rate_hz)]
    minutes = lengths.sum() / rate_hz / 60
    angles = {name: [stretch.curves[name] for stretch in stretches] for name in ("yaw", "pitch", "roll")}
    return {
        "minutes": round(float(minutes), 1),
        "bands_hz": BANDS_HZ,
        "head": {
            **{name: _spread(curves, rate_hz) for name, curves in angles.items()},
            "nods_per_min": round(len(nods) / minutes, 1),
            "nod_deg": quantiles(nods),
            "half_nod_s": quantiles(half_nods_s),
        },
        "brows": {
            "raises_per_min": round(len(raises) / minutes, 1),
            "raise": quantiles([height for height, _ in raises]),
            "raise_s": quantiles([seconds for _, seconds in raises]),
        },
    }


def _spread(curves: Sequence[np.ndarray], rate_hz: float) -> dict:
    """How far and how fast an angle varies over stretches (T,) in degrees, in all and by bands of frequency."""
    centred = [curve - np.median(curve) for curve in curves]
    power = np.zeros(len(BANDS_HZ))
    for curve in centred:
        spectrum = np.abs(np.fft.rfft(curve * np.hanning(len(curve)))) ** 2
        frequency = np.fft.rfftfreq(len(curve), 1 / rate_hz)
        total = spectrum[frequency < 4.0].sum() / np.var(curve)
        power += [spectrum[(frequency >= low) & (frequency < high)].sum() / total for low, high in BANDS_HZ]
    speeds = [np.abs(np.gradient(curve)) * rate_hz for curve in centred]
    return {
        "sd_deg": round(float(np.std(np.concatenate(centred))), 2),
        "band_sd_deg": [round(float(np.sqrt(share / len(curves))), 2) for share in power],
        "speed_deg_s": quantiles(np.concatenate(speeds)),
    }
