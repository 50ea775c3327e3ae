# SPDX-License-Identifier: GPL-3.0-or-later
"""Points of the face with their place about the mouth, and what every shape is made of: bells and moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...motion.easing import smooth_step
from . import proportions as p
from .head import HeadMesh
from .lip_loops import BORDER_LOOP, CONTACT_LOOPS, LIP_PROFILE, lip_across
from .surfaces import Point

MM = 1e-3  # metres


def blob(points: np.ndarray, center: Point, radii: Point) -> np.ndarray:
    """A bell (N,) of height 1 about `center` with the given half widths, metres."""
    return np.exp(-(((points - np.asarray(center)) / np.asarray(radii)) ** 2).sum(-1))


def moved(
    weight: np.ndarray, x: np.ndarray | float = 0.0, y: np.ndarray | float = 0.0, z: np.ndarray | float = 0.0
) -> np.ndarray:
    """Displacement (N, 3) by (x, y, z) metres, each point by its weight (N,)."""
    return weight[:, None] * np.stack(np.broadcast_arrays(np.asarray(x, float) * np.ones_like(weight), y, z), -1)


def folded(points: np.ndarray) -> np.ndarray:
    """Points (N, 3) with |x|, for shapes that are symmetric."""
    return np.abs(points) * [1, 0, 0] + points * [0, 1, 1]


@dataclass(frozen=True)
class FacePoints:
    """Points in head space and their place on the face.

    points: (N, 3) metres. All else (N,): across: x / half width of the mouth; side: 1 upper to -1 lower face, 0 level
    with the mouth's corners; part: how far from the lips' meeting line in heights of the lip (0 at the line, 1 at the
    red's rim, more on the skin); inner: how far behind the meeting line, 0..1; on_lips: on any loop from the red's rim
    inward; outside: metres from the red, along the face.
    """

    points: np.ndarray
    across: np.ndarray
    side: np.ndarray
    part: np.ndarray
    inner: np.ndarray
    on_lips: np.ndarray
    outside: np.ndarray

    @classmethod
    def of(cls, points: np.ndarray) -> FacePoints:
        """Points of the skin, from their position alone."""
        x, z = points[:, 0], points[:, 2]
        across = x / p.MOUTH_HALF_WIDTH
        rise = z - p.mouth_line(across)
        soft = 0.0012 + 0.85 * np.maximum(np.abs(x) - 0.85 * p.MOUTH_HALF_WIDTH, 0.0)
        side = np.tanh(rise / soft)
        inside = np.clip(np.abs(across), 0, 0.97)
        height = np.where(rise >= 0, p.upper_lip_height(inside), p.lower_lip_height(inside))
        part = np.abs(rise) / np.maximum(height, 0.0015)
        outside = np.hypot(np.maximum(np.abs(x) - p.MOUTH_HALF_WIDTH, 0.0), np.maximum(np.abs(rise) - height, 0.0))
        none = np.zeros(len(points))
        return cls(points, across, side, part, none, np.zeros(len(points), bool), outside)

    @classmethod
    def of_head(cls, head: HeadMesh) -> FacePoints:
        """The head's vertices; those on the mouth's loops take their place from the loop."""
        skin = cls.of(head.vertices)
        across, side, part = skin.across.copy(), skin.side.copy(), skin.part.copy()
        inner, outside = skin.inner.copy(), skin.outside.copy()
        loops = head.lip_ring
        on_lips = loops >= BORDER_LOOP
        column_across, column_side = lip_across(len(head.lip_rings[0]))
        columns = head.lip_column[on_lips]
        across[on_lips] = column_across[columns]
        side[on_lips] = column_side[columns] * (1.0 - np.abs(column_across[columns]) ** 4)
        profile = np.array([row[0] for row in LIP_PROFILE] + [1.5, 2.0, 2.0, 2.0, 2.0])  # then the mouth's inside
        part[on_lips] = profile[loops[on_lips] - BORDER_LOOP]
        inner[on_lips] = np.clip((loops[on_lips] - CONTACT_LOOPS[0]) / 3.0, 0.0, 1.0)
        outside[on_lips & (loops <= CONTACT_LOOPS[1] + 1)] = 0.0
        return cls(head.vertices, across, side, part, inner, on_lips, outside)

    def mirrored(self, side: int) -> FacePoints:
        """As the left half sees them: unchanged for side 1, mirrored for -1."""
        return replace(self, points=self.points * np.array([side, 1.0, 1.0]), across=self.across * side)

    def near(self, width: float) -> np.ndarray:
        """1 on the lips, falling off over `width` metres of skin; 0 at the back of the mouth and of the head."""
        front = 1.0 - smooth_step(self.points[:, 1], -0.072, -0.040)
        return np.exp(-((self.outside / width) ** 2)) * front

    def beside_lips(self, width: float) -> np.ndarray:
        """1 on the lips, falling off over `width` metres of skin, at any depth."""
        return np.exp(-((self.outside / width) ** 2))

    def short_of_corners(self, power: float) -> np.ndarray:
        """1 in the mouth's middle, 0 at its corners and beyond; the higher the power, the later it falls."""
        return 1.0 - np.clip(np.abs(self.across), 0, 1) ** power

    @property
    def lower(self) -> np.ndarray:
        """1 on the lower face, 0 on the upper."""
        return 0.5 - 0.5 * self.side

    @property
    def upper_lip(self) -> np.ndarray:
        """Share of the upper lip and the skin above it; on the loops without a soft edge at the meeting line."""
        return np.where(self.on_lips, (self.side >= 0) * np.abs(self.side), np.clip(self.side, 0, 1))

    @property
    def lower_lip(self) -> np.ndarray:
        """Like `upper_lip`, below."""
        return np.where(self.on_lips, (self.side < 0) * np.abs(self.side), np.clip(-self.side, 0, 1))

    @property
    def rim(self) -> np.ndarray:
        """0 at the meeting line, 1 at the rim of the red and beyond."""
        return np.clip(self.part, 0.0, 1.0)

    @property
    def left_half(self) -> np.ndarray:
        """Share of the left shape; left and right add up to one everywhere."""
        return smooth_step(self.points[:, 0], -0.010, 0.010)
