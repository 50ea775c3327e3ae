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
from ....motion.easing import smooth_step
from ....motion.gesture_plan import GestureUnit, encode
from ....motion.joints import JOINT_INDEX
from ....motion.resampling import rotations_at
from .corpus import PERFORMERS, RATE_HZ, BodyClip
from .to_canonical import mirrored

SPEAKERS = tuple(f"{name}{side}" for name in PERFORMERS for side in ("", "_mirrored"))
_CHAIN = 0.55  # share of gestures that begin while the one before is held
_BEATS = 0.4  # share of gestures that are held with beats
_BLEND_S = 0.5


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


@dataclass
class _Tape:
    """A performance that grows piece by piece."""

    rotations: np.ndarray
    root: np.ndarray

    @classmethod
    def of(cls, clip: Clip) -> _Tape:
        return cls(clip.rotations.copy(), clip.root_translation_m.copy())

    def __len__(self) -> int:
        return len(self.rotations)

    def append(self, rotations: np.ndarray, root: np.ndarray, overlap: int) -> int:
        """Add a piece whose first `overlap` frames are mixed with our last ones. Returns the frame at which it begins."""
        overlap = int(min(overlap, len(self), len(rotations)))
        begin = len(self) - overlap
        if overlap:
            share = smooth_step((np.arange(overlap) + 0.5) / overlap).astype(np.float32)
            mixed = rot.slerp(self.rotations[begin:], rotations[:overlap], share[:, None]).astype(np.float32)
            mixed_root = self.root[begin:] * (1 - share[:, None]) + root[:overlap] * share[:, None]
            rotations = np.concatenate([mixed, rotations[overlap:]])
            root = np.concatenate([mixed_root, root[overlap:]])
        self.rotations = np.concatenate([self.rotations[:begin], rotations])
        self.root = np.concatenate([self.root[:begin], root]).astype(np.float32)
        return begin


def warped(clip: Clip, speed: float) -> Clip:
    """The clip played at another speed, at the same frame rate."""
    frames = max(int((len(clip) - 1) / speed) + 1, 2)
    times_s = np.arange(frames) * speed / clip.rate_hz
    turned = np.stack(
        [
            rotations_at(clip.rotations[:, joint].astype(np.float64), clip.rate_hz, 0.0, times_s)
            for joint in range(clip.rotations.shape[1])
        ],
        axis=1,
    )
    at = times_s * clip.rate_hz
    known = np.arange(len(clip))
    root, contacts = (
        np.stack([np.interp(at, known, values[:, axis]) for axis in range(values.shape[1])], axis=1).astype(np.float32)
        for values in (clip.root_translation_m, clip.contacts)
    )
    return replace(clip, rotations=turned.astype(np.float32), root_translation_m=root, contacts=contacts)


def _scaled(unit: GestureUnit, speed: float, offset_s: float) -> GestureUnit:
    times = {
        name: getattr(unit, name) / speed + offset_s
        for name in ("start_s", "reach_s", "emphasis_s", "leave_s", "end_s")
    }
    return replace(unit, **times, beats_s=tuple(beat / speed + offset_s for beat in unit.beats_s))


def with_beats(clip: Clip, unit: GestureUnit, random: np.random.Generator) -> tuple[Clip, GestureUnit]:
    """The gesture held longer, with small beats in the hold: forearms of its hands open quickly and come back.

    The recordings have one stroke each; talkers keep beating while a gesture is held (McNeill 1992). How long a beat takes and
    how far it goes follows the beats of the recorded talk.
    """
    rate = clip.rate_hz
    at = int(np.clip(max(unit.emphasis_s + 0.12, 0.5 * (unit.reach_s + unit.leave_s)) * rate, 1, len(clip) - 2))
    beats_s = np.cumsum(random.uniform(0.4, 0.9, int(random.integers(1, 4))))
    more = int((beats_s[-1] + random.uniform(0.2, 0.5)) * rate)
    # the held pose drifts on a little instead of freezing
    drift = at + np.linspace(0, min(3, len(clip) - 1 - at), more).round().astype(int)
    source = np.concatenate([np.arange(at), drift, np.arange(at, len(clip))])
    rotations, root, contacts = clip.rotations[source].copy(), clip.root_translation_m[source], clip.contacts[source]
    times_s = (np.arange(len(source)) - at) / rate
    opened = np.zeros(len(source))
    for beat in beats_s:
        since = times_s - beat
        size = random.uniform(0.08, 0.22)
        rise = np.where(
            since < 0, np.cos(np.clip(since / 0.16, -1, 0) * np.pi), np.cos(np.clip(since / 0.3, 0, 1) * np.pi)
        )
        opened = np.maximum(opened, size * 0.5 * (1 + rise))
    for side in ("left", "right") if unit.hand == "both" else (unit.hand,):
        for joint, share in (("elbow", 1.0), ("wrist", 0.8)):
            index = JOINT_INDEX[f"{side}_{joint}"]
            rotations[:, index] = rot.scaled(rotations[:, index].astype(np.float64), 1.0 - share * opened)
    longer = more / rate
    held = replace(
        unit,
        leave_s=max(unit.leave_s, at / rate) + longer,
        end_s=unit.end_s + longer,
        beats_s=tuple(float(at / rate + beat) for beat in beats_s),
    )
    return replace(clip, rotations=rotations, root_translation_m=root, contacts=contacts), held


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


