# SPDX-License-Identifier: GPL-3.0-or-later
"""The head's mesh: a planned quad grid with loops around eyes and mouth.

The grid is one of azimuth and elevation with three rectangular holes; closed loops lead from each hole's border to the
lip and lid edges and on into the mouth and behind the lids. So every edge that a shape moves follows the feature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...motion.easing import smooth_step
from .face_form import LID_EDGE, MOUTH_INSIDE, SKIN, face_distance, head_ray
from .lid_loops import EDGE_LOOP, eye_loops
from .lip_loops import mouth_loops
from .meshing import Faces
from .surfaces import march

FINE = np.radians(1.85)  # a cell of the face; its counts below were set by eye
FRONT_CELLS = 28  # on each side of the middle
EYE_COLUMNS = (3, 25)  # of the fine cells beside the middle, left side
MOUTH_COLUMNS = 11
EYE_ROWS = 18
MOUTH_ROWS = 12
BETWEEN_ROWS = 5  # from the eyes' holes down to the mouth's
EYE_TOP = np.radians(20.4)


@dataclass(frozen=True)
class HeadMesh:
    """The head's surface in head space, and its loops.

    vertices: (N, 3) metres. faces: vertex indices, facing outward. materials: slot of each face.
    lip_rings: vertex indices of the mouth's loops, inward from the skin; column 0 is the left corner, then over the
    upper lip. lid_rings: likewise for each eye (+1 left, -1 right), column 0 is the outer corner, then over the upper
    lid. lip_ring: (N,) the loop of each vertex, -1 where it is on none; lip_column: (N,) its column.
    """

    vertices: np.ndarray
    faces: Faces
    materials: list[int]
    lip_rings: list[np.ndarray]
    lid_rings: dict[int, list[np.ndarray]]
    lip_ring: np.ndarray
    lip_column: np.ndarray


class _Sheet:
    """Vertices and faces while they are put together."""

    def __init__(self, points: np.ndarray):
        self.blocks = [points]
        self.count = len(points)
        self.faces: Faces = []
        self.materials: list[int] = []

    def add(self, points: np.ndarray) -> np.ndarray:
        """Indices of the new points."""
        self.blocks.append(points)
        self.count += len(points)
        return np.arange(self.count - len(points), self.count)

    def face(self, corners: Sequence[int | np.integer], material: int) -> None:
        """Add one face, counter-clockwise seen from outside."""
        self.faces.append(tuple(int(corner) for corner in corners))
        self.materials.append(material)

    def band(self, outer: np.ndarray, positions: np.ndarray, material: int, flip: bool = False) -> np.ndarray:
        """A new closed loop joined to `outer` by quads. Returns its indices."""
        inner = self.add(positions)
        for c in range(len(outer)):
            n = (c + 1) % len(outer)
            quad = (outer[c], outer[n], inner[n], inner[c])
            self.face(quad[::-1] if flip else quad, material)
        return inner

    def close(self, loop: np.ndarray, tip: np.ndarray, material: int) -> int:
        """A fan from a closed loop to one point. Returns the point's index."""
        last = int(self.add(tip.reshape(1, 3))[0])
        for c in range(len(loop)):
            self.face((loop[c], loop[(c + 1) % len(loop)], last), material)
        return last


class _Hole(NamedTuple):
    """A rectangle of cells left out of the grid, for a mouth or an eye."""

    row: int
    rows: int
    column: int
    columns: int


@dataclass(frozen=True)
class _Grid:
    """Rays of the grid, (rows, columns, 3) each, and its holes; index: vertex of each crossing, -1 within the holes."""

    origins: np.ndarray
    directions: np.ndarray
    index: np.ndarray
    closed: np.ndarray  # (rows - 1, columns): cells that have a face
    mouth: _Hole
    left_eye: _Hole
    right_eye: _Hole


def _columns() -> np.ndarray:
    """Azimuths of the grid's columns, radians: fine cells in front, wider ones towards the back."""
    half = FINE * np.arange(FRONT_CELLS + 1)
    growth = np.linspace(1.0, 2.2, 18)
    half = np.concatenate([half, half[-1] + np.cumsum(growth) * (np.pi - half[-1]) / growth.sum()])
    return np.concatenate([-half[-2:0:-1], half])  # -pi is the same column as pi


