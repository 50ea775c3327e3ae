# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting recorded gestures one after another: chained, held with beats, with idles between."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ....motion import rotations as rot
from ....motion.clip import Clip
from ....motion.easing import smooth_step
from ....motion.gesture_plan import GestureUnit
from ....motion.joints import JOINT_INDEX
from ....motion.resampling import rotations_at
from .corpus import RATE_HZ, BodyClip

_CHAIN = 0.55  # share of gestures that begin while the one before is held


_BEATS = 0.4  # share of gestures that are held with beats


_BLEND_S = 0.5


@dataclass
class Tape:
    """A performance that grows piece by piece."""

    rotations: np.ndarray
    root: np.ndarray

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


class Stitching:
    """A performer's gestures and idles, put one after another by chance; the performance grows with every call.

    tape: the motion so far. units: its gestures. talks: (start, end) of what would be speech, seconds.
    """

    def __init__(self, gestures: list[BodyClip], idles: list[BodyClip], random: np.random.Generator):
        self.gestures, self.idles, self.random = gestures, idles, random
        rotations, root = self._idle(random.uniform(0.3, 2.0))
        self.tape = Tape(rotations.copy(), root.copy())
        self.units: list[GestureUnit] = []
        self.talks: list[tuple[float, float]] = []

    def _idle(self, length_s: float) -> tuple[np.ndarray, np.ndarray]:
        """Rotations and root of a piece of an idle, or a posture held where there is none."""
        frames = max(int(length_s * RATE_HZ), 6)
        if not self.idles:
            rest = self.gestures[0].clip
            return np.repeat(rest.rotations[:1], frames, 0), np.repeat(rest.root_translation_m[:1], frames, 0)
        source = self.idles[self.random.integers(len(self.idles))].clip
        first = int(self.random.integers(max(len(source) - frames, 1)))
        return source.rotations[first : first + frames], source.root_translation_m[first : first + frames]

    def go_on(self) -> None:
        """A chain of gestures and the rest after it; rest alone where there are no gestures."""
        random = self.random
        if not self.gestures:
            self.tape.append(*self._idle(random.uniform(4.0, 8.0)), overlap=12)
            return
        began_s = len(self.tape) / RATE_HZ
        count = min(1 + int(random.geometric(1.0 - _CHAIN)) if random.random() < 0.8 else 1, 6)
        for index in range(count):
            self._gesture(follows=index > 0, last=index == count - 1)
        self.talks.append((began_s - random.uniform(0.0, 0.5), self.units[-1].leave_s + random.uniform(0.0, 0.3)))
        self.tape.append(*self._idle(random.choice([random.uniform(0.3, 1.0), random.uniform(1.0, 4.0)])), overlap=12)

    def _gesture(self, follows: bool, last: bool) -> None:
        """One more gesture of a chain. follows: another one came before it, which is then not finished."""
        random = self.random
        body = self.gestures[random.integers(len(self.gestures))]
        assert body.unit is not None  # or it were no gesture
        speed = float(np.exp(random.uniform(-0.18, 0.2)))
        clip, unit = warped(body.clip, speed), _scaled(body.unit, speed, 0.0)
        if unit.lexeme not in ("touch", "shift", "think") and random.random() < _BEATS:
            clip, unit = with_beats(clip, unit, random)
        # of a gesture that another follows only what comes before its retraction; of one that follows, not its way from rest
        until = len(clip) if last else min(int((max(unit.leave_s, unit.emphasis_s) + 0.25) * RATE_HZ), len(clip))
        first, overlap = 0, 9
        if follows:
            first = max(int((unit.reach_s - random.uniform(0.35, 0.6)) * RATE_HZ), 0)
            overlap = int(_BLEND_S * RATE_HZ)
        elif unit.start_s > 0.5:
            first = int((unit.start_s - random.uniform(0.2, 0.5)) * RATE_HZ)
        if until - first < overlap + 3:
            until = min(first + overlap + 6, len(clip))
        begin = self.tape.append(clip.rotations[first:until], clip.root_translation_m[first:until], overlap=overlap)
        self._place(unit.moved((begin - first) / RATE_HZ), begin / RATE_HZ, follows)

    def _place(self, unit: GestureUnit, begin_s: float, follows: bool) -> None:
        """Keep a gesture's times, and let the one before it end where this one begins."""
        start_s = max(unit.start_s, begin_s)
        if follows:
            start_s, before = begin_s, self.units[-1]
            leave_s = max(start_s, before.reach_s, min(before.emphasis_s, before.leave_s))
            self.units[-1] = replace(before, leave_s=leave_s, end_s=max(start_s + _BLEND_S, leave_s + 0.2))
        if start_s >= unit.reach_s - 0.05:
            start_s = unit.reach_s - 0.1
        self.units.append(replace(unit, start_s=start_s, emphasis_s=max(unit.emphasis_s, start_s)))
