# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions beside each other as a contact sheet or a video, with the sound's wave form, stresses and prompts."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ...audio.clip import AudioClip
from ...errors import UserError
from ...motion.clip import Clip
from .figures import Figure, of_clip
from .stick_drawing import BACKGROUND, INK, VIEWS, cameras_for, draw_figure, font, wave_form

PROMPT_SHOWN_S = 0.15  # on both sides of a prompt its joints are marked
_ASPECT = 0.62  # width of a figure's picture over its height

Prompts = Sequence[tuple[float, Sequence[str]]]  # (time_s, joints)
Motions = Mapping[str, Clip | Figure]


@dataclass(frozen=True)
class Timeline:
    """What goes with the motions in time. stressed_s: red lines in the wave form. prompts: for a motion's name, when which
    joints were given; they are circled."""

    audio: AudioClip | None = None
    stressed_s: Sequence[float] = ()
    prompts: Mapping[str, Prompts] = field(default_factory=dict)

    @property
    def prompts_s(self) -> list[float]:
        return [at for given in self.prompts.values() for at, _ in given]

    def marked(self, name: str, time_s: float) -> list[str]:
        """The joints of a motion that were given about this moment."""
        given = self.prompts.get(name, ())
        return [joint for at, joints in given if abs(at - time_s) <= PROMPT_SHOWN_S for joint in joints]


def _figures(motions: Motions) -> dict[str, Figure]:
    return {name: motion if isinstance(motion, Figure) else of_clip(motion) for name, motion in motions.items()}


# ---------------------------------------------------------------------------------------------------------- contact sheets


def contact_sheet(
    motions: Motions,
    times_s: Sequence[float] | np.ndarray,
    timeline: Timeline | None = None,
    height: int = 260,
    columns: int = 12,
    follow: bool | None = None,
) -> Image.Image:
    """Moments of motions by name, one below the other, each from the front (upper row) and the side (lower row).

    Args:
        times_s: the moments, seconds of the sound.
        height: of a figure, pixels.
        columns: moments side by side, before the next ones stand below.
        follow: whether the picture moves with the pelvis (None: where it travels further than fits).

    Raises:
        UserError: no moment was given.
    """
    timeline = timeline or Timeline()
    moments = [float(time) for time in times_s]
    if not moments:
        raise UserError("The contact sheet has no moment to show.", "Give at least one time.")
    size = (round(_ASPECT * height), height)
    columns = min(columns, len(moments))
    figures = _figures(motions)
    cameras = cameras_for(figures, size)
    bands: list[Image.Image] = []
    for name, figure in figures.items():
        for first in range(0, len(moments), columns):
            band = Image.new("RGB", (columns * size[0], 2 * size[1] + (36 if name and first == 0 else 18)), BACKGROUND)
            pen = ImageDraw.Draw(band)
            top = band.height - 2 * size[1]
            for column, time_s in enumerate(moments[first : first + columns]):
                marked, frame = timeline.marked(name, time_s), figure.frame_at(time_s)
                for row, view in enumerate(VIEWS):
                    picture = draw_figure(figure, frame, view, size, cameras[name, view], marked, follow)
                    band.paste(picture, (column * size[0], top + row * size[1]))
                pen.text((column * size[0] + 4, top - 15), f"{time_s:.2f} s", fill=INK, font=font(12))
            if name and first == 0:
                pen.text((4, 2), name, fill=INK, font=font(13))
            bands.append(band)
    if (audio := timeline.audio) is not None:
        strip = (columns * size[0], 70)
        bands.append(wave_form(audio, audio.duration_s, strip, timeline.stressed_s, moments, timeline.prompts_s))
    return _stacked(bands)


