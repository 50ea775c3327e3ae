# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases that the animator kept: danced where they were kept, and again where the music comes back, on its beats.

Their codes enter the choreography, so that the dance leads into them and out of them; what codes cannot say of them is blended over
that: they are danced as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from ...audio.music.analysis import MusicAnalysis
from ...models.bailando.dancer_frames import DOWN_JOINTS, SPINE, UP_JOINTS, about_vertical, heading_rad, to_vectors
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import minimum_jerk
from ...motion.joints import JOINT_INDEX
from ...motion.locomotion.contacts import detect_contacts
from ...motion.locomotion.legs import LowerBody
from ...motion.resampling import curves_at, rotations_at
from ...motion.skeleton import average_adult
from ...prompts.kept_phrases import BESIDE_S, KeptPhrase
from ...wording import listed
from .choreography import Choreographer, Codes
from .decoded_dance import LocalDance
from .phrases import ALIKE, Phrase, sound_of
from .prompted_codes import HALVES, danced_anew

_LEAD_IN, _LEAD_OUT = 2, 5  # tokens that are danced anew before and after a phrase; by eye
_BREATH = 0.5  # of a phrase that passes at least before it comes again by itself
_ON_THE_EDGE = 0.5  # beats: a phrase that begins so near to one of the music's begins with it


@dataclass(frozen=True, eq=False)
class Beats:
    """Time counted in the music's beats, before the first and after the last one, too."""

    times_s: np.ndarray

    def places(self, times_s: np.ndarray | float) -> np.ndarray:
        """Seconds → beats, not whole."""
        known = self.times_s
        first, last = known[1] - known[0], known[-1] - known[-2]
        inside = np.interp(times_s, known, np.arange(len(known)))
        return inside + np.minimum((times_s - known[0]) / first, 0.0) + np.maximum((times_s - known[-1]) / last, 0.0)

    def seconds(self, places: np.ndarray | float) -> np.ndarray:
        """Beats → seconds."""
        known, end = self.times_s, len(self.times_s) - 1
        first, last = known[1] - known[0], known[-1] - known[-2]
        inside = np.interp(places, np.arange(len(known)), known)
        return inside + np.minimum(places, 0.0) * first + np.maximum(np.asarray(places) - end, 0.0) * last


@dataclass(frozen=True, eq=False)
class Repeat:
    """A kept phrase at one place. later: by so many beats, 0 where it was kept. first_s, last_s: when it is danced there."""

    phrase: KeptPhrase
    later: int
    beats: Beats

    @property
    def first_s(self) -> float:
        return float(self.beats.seconds(self.beats.places(self.phrase.first_s) + self.later))

    @property
    def last_s(self) -> float:
        return float(self.beats.seconds(self.beats.places(self.phrase.last_s) + self.later))

    def source_s(self, times_s: np.ndarray) -> np.ndarray:
        """When in the kept phrase is what is danced at times (T,)."""
        if not self.later:
            return np.asarray(times_s, np.float64)
        return self.beats.seconds(self.beats.places(times_s) - self.later)

    def weights(self, times_s: np.ndarray) -> np.ndarray:
        """(T,) 0..1, how far it counts."""
        into = minimum_jerk((times_s - self.first_s) / BESIDE_S + 1.0)
        return np.minimum(into, minimum_jerk((self.last_s - times_s) / BESIDE_S + 1.0))

    def clip_at(self, times_s: np.ndarray, rate_hz: float) -> Clip:
        """The phrase at times (T,), at even distances of 1 / rate_hz."""
        clip, at = self.phrase.clip, self.source_s(times_s)
        rotations = rotations_at(clip.rotations.astype(np.float64), clip.rate_hz, clip.start_s, at)
        root_m = curves_at(clip.root_translation_m.astype(np.float64), clip.rate_hz, clip.start_s, at)
        still = Clip.still(len(at), rate_hz, clip.driven)
        return replace(still, rotations=rotations.astype(np.float32), root_translation_m=root_m.astype(np.float32))


