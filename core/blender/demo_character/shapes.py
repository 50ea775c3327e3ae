# SPDX-License-Identifier: GPL-3.0-or-later
"""The 52 ARKit shapes and the tongue's three, as displacement fields in head space.

Every shape is a function of a point of the face (and, on the loops of lips and lids, of the point's place on its loop),
so left and right are exact mirror images and every mesh of the face moves by the same field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.easing import smooth_step
from ...motion.face_track import ARKIT_NAMES, FACE_NAMES, TONGUE_NAMES
from . import mouth
from . import proportions as p
from .head import BORDER_LOOP, CONTACT_LOOPS, LIP_PROFILE, HeadMesh, eye_angles, eye_ray, lip_across, mouth_count

MM = 1e-3


def blob(points: np.ndarray, center, radii) -> np.ndarray:
    """A bell of height 1 about `center` with the given half widths."""
    return np.exp(-(((points - np.asarray(center)) / np.asarray(radii)) ** 2).sum(-1))


def left_half(x: np.ndarray, soft: float = 0.010) -> np.ndarray:
    """Share of the left shape at x; left and right add up to one everywhere."""
    return smooth_step(x, -soft, soft)


@dataclass
class FacePoints:
    """Points in head space and their place on the face.

    across: x / half width of the mouth; side: 1 upper … -1 lower face, 0 level with the mouth's corners; part: how far from
    the lips' meeting line in heights of the lip (0 at the line, 1 at the red's rim, more on the skin); inner: on the loops
    behind the meeting line.
    """

    points: np.ndarray
    across: np.ndarray
    side: np.ndarray
    part: np.ndarray
    inner: np.ndarray
    on_lips: np.ndarray
    outside: np.ndarray  # metres from the red, along the face

    @classmethod
    def of(cls, points: np.ndarray, head: HeadMesh | None = None) -> FacePoints:
        x, z = points[:, 0], points[:, 2]
        across = x / p.MOUTH_HALF_WIDTH
        rise = z - p.mouth_line(across)
        soft = 0.0012 + 0.85 * np.maximum(np.abs(x) - 0.85 * p.MOUTH_HALF_WIDTH, 0.0)
        side = np.tanh(rise / soft)
        inside = np.clip(np.abs(across), 0, 0.97)
        height = np.where(rise >= 0, p.upper_lip_height(inside), p.lower_lip_height(inside))
        part = np.abs(rise) / np.maximum(height, 0.0015)
        outside = np.hypot(np.maximum(np.abs(x) - p.MOUTH_HALF_WIDTH, 0.0), np.maximum(np.abs(rise) - height, 0.0))
        inner = np.zeros(len(points))
        on_lips = np.zeros(len(points), bool)
        if head is not None:
            loops = head.lip_ring
            column_across, column_side = lip_across(mouth_count())
            ring = loops >= BORDER_LOOP
            columns = head.lip_column[ring]
            across = across.copy()
            across[ring] = column_across[columns]
            side[ring] = column_side[columns] * (1.0 - np.abs(column_across[columns]) ** 4)
            profile = np.array([row[0] for row in LIP_PROFILE] + [1.5, 2.0, 2.0, 2.0, 2.0])
            number = loops[ring] - BORDER_LOOP
            part[ring] = profile[number]
            inner[ring] = np.clip((loops[ring] - CONTACT_LOOPS[0]) / 3.0, 0.0, 1.0)
            on_lips = ring
            outside[ring & (loops <= CONTACT_LOOPS[1] + 1)] = 0.0
        return cls(points, across, side, part, inner, on_lips, outside)

    def near(self, width: float) -> np.ndarray:
        """1 on the lips, falling off over `width` metres of skin; 0 at the back of the mouth and of the head."""
        front = 1.0 - smooth_step(self.points[:, 1], -0.072, -0.040)
        return np.exp(-((self.outside / width) ** 2)) * front

    @property
    def lower(self) -> np.ndarray:
        return 0.5 - 0.5 * self.side


def jaw_weight(face: FacePoints) -> np.ndarray:
    """How much a point goes with the lower jaw."""
    x, y, z = face.points.T
    weight = face.lower
    weight = weight * (1.0 - smooth_step(y, -0.035, 0.025))
    # the throat stays with the neck
    throat = smooth_step(-z, 0.092, 0.125) * smooth_step(y, -0.062, -0.028)
    weight = weight * (1.0 - throat)
    return np.where(face.on_lips, face.lower, weight)


def rotated_about_jaw(points: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Points turned open by `angle` (radians, per point) about the jaw's hinge."""
    local = points - p.JAW_HINGE
    c, s = np.cos(angle), np.sin(angle)
    # opening takes the chin (at -y) down and back
    y = c * local[:, 1] - s * local[:, 2]
    z = s * local[:, 1] + c * local[:, 2]
    return np.stack([local[:, 0], y, z], -1) + p.JAW_HINGE


