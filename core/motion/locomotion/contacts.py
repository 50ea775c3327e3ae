# SPDX-License-Identifier: GPL-3.0-or-later
"""Which frames feet stand in, and how high the floor is below them.

Contacts are (T, 4) everywhere, columns as in `Clip.contacts`: left and right ankle (the heel), left and right ball of
the foot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..clip import Clip
from ..smoothing import gaussian_smooth, smooth_upper_envelope
from ..spans import spans
from ..vectors import norm
from .legs import LowerBody

if TYPE_CHECKING:  # the skeleton is made of tensors; here it is only read
    from ..skeleton import Skeleton

STILL_M = 0.01  # BEAT2's threshold, a frame of 30 a second
# By eye, on recorded and generated talkers: what looks like standing is found, what looks like a step is not.
_ENTER_MPS, _EXIT_MPS = 0.22, 0.45  # a foot comes to stand below the first speed and leaves above the second
_ENTER_M, _EXIT_M = 0.035, 0.06  # the same for its height above the floor
_HEEL_M = 0.045  # a heel that is lifted more than this against the ball does not stand
_HEEL_ALONE_M = -0.01  # a heel that is no lower against the ball than this does not stand alone
_SHORTEST_S = 0.12  # contacts and gaps shorter than this are none
_FLICKER_M = 0.03  # a gap over which the foot moved less is no step
_WIDEST_M = 0.12  # a foot that moves farther than this did not stand
_SPLIT_S = 0.17  # before and after the fastest moment of a "stance" that wanders
_SLOWEST_DRIFT_S = 0.75  # the floor's drift is the lowest of the feet within that long to either side
_DRIFT_M = 0.15  # a floor drifts no farther


def still_labels(positions_m: np.ndarray, threshold_m: float = STILL_M) -> np.ndarray:
    """Contacts by BEAT2's rule: a foot that hardly moves to the next frame stands.

    Args:
        positions_m: (T, feet, 3), 30 frames a second; BEAT2 has ankles (joints 7, 8) and feet (10, 11).
        threshold_m: how far it moves in a frame, at most.

    Returns:
        uint8 (T, feet), 1 where it stands. The last frame has no next one and counts as still.
    """
    positions_m = np.asarray(positions_m)
    labels = np.ones(positions_m.shape[:2], np.uint8)
    labels[:-1] = norm(np.diff(positions_m, axis=0)) < threshold_m
    return labels


def estimate_contacts(clip: Clip, skeleton: Skeleton) -> np.ndarray:
    """Contacts of a clip from speed and height with hysteresis, at any rate; the height of the floor is the clip's own.

    Returns:
        float32 (T, 4), 0 or 1.
    """
    lower = LowerBody.of(clip, skeleton)
    return detect_contacts(lower.both("ankle"), lower.both("foot"), clip.rate_hz).astype(np.float32)


def detect_contacts(ankles: np.ndarray, balls: np.ndarray, rate_hz: float, widest_m: float = _WIDEST_M) -> np.ndarray:
    """Contacts from where ankles and balls of the feet are.

    A point comes to stand when slow and near its own floor level, and leaves when clearly faster or higher
    (hysteresis); gaps and spans shorter than 0.12 s do not count.

    Args:
        ankles: (T, 2, 3) metres, left and right, Y up.
        balls: (T, 2, 3) the same of the balls of the feet.
        rate_hz: frames a second.
        widest_m: a "stance" that wanders farther is split where it is fastest.

    Returns:
        bool (T, 4).
    """
    result = np.zeros((len(ankles), 4), bool)
    if not len(ankles):
        return result
    drift = floor_drift(ankles, balls, rate_hz)[:, None, None] * [0.0, 1.0, 0.0]
    ankles, balls = ankles - drift, balls - drift
    levels = floor_heights(ankles, balls, rate_hz)
    for column, (positions, level) in enumerate(((ankles, levels[0]), (balls, levels[1]))):
        smooth, speeds = _denoised(positions, rate_hz)
        for side in range(2):
            mask = _stances(smooth[:, side], speeds[:, side], level, rate_hz, widest_m)
            result[:, 2 * column + side] = mask
    raised = (ankles - balls)[..., 1] - (levels[0] - levels[1])
    for side in range(2):
        result[:, side] &= raised[:, side] <= _HEEL_M  # higher than that it stands on the ball alone
        _drop_short(result[:, side], _least_frames(rate_hz))
        result[:, 2 + side] |= result[:, side] & (raised[:, side] > _HEEL_ALONE_M)
    return result


def floor_heights(ankles: np.ndarray, balls: np.ndarray, rate_hz: float) -> tuple[float, float]:
    """How high ankles and balls of the feet are when they stand: medians over frames in which they are low and slow.

    Args:
        ankles: (T, legs, 3) metres, Y up.
        balls: (T, legs, 3).
        rate_hz: frames a second.

    Returns:
        Metres, of the ankles and of the balls; one pair for both feet.
    """
    found = []
    for positions in (ankles, balls):
        smooth, speeds = _denoised(positions, rate_hz)
        height = smooth[..., 1]
        low = height < np.percentile(height, 5) + 0.08
        still = low & (speeds < _ENTER_MPS)
        found.append(float(np.median(height[still])) if still.mean() > 0.03 else float(np.percentile(height, 5)))
    return found[0], found[1]


def floor_drift(ankles: np.ndarray, balls: np.ndarray, rate_hz: float) -> np.ndarray:
    """How the floor under the feet slowly rises and falls: captured and generated bodies may drift up and down.

    Args:
        ankles: (T, 2, 3) metres, Y up.
        balls: (T, 2, 3).
        rate_hz: frames a second.

    Returns:
        (T,) metres about the middle, from the lowest points within a second and a half; at most 15 cm.
    """
    if len(ankles) < 2:
        return np.zeros(len(ankles))
    levels = floor_heights(ankles, balls, rate_hz)
    low = np.minimum((ankles[..., 1] - levels[0]).min(1), (balls[..., 1] - levels[1]).min(1))
    radius = max(1, int(round(_SLOWEST_DRIFT_S * rate_hz)))
    lowest = -smooth_upper_envelope(-gaussian_smooth(low, 0.03 * rate_hz), radius)
    return np.clip(gaussian_smooth(lowest - np.median(lowest), 0.3 * rate_hz), -_DRIFT_M, _DRIFT_M)


def velocities(positions: np.ndarray, rate_hz: float) -> np.ndarray:
    """Central differences of (T, ...) along the first axis, per second."""
    return np.gradient(positions, axis=0) * rate_hz if len(positions) > 1 else np.zeros_like(positions)


def _least_frames(rate_hz: float) -> int:
    return max(2, int(round(_SHORTEST_S * rate_hz)))


def _denoised(positions: np.ndarray, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions (T, ..., 3) without the sensor's noise, the more of it the smoother, and speeds (T, ...) in m/s."""
    noise = 0.0
    if len(positions) > 8:
        # third differences of white noise are sqrt(20) times as large; a low percentile looks at the frames in which
        # feet rest
        noise = float(np.percentile(np.abs(np.diff(positions, 3, axis=0)), 30)) / (0.385 * np.sqrt(20.0))
    smooth = gaussian_smooth(positions, 0.03 * float(np.clip(noise / 0.002, 1.0, 3.0)) * rate_hz)
    return smooth, norm(velocities(smooth, rate_hz))


