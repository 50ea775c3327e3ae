# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of a generated face against a captured one.

Shapes: T frames, C numbers of a frame, V vertices. Results are in the units of the values.
"""

from __future__ import annotations

import numpy as np


def lvd(predicted: np.ndarray, target: np.ndarray) -> float:
    """Landmark velocity difference (Yi et al., TalkSHOW, 2023) of (T, C), as the EMAGE evaluation computes it:
    Σ |Δpredicted - Δtarget| / (T·C) in units a frame. The sum has T - 1 frames; see `lvd_corrected`."""
    difference = np.diff(np.asarray(predicted, np.float64), axis=0) - np.diff(np.asarray(target, np.float64), axis=0)
    return float(np.abs(difference).sum() / np.asarray(predicted).size)


def lvd_corrected(predicted: np.ndarray, target: np.ndarray, rate_hz: float = 1.0) -> float:
    """Mean over the T - 1 differences, in units a second for a `rate_hz` in frames a second."""
    frames = len(predicted)
    return lvd(predicted, target) * frames / (frames - 1) * rate_hz


def mse(predicted: np.ndarray, target: np.ndarray) -> float:
    """Mean squared error over all of (T, C), in squared units."""
    return float(np.square(np.asarray(predicted, np.float64) - np.asarray(target, np.float64)).mean())


def lip_vertex_error(predicted: np.ndarray, target: np.ndarray, lips: np.ndarray, squared: bool = False) -> float:
    """Lip vertex error (MeshTalk, section 4.1): the largest distance of any lip vertex in a frame, averaged over frames.

    predicted, target (T, V, 3); lips: indices or a boolean mask of V. In the units of the vertices; with `squared` the
    largest squared distance, as later tables (FaceFormer, CodeTalker) give it, in squared units.
    """
    difference = np.asarray(predicted, np.float64)[:, lips] - np.asarray(target, np.float64)[:, lips]
    distance = np.square(difference).sum(-1)
    return float((distance if squared else np.sqrt(distance)).max(axis=1).mean())


def upper_face_dynamics_deviation(
    predicted: np.ndarray, target: np.ndarray, neutral: np.ndarray, upper: np.ndarray
) -> float:
    """FDD (Xing et al., CodeTalker, 2023, equation 8): mean over the upper-face vertices of the difference target -
    predicted in how much the vertex moves: the standard deviation over time of its distance from the neutral face.

    predicted, target (T, V, 3), neutral (V, 3); signed, in the units of the vertices: 0 is best, positive is too stiff.
    """

    def liveliness(vertices: np.ndarray) -> np.ndarray:
        offsets = np.asarray(vertices, np.float64)[:, upper] - np.asarray(neutral, np.float64)[upper]
        return np.linalg.norm(offsets, axis=-1).std(axis=0)

    return float((liveliness(target) - liveliness(predicted)).mean())
