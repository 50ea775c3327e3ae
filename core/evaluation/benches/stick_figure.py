# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at motion: contact sheets and videos of stick figures from the front and the side, with the sound's wave form.

`python -m core.evaluation stick_figure --clip a.npz [--clip b.npz] [--audio line.wav] --out sheet.png` writes a contact sheet;
an `--out` ending in .mp4 or .gif writes a video (.mp4 needs ffmpeg and has the sound). Several clips stand side by side,
each under its file's name or `--label`. Red lines in the wave form are the accents that the product hears in the sound, or
the times of `--stressed`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ...audio import prosody
from ...audio.clip import AudioClip
from ...audio.decoding import load
from ...errors import UserError
from ...motion.clip import Clip
from ..drawing.figures import Figure, load_figure, of_clip
from ..drawing.stick_drawing import BACKGROUND, INK, VIEWS, cameras_for, draw_figure, font, wave_form

PROMPT_SHOWN_S = 0.15  # on both sides of a prompt its joints are marked

Prompts = Sequence[tuple[float, Sequence[str]]]  # (time_s, joints)


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


def _figure(motion: Clip | Figure) -> Figure:
    return motion if isinstance(motion, Figure) else of_clip(motion)


def _marked(prompts: Prompts, time_s: float) -> list[str]:
    return [joint for at, joints in prompts if abs(at - time_s) <= PROMPT_SHOWN_S for joint in joints]


def contact_sheet(
    clip: Clip | Figure | Mapping[str, Clip | Figure],
    times_s: Sequence[float],
    out: Path | str | None = None,
    audio: AudioClip | None = None,
    stressed_s: Sequence[float] = (),
    prompts: Mapping[str, Prompts] | None = None,
    height: int = 260,
    columns: int = 12,
    follow: bool | None = None,
) -> Image.Image:
    """Moments of one motion, or of several by name one below the other, from the front (upper row) and the side (lower row).

    prompts: for a name, when which joints were given; they are circled. Written to `out` if given. Returns the picture.
    """
    named = dict(clip) if isinstance(clip, Mapping) else {"": clip}
    figures = {name: _figure(motion) for name, motion in named.items()}
    times_s = [float(time) for time in times_s]
    if not times_s:
        raise UserError("The contact sheet has no moment to show.", "Give at least one time.")
    size = (round(0.62 * height), height)
    columns = min(columns, len(times_s))
    cameras = cameras_for(figures, size)
    bands: list[Image.Image] = []
    for name, figure in figures.items():
        given = (prompts or {}).get(name, ())
        for first in range(0, len(times_s), columns):
            shown = times_s[first : first + columns]
            top = 36 if name and first == 0 else 18
            band = Image.new("RGB", (columns * size[0], 2 * size[1] + top), BACKGROUND)
            pen = ImageDraw.Draw(band)
            for column, time_s in enumerate(shown):
                for row, view in enumerate(VIEWS):
                    picture = draw_figure(
                        figure, figure.frame_at(time_s), view, size, cameras[name, view], _marked(given, time_s), follow
                    )
                    band.paste(picture, (column * size[0], top + row * size[1]))
                pen.text((column * size[0] + 4, top - 15), f"{time_s:.2f} s", fill=INK, font=font(12))
            if name and first == 0:
                pen.text((4, 2), name, fill=INK, font=font(13))
            bands.append(band)
    width = columns * size[0]
    if audio is not None:
        marks = [at for given in (prompts or {}).values() for at, _ in given]
        bands.append(wave_form(audio, audio.duration_s, (width, 70), stressed_s, times_s, marks))
    sheet = Image.new("RGB", (width, sum(band.height for band in bands)), BACKGROUND)
    top = 0
    for band in bands:
        sheet.paste(band, (0, top))
        top += band.height
    if out is not None:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        sheet.save(out)
    return sheet


