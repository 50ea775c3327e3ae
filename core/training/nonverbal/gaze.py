# SPDX-License-Identifier: GPL-3.0-or-later
"""Where people look in conversation, and how far eyes turn with a look shape."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .summary import quantiles

# Of the screens in gaze_conversation only pixels are known. A 24-inch screen of 1920 pixels, 53 cm wide, seen from 65 cm:
DEG_PER_PX = float(np.degrees(np.arctan(53.0 / 1920 / 65.0)))
ON_PARTNER_PX = 220.0  # 5.4 degrees about the middle of the partner's face


def gaze(folder: Path) -> dict:
    """Dwell times and places of the gaze while speaking and while listening, about the partner's face, in degrees."""
    with np.load(folder / "gaze_conversation" / "fixations.npz") as data:
        rows, activities = data["rows"], [str(name).lower() for name in data["activities"]]
    person, activity, segment, start, duration, pause, x, y = rows.T.astype(np.float64)
    centres = {}
    for who in np.unique(person):  # where one looks most while listening is the partner's face
        mine = (person == who) & (activity == activities.index("listen"))
        centres[who] = (np.median(x[mine]), np.median(y[mine]))
    centre = np.array([centres[who] for who in person])
    fixations = Fixations(
        (x - centre[:, 0]) * DEG_PER_PX, -(y - centre[:, 1]) * DEG_PER_PX, duration, pause, person * 1e6 + segment
    )
    return {
        "people": len(np.unique(person)),
        "deg_per_px": round(DEG_PER_PX, 4),
        **{f"{name}ing": fixations.figures(activity == activities.index(name)) for name in ("speak", "listen")},
        "away_sectors_are": "eight, of 45 degrees: right, right up, up, left up, left, left down, down, right down (screen)",
    }


@dataclass(frozen=True)
class Fixations:
    """Places (n,) right of and above the partner's face in degrees, durations and following pauses in ms, stretch of talk."""

    right: np.ndarray
    up: np.ndarray
    duration: np.ndarray
    pause: np.ndarray
    stretch: np.ndarray

    def figures(self, mine: np.ndarray) -> dict:
        """Of some fixations, bool (n,)."""
        distance = np.hypot(self.right, self.up)
        on = distance < ON_PARTNER_PX * DEG_PER_PX
        dwell_s = (self.duration + self.pause) / 1000
        together = (self.stretch[1:] == self.stretch[:-1]) & (self.pause[:-1] < 2000)
        follows = np.flatnonzero(mine[1:] & mine[:-1] & together) + 1
        size = np.hypot(np.diff(self.right), np.diff(self.up))[follows - 1]
        runs = self._runs_s(np.flatnonzero(mine), on, dwell_s)
        away = mine & ~on
        angle = np.degrees(np.arctan2(self.up[away], self.right[away])) % 360
        sectors = np.bincount(((angle + 22.5) % 360 // 45).astype(int), self.duration[away], 8)
        return {
            "fixations": int(mine.sum()),
            "dwell_s": quantiles(dwell_s[mine & (self.pause < 2000)]),
            "saccade_deg": quantiles(size),
            "share_on_partner": round(float((self.duration * on)[mine].sum() / self.duration[mine].sum()), 3),
            "on_partner_s": quantiles(runs[True]),
            "away_s": quantiles(runs[False]),
            "on_partner_deg": quantiles(distance[mine & on]),
            "away_deg": quantiles(np.minimum(distance[away], 30.0)),
            "away_sectors": [round(float(share), 3) for share in sectors / sectors.sum()],
        }

    def _runs_s(self, indices: np.ndarray, on: np.ndarray, dwell_s: np.ndarray) -> dict[bool, list[float]]:
        """How long the partner (True) or something else (False) is looked at without a change."""
        runs: dict[bool, list[float]] = {True: [], False: []}
        state, length, stretch = None, 0.0, None
        for index in indices:
            if state is not None and (on[index] != state or self.stretch[index] != stretch):
                runs[bool(state)].append(length)
                length = 0.0
            state, stretch = on[index], self.stretch[index]
            length += min(dwell_s[index], 2.0)
        return runs


def eyes(folder: Path) -> dict:
    """Degrees of eye rotation that go with a look shape of 1."""
    names, values = [], []
    for take in ("alex_rom_3", "alex_rom_4"):
        with np.load(folder / "arkit_rom" / f"{take}.npz") as data:
            names = [str(name).lower() for name in data["names"]]
            values.append(data["values"].astype(np.float64))
    column = dict(zip(names, np.concatenate(values).T))
    result = {}
    for shape, angle in (("Down", "Pitch"), ("Up", "Pitch"), ("In", "Yaw"), ("Out", "Yaw")):
        ratios = []
        for side in ("left", "right"):
            weight, turn = column[f"eyelook{shape.lower()}{side}"], column[f"{side}eye{angle.lower()}"]
            used = weight > 0.15
            ratios.append(abs(np.degrees((weight[used] * turn[used]).sum() / np.square(weight[used]).sum())))
        result[f"deg_per_look{shape}"] = round(float(np.mean(ratios)), 2)
    return result
