# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of the lids, as displacement fields in head space, and turns of the eyeballs. All sizes were set by eye.

The lids are turned about the eye's centre, so that they slide over the eyeball; they are written for the left eye.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from ...motion.easing import smooth_step
from . import proportions as p
from .face_form import eye_angles, eye_ray
from .face_points import FacePoints

# Gaze: degrees (azimuth outward, elevation) of the full shapes
GAZE = {"eyeLookUp": (0.0, 24.0), "eyeLookDown": (0.0, -26.0), "eyeLookIn": (-28.0, 0.0), "eyeLookOut": (28.0, 0.0)}
BLINK_RETREAT = (
    0.0022  # metres; a closing eye draws back a little; this also keeps lids that move on a chord clear of it
)


@dataclass(frozen=True)
class LidMove:
    """One shape of the lids.

    upper, lower: turn of each lid up, in heights of the opening. out: how much further from the eye's centre the
    upper lid comes, a share of its distance; out_lower: likewise the lower lid, in parts of `out`. aside: turn of both
    outward, radians.
    """

    upper: float
    lower: float
    out: float = 0.0
    out_lower: float = 0.0
    aside: float = 0.0


LID_MOVES = {
    "eyeSquint": LidMove(-0.16, 0.26, 0.012, out_lower=1.6),
    "eyeWide": LidMove(0.22, -0.08, 0.012),
    "eyeLookDown": LidMove(-0.36, -0.10, 0.014),
    "eyeLookUp": LidMove(0.16, 0.09, 0.008),
    "eyeLookIn": LidMove(0.05, 0.0, aside=-0.035),  # the cornea pushes the lids a little
    "eyeLookOut": LidMove(0.05, 0.0, aside=0.035),
}


class _Lids:
    """Points about the left eye, and how far each goes with the upper or the lower lid."""

    def __init__(self, points: np.ndarray):
        self.points = points
        self.radius, self.azimuth, self.elevation = eye_angles(points)
        off_middle = self.azimuth - np.radians(4.0)
        half_width = np.radians(46.0)
        _, self.upper, self.lower = p.lid_opening(np.clip(off_middle / half_width, -1.0, 1.0))
        beyond = np.abs(off_middle) - half_width
        fade = (1.0 - smooth_step(beyond, 0.0, np.radians(14.0))) * (self.radius < p.EYE_RADIUS * 1.9)
        self.fade = fade * (1.0 - smooth_step(self.radius / p.EYE_RADIUS, 1.20, 1.75))
        self.is_upper = self.elevation >= 0.5 * (self.upper + self.lower)
        above = np.clip((self.elevation - self.upper) / np.radians(34.0), 0.0, 1.0)
        below = np.clip((self.lower - self.elevation) / np.radians(26.0), 0.0, 1.0)
        self.with_upper = (1.0 - above) ** 2 * (1.0 + above)  # 1 at the lid's edge, 0 where the lid ends
        self.with_lower = (1.0 - below) ** 2 * (1.0 + below)

    def blink(self) -> np.ndarray:
        """Displacement (N, 3) of eyeBlink."""
        line = self.lower + 0.20 * (self.upper - self.lower)  # where closed lids meet
        down, up = -(self.upper - line) * self.with_upper, (line - self.lower) * self.with_lower
        turn = np.where(self.is_upper, down, up)
        return self._turned(turn, 0.030 * np.where(self.is_upper, self.with_upper, 0.6 * self.with_lower))

    def move(self, move: LidMove) -> np.ndarray:
        """Displacement (N, 3) of one of LID_MOVES."""
        opening = self.upper - self.lower
        upper, lower = move.upper * opening * self.with_upper, move.lower * opening * self.with_lower
        out = move.out * np.where(self.is_upper, self.with_upper, move.out_lower * self.with_lower)
        aside = move.aside * np.where(self.is_upper, self.with_upper, self.with_lower)
        return self._turned(np.where(self.is_upper, upper, lower), out, aside)

    def _turned(self, turn: np.ndarray, out: np.ndarray, aside: np.ndarray | float = 0.0) -> np.ndarray:
        ray = eye_ray(self.azimuth + aside, self.elevation + turn)
        target = p.EYE + (self.radius * (1.0 + out))[:, None] * ray
        return (target - self.points) * self.fade[:, None]


def lids(own: str, face: FacePoints) -> np.ndarray:
    """Displacement (N, 3) of the left eye's lids by eyeBlink or one of LID_MOVES."""
    found = _Lids(face.points)
    return found.blink() if own == "eyeBlink" else found.move(LID_MOVES[own])


def lid_squint(face: FacePoints) -> np.ndarray:
    """What a raised left cheek does to the lower lid and below."""
    return 0.7 * lids("eyeSquint", face) * (face.points[:, 2] < p.EYE[2])[:, None]


def upper_lid_pressed(face: FacePoints) -> np.ndarray:
    """What a lowered left brow does to the upper lid: down, more at the nose."""
    inner = 1.0 - smooth_step(face.points[:, 0], p.EYE[0] - 0.018, p.EYE[0] + 0.026)
    return lids("eyeLookDown", face) * ((face.points[:, 2] >= p.EYE[2]) * (0.25 + 0.75 * inner))[:, None]


ONE_SIDE = {name: partial(lids, name) for name in ("eyeBlink", *LID_MOVES)}


def eyeball_shape(own: str, side: int, points: np.ndarray, sides: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Displacement (N, 3) of the eyeballs.

    Args:
        own, side: the shape's name without its side, and the side, +1 left, -1 right.
        points: (N, 3) head space, metres.
        sides: (N,) +1/-1 of each point.
        turns: (N,) whether it goes with the gaze.
    """
    delta = np.zeros_like(points)
    if side == 0:
        return delta
    chosen = sides == side
    if own == "eyeBlink":
        delta[chosen] = [0.0, BLINK_RETREAT, 0.0]
    if own in GAZE:
        outward, up = np.radians(GAZE[own])
        chosen = chosen & turns
        local = points[chosen] * [side, 1, 1] - p.EYE
        c, s = np.cos(outward), np.sin(outward)
        turned = np.stack([c * local[:, 0] - s * local[:, 1], s * local[:, 0] + c * local[:, 1], local[:, 2]], -1)
        c, s = np.cos(up), np.sin(up)
        turned = np.stack([turned[:, 0], c * turned[:, 1] + s * turned[:, 2], -s * turned[:, 1] + c * turned[:, 2]], -1)
        delta[chosen] = (turned - local) * [side, 1, 1]
    return delta
