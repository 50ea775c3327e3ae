# SPDX-License-Identifier: GPL-3.0-or-later
"""What the `dance` bench measures on a set of dances against the validation dancers' own.

As published beside as it should be: kinetic and geometric features with and without their slips, Fréchet distances likewise,
beats counted from the music's side and from the dance's. Features are normalised by mean and deviation of all recorded dances,
training and validation, as published; a feature in which they hardly differ is left out, for it would count without bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.clip import Clip
from ...motion.joints import BODY_JOINTS, JOINT_INDEX
from ...motion.kinematics.forward import forward
from ...motion.locomotion.contacts import detect_contacts
from ...motion.skeleton import average_adult
from ...motion.spans import spans
from .dance import (
    LONGEST,
    RATE_HZ,
    beat_alignment,
    dance_beats,
    diversity,
    from_first_root,
    geometric_features,
    kinetic_features,
    normalised,
)
from .frechet import frechet_corrected, frechet_dance

SHIFTS = (0.25, 0.5, 0.75)  # of a beat: music that the dance does not follow
FROZEN_M_S, FROZEN_S = 0.02, 1.0  # mean speed of the joints, and for how long, as the goals say
LEAST_SPREAD = 1e-3  # of a feature among recorded dances; shares of frames, m²/s² and m/s²
FALLEN_M, FALLEN_S = 0.45, 1.0  # a head so low for so long: by eye; a squat keeps it above
HAND_M = 0.08  # from wrist to knuckles, which no dance has by itself: SMPL's hands
_ELBOWS = tuple(JOINT_INDEX[f"{side}_elbow"] for side in ("left", "right"))
_WRISTS = tuple(JOINT_INDEX[f"{side}_wrist"] for side in ("left", "right"))
_ANKLES, _BALLS = ([JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right")] for part in ("ankle", "foot"))


@dataclass(frozen=True)
class Danced:
    """joints: (T, 24, 3) SMPL joints in the world, metres, 60 frames a second. beats: frames (n,) of the music's. beat_frames: from
    one to the next."""

    joints: np.ndarray
    beats: np.ndarray
    beat_frames: float


def smpl_joints(clip: Clip) -> np.ndarray:
    """float64 (T, 24, 3): the body's joints in the world, and hands in line with the forearms."""
    count, body = len(BODY_JOINTS), average_adult()
    parents = body.parents[:count]
    places, _ = forward(clip.rotations[:, :count], clip.root_translation_m, body.offsets_m[:count].numpy(), parents)
    places = places.astype(np.float64)
    forearm = places[:, _WRISTS] - places[:, _ELBOWS]
    hands = places[:, _WRISTS] + HAND_M * forearm / np.linalg.norm(forearm, axis=-1, keepdims=True)
    return np.concatenate((places, hands), axis=1)


def danced(clip: Clip, bpm: float, first_beat_s: float = 0.0) -> Danced:
    """A clip at 60 Hz with the beats of its music."""
    return with_beats(smpl_joints(clip), bpm, first_beat_s)


def with_beats(joints: np.ndarray, bpm: float, first_beat_s: float = 0.0) -> Danced:
    """Joints (T, 24, 3) with the beats of a steady tempo."""
    step = 60.0 * RATE_HZ / bpm
    return Danced(joints, np.arange(first_beat_s * RATE_HZ % step, len(joints), step), step)


def features(dances: list[Danced], published: bool) -> tuple[np.ndarray, np.ndarray]:
    """Kinetic (n, 72) and geometric (n, 32)."""
    places = [from_first_root(dance.joints) for dance in dances]
    kinetic = np.stack([kinetic_features(joints, published) for joints in places])
    dt = 1.0 / (120.0 if published else 60.0)
    return kinetic, np.stack([geometric_features(joints, dt) for joints in places])


def alignment(dances: list[Danced], shift: float = 0.0) -> float:
    """BAS, mean over dances; the music late by a share of a beat."""
    scores = []
    for dance in dances:
        beats = dance.beats + shift * dance.beat_frames
        scores.append(beat_alignment(beats[beats < min(len(dance.joints), LONGEST)], _own_beats(dance)))
    return float(np.mean(scores))


def _own_beats(dance: Danced) -> np.ndarray:
    return dance_beats(dance.joints[:LONGEST])


def frozen_s(joints: np.ndarray) -> float:
    """The longest time for which the joints hardly move, seconds."""
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(1) * RATE_HZ
    return _longest(speed < FROZEN_M_S) / RATE_HZ


def fallen_s(joints: np.ndarray) -> float:
    """The longest time for which the head is near the floor, seconds."""
    floor = np.percentile(joints[:, [*_ANKLES, *_BALLS], 1].min(1), 5)
    return _longest(joints[:, JOINT_INDEX["head"], 1] - floor < FALLEN_M) / RATE_HZ


def slide_cm_s(joints: np.ndarray) -> float:
    """Mean horizontal speed of ankles and balls while they stand, as found from where they are."""
    stands = detect_contacts(joints[:, _ANKLES], joints[:, _BALLS], RATE_HZ).astype(bool)
    feet = joints[:, [_ANKLES[0], _ANKLES[1], _BALLS[0], _BALLS[1]]]
    both = stands[1:] & stands[:-1]
    speed = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=0), axis=-1) * RATE_HZ * 100.0
    return float(speed[both].mean()) if both.any() else 0.0


def _longest(holds: np.ndarray) -> int:
    return max((end - start for start, end in spans(holds)), default=0)


class DanceRows:
    """Figures of sets of dances against a reference set."""

    def __init__(self, reference: list[Danced], recorded: list[Danced]):
        """reference: what distances are taken to. recorded: what features are normalised by."""
        self.kinds = {"": True, "_corrected": False}
        self.reference = {kind: features(reference, published) for kind, published in self.kinds.items()}
        self.recorded = {kind: features(recorded, published) for kind, published in self.kinds.items()}

    def row(self, dances: list[Danced]) -> dict[str, float]:
        """All figures of one set."""
        found: dict[str, float] = {
            "bas": alignment(dances),
            "bas_shifted": float(np.mean([alignment(dances, shift) for shift in SHIFTS])),
            "bas_of_dance_beats": float(np.mean([beat_alignment(_own_beats(dance), dance.beats) for dance in dances])),
            "beats_a_beat": float(np.mean([len(_own_beats(dance)) / max(len(dance.beats), 1) for dance in dances])),
        }
        for kind, published in self.kinds.items():
            sets = (self.recorded[kind], self.reference[kind], features(dances, published))
            for letter, *values in zip("kg", *sets, strict=True):
                varied = values[0].std(0) > LEAST_SPREAD
                _, real, own = normalised(*(rows[:, varied] for rows in values))
                distance = frechet_dance(own, real).real if published else frechet_corrected(own, real)
                found[f"fid_{letter}{kind}"] = float(distance)
                found[f"div_{letter}{kind}"] = diversity(own)
        places = [dance.joints for dance in dances]
        found["frozen"] = float(np.mean([frozen_s(joints) > FROZEN_S for joints in places]))
        found["slide_cm_s"] = float(np.mean([slide_cm_s(joints) for joints in places]))
        roots = [joints[:, 0, [0, 2]] - joints[0, 0, [0, 2]] for joints in places]
        found["farthest_m"] = float(max(np.linalg.norm(way, axis=1).max() for way in roots))
        found["fallen"] = float(np.mean([fallen_s(joints) > FALLEN_S for joints in places]))
        speeds = [np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean() * RATE_HZ for joints in places]
        found["speed_m_s"] = float(np.mean(speeds))
        return found
