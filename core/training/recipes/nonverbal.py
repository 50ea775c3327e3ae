# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how people blink, look and move their heads, and writes the small tables that `core.performance.face` reads.

    python -m core.training.recipes.nonverbal [--data DIR] [--out DIR]

Recordings (DIR/face): blinks (eyelid openness of 24 people), gaze_conversation (fixations of 19 people in video
conversations), address_landmarks (68 landmarks of one speaker), arkit_rom (eye shapes with eye angles). What is written are
quantiles, shares and standard deviations; no recording can be got back from them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from ...motion.smoothing import extrema, gaussian_smooth
from ...paths import WEIGHTS, data_pack

QUANTILES = np.linspace(0.0, 1.0, 21)
# Of the screens in gaze_conversation only pixels are known. A 24-inch screen of 1920 pixels, 53 cm wide, seen from 65 cm:
DEG_PER_PX = float(np.degrees(np.arctan(53.0 / 1920 / 65.0)))
ON_PARTNER_PX = 220.0  # 5.4 degrees about the middle of the partner's face
NOSE_DEPTH = 0.55  # of the distance between the eyes: how far the nose's tip stands before the eyes
BANDS_HZ = ((0.0, 0.15), (0.15, 0.5), (0.5, 1.5), (1.5, 4.0))


def quantiles(values) -> list[float]:
    """21 quantiles, 0 to 100 %, of which the outermost are the 1st and 99th percentile (single outliers tell nothing)."""
    values = np.asarray(values, np.float64)
    return [round(float(value), 4) for value in np.quantile(values, np.clip(QUANTILES, 0.01, 0.99))]