def _stacked(bands: Sequence[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (bands[0].width, sum(band.height for band in bands)), BACKGROUND)
    top = 0
    for band in bands:
        sheet.paste(band, (0, top))
        top += band.height
    return sheet


# ------------------------------------------------------------------------------------------------------------------- video


@dataclass(frozen=True)
class Stretch:
    """What of the motions a video shows: seconds of the sound (end_s None: to the end), frames a second."""

    start_s: float = 0.0
    end_s: float | None = None
    fps: float = 25.0


def video(
    motions: Motions,
    out: Path | str,
    timeline: Timeline | None = None,
    stretch: Stretch | None = None,
    height: int = 360,
    follow: bool | None = None,
) -> None:
    """Motions side by side, each from the front and the side, over the wave form with the moment that is shown.

    Args:
        out: .mp4 (with the sound; needs ffmpeg) or .gif.
        height: of a figure, pixels.
        follow: as for `contact_sheet`.

    Raises:
        UserError: ffmpeg is missing or fails.
    """
    timeline, stretch, out = timeline or Timeline(), stretch or Stretch(), Path(out)
    figures = _figures(motions)
    if timeline.audio is not None:
        duration_s = timeline.audio.duration_s
    else:
        duration_s = max(figure.start_s + figure.duration_s for figure in figures.values())
    end_s = duration_s if stretch.end_s is None else min(stretch.end_s, duration_s)
    size = (round(_ASPECT * height) // 2 * 2, height // 2 * 2)  # encoders want even numbers
    picture = _film(figures, timeline, duration_s, size, follow)
    times_s = stretch.start_s + np.arange(max(1, int((end_s - stretch.start_s) * stretch.fps))) / stretch.fps
    frames = (picture(float(time)) for time in times_s)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix.lower() == ".gif":
        small = [frame.convert("P", palette=Image.Palette.ADAPTIVE, colors=64) for frame in frames]
        milliseconds = round(1000 / stretch.fps)
        small[0].save(out, save_all=True, append_images=small[1:], duration=milliseconds, loop=0, optimize=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        sound = None
        if (audio := timeline.audio) is not None:
            import soundfile

            sound = Path(folder) / "sound.wav"
            first, last = int(stretch.start_s * audio.rate_hz), int(end_s * audio.rate_hz)
            soundfile.write(sound, audio.samples[first:last], audio.rate_hz)
        _encode(frames, (2 * size[0] * len(figures), size[1] + 80), stretch.fps, sound, out)


def _film(
    figures: Mapping[str, Figure], timeline: Timeline, duration_s: float, size: tuple[int, int], follow: bool | None
) -> Callable[[float], Image.Image]:
    """What draws the frame of a moment: names, figures, and the wave form with a line where we are."""
    cameras = cameras_for(figures, size)
    width = 2 * size[0] * len(figures)
    wave = wave_form(timeline.audio, duration_s, (width, 60), timeline.stressed_s, (), timeline.prompts_s)

    def picture(time_s: float) -> Image.Image:
        frame = Image.new("RGB", (width, size[1] + 80), BACKGROUND)
        pen = ImageDraw.Draw(frame)
        for column, (name, figure) in enumerate(figures.items()):
            marked, shown = timeline.marked(name, time_s), figure.frame_at(time_s)
            for row, view in enumerate(VIEWS):
                part = draw_figure(figure, shown, view, size, cameras[name, view], marked, follow)
                frame.paste(part, ((2 * column + row) * size[0], 20))
            pen.text((2 * column * size[0] + 6, 4), name, fill=INK, font=font(13))
        frame.paste(wave, (0, size[1] + 20))
        x = time_s / duration_s * (width - 1)
        pen.line([(x, size[1] + 20), (x, size[1] + 80)], fill=INK, width=2)
        return frame

    return picture


def _encode(frames: Iterable[Image.Image], size: tuple[int, int], fps: float, sound: Path | None, out: Path) -> None:
    """Write RGB pictures of this size as a video, with the sound of a file where there is one."""
    if shutil.which("ffmpeg") is None:
        raise UserError(
            "ffmpeg is not installed, so no video can be written.",
            "Install ffmpeg, or choose a name that ends in .gif.",
        )
    # fmt: off
    command = ["ffmpeg", "-y", "-loglevel", "error",
               "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", f"{fps:g}", "-i", "-"]
    if sound is not None:
        command += ["-i", str(sound), "-c:a", "aac", "-b:a", "64k"]
    command += ["-c:v", "libx264", "-threads", "1", "-crf", "26", "-pix_fmt", "yuv420p", str(out)]
    # fmt: on
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # asked for above
        for frame in frames:
            process.stdin.write(frame.tobytes())
    if process.returncode:
        raise UserError(f"ffmpeg could not write {out.name}.", "Look at its message above.")
