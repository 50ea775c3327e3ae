# SPDX-License-Identifier: GPL-3.0-or-later
"""The head: nods at accents, a posture for every phrase, drift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...audio.prosody import Prosody, ProsodyCurves
from ...motion import rotations as rot
from ...motion.face_track import FACE_RATE_HZ
from ...motion.smoothing import gaussian_smooth
from ...motion.spans import spans
from ...statistics import NONVERBAL, statistics_of
from ..seeding import generator_for
from .gaze import Fixation
from .movement import add_bump, drift, steps
from .quantiles import draw

AXES = ("yaw", "pitch", "roll")


@dataclass(frozen=True)
class HeadParameters:
    """How a head goes with a voice. Triples are of yaw, pitch and roll. What has no source is by eye."""

    # The recorded orator turns between two sides of a hall; a talker's head stays nearer to the front.
    drift_share: tuple[float, float, float] = (0.33, 0.27, 0.44)
    band_share: tuple[float, float, float, float] = (1.0, 1.0, 0.7, 0.25)  # of the drift, by frequency
    idle: float = 0.45  # how much of the drift is left in silence
    from_front_s: float = 2.5  # a performance begins facing the front
    posture_deg: tuple[float, float, float] = (3.2, 1.3, 1.8)
    posture_lead_s: float = 0.25  # before its phrase
    posture_takes_s: tuple[float, float] = (0.55, 1.1)
    nod_share: float = 0.75  # of the size of the recorded nods
    nod_chance: float = 0.52  # of the most prominent accents; about 45 nods a minute of speech
    nod_down_s: tuple[float, float] = (0.16, 0.08)  # least, and more
    nod_up_s: tuple[float, float] = (0.26, 0.16)
    after_nucleus_s: float = 0.04  # the lowest point of a nod
    lift_share: float = 0.28  # a nod begins with a small lift …
    lift_lead_s: float = 0.2  # … so long before
    deg_per_semitone: float = 0.2  # the head rises with the voice (Yehia, Kuratate and Vatikiotis-Bateson 2002)
    neck_share: float = 0.38
    # The head follows the eyes where they look further aside than this, each person as far as it is used to (Fuller
    # 1992; Stahl 1999), and hardly where they are soon back (Oommen, Smith and Stahl 2004). The eyes lead by about 50 ms
    # (Zangemeister and Stark 1982). Shares by eye.
    eyes_only_deg: float = 4.0
    follows: tuple[float, float] = (0.3, 0.65)
    follows_after_s: float = 0.05
    follows_takes_s: tuple[float, float] = (0.3, 0.02)  # and a degree
    soon_back_s: float = 0.6
    turn_deg: float = 5.0  # what counts as a turn of the head that one blinks with, this fast; by eye
    turn_deg_s: float = 15.0


PARAMETERS = HeadParameters()


@dataclass(frozen=True)
class Nod:
    """A nod with the syllable whose loudest moment is nucleus_s: within down_s the head goes down by size_deg, within
    up_s up."""

    nucleus_s: float
    size_deg: float
    down_s: float
    up_s: float

    @property
    def lowest_s(self) -> float:
        """When the head is lowest: just after the nucleus."""
        return self.nucleus_s + PARAMETERS.after_nucleus_s


def nods(prosody: Prosody, seed: int, rate: float = 1.0) -> tuple[Nod, ...]:
    """The accents that the head nods at, in order. rate: factor of how often."""
    random, how = generator_for(seed, "nods"), PARAMETERS
    sizes_deg = statistics_of(NONVERBAL)["speaking"]["head"]["nod_deg"]
    result = []
    for accent in prosody.accents:
        u, speed = random.random(2)
        size = how.nod_share * draw(random, sizes_deg) * (0.4 + 0.8 * accent.prominence)
        if u > how.nod_chance * rate * (0.5 + accent.prominence / 2):
            continue
        down, up = (least + more * speed for least, more in (how.nod_down_s, how.nod_up_s))
        result.append(Nod(accent.peak_s, size, down, up))
    return tuple(result)


def head_angles(
    prosody: Prosody, seed: int, rate: float = 1.0, amplitude: float | np.ndarray = 1.0
) -> dict[str, np.ndarray]:
    """How the head turns.

    Args:
        prosody: of the voice.
        seed: another one gives other movements.
        rate, amplitude: factors of how often it nods and how far it goes; (frames,) where that changes.

    Returns:
        yaw (positive: to the character's left), pitch (down) and roll (to its right) in degrees, (frames,) each at
        FACE_RATE_HZ.
    """
    curves = prosody.at(FACE_RATE_HZ)
    result = _wander(curves, seed)
    _add_postures(result, prosody, curves, seed)
    dips = np.zeros(curves.frames)
    for nod in nods(prosody, seed, rate):
        before_s, lift_deg = nod.nucleus_s - nod.down_s, -PARAMETERS.lift_share * nod.size_deg
        add_bump(dips, curves.rate_hz, before_s - PARAMETERS.lift_lead_s, 0.18, 0.0, nod.down_s, lift_deg)
        add_bump(dips, curves.rate_hz, before_s + PARAMETERS.after_nucleus_s, nod.down_s, 0.02, nod.up_s, nod.size_deg)
    result["pitch"] += dips - PARAMETERS.deg_per_semitone * curves.pitch
    return {name: amplitude * curve for name, curve in result.items()}


def follow_gaze(angles: dict[str, np.ndarray], events: Sequence[Fixation], seed: int) -> dict[str, np.ndarray]:
    """The head that goes along where the eyes look far aside.

    Args:
        angles: yaw, pitch and roll in degrees, (frames,) each at FACE_RATE_HZ.
        events: where the eyes look, at least one, in order.
        seed: of how far this person's head follows.

    Returns:
        The angles with it.
    """
    how = PARAMETERS
    share = generator_for(seed, "head follows").uniform(*how.follows)
    times = np.array([event.start_s for event in events])
    places = np.array([(event.yaw_deg, event.pitch_deg) for event in events])
    far = np.linalg.norm(places, axis=1)
    stays_s = _away_s(events)
    shares = share * np.where(stays_s < how.soon_back_s, 0.4, 1.0) * np.maximum(far - how.eyes_only_deg, 0.0)
    targets = places * (shares / np.maximum(far, 1e-6))[:, None]
    moves = np.linalg.norm(np.diff(targets, axis=0, prepend=0.0 * targets[:1]), axis=1)
    takes_s = how.follows_takes_s[0] + how.follows_takes_s[1] * moves
    frames = len(angles["yaw"])
    result = dict(angles)
    for name, column in zip(("yaw", "pitch"), targets.T):
        result[name] = angles[name] + steps(times + how.follows_after_s, column, takes_s, frames, FACE_RATE_HZ)
    return result


def _away_s(events: Sequence[Fixation]) -> np.ndarray:
    """How long the eyes are away, or on the partner, in all, from each fixation's beginning on, float64 (n,) seconds."""
    result, until = np.zeros(len(events)), events[-1].start_s + 1.0
    for index in reversed(range(len(events))):
        if index + 1 < len(events) and events[index].on_partner != events[index + 1].on_partner:
            until = events[index + 1].start_s
        result[index] = until - events[index].start_s
    for index in range(1, len(events)):
        if events[index].on_partner == events[index - 1].on_partner:
            result[index] = result[index - 1]
    return result


def turns_s(angles: dict[str, np.ndarray]) -> np.ndarray:
    """When the head begins to turn aside far and fast, float64 (n,) seconds."""
    yaw, how = angles["yaw"], PARAMETERS
    if len(yaw) < 2:
        return np.zeros(0)
    fast = spans(np.abs(np.gradient(yaw)) * FACE_RATE_HZ > how.turn_deg_s)
    return np.array([first / FACE_RATE_HZ for first, last in fast if abs(yaw[last - 1] - yaw[first]) > how.turn_deg])


def _wander(curves: ProsodyCurves, seed: int) -> dict[str, np.ndarray]:
    """The drift of the head in degrees, (frames,) by axis; less in silence."""
    table, how = statistics_of(NONVERBAL)["speaking"], PARAMETERS
    alive = how.idle + (1.0 - how.idle) * gaussian_smooth(curves.speaking, 0.5 * curves.rate_hz)
    result = {}
    for name, share in zip(AXES, how.drift_share):
        random = generator_for(seed, f"head drift {name}")
        bands = np.array(table["head"][name]["band_sd_deg"]) * how.band_share
        wander = drift(random, curves.frames, curves.rate_hz, table["bands_hz"], bands)
        wander -= wander[0] * np.exp(-curves.times_s / how.from_front_s)
        result[name] = share * alive * wander
    return result


def _add_postures(angles: dict[str, np.ndarray], prosody: Prosody, curves: ProsodyCurves, seed: int) -> None:
    """Let the head stand differently in every phrase: add to the angles in place."""
    random, how = generator_for(seed, "head posture"), PARAMETERS
    starts = np.array([phrase.start_s for phrase in prosody.phrases])
    if not len(starts):
        return
    for name, spread in zip(AXES, how.posture_deg):
        targets = spread * np.clip(random.standard_normal(len(starts)), -1.8, 1.8)
        lengths = random.uniform(*how.posture_takes_s, len(starts))
        angles[name] += steps(starts - how.posture_lead_s, targets, lengths, curves.frames, curves.rate_hz)


def head_rotations(angles: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Local rotations of neck and head, float32 (frames, 4) each, which together turn the head by the angles in
    degrees."""
    radians = {name: np.radians(curve) for name, curve in angles.items()}
    neck = rot.from_yaw_pitch_roll(*(PARAMETERS.neck_share * radians[name] for name in AXES))
    both = rot.from_yaw_pitch_roll(radians["yaw"], radians["pitch"], radians["roll"])
    return neck.astype(np.float32), rot.multiply(rot.inverse(neck), both).astype(np.float32)
