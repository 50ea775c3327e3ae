# SPDX-License-Identifier: GPL-3.0-or-later
"""Long performances stitched from single recordings: what the generator learns from.

The recordings are short gestures that begin and end in the performer's own posture. A performance idles, gestures, chains
gestures (the next begins while the last is held, as in fluent talk), rests, and says at every moment what the plan would
say (`gesture_plan.encode`), so that in use a plan made from a voice takes the same place. Motion's own energy stands in for
the voice's. Everything is drawn from a seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ....motion import rotations as rot
from ....motion.clip import Clip
from ....motion.gesture_plan import GestureUnit, encode
from ....motion.joints import JOINT_INDEX
from ....motion.recorded.segmentation import segment
from ....motion.recorded.to_canonical import mirrored
from .corpus import PERFORMERS, RATE_HZ, BodyClip
from .livelier import livelier
from .stitching import Stitching, warped

GESTURING = ("brad_idle01", "brad_idle02", "brad_idle03", "garza", "neuron")  # single gestures, fingers recorded
_TALKS = ("overte", "other", "accad_woman")  # whole recordings
LIVELY = "_lively"  # the same gestures on torso and legs of who stands less still
STYLES = (*PERFORMERS, *(f"{name}{LIVELY}" for name in GESTURING))
SPEAKERS = tuple(f"{name}{side}" for name in STYLES for side in ("", "_mirrored"))
_CARRIERS = ("overte", "accad_woman")
_PACES = (0.88, 1.0, 1.13)  # of whole recordings


@dataclass(frozen=True)
class BodyPerformance:
    """clip at 30 Hz; units in seconds of it; content, rhythm (T, …) as `encode` gives them; speaker: index into SPEAKERS;
    fingers: whether they were recorded."""

    clip: Clip
    units: tuple[GestureUnit, ...]
    content: np.ndarray
    rhythm: np.ndarray
    speaker: int
    fingers: bool


def motion_energy(clip: Clip) -> np.ndarray:
    """float32 (T,) 0..1: how fast shoulders, elbows and head turn, smoothed over a third of a second."""
    joints = [JOINT_INDEX[name] for name in ("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "head")]
    speed = np.zeros(len(clip))
    if len(clip) > 1:
        speed[1:] = (
            rot.angle_between_deg(clip.rotations[1:, joints], clip.rotations[:-1, joints]).sum(-1) * clip.rate_hz
        )
    width = int(clip.rate_hz / 3) | 1
    kernel = np.hanning(width + 2)[1:-1]
    smooth = np.convolve(speed, kernel / kernel.sum(), mode="same")
    return np.clip(smooth / 250.0, 0.0, 1.0).astype(np.float32)


def stitch(
    gestures: list[BodyClip],
    idles: list[BodyClip],
    seconds: float,
    random: np.random.Generator,
    speaker: int,
    carriers: list[BodyClip] | None = None,
) -> BodyPerformance:
    """One performance of about `seconds`, of clips of one performer. idles may be empty: then postures are held between.
    carriers: whose torso and legs it gets, if any."""
    made = Stitching(gestures, idles, random)
    while len(made.tape) < seconds * RATE_HZ:
        made.go_on()
    clip = Clip(made.tape.rotations, made.tape.root, np.zeros((len(made.tape), 4), np.float32), RATE_HZ)
    if carriers:
        clip = livelier(clip, carriers, random)
    fingers = all(body.has_fingers for body in gestures or idles)
    return _performance(clip, tuple(made.units), tuple(made.talks), speaker, fingers)


def _performance(
    clip: Clip, units: tuple[GestureUnit, ...], talks: tuple[tuple[float, float], ...], speaker: int, fingers: bool
) -> BodyPerformance:
    if SPEAKERS[speaker].endswith("_mirrored"):
        clip, units = mirrored(clip), tuple(unit.mirrored() for unit in units)
    clip = replace(clip, rotations=rot.continuous(clip.rotations))
    times_s = np.arange(len(clip)) / RATE_HZ
    speaking = np.zeros(len(clip), np.float32)
    for start, end in talks:
        speaking[(times_s >= start) & (times_s < end)] = 1.0
    content, rhythm = encode(units, times_s, motion_energy(clip), speaking)
    return BodyPerformance(clip, units, content, rhythm, speaker, fingers)


def of_talk(body: BodyClip, speaker: int, pace: float = 1.0) -> BodyPerformance:
    """A whole recording without labelled phases. The hands' ways are segmented where they rest now and then; who talks with hands
    up all the time makes one long gesture unit, whose beats are where the wrists, having moved fast, arrive."""
    clip = body.clip if pace == 1.0 else warped(body.clip, pace)
    length_s = (len(clip) - 1) / clip.rate_hz
    if body.performer == "accad_woman":
        talks = ((0.0, length_s),) if "Conversation" in body.name else ()
        return _performance(clip, segment(clip), talks, speaker, body.has_fingers)
    beats = arrivals_s(clip)
    if not body.name.startswith("talk") or not len(beats):
        return _performance(clip, (), (), speaker, body.has_fingers)
    first = max(float(beats[0]), 0.2)
    held = tuple(float(beat) for beat in beats[1:])
    unit = GestureUnit("beat_mid", "both", 0.8, 0.1, 1.0, first, length_s - 1.0, length_s - 0.1, held)
    return _performance(clip, (unit,), ((0.0, length_s),), speaker, body.has_fingers)


def stroke_of(body: BodyClip, speaker: int) -> BodyPerformance:
    """A recorded gesture by itself, mirrored if the speaker is a mirror image."""
    assert body.unit is not None  # who asks chose gestures
    return _performance(body.clip, (body.unit,), (), speaker, body.has_fingers)


def arrivals_s(clip: Clip) -> np.ndarray:
    """Seconds at which an arm that swung fast comes to a halt."""
    from scipy.signal import find_peaks

    joints = [JOINT_INDEX[name] for name in ("left_shoulder", "right_shoulder", "left_elbow", "right_elbow")]
    speed = np.zeros(len(clip))
    speed[1:] = rot.angle_between_deg(clip.rotations[1:, joints], clip.rotations[:-1, joints]).sum(-1) * clip.rate_hz
    speed = np.convolve(speed, np.ones(5) / 5, mode="same")
    peaks, _ = find_peaks(speed, height=60.0, distance=int(0.4 * clip.rate_hz), prominence=40.0)
    found = []
    for peak in peaks:
        below = np.flatnonzero(speed[peak : peak + int(0.6 * clip.rate_hz)] < 0.4 * speed[peak])
        if len(below):
            found.append((peak + below[0]) / clip.rate_hz)
    return np.array(found)


def performances(clips: list[BodyClip], minutes: float, seed: int = 0) -> list[BodyPerformance]:
    """Performances in all styles and their mirror images, from clips of one split: about `minutes` of stitched gestures, half of
    them on livelier torsos and legs where there are any, and every whole recording at several paces."""
    random = np.random.default_rng(seed)
    made: list[BodyPerformance] = []
    by_performer = {name: [clip for clip in clips if clip.performer == name] for name in PERFORMERS}
    carriers = [clip for name in _CARRIERS for clip in by_performer[name] if len(clip.clip) > 4 * RATE_HZ]
    gestures = {name: [body for body in by_performer[name] if body.unit is not None] for name in GESTURING}
    # quiet performers have most of the recordings: a low power lets the others be heard as much
    weights = {name: sum(len(clip.clip) for clip in found) ** 0.4 for name, found in gestures.items()}
    share = 60.0 * minutes / max(sum(weights.values()), 1e-9) / (4 if carriers else 2)
    for index, speaker in enumerate(SPEAKERS):
        style = speaker.removesuffix("_mirrored")
        name = style.removesuffix(LIVELY)
        found = by_performer[name]
        if name in _TALKS:
            made += [of_talk(body, index, pace) for body in found for pace in _PACES]
            continue
        if style.endswith(LIVELY) and not carriers:
            continue
        idles = [body for body in found if body.unit is None and len(body.clip) > 60 and "ToIdle" not in body.name]
        left_s = share * weights[name] if gestures[name] else 0.0
        while left_s > 3.0:
            under = carriers if style.endswith(LIVELY) else None
            made.append(stitch(gestures[name], idles, min(60.0, left_s), random, index, under))
            left_s -= 60.0
    return made