def blinks(folder: Path) -> dict:
    """Spontaneous blinks: rate over people, intervals as a share of the person's mean, phases of the movement, depth."""
    with np.load(folder / "blinks" / "headset_openness.npz") as data:
        lengths, recordings = data["lengths"], data["recordings"]
        time_s = data["time_s"].astype(np.float64)
        openness = (data["openness_left"].astype(np.float64) + data["openness_right"]) / 2
    ends = np.cumsum(lengths)
    closing, closed, opening, depth, intervals = [], [], [], [], []
    per_person: dict[str, list[float]] = {}
    for name, begin, end in zip(recordings, ends - lengths, ends):
        grid = np.arange(time_s[begin], time_s[end - 1], 0.005)
        lid = np.interp(grid, time_s[begin:end], openness[begin:end])
        edges = np.flatnonzero(np.diff(np.concatenate([[False], lid < 0.5, [False]]).astype(int))).reshape(-1, 2)
        times = []
        for first, last in edges:
            rest = np.median(lid[max(first - 120, 0) : max(first - 40, 1)])
            if not 0.03 <= (last - first) * 0.005 <= 0.5 or rest < 0.7 or last + 100 >= len(lid):
                continue  # closed for longer is no blink but closed eyes; a squint has no rest position
            lowest = lid[first:last].min()
            low, high = lowest + 0.1 * (rest - lowest), lowest + 0.9 * (rest - lowest)
            start = first - int(np.argmax(lid[max(first - 60, 0) : first + 1][::-1] > high))
            down = first + int(np.argmax(lid[first:last] <= low))
            up = last - 1 - int(np.argmax(lid[first:last][::-1] <= low))
            finish = last + int(np.argmax(lid[last : last + 120] > high))
            closing.append((down - start) * 0.005)
            closed.append((up - down) * 0.005)
            opening.append((finish - up) * 0.005)
            depth.append((rest - lowest) / rest)
            times.append(grid[(first + last) // 2])
        person = per_person.setdefault(str(name).split("/")[0], [0.0, 0.0])
        person[0] += len(times)
        person[1] += (grid[-1] - grid[0]) / 60
        if len(times) > 8:
            gaps = np.diff(times)
            intervals += list(gaps / gaps.mean())
    rates = [count / minutes for count, minutes in per_person.values()]
    return {
        "people": len(rates),
        "blinks": len(depth),
        "minutes": round(sum(m for _, m in per_person.values()), 1),
        "rate_per_min": quantiles(rates),
        "interval_of_mean": quantiles(intervals),
        "closing_s": quantiles(closing),
        "closed_s": quantiles(closed),
        "opening_s": quantiles(opening),
        "depth": quantiles(depth),
    }


def gaze(folder: Path) -> dict:
    """Dwell times and places of the gaze while speaking and while listening, about the partner's face, in degrees."""
    with np.load(folder / "gaze_conversation" / "fixations.npz") as data:
        rows, activities = data["rows"], [str(name).lower() for name in data["activities"]]
    person, activity, segment, start, duration, pause, x, y = rows.T.astype(np.float64)
    result: dict = {"people": len(np.unique(person)), "deg_per_px": round(DEG_PER_PX, 4)}
    centres = {}
    for who in np.unique(person):  # where one looks most while listening is the partner's face
        mine = (person == who) & (activity == activities.index("listen"))
        centres[who] = (np.median(x[mine]), np.median(y[mine]))
    centre = np.array([centres[who] for who in person])
    right, up = (x - centre[:, 0]) * DEG_PER_PX, -(y - centre[:, 1]) * DEG_PER_PX
    distance = np.hypot(right, up)
    on = distance < ON_PARTNER_PX * DEG_PER_PX
    for name in ("speak", "listen"):
        mine = activity == activities.index(name)
        run_key = person * 1e6 + segment
        dwell = (duration + pause) / 1000
        follows = np.flatnonzero(mine[1:] & mine[:-1] & (run_key[1:] == run_key[:-1]) & (pause[:-1] < 2000)) + 1
        size = np.hypot(np.diff(right), np.diff(up))[follows - 1]
        # runs of looking at the partner or away, in seconds
        runs = {True: [], False: []}
        state, length, key = None, 0.0, None
        for index in np.flatnonzero(mine):
            if state is not None and (on[index] != state or run_key[index] != key):
                runs[bool(state)].append(length)
                length = 0.0
            state, key = on[index], run_key[index]
            length += min(dwell[index], 2.0)
        time_on = float((duration * on)[mine].sum() / duration[mine].sum())
        away = mine & ~on
        angle = np.degrees(np.arctan2(up[away], right[away])) % 360
        sectors = np.bincount(((angle + 22.5) % 360 // 45).astype(int), duration[away], 8)
        result[f"{name}ing"] = {
            "fixations": int(mine.sum()),
            "dwell_s": quantiles(dwell[mine & (pause < 2000)]),
            "saccade_deg": quantiles(size),
            "share_on_partner": round(time_on, 3),
            "on_partner_s": quantiles(runs[True]),
            "away_s": quantiles(runs[False]),
            "on_partner_deg": quantiles(distance[mine & on]),
            "away_deg": quantiles(np.minimum(distance[away], 30.0)),
            "away_sectors": [round(float(share), 3) for share in sectors / sectors.sum()],
        }
    result["away_sectors_are"] = (
        "eight, of 45 degrees: right, right up, up, left up, left, left down, down, right down (screen)"
    )
    return result


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


def head_and_brows(folder: Path) -> dict:
    """Angles of the head over time (from landmarks, by a rigid-face approximation) and raised brows, while speaking."""
    with np.load(folder / "address_landmarks" / "landmarks68.npz") as data:
        points, lengths, rate_hz = data["points"].astype(np.float64), data["lengths"], float(data["fps"])
    ends = np.cumsum(lengths)
    angles = {"yaw": [], "pitch": [], "roll": []}
    power = {name: np.zeros(len(BANDS_HZ)) for name in angles}
    speed = {name: [] for name in angles}
    raises, raise_s, nods, nod_s, coupling = [], [], [], [], []
    for begin, end in zip(ends - lengths, ends):
        p = gaussian_smooth(points[begin:end], 1.2)
        left, right = p[:, 36:42].mean(1), p[:, 42:48].mean(1)
        across = right - left
        scale = np.median(np.linalg.norm(across, axis=1))
        roll = np.arctan2(across[:, 1], across[:, 0])
        middle = (left + right) / 2

        def local(points_2d, middle=middle, roll=roll, scale=scale):
            v = points_2d - middle
            c, s = np.cos(roll), np.sin(roll)
            return np.stack([c * v[:, 0] + s * v[:, 1], c * v[:, 1] - s * v[:, 0]], -1) / scale

        nose = local(p[:, 30])
        series = {
            "roll": np.degrees(roll),
            "yaw": np.degrees(np.arcsin(np.clip((nose[:, 0] - np.median(nose[:, 0])) / NOSE_DEPTH, -0.9, 0.9))),
            "pitch": np.degrees(np.arcsin(np.clip((nose[:, 1] - np.median(nose[:, 1])) / NOSE_DEPTH, -0.9, 0.9))),
        }
        for name, curve in series.items():
            curve = curve - np.median(curve)
            angles[name].append(curve)
            spectrum = np.abs(np.fft.rfft(curve * np.hanning(len(curve)))) ** 2
            frequency = np.fft.rfftfreq(len(curve), 1 / rate_hz)
            total = spectrum[frequency < 4.0].sum() / np.var(curve)
            power[name] += [spectrum[(frequency >= low) & (frequency < high)].sum() / total for low, high in BANDS_HZ]
            speed[name] += list(np.abs(np.gradient(curve)) * rate_hz)
        quick = series["pitch"] - gaussian_smooth(series["pitch"], 0.6 * rate_hz)
        turning = extrema(quick, 1.5)
        down = [index for index in turning if quick[index] > 0]  # positive looks down
        nods += [quick[index] for index in down]
        nod_s += list(np.diff(turning) / rate_hz)
        # brows relative to the eyes; what goes with nodding is perspective, not brow
        brow = -(local(p[:, 17:22].mean(1))[:, 1] + local(p[:, 22:27].mean(1))[:, 1]) / 2
        slope = np.polyfit(series["pitch"], brow, 1)
        brow = brow - np.polyval(slope, series["pitch"])
        brow = (brow - gaussian_smooth(brow, 3.0 * rate_hz)) / 0.12  # 0.12 of the eye distance is about a full raise
        coupling.append(float(np.corrcoef(brow, quick)[0, 1]))
        up = [index for index in extrema(gaussian_smooth(brow, 1.5), 0.25) if brow[index] > 0.2]
        raises += [brow[index] for index in up]
        for index in up:
            half = brow > brow[index] / 2
            raise_s.append(
                (np.argmin(np.append(half[index:], False)) + np.argmin(np.append(half[: index + 1][::-1], False)))
                / rate_hz
            )
    minutes = lengths.sum() / rate_hz / 60
    head = {
        name: {
            "sd_deg": round(float(np.std(np.concatenate(angles[name]))), 2),
            "band_sd_deg": [round(float(np.sqrt(share / len(lengths))), 2) for share in power[name]],
            "speed_deg_s": quantiles(speed[name]),
        }
        for name in angles
    }
    return {
        "minutes": round(float(minutes), 1),
        "bands_hz": BANDS_HZ,
        "head": {
            **head,
            "nods_per_min": round(len(nods) / minutes, 1),
            "nod_deg": quantiles(nods),
            "half_nod_s": quantiles(nod_s),
        },
        "brows": {
            "raises_per_min": round(len(raises) / minutes, 1),
            "raise": quantiles(raises),
            "raise_s": quantiles(raise_s),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=data_pack())
    parser.add_argument("--out", type=Path, default=WEIGHTS / "nonverbal")
    arguments = parser.parse_args()
    folder = arguments.data / "face"
    moving = head_and_brows(folder)
    tables = {"format": 1, "blinks": blinks(folder), "gaze": gaze(folder), "eyes": eyes(folder), "speaking": moving}
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / "statistics.json"
    target.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