def video(
    clips: Mapping[str, Clip | Figure],
    out: Path | str,
    audio: AudioClip | None = None,
    stressed_s: Sequence[float] = (),
    prompts: Mapping[str, Prompts] | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
    fps: float = 25.0,
    height: int = 360,
    follow: bool | None = None,
) -> None:
    """Motions side by side, each from the front and the side, over the wave form with the moment that is shown.

    out: .mp4 (with the sound; needs ffmpeg) or .gif. Raises UserError.
    """
    out = Path(out)
    figures = {name: _figure(motion) for name, motion in clips.items()}
    duration_s = (
        audio.duration_s
        if audio is not None
        else max(figure.start_s + figure.duration_s for figure in figures.values())
    )
    end_s = duration_s if end_s is None else min(end_s, duration_s)
    size = (round(0.62 * height) // 2 * 2, height // 2 * 2)
    cameras = cameras_for(figures, size)
    width = 2 * size[0] * len(figures)
    marks = [at for given in (prompts or {}).values() for at, _ in given]
    whole = wave_form(audio, duration_s, (width, 60), stressed_s, (), marks)

    def picture(time_s: float) -> Image.Image:
        frame = Image.new("RGB", (width, size[1] + 80), BACKGROUND)
        pen = ImageDraw.Draw(frame)
        for column, (name, figure) in enumerate(figures.items()):
            marked = _marked((prompts or {}).get(name, ()), time_s)
            for row, view in enumerate(VIEWS):
                part = draw_figure(figure, figure.frame_at(time_s), view, size, cameras[name, view], marked, follow)
                frame.paste(part, ((2 * column + row) * size[0], 20))
            pen.text((2 * column * size[0] + 6, 4), name, fill=INK, font=font(13))
        frame.paste(whole, (0, size[1] + 20))
        x = time_s / duration_s * (width - 1)
        pen.line([(x, size[1] + 20), (x, size[1] + 80)], fill=INK, width=2)
        return frame

    times_s = start_s + np.arange(max(1, int((end_s - start_s) * fps))) / fps
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix.lower() == ".gif":
        frames = [picture(float(time)).convert("P", palette=Image.ADAPTIVE, colors=64) for time in times_s]
        frames[0].save(out, save_all=True, append_images=frames[1:], duration=round(1000 / fps), loop=0, optimize=True)
        return
    if shutil.which("ffmpeg") is None:
        raise UserError(
            "ffmpeg is not installed, so no video can be written.",
            "Install ffmpeg, or choose a name that ends in .gif.",
        )
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "ffmpeg",
            "-y",
            "-loglevel",
            "error",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-s",
            f"{width}x{size[1] + 80}",
            "-r",
            f"{fps:g}",
            "-i",
            "-",
        ]
        if audio is not None:
            import soundfile

            sound = Path(folder) / "sound.wav"
            first, last = int(start_s * audio.rate_hz), int(end_s * audio.rate_hz)
            soundfile.write(sound, audio.samples[first:last], audio.rate_hz)
            command += ["-i", str(sound), "-c:a", "aac", "-b:a", "64k"]
        command += ["-c:v", "libx264", "-threads", "1", "-crf", "26", "-pix_fmt", "yuv420p", str(out)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
        try:
            for time in times_s:
                process.stdin.write(picture(float(time)).tobytes())
        finally:
            process.stdin.close()
            status = process.wait()
    if status:
        raise UserError(f"ffmpeg could not write {out.name}.", "Look at its message above.")


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
        stressed = [syllable.time_s for syllable in prosody.analyse(audio).accents]
    longest = max(figure.start_s + figure.duration_s for figure in figures.values())
    start = arguments.start or 0.0
    end = (
        arguments.end
        if arguments.end is not None
        else (min(longest, audio.duration_s) if audio is not None else longest)
    )
    if arguments.out.suffix.lower() == ".png":
        times = _seconds(arguments.times) or list(np.linspace(start, end, arguments.count))
        contact_sheet(figures, times, arguments.out, audio, stressed, height=arguments.size, follow=arguments.follow)
    else:
        video(
            figures, arguments.out, audio, stressed, None, start, end, arguments.fps, arguments.size, arguments.follow
        )
    print(f"{arguments.out}: {', '.join(figures)}, {start:.1f} to {end:.1f} s")
    return {"out": str(arguments.out), "clips": list(figures)}