def _rays(azimuth: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Ray origins and directions of the grid, (rows, columns, 3) each, and the first row of the eyes' holes."""
    fine = EYE_TOP - FINE * np.arange(EYE_ROWS + BETWEEN_ROWS + MOUTH_ROWS + 1)
    growth = np.linspace(1.1, 2.4, 11)
    top = EYE_TOP + np.cumsum(growth) * (np.radians(86.0) - EYE_TOP) / growth.sum()
    elevation = np.concatenate([top[::-1], fine])
    below = 20  # rows of the neck
    origins, directions = [], []
    # Behind the ears the rows lie flatter, so that they run on down the neck.
    facing = 1.0 - 0.45 * smooth_step((np.abs(azimuth) - np.radians(55.0)) / np.radians(90.0))
    for e in elevation:
        origins.append(np.zeros((len(azimuth), 3)))
        directions.append(head_ray(azimuth, e * (facing if e < 0 else np.ones_like(facing))))
    front = 0.5 + 0.5 * np.cos(azimuth)
    for step in range(1, below + 1):
        s = step / below
        e = elevation[-1] * facing * (1 - s) - np.radians(37.0) * np.sin(np.pi * min(1.0, s * 1.05)) * front
        origins.append(np.tile([0.0, 0.030 * s, -0.185 * s**1.15], (len(azimuth), 1)))
        directions.append(head_ray(azimuth, e))
    return np.array(origins), np.array(directions), len(top)


def _planned_grid() -> _Grid:
    """The grid before it is projected onto the face."""
    origins, directions, eye_row = _rays(_columns())
    row_count, column_count = origins.shape[:2]
    middle = int(np.argmin(np.abs(np.arctan2(directions[0, :, 0], -directions[0, :, 1]))))
    eye_columns = EYE_COLUMNS[1] - EYE_COLUMNS[0]
    mouth = _Hole(eye_row + EYE_ROWS + BETWEEN_ROWS, MOUTH_ROWS, middle - MOUTH_COLUMNS, 2 * MOUTH_COLUMNS)
    left_eye = _Hole(eye_row, EYE_ROWS, middle + EYE_COLUMNS[0], eye_columns)
    right_eye = _Hole(eye_row, EYE_ROWS, middle - EYE_COLUMNS[1], eye_columns)
    used = np.ones((row_count, column_count), bool)
    closed = np.ones((row_count - 1, column_count), bool)
    for row, rows, column, columns in (mouth, left_eye, right_eye):
        used[row + 1 : row + rows, column + 1 : column + columns] = False
        closed[row : row + rows, column : column + columns] = False
    index = np.full((row_count, column_count), -1)
    index[used] = np.arange(used.sum())
    return _Grid(origins, directions, index, closed, mouth, left_eye, right_eye)


def _symmetric_march(origins: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """`march` onto the face for rays in mirrored pairs: the left half is computed, the right half copied."""
    key = np.round(np.concatenate([origins, directions], axis=1), 9)
    left = key[:, 3] >= 0
    points = np.empty_like(origins)
    points[left] = march(face_distance, origins[left], directions[left], 0.24, 0.02)
    place = {tuple(row): i for i, row in zip(np.flatnonzero(left), (key[left] + 0.0).tolist())}
    right = np.flatnonzero(~left)
    twin = [place[tuple(row)] for row in (key[right] * [1, 1, 1, -1, 1, 1] + 0.0).tolist()]
    points[right] = points[twin] * [-1, 1, 1]
    return points


def _hole_border(grid: np.ndarray, hole: _Hole) -> np.ndarray:
    """Grid vertices around a hole: from the middle of its last column (+X) up, over the top, down, and back below."""
    row, rows, column, columns = hole
    middle = row + rows // 2
    last = column + columns
    up = [grid[r, last] for r in range(middle, row, -1)]
    top = [grid[row, c] for c in range(last, column, -1)]
    down = [grid[r, column] for r in range(row, row + rows)]
    bottom = [grid[row + rows, c] for c in range(column, last)]
    back = [grid[r, last] for r in range(row + rows, middle, -1)]
    return np.array(up + top + down + bottom + back)


def build() -> HeadMesh:
    """The whole head: the grid, then the mouth's and the eyes' loops in its holes."""
    grid = _planned_grid()
    used = grid.index >= 0
    points = _symmetric_march(grid.origins[used], grid.directions[used])
    sheet = _Sheet(points)
    column_count = grid.index.shape[1]
    for r, c in np.argwhere(grid.closed):
        n = (c + 1) % column_count
        corners = grid.index[[r, r + 1, r + 1, r], [c, c, n, n]]
        sheet.face(corners.tolist(), SKIN)
    crown = march(face_distance, np.zeros((1, 3)), np.array([[0.0, 0.0, 1.0]]))  # under the hair
    sheet.close(grid.index[0], crown, SKIN)
    lip_rings, throat = _add_mouth(sheet, grid, points)
    lid_rings = _add_lids(sheet, grid, points)

    lip_ring, lip_column = np.full(sheet.count, -1), np.full(sheet.count, -1)
    for k, loop in enumerate(lip_rings):
        lip_ring[loop], lip_column[loop] = k, np.arange(len(loop))
    lip_ring[throat], lip_column[throat] = len(lip_rings), 0
    return HeadMesh(
        np.concatenate(sheet.blocks), sheet.faces, sheet.materials, lip_rings, lid_rings, lip_ring, lip_column
    )


def _add_mouth(sheet: _Sheet, grid: _Grid, points: np.ndarray) -> tuple[list[np.ndarray], int]:
    """(vertex indices of the mouth's loops, index of the throat's point that closes them)."""
    loop = _hole_border(grid.index, grid.mouth)
    lip_rings = []
    loops = mouth_loops(points[loop])
    for positions, material in loops:
        loop = sheet.band(loop, positions, material)
        lip_rings.append(loop)
    innermost, _ = loops[-1]
    return lip_rings, sheet.close(loop, innermost.mean(0) + [0, 0.010, 0], MOUTH_INSIDE)


def _add_lids(sheet: _Sheet, grid: _Grid, points: np.ndarray) -> dict[int, list[np.ndarray]]:
    """Vertex indices of each eye's loops, +1 left, -1 right; the right eye mirrors the left one."""
    border = _hole_border(grid.index, grid.left_eye)
    loops = eye_loops(points[border])
    # The right loop, too, runs from the outer corner over the top, so that both eyes share their column numbers.
    other = _hole_border(grid.index, grid.right_eye)
    other = other[(len(other) // 2 - np.arange(len(other))) % len(other)]
    lid_rings: dict[int, list[np.ndarray]] = {1: [], -1: []}
    for side, loop in ((1, border), (-1, other)):
        for k, positions in enumerate(loops):
            loop = sheet.band(loop, positions * [side, 1, 1], LID_EDGE if k >= EDGE_LOOP else SKIN, flip=side < 0)
            lid_rings[side].append(loop)
    return lid_rings