def repeats_of(
    kept: Sequence[KeptPhrase], music: MusicAnalysis, phrases: Sequence[Phrase]
) -> tuple[tuple[Repeat, ...], list[str]]:
    """Where kept phrases are danced, in order, and sentences about them.

    Args:
        kept: the phrases, those that the animator kept first count first.
        music: what it is danced to.
        phrases: the music's phrases, of all that is danced.
    """
    found: list[Repeat] = []
    notes: list[str] = []
    if not phrases or len(music.beats_s) < 2:
        return (), [f"“{phrase.name}” is not danced: there is nothing to dance to." for phrase in kept]
    beats = Beats(music.beats_s)
    for phrase in kept:
        own = Repeat(phrase, 0, beats)
        if not _is_danced(own, phrases):
            notes.append(f"“{phrase.name}” does not come again: nothing is danced where it was kept.")
            continue
        if not _is_free(own, found):
            notes.append(f"“{phrase.name}” does not come again: another kept phrase is danced there.")
            continue
        found.append(own)
        again = [one for one in _again(own, music, phrases) if _is_free(one, found)]
        found += again
        if again:
            when = listed(f"{one.first_s:.1f}" for one in again)
            notes.append(f"“{phrase.name}” is danced again at {when} s.")
        else:
            notes.append(f"“{phrase.name}” stays, but does not come again: there is no room for it later in the music.")
    return tuple(sorted(found, key=lambda one: one.first_s)), notes


def _again(own: Repeat, music: MusicAnalysis, phrases: Sequence[Phrase]) -> list[Repeat]:
    """Where a phrase comes again: on the beat nearest to where it is asked for; else where a phrase of the music sounds like the one
    in which it was kept, or where none does in every second one."""
    phrase, beats = own.phrase, own.beats
    start = float(beats.places(phrase.first_s))
    if phrase.again_s is not None:
        later = int(round(float(beats.places(phrase.again_s)) - start))
        asked = replace(own, later=later)
        return [asked] if later and _is_danced(asked, phrases) else []
    edges = beats.places(np.array([one.start_s for one in phrases]))
    number = max(int(np.searchsorted(edges, start + _ON_THE_EDGE, side="right")) - 1, 0)
    sound = sound_of(music, phrase.first_s, phrase.last_s)
    places = [replace(own, later=int(round(edge - edges[number]))) for edge in edges[number + 1 :]]
    possible = [one for one in places if _is_danced(one, phrases)]
    alike = [one for one in possible if np.corrcoef(sound, sound_of(music, one.first_s, one.last_s))[0, 1] > ALIKE]
    every_second = [one for one in places[1::2] if one in possible]
    return _apart(own, alike) or _apart(own, every_second) or possible[:1]


def _apart(own: Repeat, wanted: Sequence[Repeat]) -> list[Repeat]:
    """Of places in order those that leave time for something else since the last."""
    found, length_s = [own], own.last_s - own.first_s
    for one in wanted:
        if one.first_s >= found[-1].last_s + _BREATH * length_s:
            found.append(one)
    return found[1:]


def _is_danced(repeat: Repeat, phrases: Sequence[Phrase]) -> bool:
    """Whether it is danced from its beginning to its end."""
    at = (repeat.first_s + 1e-3, 0.5 * (repeat.first_s + repeat.last_s), repeat.last_s - 1e-3)
    return all(any(one.start_s <= time_s <= one.end_s for one in phrases) for time_s in at)


def _is_free(repeat: Repeat, found: Sequence[Repeat]) -> bool:
    return all(repeat.first_s >= one.last_s - 1e-3 or repeat.last_s <= one.first_s + 1e-3 for one in found)


# ---------------------------------------------------------------------------------------------------------------- codes


