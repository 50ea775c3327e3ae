# SPDX-License-Identifier: GPL-3.0-or-later
"""The head: its form as an implicit surface and its planned quad grid with loops around eyes and mouth.

The grid is one of azimuth and elevation with three rectangular holes; closed loops lead from each hole's border to the
lip and lid edges and on into the mouth and behind the lids. So every edge that a shape moves follows the feature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.easing import smooth_step
from . import proportions as p
from .surfaces import capsule, cut, ellipsoid, gradient, join, march, mirrored, sphere

FINE = np.radians(1.85)
FRONT_CELLS = 28  # on each side of the middle
EYE_COLUMNS = (3, 25)  # of the fine cells beside the middle, left side
MOUTH_COLUMNS = 11
EYE_ROWS = 18
MOUTH_ROWS = 12
BETWEEN_ROWS = 5  # from the eyes' holes down to the mouth's
EYE_TOP = np.radians(20.4)

SKIN, LIPS, LIP_LINE, MOUTH_INSIDE, LID_EDGE = range(5)  # material slots


def face_distance(points: np.ndarray, lids: bool = True) -> np.ndarray:
    """The head's form without lips' red, head space."""
    q = mirrored(points)
    d = ellipsoid(q, (0, 0.018, 0.036), (0.1010, 0.112, 0.1010))
    d = join(d, ellipsoid(q, (0, -0.024, -0.048), (0.0665, 0.070, 0.0720)), 0.055)
    d = join(d, sphere(q, (0, -0.0740, -0.0995), 0.0205), 0.045)
    d = join(d, sphere(q, (0.0425, -0.0520, -0.0285), 0.0380), 0.040)
    d = join(d, capsule(q, (0.016, -0.0845, 0.046), (0.064, -0.0620, 0.044), 0.0100), 0.040)
    d = cut(d, ellipsoid(q, (0.0430, -0.1130, 0.0045), (0.029, 0.026, 0.023)), 0.022)
    d = join(d, ellipsoid(q, (0, -0.0800, -0.0690), (0.0330, 0.0235, 0.0270)), 0.030)
    d = join(d, capsule(q, (0, -0.0910, 0.024), (0, -0.1130, -0.0200), 0.0075, 0.0095), 0.026)
    d = join(d, sphere(q, (0, -0.1190, -0.0235), 0.0118), 0.012)
    d = join(d, ellipsoid(q, (0.0100, -0.1090, -0.0275), (0.0075, 0.0090, 0.0068)), 0.010)
    d = cut(d, ellipsoid(q, (0.0060, -0.1150, -0.0372), (0.0036, 0.0048, 0.0036)), 0.005)
    d = cut(d, capsule(q, (0, -0.1060, -0.041), (0, -0.1068, -0.055), 0.0014, 0.0022), 0.009)  # philtrum
    d = cut(d, ellipsoid(q, (0, -0.1085, -0.0885), (0.017, 0.0055, 0.0040)), 0.012)  # fold under the lower lip
    if lids:
        d = join(d, sphere(q, p.EYE, p.EYE_RADIUS * p.LID_RADIUS), 0.006)
    d = join(d, capsule(q, (0, 0.022, -0.060), (0, 0.032, -0.210), 0.0375, 0.0390), 0.034)
    return d


def eye_ray(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Unit directions (N, 3) from the left eye's centre; azimuth outward, elevation up, both 0 straight ahead."""
    return np.stack([np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation), np.sin(elevation)], -1)