def _stances(
    positions: np.ndarray, speeds: np.ndarray, level: float, rate_hz: float, widest_m: float = _WIDEST_M
) -> np.ndarray:
    """Where one point (T, 3) stands, bool (T,)."""
    least = _least_frames(rate_hz)
    height = positions[:, 1] - level
    enter = (speeds < _ENTER_MPS) & (height < _ENTER_M)
    mask = _hysteresis(enter, (speeds < _EXIT_MPS) & (height < _EXIT_M))
    for start, end in spans(~mask):  # a flicker, not a step
        inside = start > 0 and end < len(mask)
        if inside and end - start < least and np.linalg.norm(positions[end] - positions[start - 1]) < _FLICKER_M:
            mask[start:end] = True
    for start, end in spans(mask):
        _split_wandering(mask, positions, speeds, (start, end), max(least, round(_SPLIT_S * rate_hz)), widest_m)
    _drop_short(mask, least)
    return mask


def _hysteresis(enter: np.ndarray, stay: np.ndarray) -> np.ndarray:
    """Runs of `stay` that hold at least one frame of `enter`, (T,)."""
    count = np.concatenate([[0], np.cumsum(enter & stay)])
    result = np.zeros(len(enter), bool)
    for start, end in spans(stay):
        result[start:end] = count[end] > count[start]
    return result


def _drop_short(mask: np.ndarray, least: int) -> None:
    for start, end in spans(mask):
        if end - start < min(least, len(mask)):
            mask[start:end] = False


def _split_wandering(
    mask: np.ndarray, positions: np.ndarray, speeds: np.ndarray, span: tuple[int, int], least: int, widest_m: float
) -> None:
    """Take frames out of a span that wanders too far, where it is fastest, until each piece stands."""
    todo = [span]
    while todo:
        start, end = todo.pop()
        if end - start <= 2 * least:
            continue
        extent = positions[start:end, [0, 2]].max(0) - positions[start:end, [0, 2]].min(0)
        if np.linalg.norm(extent) <= widest_m:
            continue
        at = start + least // 2 + int(np.argmax(speeds[start + least // 2 : end - least // 2]))
        low, high = max(start, at - least), min(end, at + least + 1)
        mask[low:high] = False
        todo += [(start, low), (high, end)]