def jaw_open(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    full = rotated_about_jaw(points, np.full(len(points), p.JAW_OPEN_RAD)) - points
    return full * weight[:, None]


def _vector(weight: np.ndarray, x=0.0, y=0.0, z=0.0) -> np.ndarray:
    return weight[:, None] * np.stack(np.broadcast_arrays(np.asarray(x, float) * np.ones_like(weight), y, z), -1)


def _contact_pairs(head: HeadMesh) -> tuple[np.ndarray, np.ndarray]:
    """(upper, lower) vertices of the meeting loop that touch each other, from the left corner to the right."""
    loop = head.lip_rings[CONTACT_LOOPS[0]]
    half = len(loop) // 2
    columns = np.arange(half + 1)
    return loop[columns], loop[-columns % len(loop)]


class FaceShapes:
    """Displacements of the head's points for every shape; `head` gives the loops."""

    def __init__(self, head: HeadMesh):
        self.head = head
        face = FacePoints.of(head.vertices, head)
        upper, lower = _contact_pairs(head)
        moved = self._jaw_open(face)
        # where the lips meet when the jaw is open, by place along the mouth: nearer to the upper lip, which moves less
        self._meet_across = np.cos(np.linspace(np.pi, 0.0, len(upper)))
        self._meet = (moved[upper] + 0.42 * (moved[lower] - moved[upper]))[::-1]

    # ---- jaw

    def _jaw_open(self, face: FacePoints) -> np.ndarray:
        delta = jaw_open(face.points, jaw_weight(face))
        # the corners come in and the cheeks follow
        corner = np.exp(-(((np.abs(face.across) - 1.0) / 0.55) ** 2)) * face.near(0.016)
        delta += _vector(
            corner, -3.5 * MM * np.sign(face.points[:, 0]) * smooth_step(np.abs(face.across), 0.0, 0.6), 0.0, 0.0
        )
        cheeks = blob(
            face.points * [0, 1, 1] + np.abs(face.points) * [1, 0, 0], (0.052, -0.066, -0.048), (0.024, 0.04, 0.030)
        )
        delta += _vector(cheeks * ~face.on_lips, -2.5 * MM * np.sign(face.points[:, 0]), 0.0, 0.0)
        return delta

    def _mouth_close(self, face: FacePoints) -> np.ndarray:
        """Bring what the open jaw moved back to one line: jawOpen and mouthClose at the same weight leave the lips together."""
        across = np.clip(face.across, -1.0, 1.0)
        meet = np.stack([np.interp(across, self._meet_across, self._meet[:, axis]) for axis in range(3)], -1)
        return (meet - self._jaw_open(face)) * face.near(0.017)[:, None]

    # ---- the lips

    def _lips(self, name: str, face: FacePoints) -> np.ndarray | None:
        x = face.points[:, 0]
        t = face.across
        middle = 1.0 - np.clip(np.abs(t), 0, 1) ** 3
        rim = np.clip(face.part, 0.0, 1.0)  # 0 at the meeting line, 1 at the rim of the red and beyond
        sharp_upper = np.where(face.on_lips, (face.side >= 0) * np.abs(face.side), np.clip(face.side, 0, 1))
        sharp_lower = np.where(face.on_lips, (face.side < 0) * np.abs(face.side), np.clip(-face.side, 0, 1))
        small = face.near(0.012)
        inward = np.clip(x, -1.25 * p.MOUTH_HALF_WIDTH, 1.25 * p.MOUTH_HALF_WIDTH)
        if name == "mouthPucker":
            reach = face.near(0.021)
            forward = (9.0 - 3.0 * np.clip(np.abs(t), 0, 1.3) ** 2) * (
                0.55 + 0.45 * np.exp(-((face.outside / 0.008) ** 2))
            )
            thick = np.where(face.on_lips, 1.0, 0.4) * (sharp_upper - sharp_lower) * rim * 1.6
            return np.stack([-0.44 * inward * reach, -forward * MM * reach, thick * MM * reach + 0.4 * MM * reach], -1)
        if name == "mouthFunnel":
            reach = face.near(0.020)
            forward = (7.5 - 2.0 * np.clip(np.abs(t), 0, 1.3) ** 2) * (
                0.6 + 0.4 * np.exp(-((face.outside / 0.008) ** 2))
            )
            flare = np.where(face.on_lips, 1.0 - 0.25 * rim, 0.6)
            lift = (
                flare
                * (4.6 * sharp_upper - 5.6 * sharp_lower)
                * np.sqrt(np.clip(1.0 - (np.abs(t) / 1.02) ** 4, 0.0, 1.0))
            )
            return np.stack([-0.30 * inward * reach, -forward * MM * reach, lift * MM * reach], -1)
        if name in ("mouthLeft", "mouthRight"):
            sign = 1.0 if name == "mouthLeft" else -1.0
            reach = face.near(0.024)
            pulled = 0.75 + 0.25 * np.clip(sign * t, -1, 1)
            return _vector(
                reach * pulled,
                sign * 9.0 * MM,
                1.2 * MM * np.abs(np.clip(t, -1, 1)),
                1.2 * MM * np.clip(sign * t, -1, 1),
            )
        if name in ("mouthRollLower", "mouthRollUpper"):
            own = sharp_lower if name == "mouthRollLower" else sharp_upper
            toward = 1.0 if name == "mouthRollLower" else -1.0
            height = np.where(name == "mouthRollLower", p.lower_lip_height(t), p.upper_lip_height(t))
            # the rim comes to the meeting line, the red turns in over the teeth
            lift = np.where(face.on_lips, 0.62 * height * rim, 0.62 * height * np.exp(-((face.outside / 0.010) ** 2)))
            lift = lift + 2.2 * MM * (1.0 - np.clip(np.abs(t), 0, 1) ** 7)
            back = np.where(face.on_lips, 1.6 + 4.2 * (1.0 - rim) ** 0.8, 1.6 * np.exp(-((face.outside / 0.011) ** 2)))
            back = back * (1.0 - 0.75 * face.inner)
            return np.stack([0 * x, own * small * back * MM, own * small * toward * lift], -1)
        if name == "mouthShrugLower":
            chin = blob(face.points, (0, -0.094, -0.100), (0.022, 0.03, 0.016))
            lip = small * sharp_lower * middle
            return (
                _vector(lip, 0, -3.8 * MM * (0.4 + 0.6 * np.clip(1.2 - rim, 0, 1)), 3.6 * MM)
                + _vector(small * sharp_upper * middle, 0, -1.0 * MM, 2.2 * MM)
                + _vector(chin, 0, -2.0 * MM, 5.0 * MM)
            )
        if name == "mouthShrugUpper":
            lip = face.near(0.011) * sharp_upper * middle
            return _vector(lip, 0, -4.2 * MM * (0.35 + 0.65 * np.clip(1.2 - rim, 0, 1)), 2.6 * MM) + _vector(
                small * sharp_lower * middle, 0, -0.8 * MM, 1.8 * MM
            )
        return None

    def _lips_of_one_side(self, name: str, face: FacePoints) -> np.ndarray | None:
        """The left half of the shapes that have a left and a right; x positive is the shape's own side."""
        x = face.points[:, 0]
        t = face.across
        half = left_half(x)
        middle = 1.0 - np.clip(np.abs(t), 0, 1) ** 3
        rim = np.clip(face.part, 0.0, 1.0)
        sharp_upper = np.where(face.on_lips, (face.side >= 0) * np.abs(face.side), np.clip(face.side, 0, 1))
        sharp_lower = np.where(face.on_lips, (face.side < 0) * np.abs(face.side), np.clip(-face.side, 0, 1))
        corner = np.clip(t, 0, 1) ** 1.7
        if name == "mouthSmile":
            reach = face.near(0.020) * corner
            cheek = blob(face.points, (0.046, -0.083, -0.034), (0.019, 0.04, 0.016))
            lid = blob(face.points, (0.043, -0.095, -0.022), (0.020, 0.03, 0.010))
            return (
                _vector(reach, 8.0 * MM, 5.0 * MM, 8.0 * MM * np.clip(t, 0, 1) ** 0.7)
                + _vector(cheek, 2.6 * MM, -2.4 * MM, 4.2 * MM)
                + _vector(lid, 0, -0.8 * MM, 1.2 * MM)
                + _vector(half * face.near(0.012) * middle, 0, 1.0 * MM, -0.6 * MM)
            )
        if name == "mouthFrown":
            reach = face.near(0.019) * corner
            chin = blob(face.points, (0.014, -0.094, -0.100), (0.018, 0.03, 0.014))
            return _vector(reach, 1.0 * MM, 2.0 * MM, -8.5 * MM) + _vector(chin, 0, -0.8 * MM, 2.2 * MM)
        if name == "mouthDimple":
            reach = face.near(0.011) * corner
            ring = blob(face.points, (0.040, -0.088, -0.066), (0.009, 0.03, 0.014))
            return _vector(reach, 4.6 * MM, 5.4 * MM, 1.4 * MM) + _vector(ring * ~face.on_lips, 1.6 * MM, -2.2 * MM, 0)
        if name == "mouthStretch":
            reach = face.near(0.021) * corner
            neck = blob(face.points, (0.034, -0.080, -0.095), (0.018, 0.03, 0.018))
            return _vector(reach, 9.5 * MM, 5.5 * MM, -3.6 * MM) + _vector(neck, 1.5 * MM, 0, -2.0 * MM)
        if name == "mouthPress":
            squeeze = half * face.near(0.010)
            toward = sharp_lower - sharp_upper
            height = np.where(face.side < 0, p.lower_lip_height(t), p.upper_lip_height(t))
            lift = np.where(face.on_lips, 0.36 * height * rim, 0.36 * height * np.exp(-((face.outside / 0.009) ** 2)))
            closing = 1.0 - np.clip(np.abs(t), 0, 1) ** 7  # keeps the lips together while the jaw is a little open
            lift = lift + 2.2 * MM * closing
            bulge = sum(blob(face.points, (0.012, -0.1, z), (0.02, 0.03, 0.006)) for z in (-0.086, -0.052))
            pinch = face.near(0.012) * np.clip(t, 0, 1) ** 4
            return (
                np.stack([0 * x, squeeze * 1.7 * MM * middle * (1.0 - 0.7 * face.inner), squeeze * toward * lift], -1)
                + _vector(bulge * half * ~face.on_lips, 0, -0.9 * MM, 0)
                + _vector(pinch, 1.2 * MM, 1.8 * MM, 0.6 * MM)
            )
        if name == "mouthLowerDown":
            lip = half * sharp_lower * (1.0 - np.clip(np.abs(t), 0, 1) ** 4)
            return _vector(lip * face.near(0.015), 0.8 * MM, -0.8 * MM, -7.8 * MM)
        if name == "mouthUpperUp":
            lip = half * sharp_upper * (1.0 - np.clip(np.abs(t), 0, 1) ** 4)
            fold = blob(face.points, (0.028, -0.092, -0.040), (0.012, 0.03, 0.012))
            return _vector(lip * face.near(0.013), 0.6 * MM, -0.8 * MM, 6.8 * MM) + _vector(
                fold, 0.5 * MM, -1.6 * MM, 2.2 * MM
            )
        return None

    # ---- cheeks, nose, brows

    def _soft(self, name: str, face: FacePoints) -> np.ndarray | None:
        points = face.points
        outer = ~face.on_lips
        half = left_half(points[:, 0])
        if name == "cheekPuff":
            mirror = np.abs(points) * [1, 0, 0] + points * [0, 1, 1]
            cheek = blob(mirror, (0.046, -0.078, -0.062), (0.021, 0.034, 0.026)) * outer
            above = blob(points, (0, -0.104, -0.050), (0.020, 0.02, 0.007)) + blob(
                points, (0, -0.104, -0.090), (0.022, 0.02, 0.008)
            )
            sign = np.sign(points[:, 0]) * smooth_step(np.abs(points[:, 0]), 0.004, 0.03)
            return (
                _vector(cheek, 10.5 * MM * sign, -7.0 * MM, 0.0)
                + _vector(above * outer, 0, -2.2 * MM, 0)
                + _vector(face.near(0.008), -0.05 * points[:, 0], -1.0 * MM, 0)
            )
        if name == "browInnerUp":
            inner = blob(np.abs(points) * [1, 0, 0] + points * [0, 1, 1], (0.014, -0.090, 0.050), (0.021, 0.04, 0.022))
            crease = blob(points, (0, -0.090, 0.072), (0.040, 0.04, 0.010))
            return _vector(
                inner,
                -0.6 * MM * np.sign(points[:, 0]) * smooth_step(np.abs(points[:, 0]), 0, 0.01),
                -0.6 * MM,
                11.5 * MM,
            ) + _vector(crease, 0, -1.0 * MM, 1.5 * MM)
        if name == "browDown":
            brow = blob(points, (0.030, -0.086, 0.047), (0.026, 0.04, 0.017))
            inner = blob(points, (0.010, -0.092, 0.044), (0.013, 0.04, 0.015))
            return _vector(brow, -2.2 * MM, -1.6 * MM, -7.2 * MM) + _vector(
                inner * half, -2.0 * MM, -1.2 * MM, -4.8 * MM
            )
        if name == "browOuterUp":
            return _vector(blob(points, (0.058, -0.072, 0.050), (0.025, 0.04, 0.022)), 0.4 * MM, 1.2 * MM, 11.0 * MM)
        if name == "cheekSquint":
            cheek = blob(points, (0.046, -0.085, -0.032), (0.022, 0.04, 0.015))
            return _vector(cheek, 1.0 * MM, -2.6 * MM, 5.6 * MM)
        if name == "noseSneer":
            wing = blob(points, (0.014, -0.108, -0.026), (0.010, 0.02, 0.012))
            side = blob(points, (0.013, -0.100, 0.004), (0.008, 0.02, 0.014))
            lip = blob(points, (0.016, -0.100, -0.050), (0.014, 0.03, 0.014)) * np.clip(face.side, 0, 1)
            brow = blob(points, (0.012, -0.090, 0.040), (0.012, 0.04, 0.012))
            return (
                _vector(wing, 1.2 * MM, -0.6 * MM, 4.4 * MM)
                + _vector(side, 0, -1.4 * MM, 1.8 * MM)
                + _vector(lip, 0.3 * MM, -0.4 * MM, 3.2 * MM)
                + _vector(brow * half, -1.0 * MM, -0.6 * MM, -2.8 * MM)
            )
        return None

    # ---- lids

    def _lids(self, name: str, points: np.ndarray) -> np.ndarray | None:
        """The left eye's lids; `points` mirrored for the right eye."""
        radius, azimuth, elevation = eye_angles(points)
        near = radius < p.EYE_RADIUS * 1.9
        along = np.clip((azimuth - np.radians(4.0)) / np.radians(46.0), -1.0, 1.0)
        _, upper, lower = p.lid_opening(along)
        beyond = np.abs(azimuth - np.radians(4.0)) - np.radians(46.0)
        fade = (1.0 - smooth_step(beyond, 0.0, np.radians(14.0))) * near
        fade = fade * (1.0 - smooth_step(radius / p.EYE_RADIUS, 1.20, 1.75))
        middle = 0.5 * (upper + lower)
        is_upper = elevation >= middle
        line = lower + 0.20 * (upper - lower)  # where closed lids meet
        above = np.clip((elevation - upper) / np.radians(34.0), 0.0, 1.0)
        below = np.clip((lower - elevation) / np.radians(26.0), 0.0, 1.0)
        drop_upper = (1.0 - above) ** 2 * (1.0 + above)
        rise_lower = (1.0 - below) ** 2 * (1.0 + below)
        out = np.zeros_like(elevation)
        if name == "eyeBlink":
            turn = np.where(is_upper, -(upper - line) * drop_upper, (line - lower) * rise_lower)
            out = 0.030 * np.where(is_upper, drop_upper, 0.6 * rise_lower)
        elif name == "eyeSquint":
            turn = np.where(is_upper, -0.16 * (upper - lower) * drop_upper, 0.26 * (upper - lower) * rise_lower)
            out = 0.012 * np.where(is_upper, drop_upper, 1.6 * rise_lower)
        elif name == "eyeWide":
            turn = np.where(is_upper, 0.22 * (upper - lower) * drop_upper, -0.08 * (upper - lower) * rise_lower)
            out = 0.012 * drop_upper * is_upper
        elif name == "eyeLookDown":
            turn = np.where(is_upper, -0.36 * (upper - lower) * drop_upper, -0.10 * (upper - lower) * rise_lower)
            out = 0.014 * np.where(is_upper, drop_upper, 0.0)
        elif name == "eyeLookUp":
            turn = np.where(is_upper, 0.16 * (upper - lower) * drop_upper, 0.09 * (upper - lower) * rise_lower)
            out = 0.008 * drop_upper * is_upper
        elif name in ("eyeLookIn", "eyeLookOut"):
            # the cornea pushes the lids a little
            turn = np.where(is_upper, 0.05 * (upper - lower) * drop_upper, 0.0)
            return (
                p.EYE
                + radius[:, None]
                * eye_ray(
                    azimuth + (0.035 if name == "eyeLookOut" else -0.035) * np.where(is_upper, drop_upper, rise_lower),
                    elevation + turn,
                )
                - points
            ) * fade[:, None]
        else:
            return None
        target = p.EYE + (radius * (1.0 + out))[:, None] * eye_ray(azimuth, elevation + turn)
        return (target - points) * fade[:, None]

    # ---- all

    def face(self, name: str, face: FacePoints) -> np.ndarray:
        """Displacement (N, 3) of one shape at points of the face's skin."""
        own, side = split_side(name)
        points = face.points
        if name == "jawOpen":
            return self._jaw_open(face)
        if name == "mouthClose":
            return self._mouth_close(face)
        if name in ("jawForward", "jawLeft", "jawRight"):
            weight = jaw_weight(face)
            move = {"jawForward": (0, -6.0 * MM, 0.5 * MM), "jawLeft": (8.0 * MM, 0, 0), "jawRight": (-8.0 * MM, 0, 0)}[
                name
            ]
            return _vector(weight, *move)
        if name == "tongueOut":  # the lips make room
            t = np.clip(np.abs(face.across), 0, 1)
            low = np.where(face.on_lips, (face.side < 0) * np.abs(face.side), np.clip(-face.side, 0, 1))
            high = np.where(face.on_lips, (face.side >= 0) * np.abs(face.side), np.clip(face.side, 0, 1))
            reach = face.near(0.016) * (1.0 - t**4)
            return _vector(reach * low, 0, -1.5 * MM, -8.5 * MM) + _vector(reach * high, 0, -0.8 * MM, 3.0 * MM)
        whole = self._lips(name, face)
        if whole is None:
            whole = self._soft(name, face) if not side else None
        if whole is not None:
            return whole
        if not side:
            return np.zeros_like(points)
        mirror = np.array([side, 1.0, 1.0])
        turned = FacePoints(
            points * mirror, face.across * side, face.side, face.part, face.inner, face.on_lips, face.outside
        )
        for find in (self._lips_of_one_side, self._soft):
            delta = find(own, turned)
            if delta is not None:
                break
        else:
            delta = np.zeros_like(points)
        lids = self._lids(own, turned.points)
        if lids is not None:
            delta = delta + lids
        if own == "cheekSquint":
            delta = delta + 0.45 * self._lids("eyeSquint", turned.points) * (turned.points[:, 2] < p.EYE[2])[:, None]
        return delta * mirror


def split_side(name: str) -> tuple[str, int]:
    """("eyeBlink", 1) for "eyeBlinkLeft", -1 for right; 0 for shapes without a side (mouthLeft moves the whole mouth)."""
    if name in ("mouthLeft", "mouthRight", "jawLeft", "jawRight"):
        return name, 0
    if name.endswith("Left"):
        return name[:-4], 1
    if name.endswith("Right"):
        return name[:-5], -1
    return name, 0


# Gaze: degrees (azimuth outward, elevation) of the full shapes
GAZE = {"eyeLookUp": (0.0, 24.0), "eyeLookDown": (0.0, -26.0), "eyeLookIn": (-28.0, 0.0), "eyeLookOut": (28.0, 0.0)}
BLINK_RETREAT = 0.0022  # a closing eye draws back a little; here it also keeps lids that move on a chord clear of it


def eye_shape(name: str, points: np.ndarray, sides: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Displacement of the eyeballs. sides: +1/-1 of each point; turns: whether it goes with the gaze."""
    own, side = split_side(name)
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


def with_jaw(name: str, points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Displacement of what is fixed to the lower jaw (lower teeth, tongue)."""
    if name == "jawOpen":
        return jaw_open(points, weight)
    move = {"jawForward": (0, -6.0 * MM, 0.5 * MM), "jawLeft": (8.0 * MM, 0, 0), "jawRight": (-8.0 * MM, 0, 0)}.get(
        name
    )
    return np.zeros_like(points) if move is None else weight[:, None] * np.array(move)


def tongue_shape(name: str, points: np.ndarray) -> np.ndarray:
    if name == "tongueOut" or name in TONGUE_NAMES:
        return mouth.tongue_surface(mouth.tongue_line(name)) - points
    return with_jaw(name, points, np.full(len(points), 0.94))


__all__ = [
    "ARKIT_NAMES",
    "FACE_NAMES",
    "FacePoints",
    "FaceShapes",
    "eye_shape",
    "split_side",
    "tongue_shape",
    "with_jaw",
]