def eye_angles(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(radius, azimuth, elevation) about the left eye's centre."""
    local = points - p.EYE
    radius = np.sqrt((local**2).sum(-1))
    return radius, np.arctan2(local[..., 0], -local[..., 1]), np.arcsin(local[..., 2] / np.maximum(radius, 1e-9))


def head_ray(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Unit directions from the head's origin, like `eye_ray`."""
    return eye_ray(azimuth, elevation)


def head_angles(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.arctan2(points[..., 0], -points[..., 1]), np.arctan2(
        points[..., 2], np.hypot(points[..., 0], points[..., 1])
    )


@dataclass(frozen=True)
class HeadMesh:
    """The head's surface in head space, and its loops.

    vertices: (N, 3). faces: vertex indices, facing outward. materials: slot of each face. lip_rings: vertex indices of the
    mouth's loops, inward from the skin; column 0 is the left corner, then over the upper lip. lid_rings: likewise for each eye
    (+1 left, -1 right), column 0 is the outer corner, then over the upper lid. lip_ring: (N,) the loop of each vertex, -1
    where it is on none; lip_column: its column.
    """

    vertices: np.ndarray
    faces: list[tuple[int, ...]]
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
        self.faces: list[tuple[int, ...]] = []
        self.materials: list[int] = []

    def add(self, points: np.ndarray) -> np.ndarray:
        """Indices of the new points."""
        self.blocks.append(points)
        self.count += len(points)
        return np.arange(self.count - len(points), self.count)

    def face(self, corners: tuple[int, ...], material: int) -> None:
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


# Mouth loops: (part of the lip's height, forward in mm, material of the band that leads to it)
LIP_PROFILE = (
    (1.00, 0.9, SKIN),
    (0.90, 2.0, LIPS),
    (0.70, 3.1, LIPS),
    (0.48, 3.7, LIPS),
    (0.27, 3.5, LIPS),
    (0.10, 2.3, LIPS),
    (0.0, 0.7, LIP_LINE),
    (0.0, -1.3, LIP_LINE),
    (0.10, -3.2, MOUTH_INSIDE),
    (0.55, -5.0, MOUTH_INSIDE),
)
SKIN_LOOPS = 5
CONTACT_LOOPS = (SKIN_LOOPS + 6, SKIN_LOOPS + 7)
BORDER_LOOP = SKIN_LOOPS
# Behind the lips: (half width, half height, behind the teeth's front) of the loops round the mouth's inside.
BAG = ((0.0275, 0.016, -0.0025), (0.0310, 0.024, 0.010), (0.0300, 0.026, 0.032), (0.0180, 0.018, 0.056))


def mouth_count() -> int:
    return 2 * (2 * MOUTH_COLUMNS + MOUTH_ROWS)


def eye_count() -> int:
    return 2 * (EYE_COLUMNS[1] - EYE_COLUMNS[0] + EYE_ROWS)


def _rays() -> tuple[np.ndarray, np.ndarray, dict]:
    """Ray origins and directions of the grid, (rows, columns, 3) each, and the rows of the holes."""
    half = FINE * np.arange(FRONT_CELLS + 1)
    growth = np.linspace(1.0, 2.2, 18)  # wider cells towards the back
    half = np.concatenate([half, half[-1] + np.cumsum(growth) * (np.pi - half[-1]) / growth.sum()])
    azimuth = np.concatenate([-half[-2:0:-1], half])  # -pi is the same column as pi
    fine = EYE_TOP - FINE * np.arange(EYE_ROWS + BETWEEN_ROWS + MOUTH_ROWS + 1)
    growth = np.linspace(1.1, 2.4, 11)
    top = EYE_TOP + np.cumsum(growth) * (np.radians(86.0) - EYE_TOP) / growth.sum()
    elevation = np.concatenate([top[::-1], fine])
    below = 20
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
    rows = {"eye": len(top), "mouth": len(top) + EYE_ROWS + BETWEEN_ROWS}
    return np.array(origins), np.array(directions), rows


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


def _hole_border(grid: np.ndarray, row: int, rows: int, column: int, columns: int) -> np.ndarray:
    """Grid vertices around a hole: from the middle of its last column (+X) up, over the top, down, and back below."""
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
    origins, directions, rows = _rays()
    row_count, column_count = origins.shape[:2]
    middle = int(np.argmin(np.abs(np.arctan2(directions[0, :, 0], -directions[0, :, 1]))))
    eye_columns = EYE_COLUMNS[1] - EYE_COLUMNS[0]
    mouth_hole = (rows["mouth"], MOUTH_ROWS, middle - MOUTH_COLUMNS, 2 * MOUTH_COLUMNS)
    eye_holes = {
        1: (rows["eye"], EYE_ROWS, middle + EYE_COLUMNS[0], eye_columns),
        -1: (rows["eye"], EYE_ROWS, middle - EYE_COLUMNS[1], eye_columns),
    }
    used = np.ones((row_count, column_count), bool)
    closed = np.ones((row_count - 1, column_count), bool)
    for row, height, column, width in (mouth_hole, *eye_holes.values()):
        used[row + 1 : row + height, column + 1 : column + width] = False
        closed[row : row + height, column : column + width] = False
    grid = np.full((row_count, column_count), -1)
    grid[used] = np.arange(used.sum())
    points = _symmetric_march(origins[used], directions[used])

    sheet = _Sheet(points)
    for r, c in np.argwhere(closed):
        n = (c + 1) % column_count
        sheet.face((grid[r, c], grid[r + 1, c], grid[r + 1, n], grid[r, n]), SKIN)
    sheet.close(
        grid[0], march(face_distance, np.zeros((1, 3)), np.array([[0.0, 0.0, 1.0]])), SKIN
    )  # crown, under the hair

    loop = _hole_border(grid, *mouth_hole)
    lip_rings = []
    for positions, material in _mouth_loops(points[loop]):
        loop = sheet.band(loop, positions, material)
        lip_rings.append(loop)
    throat = sheet.close(loop, positions.mean(0) + [0, 0.010, 0], MOUTH_INSIDE)

    border = _hole_border(grid, *eye_holes[1])
    eye_loops = _eye_loops(points[border])
    lid_rings: dict[int, list[np.ndarray]] = {1: [], -1: []}
    for side, rings in lid_rings.items():
        loop = border
        if side < 0:  # run from the outer corner over the top, too, so that both eyes share their column numbers
            loop = _hole_border(grid, *eye_holes[-1])
            loop = loop[(len(loop) // 2 - np.arange(len(loop))) % len(loop)]
        for k, positions in enumerate(eye_loops):
            loop = sheet.band(loop, positions * [side, 1, 1], LID_EDGE if k >= EDGE_LOOP else SKIN, flip=side < 0)
            rings.append(loop)

    lip_ring, lip_column = np.full(sheet.count, -1), np.full(sheet.count, -1)
    for k, loop in enumerate(lip_rings):
        lip_ring[loop], lip_column[loop] = k, np.arange(len(loop))
    lip_ring[throat], lip_column[throat] = len(lip_rings), 0
    return HeadMesh(
        np.concatenate(sheet.blocks), sheet.faces, sheet.materials, lip_rings, lid_rings, lip_ring, lip_column
    )


def lip_across(count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """For each column of the mouth's loops: (x / half width, +1 upper, -1 lower, 0 corner)."""
    count = count or mouth_count()
    turn = 2 * np.pi * np.arange(count) / count
    side = np.sign(np.round(np.sin(turn), 9))
    across = np.cos(turn)
    return across, side


def skin_distance(points: np.ndarray) -> np.ndarray:
    """The face without the lids' bulge."""
    return face_distance(points, lids=False)


def front_surface(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Points of the face at given x and z, seen from the front."""
    origins = np.stack([x, np.full_like(x, -0.02), z], -1)
    return march(skin_distance, origins, np.tile([0.0, -1.0, 0.0], (len(x), 1)), 0.12, 0.03)


def lip_point(across: np.ndarray, side: np.ndarray, part: float, forward: float) -> np.ndarray:
    """A point of the lips. part: of the lip's height away from the meeting line; forward: metres before the face."""
    height = np.where(side >= 0, p.upper_lip_height(across), p.lower_lip_height(across))
    z = p.mouth_line(across) + side * part * height
    x = p.MOUTH_HALF_WIDTH * across
    base = front_surface(x, p.mouth_line(across) + side * min(part, 1.0) * height)
    full = np.clip(1.0 - np.abs(across) ** 2.5, 0.0, 1.0) ** 0.7
    fuller = np.where(side < 0, 1.12, 1.0)
    # At the corners the loops close up and tuck in a little.
    out = (
        forward * full * np.where(forward > 0, fuller, 1.0)
        - 0.0012 * (1.0 - full)
        + np.minimum(forward, 0.0) * (1 - full) * 0.6
    )
    normal = gradient(skin_distance, base)
    normal[:, 2] *= 0.3
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    point = base + out[:, None] * normal
    point[:, 2] += z - base[:, 2]
    return point


def _mouth_loops(border: np.ndarray) -> list[tuple[np.ndarray, int]]:
    """(positions, material of the band that leads to them) of the loops from the hole's border into the mouth."""
    across, side = lip_across(len(border))
    red = [lip_point(across, side, part, forward * 1e-3) for part, forward, _ in LIP_PROFILE]
    full = np.clip(1.0 - np.abs(across) ** 2.5, 0.0, 1.0)
    # Skin from the hole's border to the red: angles from the head's centre, then onto the surface.
    start, end = head_angles(border), head_angles(red[0])
    loops = []
    for k in range(1, SKIN_LOOPS + 1):
        s = (k / (SKIN_LOOPS + 1)) ** 0.9
        rays = head_ray(start[0] + (end[0] - start[0]) * s, start[1] + (end[1] - start[1]) * s)
        point = march(skin_distance, np.zeros_like(rays), rays, 0.2, 0.06)
        lift = 0.9e-3 * max(0.0, (s - 0.35) / 0.65) ** 2  # rise towards the red's rim
        loops.append((point + lift * full[:, None] * gradient(skin_distance, point), SKIN))
    loops += [(positions, material) for positions, (_, _, material) in zip(red, LIP_PROFILE)]
    turn = 2 * np.pi * np.arange(len(border)) / len(border)
    for width, height, behind in BAG:
        x = width * np.cos(turn)
        depth = p.teeth_arch(np.minimum(np.abs(x), 0.024), behind)
        loops.append((np.stack([x, depth, p.MOUTH_Z + height * np.sin(turn)], -1), MOUTH_INSIDE))
    twin = (len(border) // 2 - np.arange(len(border))) % len(border)
    return [
        (0.5 * (positions + positions[twin] * [-1, 1, 1]), material) for positions, material in loops
    ]  # exactly symmetric


LID_SKIN_LOOPS = 7
EDGE_LOOP = LID_SKIN_LOOPS + 2


def lid_along(count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    count = count or eye_count()
    turn = 2 * np.pi * np.arange(count) / count
    return np.cos(turn), np.sign(np.round(np.sin(turn), 9))


def _eye_loops(border: np.ndarray) -> list[np.ndarray]:
    """Loops from the hole's border to the lid edges and behind them (left eye)."""
    along, side = lid_along(len(border))
    azimuth, upper, lower = p.lid_opening(along)
    elevation = np.where(side > 0, upper, np.where(side < 0, lower, 0.5 * (upper + lower)))
    middle = np.radians(4.0), np.radians(-1.0)
    grow_a, grow_e = azimuth - middle[0], elevation - middle[1]
    size = np.hypot(grow_a, grow_e)

    def edge(grow: float, reach: float) -> np.ndarray:
        a = azimuth + np.radians(grow) * grow_a / size
        e = elevation + np.radians(grow) * grow_e / size
        return p.EYE + p.EYE_RADIUS * reach * eye_ray(a, e)

    start, end = head_angles(border), head_angles(edge(3.0, p.LID_RADIUS))
    loops = []
    for k in range(1, LID_SKIN_LOOPS + 1):
        s = (k / LID_SKIN_LOOPS) ** 0.85
        rays = head_ray(start[0] + (end[0] - start[0]) * s, start[1] + (end[1] - start[1]) * s)
        loops.append(march(face_distance, np.zeros_like(rays), rays, 0.2, 0.06))
    for grow, reach in (
        (0.6, p.LID_RADIUS - 0.012),
        (0.0, p.LID_RADIUS - 0.045),
        (0.0, p.LID_INNER),
        (3.5, p.LID_INNER - 0.005),
    ):
        loops.append(edge(grow, reach))
    return loops
