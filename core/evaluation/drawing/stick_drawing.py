# SPDX-License-Identifier: GPL-3.0-or-later
"""Stick figures and wave forms as pictures. Left limbs are blue, right ones red."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ...audio.clip import AudioClip
from ...motion import rotations as rot
from .figures import Figure

BACKGROUND, INK, FAINT = (250, 250, 248), (60, 60, 64), (205, 205, 205)
LEFT, RIGHT, MARK, CONTACT, STRESS = (40, 105, 190), (200, 70, 55), (240, 150, 0), (30, 150, 70), (220, 60, 60)
VIEWS = ("front", "side")
_SMOOTH = 2  # drawn larger, then reduced
_HEAD_M = 0.095
FARTHEST_M = 1.0
_FEET = ("left_ankle", "right_ankle", "left_foot", "right_foot")  # in the order of contacts


@dataclass(frozen=True)
class Camera:
    """An orthographic view. centre_m (3,) comes to the middle of the picture; height_m is what the picture's height shows."""

    view: str
    centre_m: tuple[float, float, float]
    height_m: float

    def project(self, points_m: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """(…, 3) → (…, 2) pixels. front: from +Z, the character's left is right; side: from its right, facing right."""
        away = np.asarray(points_m) - np.asarray(self.centre_m)
        across = away[..., 0] if self.view == "front" else away[..., 2]
        scale = size[1] / self.height_m
        return np.stack([size[0] / 2 + scale * across, size[1] / 2 - scale * away[..., 1]], -1)


def travels(figure: Figure) -> bool:
    """Whether the pelvis goes further than a picture with a fixed view holds well."""
    return bool(np.ptp(figure.positions_m[:, 0, [0, 2]], axis=0).max() > FARTHEST_M)


def camera_for(figure: Figure, view: str, size: tuple[int, int]) -> Camera:
    """A view that holds the whole motion, or the body alone where it travels too far."""
    points = figure.positions_m.reshape(-1, 3)
    low, high = points.min(0), points.max(0)
    across = 0 if view == "front" else 2
    if travels(figure):
        near = figure.positions_m - figure.positions_m[:, :1] * [1.0, 0.0, 1.0]
        low[[0, 2]], high[[0, 2]] = near.min((0, 1))[[0, 2]], near.max((0, 1))[[0, 2]]
    top = float(high[1]) + 0.22
    bottom = min(float(low[1]), 0.0) - 0.06
    height = max(top - bottom, 1.2)
    if (high - low)[across] + 0.2 > height * size[0] / size[1] and (high - low)[across] < 2.2:
        height = float((high - low)[across] + 0.2) * size[1] / size[0]
    middle = (low + high) / 2
    return Camera(view, (float(middle[0]), (top + bottom) / 2, float(middle[2])), height)


def cameras_for(figures: Mapping[str, Figure], size: tuple[int, int]) -> dict[tuple[str, str], Camera]:
    """(name, view) → its view, all at one scale and height, so that motions side by side compare."""
    own = {(name, view): camera_for(figure, view, size) for name, figure in figures.items() for view in VIEWS}
    widest = max(own.values(), key=lambda camera: camera.height_m)
    return {
        key: Camera(camera.view, (camera.centre_m[0], widest.centre_m[1], camera.centre_m[2]), widest.height_m)
        for key, camera in own.items()
    }


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


# "left_hip", "LeftArm", "l_thumb1", "JtShoulderLf": how skeletons name their sides.
_LEFT_NAME = re.compile(r"(?i:left)|(^|_)[lL](_|$)|Lf$|^[lL](?=[A-Z])|^l(hip|knee|thumb|hand)")
_RIGHT_NAME = re.compile(r"(?i:right)|(^|_)[rR](_|$)|Rt$|^[rR](?=[A-Z])|^r(hip|knee|thumb|hand)")


def _side(name: str) -> tuple[int, int, int]:
    if _LEFT_NAME.search(name):
        return LEFT
    return RIGHT if _RIGHT_NAME.search(name) else INK


def _is_fine(name: str) -> bool:
    lower = name.lower()
    return any(
        part in lower for part in ("index", "middle", "ring", "pinky", "thumb", "finger", "eye", "jaw", "tongue")
    )


def draw_figure(
    figure: Figure,
    frame: int,
    view: str,
    size: tuple[int, int],
    camera: Camera | None = None,
    marked: Sequence[str] = (),
    follow: bool | None = None,
) -> Image.Image:
    """One frame. marked: joints that get a ring (prompts). follow: whether the picture moves with the pelvis (None: where it
    travels further than fits). size: pixels (w, h)."""
    camera = camera or camera_for(figure, view, size)
    points_m = figure.positions_m[frame].astype(np.float64)
    if follow if follow is not None else travels(figure):
        points_m = points_m - [points_m[0, 0], 0.0, points_m[0, 2]] + [camera.centre_m[0], 0.0, camera.centre_m[2]]
    large = (size[0] * _SMOOTH, size[1] * _SMOOTH)
    picture = Image.new("RGB", large, BACKGROUND)
    pen = ImageDraw.Draw(picture)
    unit = large[1] / camera.height_m  # pixels a metre
    floor = camera.project(np.array([0.0, 0.0, 0.0]), large)[1]
    pen.line([(0, floor), (large[0], floor)], fill=FAINT, width=_SMOOTH)
    at = camera.project(points_m, large)
    _draw_bones(pen, figure, at, points_m[:, 2] if view == "front" else -points_m[:, 0], unit)
    head = next((index for index, name in enumerate(figure.names) if name.lower() == "head"), None)
    if head is not None:
        turn = figure.head_turns[frame].astype(np.float64)
        face = points_m[head] + rot.rotate(turn, np.array([[0.0, 0.09, 0.02], [0.0, 0.07, 0.15]]))
        centre, nose = camera.project(face, large)
        _draw_head(pen, centre, nose, unit)
    for name, place in zip(figure.names, at):
        if figure.contacts is not None and name in _FEET and figure.contacts[frame, _FEET.index(name)] > 0.5:
            pen.ellipse(_around(place, unit * 0.018), fill=CONTACT)
        if name in marked:
            pen.ellipse(_around(place, unit * 0.03), outline=MARK, width=round(unit * 0.012))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _around(place: np.ndarray, radius: float) -> list[float]:
    """The box of a circle, as Pillow wants it."""
    x, y = place
    return [x - radius, y - radius, x + radius, y + radius]


def _draw_bones(pen: ImageDraw.ImageDraw, figure: Figure, at: np.ndarray, depth: np.ndarray, unit: float) -> None:
    """Lines from joint to joint, the nearest last. at (J, 2) in pixels, depth (J,) nearer where larger, unit: pixels a metre."""
    bones = [(joint, parent) for joint, parent in enumerate(figure.parents) if parent >= 0]
    for joint, parent in sorted(bones, key=lambda bone: depth[bone[0]] + depth[bone[1]]):
        name = figure.names[joint]
        if any(part in name.lower() for part in ("eye", "jaw", "tongue")):
            continue
        width = max(1, round(unit * (0.009 if _is_fine(name) else 0.024)))
        pen.line([tuple(at[parent]), tuple(at[joint])], fill=_side(name), width=width)
        if not _is_fine(name):
            pen.ellipse(_around(at[joint], width / 2), fill=_side(name))


def _draw_head(pen: ImageDraw.ImageDraw, centre: np.ndarray, nose: np.ndarray, unit: float) -> None:
    """An oval with a line to the nose; both (2,) in pixels."""
    radius, width = unit * _HEAD_M, round(unit * 0.014)
    oval = [centre[0] - radius, centre[1] - 1.25 * radius, centre[0] + radius, centre[1] + 1.15 * radius]
    pen.ellipse(oval, outline=INK, width=width, fill=(238, 238, 236))
    pen.line([tuple(centre), tuple(nose)], fill=INK, width=width)


def wave_form(
    clip: AudioClip | None,
    duration_s: float,
    size: tuple[int, int],
    stressed_s: Sequence[float] = (),
    marks_s: Sequence[float] = (),
    prompts_s: Sequence[float] = (),
    now_s: float | None = None,
) -> Image.Image:
    """The sound over `duration_s`: red lines are stressed syllables, grey ticks `marks_s`, orange diamonds prompts, now_s the
    moment that is shown."""
    picture = Image.new("RGB", size, BACKGROUND)
    pen = ImageDraw.Draw(picture)
    middle = size[1] / 2

    def x(time_s: float) -> float:
        return time_s / max(duration_s, 1e-6) * (size[0] - 1)

    if clip is not None and len(clip.samples):
        edges = np.linspace(0, duration_s * clip.rate_hz, size[0] + 1).astype(int)
        loudest = max(float(np.abs(clip.samples).max()), 1e-6)
        for column in range(size[0]):
            part = clip.samples[edges[column] : max(edges[column + 1], edges[column] + 1)]
            if len(part):
                reach = 0.92 * middle / loudest
                pen.line(
                    [(column, middle - reach * float(part.max())), (column, middle - reach * float(part.min()))],
                    fill=(150, 150, 156),
                )
    for time_s in stressed_s:
        pen.line([(x(time_s), 0), (x(time_s), size[1])], fill=STRESS, width=1)
    for time_s in marks_s:
        pen.polygon([(x(time_s) - 4, size[1]), (x(time_s) + 4, size[1]), (x(time_s), size[1] - 7)], fill=INK)
    for time_s in prompts_s:
        pen.polygon([(x(time_s), 1), (x(time_s) + 5, 6), (x(time_s), 11), (x(time_s) - 5, 6)], fill=MARK)
    if now_s is not None:
        pen.line([(x(now_s), 0), (x(now_s), size[1])], fill=INK, width=2)
    return picture