def through_repeats(dancer: Choreographer, codes: Codes, repeats: Sequence[Repeat]) -> Codes:
    """The codes with kept phrases in them, and what leads into and out of them danced anew."""
    for repeat in repeats:
        places = ((time_s - codes.start_s) / dancer.token_s for time_s in (repeat.first_s, repeat.last_s))
        first, last = (int(round(place)) for place in places)
        first, last = max(first, 1), min(last, len(codes.up))
        if last - first < 2:
            continue
        codes = _with_phrase(dancer, codes, repeat, (first, last))
        for half in HALVES:
            for span in ((first - _LEAD_IN, first), (last, last + _LEAD_OUT)):
                span = max(span[0], 1), min(span[1], len(codes.up))
                if span[0] < span[1]:
                    codes = danced_anew(dancer, codes, half, {}, span)
    return codes


@torch.inference_mode()
def _with_phrase(dancer: Choreographer, codes: Codes, repeat: Repeat, span: tuple[int, int]) -> Codes:
    """The codes nearest to a phrase in tokens first..last; a half that was not read stays."""
    first, last = span
    rate_hz, step = dancer.model.config.rate_hz, dancer.model.config.frames_per_token
    times_s = codes.start_s + first * dancer.token_s + np.arange((last - first) * step) / rate_hz
    clip = repeat.clip_at(times_s, rate_hz)
    lower = LowerBody.of(clip, average_adult())
    contacts = detect_contacts(lower.both("ankle"), lower.both("foot"), rate_hz).astype(np.float32)
    vectors = torch.from_numpy(to_vectors(replace(clip, contacts=contacts))[None]).to(dancer.device)
    changed = {}
    for half, encoded in zip(HALVES, dancer.model.memory.encode(vectors)):
        if clip.driven >= frozenset(half.joints):
            changed[half.name] = getattr(codes, half.name).copy()
            changed[half.name][first:last] = encoded[0].cpu().numpy()
    return replace(codes, **changed)


# --------------------------------------------------------------------------------------------------------------- motion


def with_their_motion(dance: LocalDance, repeats: Sequence[Repeat], times_s: np.ndarray, rate_hz: float) -> LocalDance:
    """A dance at times (T,) with kept phrases in it as they were danced: poses, turns, steps and height."""
    if not repeats:
        return dance
    made = LocalDance(*(part.copy() for part in (dance.rotations, dance.velocity, dance.turning, dance.height)))
    for repeat in repeats:
        weights = repeat.weights(times_s)
        rows = np.flatnonzero(weights > 0.0)
        if len(rows) > 1:
            _blend(made, repeat.clip_at(times_s[rows], rate_hz), rows, weights[rows])
    return made


def _blend(made: LocalDance, clip: Clip, rows: np.ndarray, weights: np.ndarray) -> None:
    """A clip over a dance, in place. weights: of its frames, which are the dance's `rows`."""
    for joint in sorted(clip.driven & {*UP_JOINTS, *DOWN_JOINTS, *SPINE} - {"pelvis"}, key=JOINT_INDEX.__getitem__):
        index = JOINT_INDEX[joint]
        made.rotations[rows, index] = rot.slerp(made.rotations[rows, index], clip[joint].astype(np.float64), weights)
    if "pelvis" not in clip.driven:
        return
    pelvis = clip["pelvis"].astype(np.float64)
    heading = heading_rad(pelvis)
    away = rot.inverse(about_vertical(heading))
    made.rotations[rows, 0] = rot.slerp(made.rotations[rows, 0], rot.multiply(away, pelvis), weights)
    steps = np.gradient(clip.root_translation_m.astype(np.float64), axis=0) * clip.rate_hz
    steps = rot.rotate(away, steps)[:, [0, 2]]
    turning = np.gradient(heading) * clip.rate_hz
    made.velocity[rows] += weights[:, None] * (steps - made.velocity[rows])
    made.turning[rows] += weights * (turning - made.turning[rows])
    made.height[rows] += weights * (clip.root_translation_m[:, 1] - made.height[rows])
