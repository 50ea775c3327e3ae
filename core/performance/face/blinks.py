# SPDX-License-Identifier: GPL-3.0-or-later
"""Blinks: when, and how the lid moves. Each of them shuts the eye."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.prosody import Prosody, ProsodyCurves
from ...motion.easing import minimum_jerk
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...statistics import NONVERBAL, statistics_of
from ..seeding import generator_for
from .quantiles import draw, quantile


@dataclass(frozen=True)
class BlinkParameters:
    """How people blink who talk and listen. Ranges are (least, most)."""

    # Bentivoglio et al. 1997 (Movement Disorders 12)
    rest_per_min: float = 17.0
    speaking_per_min: float = 19.0  # people 26; a character who blinks so often looks nervous, by eye
    own_rate: tuple[float, float] = (0.75, 1.12)  # the inner half of people; measured (weights/nonverbal), cut by eye
    gap_s: tuple[float, float] = (0.45, 6.5)  # by eye: longer looks like staring; with `later_s` no gap is over 8 s
    # Speakers blink where the meaning breaks, listeners too (Nakano and Kitazawa 2010; Cummins 2012), and with large
    # shifts of gaze (Evinger et al. 1994); the shares are by eye.
    at_pause: float = 0.65
    pause_spread_s: float = 0.25
    at_shift: float = 0.5
    shift_spread_s: float = 0.04
    evens_out: float = 0.2  # of the blinks that are missing or too many, in the next interval; by eye
    evens_out_most: tuple[float, float] = (0.6, 1.6)
    sooner_s: float = 0.9  # a blink is put off or brought forward by so much to meet a pause or a shift; by eye
    later_s: float = 1.2
    first_s: tuple[float, float] = (0.0, 3.0)  # before the sound the last one was so long ago
    earliest_s: float = 0.2
    double: float = 0.05  # share of blinks that a second one follows at once; by eye
    double_gap_s: float = 0.06
    # The range of spontaneous blinks (VanderWerf et al. 2003): closing about 0.1 s, opening about twice as long.
    closing_s: tuple[float, float] = (0.065, 0.12)
    closed_s: tuple[float, float] = (0.02, 0.07)
    opening_s: tuple[float, float] = (0.13, 0.26)


PARAMETERS = BlinkParameters()


@dataclass(frozen=True)
class Blink:
    """start_s: the lid begins to close. Durations in seconds."""

    start_s: float
    closing_s: float
    closed_s: float
    opening_s: float

    @property
    def end_s(self) -> float:
        """When the eye is open again."""
        return self.start_s + self.closing_s + self.closed_s + self.opening_s


def blinks(prosody: Prosody, seed: int, shifts_s: np.ndarray, rate: float = 1.0) -> tuple[Blink, ...]:
    """The blinks of a performance, in order.

    Args:
        prosody: of the voice.
        seed: another one gives other blinks.
        shifts_s: (n,) seconds, times of large gaze shifts and turns of the head.
        rate: 1 = as often as people do on average.
    """
    random, how = generator_for(seed, "blinks"), PARAMETERS
    table = statistics_of(NONVERBAL)["blinks"]
    curves = prosody.at(FACE_RATE_HZ)
    attractors = _attractors(prosody, shifts_s)
    median_rate = np.median(table["rate_per_min"])
    own = rate * float(np.clip(draw(random, table["rate_per_min"]) / median_rate, *how.own_rate))
    result: list[Blink] = []
    last, missing = -float(random.uniform(*how.first_s)), 0.0
    while True:
        per_min = own * (how.speaking_per_min if curves.speaks_at(max(last, 0.0) + 0.5) else how.rest_per_min)
        evened = float(np.clip(np.exp(-how.evens_out * missing), *how.evens_out_most))
        wish = last + float(np.clip(evened * draw(random, table["interval_of_mean"]) * 60.0 / per_min, *how.gap_s))
        u, late = random.random(), random.random()
        phases = random.random(4)  # one more than a blink needs: the same draws as ever
        double = random.random() < how.double and missing > -1.0
        start = max(_attracted(wish, last, attractors, u, late), last + how.gap_s[0])
        if start < how.earliest_s:  # before the sound; put off, it would come with those of other voices
            last = start
            continue
        new = [_blink(start, phases, table)]
        if double:
            new.append(_blink(new[0].end_s + how.double_gap_s, phases[::-1], table))
        new = [blink for blink in new if blink.end_s <= prosody.duration_s]  # what the end would cut
        if not new:
            return tuple(result)
        result += new
        missing += per_min / 60.0 * (new[-1].start_s - max(last, 0.0)) - len(new)
        last = new[-1].start_s


def _attractors(prosody: Prosody, shifts_s: np.ndarray) -> np.ndarray:
    """(n, 3): when something happens that blinks go with, how often they do, and how late at most; in order of time."""
    found = [(start, PARAMETERS.at_pause, PARAMETERS.pause_spread_s) for start, _ in prosody.pauses if start > 0.0]
    found += [(float(time), PARAMETERS.at_shift, PARAMETERS.shift_spread_s) for time in shifts_s]
    return np.array(sorted(found)).reshape(-1, 3)


def _attracted(wish: float, last: float, attractors: np.ndarray, u: float, late: float) -> float:
    """When a blink happens that is due at `wish`: then, or with what happens near it."""
    times = attractors[:, 0]
    near = np.flatnonzero(
        (times > max(wish - PARAMETERS.sooner_s, last + PARAMETERS.gap_s[0])) & (times < wish + PARAMETERS.later_s)
    )
    if not len(near):
        return wish
    time, share, spread = attractors[near[np.argmin(np.abs(times[near] - wish))]].tolist()
    return time + spread * late if u < share else wish


def _blink(start_s: float, u: np.ndarray, table: dict) -> Blink:
    """One blink by uniform draws. The headset saw the lid at 91 Hz only through a camera's model, so its outer
    quantiles, which are closed eyes and lost frames, are cut; and how deep it saw them says more about the camera than about
    the lid."""
    closing, closed, opening = (
        quantile(share, table[name]) for share, name in zip(u, ("closing_s", "closed_s", "opening_s"))
    )
    how = PARAMETERS
    return Blink(
        start_s,
        float(np.clip(closing, *how.closing_s)),
        float(np.clip(closed, *how.closed_s)),
        float(np.clip(opening, *how.opening_s)),
    )


def lid_curve(curves: ProsodyCurves, events: tuple[Blink, ...]) -> np.ndarray:
    """How far the lids are shut: down fast and evenly, up fast at first and then slowing (VanderWerf et al. 2003).

    Args:
        curves: of the voice; their frames and rate count.
        events: in order.

    Returns:
        float64 (frames,), 0 open .. 1 shut.
    """
    curve = np.zeros(curves.frames)
    rate_hz = curves.rate_hz
    for blink in events:
        first, last = max(int(np.ceil(blink.start_s * rate_hz)), 0), min(int(blink.end_s * rate_hz) + 1, curves.frames)
        since = np.arange(first, last) / rate_hz - blink.start_s
        down = minimum_jerk(since / blink.closing_s)
        up = minimum_jerk(np.clip((since - blink.closing_s - blink.closed_s) / blink.opening_s, 0.0, 1.0) ** 0.7)
        curve[first:last] = np.maximum(curve[first:last], down - up)
    return curve


def shut_lids(values: np.ndarray, lid: np.ndarray) -> None:
    """Write lids that are shut by `lid` (frames,), 0 open .. 1 shut, into values (frames, 55) in place."""
    for side in ("Left", "Right"):
        shut = f"eyeBlink{side}"
        values[:, FACE_INDEX[shut]] = np.maximum(values[:, FACE_INDEX[shut]], lid)
        values[:, FACE_INDEX[f"eyeWide{side}"]] *= 1.0 - lid  # wide eyes shut as far as others
