# SPDX-License-Identifier: GPL-3.0-or-later
"""Root motion: the body's path over the ground, taken out of a clip or told apart from sway."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..clip import Clip
from ..smoothing import gaussian_smooth
from .contacts import velocities
from .foot_plan import shared_part
from .legs import Leg

# By eye, on recorded and generated talkers.
_SWAY_M = 0.03  # gliding of both feet up to this is sway of the pelvis
_GLIDE_S = 0.2  # over which the speed of gliding is measured
_FOLLOW_S = 0.1  # smoothing of what the pelvis follows
_PATH_S = 0.4  # smoothing of a path that is taken out
_BEGIN_FRAMES = 90  # a slack line begins where the path is in the middle of these


def in_place(clip: Clip, radius_m: float = 0.08) -> Clip:
    """The clip without root motion: the pelvis stays near its resting place and keeps its sway and its height.

    Sway within a radius is kept wholly; what goes farther is followed with that much slack, and this path is taken out.
    Feet slide where they travelled: plant them before, and again after it with `follow=False`.

    Args:
        clip: any motion.
        radius_m: of the sway that stays, sideways.
    """
    if not len(clip):
        return clip
    root = np.asarray(clip.root_translation_m, np.float64)
    path = gaussian_smooth(_followed(root[:, [0, 2]], radius_m), _PATH_S * clip.rate_hz)
    result = root.copy()
    result[:, [0, 2]] -= path
    return replace(clip, root_translation_m=result.astype(np.float32))


def common_foot_slide(legs: Sequence[Leg], contacts: np.ndarray, rate_hz: float) -> np.ndarray:
    """How far the ground seems to run under the body: the horizontal path that standing feet have in common.

    Feet that stand and glide together are a fault of the root, not of the legs; so is the gliding of the only one that
    stands. Up to 3 cm to and fro is left to the legs: a pelvis may sway over its feet.

    Args:
        legs: the left and the right one.
        contacts: (T, 4) as `Clip.contacts`, above 0.5 stands.
        rate_hz: frames a second.

    Returns:
        (T, 3) metres, from nothing in the first frame on.
    """
    contacts = np.asarray(contacts) > 0.5
    speeds, stances = [], []
    for side, leg in enumerate(legs):
        heel, ball = contacts[:, side], contacts[:, 2 + side]
        stance = (ball | heel)[:, None].astype(float)
        speed = np.where(ball[:, None], velocities(leg.ball, rate_hz), velocities(leg.ankle, rate_hz)) * stance
        # the mean over standing frames nearby: trembling must not add up
        weight = gaussian_smooth(stance, _GLIDE_S * rate_hz)
        speeds.append(gaussian_smooth(speed, _GLIDE_S * rate_hz) / np.maximum(weight, 1e-6))
        stances.append(stance > 0.5)
    (first, second), (left, right) = speeds, stances
    speed = np.where(left & right, shared_part(first, second), np.where(left, first, np.where(right, second, 0.0)))
    speed[:, 1] = 0.0
    path = np.cumsum(gaussian_smooth(speed, _FOLLOW_S * rate_hz), 0) / rate_hz
    path = gaussian_smooth(_followed(path, _SWAY_M), _FOLLOW_S * rate_hz)
    return path - path[:1]


def _followed(path: np.ndarray, slack_m: float) -> np.ndarray:
    """A path (T, k) followed with slack, forwards and backwards in time so that it neither lags nor leads."""
    return 0.5 * (follow_with_slack(path, slack_m) + follow_with_slack(path[::-1], slack_m)[::-1])


def follow_with_slack(path: np.ndarray, slack_m: float) -> np.ndarray:
    """A point that is dragged behind a path by a line: it stays while the line is slack.

    Args:
        path: (T, k) metres.
        slack_m: the line's length.

    Returns:
        (T, k), beginning where the path is on average near the start.
    """
    at = np.median(path[: max(1, min(len(path), _BEGIN_FRAMES))], axis=0)
    if np.linalg.norm(path[0] - at) > slack_m:
        at = path[0].copy()
    result: list[list[float]] = []
    places, dragged = (
        path.astype(np.float64).tolist(),
        at.tolist(),
    )  # numbers of Python's own are many times as quick one by one
    for place in places:
        away = [there - here for there, here in zip(place, dragged)]
        distance = math.hypot(*away)
        if distance > slack_m:
            share = 1.0 - slack_m / distance
            dragged = [here + part * share for here, part in zip(dragged, away)]
        result.append(dragged)
    return np.array(result, path.dtype).reshape(path.shape)
