# SPDX-License-Identifier: GPL-3.0-or-later
"""From the models' rate to a scene's frames: any rate, and no closed lips or lids lost between two frames.

At 24 frames a second a p, b or m may close and open again between two frames. Averaging would leave the mouth half
open, sampling would miss it. So the frame that lies nearest to the moment of closure takes the whole mouth of that
moment: at most half a frame early or late, which nobody sees, while lips that do not meet are seen at once. Wide
openings and closed eyes are treated alike; where two such moments ask for the same frame, closed lips win, then the
deeper one.
"""

from __future__ import annotations

import numpy as np

from . import rotations as rot
from .clip import Clip
from .easing import cubic_hermite
from .face import ARKIT_NAMES, TONGUE_NAMES
from .face_track import FACE_INDEX, FaceTrack
from .joints import JOINT_INDEX
from .smoothing import extrema

PROMINENCE = 0.04  # of lip opening or lid: smaller movements are not worth a shift
_AT_ONCE = 8  # joints, so that ten minutes take little memory
_ON_SAMPLE = 1e-6  # of the way from one sample to the next: nothing lies between
_MOUTH = np.array(
    [FACE_INDEX[name] for name in (*ARKIT_NAMES, *TONGUE_NAMES) if name.startswith(("jaw", "mouth", "cheek", "tongue"))]
)
_LIDS = np.array([FACE_INDEX[name] for name in ("eyeBlinkLeft", "eyeBlinkRight", "eyeWideLeft", "eyeWideRight")])


def lip_opening(values: np.ndarray) -> np.ndarray:
    """Roughly how far the lips are apart, from shape weights (T, 55): (T,), 1 = jaw fully open; at or below 0 they
    touch."""

    def mean(*names: str) -> np.ndarray:
        return values[:, [FACE_INDEX[name] for name in names]].mean(1)

    return (
        values[:, FACE_INDEX["jawOpen"]]
        - values[:, FACE_INDEX["mouthClose"]]
        + 0.3 * mean("mouthLowerDownLeft", "mouthLowerDownRight")
        + 0.3 * mean("mouthUpperUpLeft", "mouthUpperUpRight")
        - 0.15 * mean("mouthPressLeft", "mouthPressRight")
        - 0.15 * mean("mouthRollLower", "mouthRollUpper")
    )


def frames_at(frames: int, rate_hz: float, wanted_hz: float) -> int:
    """How many frames at another rate lie within so many: the first at the first, none after the last."""
    return int((frames - 1) / rate_hz * wanted_hz + 1e-6) + 1


def curves_at(values: np.ndarray, rate_hz: float, start_s: float, times_s: np.ndarray) -> np.ndarray:
    """Sample curves at any times: Catmull-Rom between samples, clamped to the two on either side; ends hold.

    Args:
        values: (T, ...) floats.
        rate_hz: samples a second.
        start_s: when the first one is.
        times_s: (F,) seconds.

    Returns:
        (F, ...) of the same dtype.
    """
    if len(values) == 1:
        return np.repeat(values, len(times_s), 0)
    place = np.clip((np.asarray(times_s, np.float64) - start_s) * rate_hz, 0.0, len(values) - 1.0)
    samples = np.rint(place)
    if np.abs(place - samples).max(initial=0.0) < _ON_SAMPLE:
        return values[samples.astype(int)]
    before = np.minimum(place.astype(int), len(values) - 2)
    u = (place - before).reshape(-1, *[1] * (values.ndim - 1)).astype(values.dtype)
    around = [values[np.clip(before + step, 0, len(values) - 1)] for step in (-1, 0, 1, 2)]
    slope0, slope1 = (around[2] - around[0]) / 2, (around[3] - around[1]) / 2
    result = cubic_hermite(u, around[1], around[2], slope0, slope1)
    return np.clip(result, np.minimum(around[1], around[2]), np.maximum(around[1], around[2]))


def rotations_at(quaternions: np.ndarray, rate_hz: float, start_s: float, times_s: np.ndarray) -> np.ndarray:
    """Sample unit quaternions (T, ..., 4) at any times (F,): (F, ..., 4) with continuous signs; arguments as in
    `curves_at`."""
    sampled = curves_at(rot.continuous(quaternions), rate_hz, start_s, times_s)
    return rot.normalised(sampled)


def event_times(
    opening: np.ndarray, rate_hz: float, start_s: float, frame_times_s: np.ndarray, prefer: str = "low"
) -> np.ndarray:
    """For each frame the moment that it should show: its own, or an extremum nearest to it.

    Args:
        opening: (T,), a curve whose extrema matter most.
        rate_hz: its samples a second.
        start_s: when the first one is.
        frame_times_s: (F,) seconds, evenly spaced.
        prefer: which extrema win where two ask for one frame: "low" or "high".

    Returns:
        float64 (F,) seconds, in order, each moved by at most half a frame.
    """
    moments = np.asarray(frame_times_s, np.float64).copy()
    at = extrema(opening, PROMINENCE)
    if len(at) == 0 or len(moments) < 2:
        return moments
    frame_s = moments[1] - moments[0]
    times = start_s + at / rate_hz
    frame = np.round((times - moments[0]) / frame_s).astype(int)
    inside = (frame >= 0) & (frame < len(moments))
    depth = opening if prefer == "high" else -opening
    # later entries overwrite earlier ones: shallow extrema first
    order = np.argsort(depth[at], kind="stable")
    order = order[inside[order]]
    moments[frame[order]] = times[order]
    return moments


def face_at(track: FaceTrack, rate_hz: float, start_s: float, frames: int) -> FaceTrack:
    """The face at a scene's frames: frame f shows the time start_s + f / rate_hz of the sound."""
    times_s = start_s + np.arange(frames) / rate_hz
    values = curves_at(track.values, track.rate_hz, track.start_s, times_s)
    if rate_hz < track.rate_hz and frames > 1:
        for group, curve, prefer in (
            (_MOUTH, lip_opening(track.values), "low"),
            (_LIDS, track.values[:, [FACE_INDEX["eyeBlinkLeft"], FACE_INDEX["eyeBlinkRight"]]].mean(1), "high"),
        ):
            moments = event_times(curve, track.rate_hz, track.start_s, times_s, prefer)
            shifted = np.flatnonzero(moments != times_s)
            if len(shifted):
                values[np.ix_(shifted, group)] = curves_at(
                    track.values[:, group], track.rate_hz, track.start_s, moments[shifted]
                )
    return FaceTrack(np.ascontiguousarray(values, np.float32), rate_hz, start_s)


def clip_at(clip: Clip, rate_hz: float, start_s: float, frames: int) -> Clip:
    """The body at a scene's frames: frame f shows the time start_s + f / rate_hz of the sound."""
    times_s = start_s + np.arange(frames) / rate_hz
    sample = (clip.rate_hz, clip.start_s, times_s)
    rotations = Clip.still(frames, rate_hz).rotations
    driven = sorted(JOINT_INDEX[joint] for joint in clip.driven)  # the others are at rest: most, for a face alone
    for at in range(0, len(driven), _AT_ONCE):
        some = driven[at : at + _AT_ONCE]
        rotations[:, some] = rotations_at(clip.rotations[:, some], *sample)
    return Clip(
        rotations,
        curves_at(clip.root_translation_m, *sample).astype(np.float32),
        curves_at(clip.contacts, *sample).astype(np.float32),
        rate_hz,
        clip.driven,
        start_s,
    )
