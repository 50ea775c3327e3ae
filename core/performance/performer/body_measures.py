# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured on a body that goes with a voice, alike on recorded and on generated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.gesture_plan import HANDEDNESS, GestureUnit
from ...motion.joints import TORSO_JOINTS
from ...motion.kinematics.forward import turned_in_the_world
from ...motion.recorded.segmentation import segment, wrists_of
from ...motion.smoothing import gaussian_smooth
from ..body.stroke_alignment import stroke_near, wrist_speeds
from ..body.stroke_duration import seen_s

RATE_HZ = 30.0
_NOISE_S = 0.04  # jitter of capture that is no movement
_SLOW_S = 4.0  # a slower way of the pelvis is a walk or a drift
_NEAR_S = 0.35


@dataclass(frozen=True)
class BodyMeasures:
    """often: strokes a minute of speech. far: of gestures, in USUAL_SIZE_M. hands: (3,) how many gestures, by HANDEDNESS. chest, pelvis,
    head: degrees a second, the head's against the chest. sway: metres, deviation of the pelvis in the plane. wrists: metres a second
    against the chest. lasting: by how much strokes take longer than people's of their length, logarithm. units: the gestures."""

    often: float
    far: float
    hands: np.ndarray
    chest: float
    pelvis: float
    head: float
    sway: float
    wrists: float
    lasting: float
    units: tuple[GestureUnit, ...]

    @property
    def left(self) -> float:
        """The share of the left hand in the gestures of one hand; a half where there are none."""
        return float((self.hands[0] + 1.0) / (self.hands[:2].sum() + 2.0))


def measures_of(clip: Clip, speaking: np.ndarray) -> BodyMeasures:
    """A body at RATE_HZ; speaking (T,), 0..1: when the voice is heard."""
    units = segment(clip, speaking)
    talks_s = max(float((speaking > 0.5).sum()) / RATE_HZ, 1.0)
    turning = {
        name: rot.turning_deg_s(_smooth(turned_in_the_world(clip.rotations, chain)), RATE_HZ).mean()
        for name, chain in (("chest", TORSO_JOINTS), ("pelvis", TORSO_JOINTS[:1]))
    }
    neck = rot.multiply(clip["neck"].astype(np.float64), clip["head"].astype(np.float64))
    root = gaussian_smooth(clip.root_translation_m[:, [0, 2]].astype(np.float64), _NOISE_S * RATE_HZ)
    away = root - gaussian_smooth(root, _SLOW_S * RATE_HZ)
    return BodyMeasures(
        60.0 * sum(1 + len(unit.beats_s) for unit in units) / talks_s,
        float(np.median([unit.size for unit in units])) if units else 0.0,
        np.array([sum(unit.hand == hand for unit in units) for hand in HANDEDNESS]),
        float(turning["chest"]),
        float(turning["pelvis"]),
        float(rot.turning_deg_s(_smooth(neck), RATE_HZ).mean()),
        float(np.sqrt(np.square(away).sum(axis=1).mean())),
        float(wrist_speeds(clip).mean()),
        _lasting(clip, units),
        units,
    )


def joined(found: Sequence[BodyMeasures], seconds: Sequence[float]) -> BodyMeasures:
    """Of several recordings, each counting by its length."""
    weights = np.asarray(seconds) / np.sum(seconds)
    units = tuple(unit for one in found for unit in one.units)
    mean = {
        name: float(np.dot(weights, [getattr(one, name) for one in found]))
        for name in ("often", "chest", "pelvis", "head", "sway", "wrists")
    }
    lasting = [one.lasting for one in found if one.units]
    return BodyMeasures(
        far=float(np.median([unit.size for unit in units])) if units else 0.0,
        hands=np.sum([one.hands for one in found], axis=0),
        lasting=float(np.median(lasting)) if lasting else 0.0,
        units=units,
        **mean,
    )


def resting_frames(clip: Clip, speaking: np.ndarray) -> np.ndarray:
    """bool (T,): the hands are where they rest; the nearest tenth where they hardly ever are."""
    wrists = wrists_of(clip, speaking)
    away = wrists.away_m.max(axis=1)
    slow = gaussian_smooth(wrists.speed_mps, 0.1 * RATE_HZ) < 0.15
    found = (away < 0.09) & slow
    return found if found.sum() >= RATE_HZ else away <= np.percentile(away, 10)


def _smooth(turned: np.ndarray) -> np.ndarray:
    return rot.normalised(gaussian_smooth(rot.continuous(turned), _NOISE_S * RATE_HZ))


def _lasting(clip: Clip, units: Sequence[GestureUnit]) -> float:
    speeds = wrist_speeds(clip)
    found = []
    for unit in units:
        hands = {"left": speeds[:, 0], "right": speeds[:, 1], "both": speeds.max(axis=1)}[unit.hand]
        for mark in (unit.emphasis_s, *unit.beats_s):
            stroke = stroke_near(hands, clip.rate_hz, max(mark - 2.0 * _NEAR_S, 0.0), mark)
            if stroke is not None and stroke.way_m > 0.03:
                found.append(np.log((stroke.halts_s - stroke.begins_s) / float(seen_s(np.array(stroke.way_m)))))
    return float(np.median(found)) if found else 0.0
