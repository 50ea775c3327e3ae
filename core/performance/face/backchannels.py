# SPDX-License-Identifier: GPL-3.0-or-later
"""What a listener answers without a word: nods where the speaker's phrases end, small smiles, brows, blinks, a tilted head.

Nods come at the junctures of the other's speech (Dittmann and Llewellyn 1968); how often differs from listener to listener and from place
to place (Blomsma et al. 2024), and speakers nod more than listeners do (Gurion, Healey and Hough 2018). Listeners blink in the speaker's
pauses (Nakano and Kitazawa 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .blinks import Blink
from .movement import add_bump, steps


@dataclass(frozen=True)
class ListenerParameters:
    """How much a listener shows. Ranges are (least, most); each listener has shares of its own. All by eye."""

    nods: tuple[float, float] = (0.45, 0.8)  # share of the ends of phrases
    apart_s: float = 2.6  # from one answer to the next
    late_s: tuple[float, float] = (-0.1, 0.45)  # after the phrase has ended
    nod_deg: tuple[float, float] = (2.2, 5.0)  # the first dip; each further one is smaller
    weaker: float = 0.6
    dips: tuple[float, ...] = (0.45, 0.4, 0.15)  # how many: one, two, three
    down_s: float = 0.17
    up_s: float = 0.25
    smiles: float = 0.3  # share of the answers
    smile: tuple[float, float] = (0.16, 0.36)
    smile_lasts_s: tuple[float, float] = (0.5, 1.3)
    brows: float = 0.3
    brow: tuple[float, float] = (0.12, 0.3)
    blinks: float = 0.35
    blink_apart_s: float = 1.2  # from other blinks
    tilt_deg: tuple[float, float] = (1.5, 5.0)
    tilts_s: tuple[float, float] = (5.0, 10.0)  # from one posture to the next
    tilt_takes_s: tuple[float, float] = (0.7, 1.3)


PARAMETERS = ListenerParameters()


@dataclass(frozen=True)
class Answer:
    """An answer at time_s: dips of the head in degrees, one after the other, how far brows rise and a smile goes, whether it blinks."""

    time_s: float
    dips_deg: tuple[float, ...]
    smile: float
    brow: float
    blinks: bool

    @property
    def lasts_s(self) -> float:
        """Until the head is still again."""
        return len(self.dips_deg) * (PARAMETERS.down_s + PARAMETERS.up_s)


def answers(ends_s: Sequence[float], random: np.random.Generator, rate: float = 1.0) -> tuple[Answer, ...]:
    """A listener's answers.

    Args:
        ends_s: when phrases of those who are heard end, seconds, in order.
        random: another one answers elsewhere.
        rate: factor of how often.

    Returns:
        In order of time.
    """
    how = PARAMETERS
    share = rate * random.uniform(*how.nods)
    due = float(random.random())
    result: list[Answer] = []
    for end_s in ends_s:
        u, count, size, smiles, smile, raises, brow, blink = random.random(8)
        time_s = max(end_s + float(random.uniform(*how.late_s)), 0.0)
        if result and time_s < result[-1].time_s + how.apart_s:
            continue
        # who has let phrases pass answers the sooner: chance alone would leave some listeners without any answer
        due += share
        if due < 0.5 + u:
            continue
        due -= 1.0
        dips = 1 + int(np.searchsorted(np.cumsum(how.dips), min(count, 0.999)))
        first = _between(how.nod_deg, size)
        result.append(
            Answer(
                time_s,
                tuple(first * how.weaker**dip for dip in range(dips)),
                _between(how.smile, smile) if smiles < how.smiles else 0.0,
                _between(how.brow, brow) if raises < how.brows else 0.0,
                blink < how.blinks,
            )
        )
    return tuple(result)


def _between(least_most: tuple[float, float], share: float) -> float:
    return float(least_most[0] + (least_most[1] - least_most[0]) * share)


def nods_deg(given: Sequence[Answer], frames: int, rate_hz: float, start_s: float = 0.0) -> np.ndarray:
    """How far the head is down, degrees, float64 (frames,)."""
    how, curve = PARAMETERS, np.zeros(frames)
    for answer in given:
        for number, dip in enumerate(answer.dips_deg):
            begin_s = answer.time_s + number * (how.down_s + how.up_s) - start_s
            add_bump(curve, rate_hz, begin_s, how.down_s, 0.0, how.up_s, dip)
    return curve


def shapes(given: Sequence[Answer], frames: int, rate_hz: float, start_s: float = 0.0) -> dict[str, np.ndarray]:
    """How far shapes go beyond what they do anyway, float64 (frames,) by name."""
    smile, brow = np.zeros(frames), np.zeros(frames)
    for answer in given:
        lasts_s = (
            PARAMETERS.smile_lasts_s[0] + (PARAMETERS.smile_lasts_s[1] - PARAMETERS.smile_lasts_s[0]) * answer.smile
        )
        add_bump(smile, rate_hz, answer.time_s - start_s, 0.4, lasts_s, 0.7, answer.smile)
        add_bump(brow, rate_hz, answer.time_s - 0.05 - start_s, 0.2, 0.25, 0.4, answer.brow)
    result = {"browInnerUp": brow}
    for side in ("Left", "Right"):
        result |= {f"mouthSmile{side}": smile, f"cheekSquint{side}": 0.5 * smile, f"browOuterUp{side}": 0.8 * brow}
    return result


def blinks_of(given: Sequence[Answer], lid: np.ndarray, rate_hz: float, start_s: float = 0.0) -> tuple[Blink, ...]:
    """The blinks that come with answers, where the lids (T,) do not blink anyway; their times count from start_s on."""
    found, near = [], round(PARAMETERS.blink_apart_s * rate_hz)
    for answer in given:
        blink = Blink(answer.time_s + 0.1 - start_s, closing_s=0.09, closed_s=0.04, opening_s=0.2)
        at = round(blink.start_s * rate_hz)
        free = lid[max(at - near, 0) : at + near].max(initial=0.0) < 0.5
        if answer.blinks and free and 0.0 <= blink.start_s and blink.end_s * rate_hz < len(lid):
            found.append(blink)
    return tuple(found)


def tilts_deg(
    spans_s: Sequence[tuple[float, float]],
    random: np.random.Generator,
    frames: int,
    rate_hz: float,
    start_s: float = 0.0,
) -> np.ndarray:
    """How far the head is tilted to its right while others are heard, upright else.

    Args:
        spans_s: (begin, end) of listening, seconds, in order.
        random: draws sides, sizes and times.
        frames, rate_hz, start_s: of the curve.

    Returns:
        Degrees, float64 (frames,).
    """
    how = PARAMETERS
    times, targets, side = [], [], random.choice((-1.0, 1.0))
    for begin, end in spans_s:
        at_s = begin
        while at_s < end:
            times.append(at_s - start_s)
            targets.append(side * random.uniform(*how.tilt_deg))
            side = side if random.random() < 0.4 else -side
            at_s += float(random.uniform(*how.tilts_s))
        times.append(max(end, begin + 0.1) - start_s)
        targets.append(0.0)
    order = np.argsort(times, kind="stable")
    takes_s = random.uniform(*how.tilt_takes_s, len(times))
    return steps(np.array(times)[order], np.array(targets)[order], takes_s, frames, rate_hz)