def _piece(clip: Clip, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    return clip.rotations[first:last], clip.root_translation_m[first:last]


def stitch(
    gestures: list[BodyClip], idles: list[BodyClip], seconds: float, random: np.random.Generator, speaker: int
) -> BodyPerformance:
    """One performance of about `seconds`, of clips of one performer. idles may be empty: then postures are held between."""
    rest = gestures[0].clip if gestures else idles[0].clip

    def idle(length_s: float) -> tuple[np.ndarray, np.ndarray]:
        frames = max(int(length_s * RATE_HZ), 6)
        if not idles:
            return np.repeat(rest.rotations[:1], frames, 0), np.repeat(rest.root_translation_m[:1], frames, 0)
        source = idles[random.integers(len(idles))].clip
        first = int(random.integers(max(len(source) - frames, 1)))
        return _piece(source, first, first + frames)

    rotations, root = idle(random.uniform(0.3, 2.0))
    tape = _Tape(rotations.copy(), root.copy())
    units: list[GestureUnit] = []
    talks: list[tuple[float, float]] = []
    while len(tape) < seconds * RATE_HZ:
        if not gestures:
            piece = idle(random.uniform(4.0, 8.0))
            tape.append(*piece, overlap=12)
            continue
        began_s = len(tape) / RATE_HZ
        count = 1 + int(random.geometric(1.0 - _CHAIN)) if random.random() < 0.8 else 1
        for index in range(min(count, 6)):
            body = gestures[random.integers(len(gestures))]
            speed = float(np.exp(random.uniform(-0.18, 0.2)))
            clip = warped(body.clip, speed)
            unit = _scaled(body.unit, speed, 0.0)
            if unit.lexeme not in ("touch", "shift", "think") and random.random() < _BEATS:
                clip, unit = with_beats(clip, unit, random)
            last = index == min(count, 6) - 1
            # of a gesture that another follows only what comes before its retraction; of one that follows, not its way from rest
            until = len(clip) if last else min(int((max(unit.leave_s, unit.emphasis_s) + 0.25) * RATE_HZ), len(clip))
            first = 0
            overlap = 9
            if index:
                first = max(int((unit.reach_s - random.uniform(0.35, 0.6)) * RATE_HZ), 0)
                overlap = int(_BLEND_S * RATE_HZ)
            elif unit.start_s > 0.5:
                first = int((unit.start_s - random.uniform(0.2, 0.5)) * RATE_HZ)
            if until - first < overlap + 3:
                until = min(first + overlap + 6, len(clip))
            begin = tape.append(*_piece(clip, first, until), overlap=overlap)
            placed = unit.moved((begin - first) / RATE_HZ)
            start = max(placed.start_s, begin / RATE_HZ)
            if index:
                start = begin / RATE_HZ
                before = units[-1]
                leave = max(start, before.reach_s, min(before.emphasis_s, before.leave_s))
                units[-1] = replace(before, leave_s=leave, end_s=max(start + _BLEND_S, leave + 0.2))
            if start >= placed.reach_s - 0.05:
                start = placed.reach_s - 0.1
            units.append(replace(placed, start_s=start, emphasis_s=max(placed.emphasis_s, start)))
        talks.append((began_s - random.uniform(0.0, 0.5), units[-1].leave_s + random.uniform(0.0, 0.3)))
        tape.append(*idle(random.choice([random.uniform(0.3, 1.0), random.uniform(1.0, 4.0)])), overlap=12)
    clip = Clip(tape.rotations, tape.root, np.zeros((len(tape), 4), np.float32), RATE_HZ)
    return _performance(clip, tuple(units), tuple(talks), speaker, all(body.has_fingers for body in gestures or idles))


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


def of_talk(body: BodyClip, speaker: int) -> BodyPerformance:
    """A recording in which somebody talks all the time, hands up, without labelled phases: one long gesture unit whose beats
    are where the wrists, having moved fast, arrive."""
    clip = body.clip
    length_s = (len(clip) - 1) / clip.rate_hz
    beats = arrivals_s(clip)
    units: tuple[GestureUnit, ...] = ()
    talks: tuple[tuple[float, float], ...] = ()
    if body.name.startswith("talk") and len(beats):
        units = (
            GestureUnit(
                "beat_mid",
                "both",
                0.8,
                0.1,
                1.0,
                max(float(beats[0]), 0.2),
                length_s - 1.0,
                length_s - 0.1,
                tuple(float(beat) for beat in beats[1:]),
            ),
        )
        talks = ((0.0, length_s),)
    return _performance(clip, units, talks, speaker, body.has_fingers)


def stroke_of(body: BodyClip, speaker: int) -> BodyPerformance:
    """A recorded gesture by itself, mirrored if the speaker is a mirror image."""
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
    """About `minutes` of performances by all performers and their mirror images, from clips of one split."""
    random = np.random.default_rng(seed)
    made: list[BodyPerformance] = []
    by_performer = {name: [clip for clip in clips if clip.performer == name] for name in PERFORMERS}
    weights = {
        name: sum(len(clip.clip) for clip in found if clip.unit is not None or name in ("overte", "other")) ** 0.7
        for name, found in by_performer.items()
    }
    whole = sum(weights.values())
    for index, speaker in enumerate(SPEAKERS):
        name = speaker.removesuffix("_mirrored")
        found = by_performer[name]
        if not found or not weights[name]:
            continue
        if name in ("overte", "other"):
            made += [of_talk(body, index) for body in found]
            continue
        gestures = [body for body in found if body.unit is not None]
        idles = [body for body in found if body.unit is None and len(body.clip) > 60 and "ToIdle" not in body.name]
        left_s = 60.0 * minutes * weights[name] / whole / 2
        while left_s > 3.0 and gestures:
            made.append(stitch(gestures, idles, min(60.0, left_s), random, index))
            left_s -= 60.0
    return made
