# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at motion: contact sheets and videos of stick figures from the front and the side, with the sound's wave form.

`python -m core.evaluation stick_figure --clip a.npz [--clip b.npz] [--audio line.wav] --out sheet.png` writes a contact sheet;
an `--out` ending in .mp4 or .gif writes a video (.mp4 needs ffmpeg and has the sound). Several clips stand side by side,
each under its file's name or `--label`. Red lines in the wave form are the accents that the product hears in the sound, or
the times of `--stressed`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...audio import prosody
from ...audio.decoding import load
from ...errors import UserError
from .figures import Figure, load_figure
from .motion_pictures import Stretch, Timeline, contact_sheet, video


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clip", type=Path, action="append", required=True, help="motion (.npz); may be repeated")
    parser.add_argument("--label", action="append", default=[], help="a name for each clip")
    parser.add_argument("--audio", type=Path, default=None, help="the sound that goes with them")
    parser.add_argument("--out", type=Path, required=True, help=".png, .mp4 or .gif")
    parser.add_argument(
        "--times", default="", help="seconds for the sheet, as 0.5,1.0,1.5 (default: --count of them, evenly)"
    )
    parser.add_argument("--count", type=int, default=12, help="moments on the sheet")
    parser.add_argument("--start", type=float, default=None, help="first second shown")
    parser.add_argument("--end", type=float, default=None, help="last second shown")
    parser.add_argument(
        "--stressed", default=None, help="seconds of the stressed syllables, as 0.5,1.2 (default: accents heard)"
    )
    parser.add_argument("--follow", action="store_true", default=None, help="always move the picture with the pelvis")
    parser.add_argument("--size", type=int, default=260, help="height of a figure in pixels")
    parser.add_argument("--fps", type=float, default=25.0, help="of a video")


def _seconds(text: str) -> list[float]:
    try:
        return [float(item) for item in text.split(",") if item.strip()]
    except ValueError as error:
        raise UserError(f"{text!r} are no times.", "Write seconds with commas between, as 0.5,1.2.") from error


def run(arguments: argparse.Namespace) -> dict:
    figures: dict[str, Figure] = {}
    for index, path in enumerate(arguments.clip):
        name = arguments.label[index] if index < len(arguments.label) else path.stem
        figures[name if name not in figures else f"{name} {index + 1}"] = load_figure(path)
    audio = load(arguments.audio) if arguments.audio is not None else None
    stressed: Sequence[float] = ()
    if arguments.stressed is not None:
        stressed = _seconds(arguments.stressed)
    elif audio is not None:
        stressed = [accent.peak_s for accent in prosody.analyse(audio).accents]
    longest = max(figure.start_s + figure.duration_s for figure in figures.values())
    start, end = arguments.start or 0.0, arguments.end
    if end is None:
        end = longest if audio is None else min(longest, audio.duration_s)
    timeline = Timeline(audio, stressed)
    if arguments.out.suffix.lower() == ".png":
        times = _seconds(arguments.times) or list(np.linspace(start, end, arguments.count))
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        contact_sheet(figures, times, timeline, arguments.size, follow=arguments.follow).save(arguments.out)
    else:
        video(figures, arguments.out, timeline, Stretch(start, end, arguments.fps), arguments.size, arguments.follow)
    print(f"{arguments.out}: {', '.join(figures)}, {start:.1f} to {end:.1f} s")
    return {"out": str(arguments.out), "clips": list(figures)}
