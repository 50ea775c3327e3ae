# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of the lips as displacement fields (N, 3) in head space, metres. All sizes were set by eye.

Those of one side are written for the left (x positive is the shape's own side).
"""

from __future__ import annotations

import numpy as np

from . import proportions as p
from .face_points import MM, FacePoints, blob, moved


def _inward(face: FacePoints) -> np.ndarray:
    """x (N,), held at a little beyond the corners: what a mouth that narrows pulls in."""
    return np.clip(face.points[:, 0], -1.25 * p.MOUTH_HALF_WIDTH, 1.25 * p.MOUTH_HALF_WIDTH)


def mouth_pucker(face: FacePoints) -> np.ndarray:
    """As for a kiss: narrow and forward."""
    reach = face.near(0.021)
    forward = (9.0 - 3.0 * np.clip(np.abs(face.across), 0, 1.3) ** 2) * (0.55 + 0.45 * face.beside_lips(0.008))
    thick = np.where(face.on_lips, 1.0, 0.4) * (face.upper_lip - face.lower_lip) * face.rim * 1.6
    return np.stack([-0.44 * _inward(face) * reach, -forward * MM * reach, thick * MM * reach + 0.4 * MM * reach], -1)


def mouth_funnel(face: FacePoints) -> np.ndarray:
    """As for "oh": narrow, forward and open."""
    reach = face.near(0.020)
    forward = (7.5 - 2.0 * np.clip(np.abs(face.across), 0, 1.3) ** 2) * (0.6 + 0.4 * face.beside_lips(0.008))
    flare = np.where(face.on_lips, 1.0 - 0.25 * face.rim, 0.6)
    opening = np.sqrt(np.clip(1.0 - (np.abs(face.across) / 1.02) ** 4, 0.0, 1.0))
    lift = flare * (4.6 * face.upper_lip - 5.6 * face.lower_lip) * opening
    return np.stack([-0.30 * _inward(face) * reach, -forward * MM * reach, lift * MM * reach], -1)


def mouth_aside(face: FacePoints, sign: float) -> np.ndarray:
    """The whole mouth to the left (sign 1) or to the right (-1)."""
    toward = np.clip(sign * face.across, -1, 1)
    pulled = 0.75 + 0.25 * toward
    return moved(
        face.near(0.024) * pulled, sign * 9.0 * MM, 1.2 * MM * np.abs(np.clip(face.across, -1, 1)), 1.2 * MM * toward
    )


def mouth_roll(face: FacePoints, own: np.ndarray, height: np.ndarray, toward: float) -> np.ndarray:
    """One lip rolled in.

    Args:
        own: (N,) share of the lip.
        height: (N,) of its red, metres.
        toward: +1 where the meeting line is above the lip, -1 where it is below.
    """
    # the rim comes to the meeting line, the red turns in over the teeth
    lift = np.where(face.on_lips, 0.62 * height * face.rim, 0.62 * height * face.beside_lips(0.010))
    lift = lift + 2.2 * MM * face.short_of_corners(7)
    back = np.where(face.on_lips, 1.6 + 4.2 * (1.0 - face.rim) ** 0.8, 1.6 * face.beside_lips(0.011))
    back = back * (1.0 - 0.75 * face.inner)
    still = np.zeros(len(face.points))
    return np.stack([still, own * face.near(0.012) * back * MM, own * face.near(0.012) * toward * lift], -1)


def mouth_shrug_lower(face: FacePoints) -> np.ndarray:
    """The lower lip and the chin pushed up and out."""
    chin = blob(face.points, (0, -0.094, -0.100), (0.022, 0.03, 0.016))
    small, middle = face.near(0.012), face.short_of_corners(3)
    return (
        moved(small * face.lower_lip * middle, 0, -3.8 * MM * (0.4 + 0.6 * np.clip(1.2 - face.rim, 0, 1)), 3.6 * MM)
        + moved(small * face.upper_lip * middle, 0, -1.0 * MM, 2.2 * MM)
        + moved(chin, 0, -2.0 * MM, 5.0 * MM)
    )


def mouth_shrug_upper(face: FacePoints) -> np.ndarray:
    """The upper lip pushed up and out."""
    middle = face.short_of_corners(3)
    own = face.near(0.011) * face.upper_lip * middle
    other = face.near(0.012) * face.lower_lip * middle
    forward = -4.2 * MM * (0.35 + 0.65 * np.clip(1.2 - face.rim, 0, 1))
    return moved(own, 0, forward, 2.6 * MM) + moved(other, 0, -0.8 * MM, 1.8 * MM)


def room_for_tongue(face: FacePoints) -> np.ndarray:
    """tongueOut on the face: the lips make room."""
    reach = face.near(0.016) * face.short_of_corners(4)
    return moved(reach * face.lower_lip, 0, -1.5 * MM, -8.5 * MM) + moved(
        reach * face.upper_lip, 0, -0.8 * MM, 3.0 * MM
    )


def _corner(face: FacePoints) -> np.ndarray:
    """The left corner's share, (N,) 0..1."""
    return np.clip(face.across, 0, 1) ** 1.7


def mouth_smile(face: FacePoints) -> np.ndarray:
    """The corner up and out; the cheek and the lower lid follow."""
    reach = face.near(0.020) * _corner(face)
    cheek = blob(face.points, (0.046, -0.083, -0.034), (0.019, 0.04, 0.016))
    lid = blob(face.points, (0.043, -0.095, -0.022), (0.020, 0.03, 0.010))
    return (
        moved(reach, 9.0 * MM, 5.4 * MM, 10.0 * MM * np.clip(face.across, 0, 1) ** 0.7)
        + moved(cheek, 2.6 * MM, -2.4 * MM, 4.2 * MM)
        + moved(lid, 0, -0.8 * MM, 1.2 * MM)
        + moved(face.left_half * face.near(0.012) * face.short_of_corners(3), 0, 1.0 * MM, -0.6 * MM)
    )


def mouth_frown(face: FacePoints) -> np.ndarray:
    """The corner down; the middle stands a little, the chin bunches."""
    reach = face.near(0.019) * _corner(face)
    chin = blob(face.points, (0.014, -0.094, -0.100), (0.018, 0.03, 0.014))
    fold = blob(face.points, (0.036, -0.086, -0.082), (0.010, 0.03, 0.012)) * ~face.on_lips
    middle = face.left_half * face.near(0.012) * face.short_of_corners(2)
    return (
        moved(reach, 1.4 * MM, 2.2 * MM, -13.0 * MM)
        + moved(middle, 0, 0, 1.4 * MM)
        + moved(fold, 0.6 * MM, -1.8 * MM, -1.0 * MM)
        + moved(chin, 0, -1.4 * MM, 3.0 * MM)
    )


def mouth_dimple(face: FacePoints) -> np.ndarray:
    """The corner out and back."""
    reach = face.near(0.011) * _corner(face)
    ring = blob(face.points, (0.040, -0.088, -0.066), (0.009, 0.03, 0.014))
    return moved(reach, 4.6 * MM, 5.4 * MM, 1.4 * MM) + moved(ring * ~face.on_lips, 1.6 * MM, -2.2 * MM, 0)


def mouth_stretch(face: FacePoints) -> np.ndarray:
    """The corner far out and a little down."""
    reach = face.near(0.021) * _corner(face)
    neck = blob(face.points, (0.034, -0.080, -0.095), (0.018, 0.03, 0.018))
    return moved(reach, 9.5 * MM, 5.5 * MM, -3.6 * MM) + moved(neck, 1.5 * MM, 0, -2.0 * MM)


def mouth_press(face: FacePoints) -> np.ndarray:
    """The lips pressed on one another; the skin about them bulges."""
    squeeze = face.left_half * face.near(0.010)
    toward = face.lower_lip - face.upper_lip
    height = np.where(face.side < 0, p.lower_lip_height(face.across), p.upper_lip_height(face.across))
    lift = np.where(face.on_lips, 0.36 * height * face.rim, 0.36 * height * face.beside_lips(0.009))
    lift = lift + 2.2 * MM * face.short_of_corners(7)  # keeps the lips together while the jaw is a little open
    below, above = (blob(face.points, (0.012, -0.1, z), (0.02, 0.03, 0.006)) for z in (-0.086, -0.052))
    pinch = face.near(0.012) * np.clip(face.across, 0, 1) ** 4
    back = squeeze * 1.7 * MM * face.short_of_corners(3) * (1.0 - 0.7 * face.inner)
    return (
        np.stack([np.zeros(len(face.points)), back, squeeze * toward * lift], -1)
        + moved((below + above) * face.left_half * ~face.on_lips, 0, -0.9 * MM, 0)
        + moved(pinch, 1.2 * MM, 1.8 * MM, 0.6 * MM)
    )


def mouth_lower_down(face: FacePoints) -> np.ndarray:
    """The lower lip down, so that the teeth show."""
    lip = face.left_half * face.lower_lip * face.short_of_corners(4)
    return moved(lip * face.near(0.015), 0.8 * MM, -0.8 * MM, -7.8 * MM)


def mouth_upper_up(face: FacePoints) -> np.ndarray:
    """The upper lip up, so that the teeth show."""
    lip = face.left_half * face.upper_lip * face.short_of_corners(4)
    fold = blob(face.points, (0.028, -0.092, -0.040), (0.012, 0.03, 0.012))
    return moved(lip * face.near(0.013), 0.6 * MM, -0.8 * MM, 6.8 * MM) + moved(fold, 0.5 * MM, -1.6 * MM, 2.2 * MM)


WHOLE = {
    "mouthPucker": mouth_pucker,
    "mouthFunnel": mouth_funnel,
    "mouthLeft": lambda face: mouth_aside(face, 1.0),
    "mouthRight": lambda face: mouth_aside(face, -1.0),
    "mouthRollLower": lambda face: mouth_roll(face, face.lower_lip, p.lower_lip_height(face.across), 1.0),
    "mouthRollUpper": lambda face: mouth_roll(face, face.upper_lip, p.upper_lip_height(face.across), -1.0),
    "mouthShrugLower": mouth_shrug_lower,
    "mouthShrugUpper": mouth_shrug_upper,
    "tongueOut": room_for_tongue,
}
ONE_SIDE = {
    "mouthSmile": mouth_smile,
    "mouthFrown": mouth_frown,
    "mouthDimple": mouth_dimple,
    "mouthStretch": mouth_stretch,
    "mouthPress": mouth_press,
    "mouthLowerDown": mouth_lower_down,
    "mouthUpperUp": mouth_upper_up,
}
