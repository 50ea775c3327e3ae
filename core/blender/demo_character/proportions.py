# SPDX-License-Identifier: GPL-3.0-or-later
"""The figure's measures, in metres. It stands on the ground, faces -Y; the character's left is +X, up is +Z.

Head parts are planned in head space: origin between the ears at eye height, same axes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

HEAD = np.array([0.0, 0.0, 1.408])  # head space's origin in the figure
HEAD_SCALE = 1.10  # head space is planned at a natural size; the figure's head is larger


def place(points: ArrayLike) -> np.ndarray:
    """Points (..., 3) of head space in figure space, metres."""
    return np.asarray(points) * HEAD_SCALE + HEAD


# The measures below were set by eye. Eyes, head space, the left one; the right one is its mirror image.
EYE = np.array([0.0425, -0.0660, 0.0040])
EYE_RADIUS = 0.0305
LID_RADIUS = 1.13  # of the eye's radius: outside of the lids
LID_INNER = 1.055

# Mouth, head space.
MOUTH_HALF_WIDTH = 0.0280
MOUTH_Z = -0.0685
SMILE = 0.0052  # how much the corners stand above the middle in neutral
UPPER_LIP = 0.0068  # height of the red
LOWER_LIP = 0.0086
JAW_HINGE = np.array([0.0, 0.012, -0.030])
JAW_OPEN_RAD = np.radians(20.0)


def mouth_line(across: np.ndarray) -> np.ndarray:
    """Height where the closed lips meet at `across` = x / half width: a slight smile with a soft centre; metres."""
    across = np.clip(np.abs(across), 0.0, 1.25)
    return MOUTH_Z + SMILE * across**1.9 - 0.0005 * np.exp(-((across / 0.22) ** 2))


def upper_lip_height(across: np.ndarray) -> np.ndarray:
    """Height of the upper lip's red at `across`, with its bow, metres."""
    across = np.abs(np.clip(across, -1.0, 1.0))
    bow = 1.0 - 0.20 * np.exp(-((across / 0.13) ** 2))
    return UPPER_LIP * bow * (1.0 - across**2.3) ** 0.9


def lower_lip_height(across: np.ndarray) -> np.ndarray:
    """Height of the lower lip's red at `across`, metres."""
    across = np.abs(np.clip(across, -1.0, 1.0))
    return LOWER_LIP * (1.0 - across**2.6) ** 0.85


def lid_opening(along: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The eye's opening as angles about the eye's centre.

    Args:
        along: (N,) -1 inner corner to 1 outer corner.

    Returns:
        (azimuth, upper, lower), (N,) each, radians; azimuth is positive outward, upper and lower are the elevations of
        the lid edges.
    """
    azimuth = np.radians(4.0 + 46.0 * along)
    corner = np.radians(-1.0 + 2.5 * along)
    bulge = np.clip(1.0 - along**2, 0.0, 1.0)
    upper = corner + np.radians(30.0) * bulge**0.62 * (1.0 - 0.06 * along)
    lower = corner - np.radians(27.5) * bulge**0.72 * (1.0 + 0.06 * along)
    return azimuth, upper, lower


def teeth_arch(across: ArrayLike, behind: float = 0.0) -> np.ndarray:
    """Depth y (head space) of the front of the teeth at x = `across` metres, moved back by `behind`."""
    return -0.0975 + behind + 0.016 * (np.asarray(across) / 0.024) ** 2
