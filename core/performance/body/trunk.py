# SPDX-License-Identifier: GPL-3.0-or-later
"""A trunk as lively as recorded talkers': the chest follows the leading hand, what the network draws is brought to their
measured speed, within bounds, and the pelvis goes along with the chest as theirs does.

Codecs smooth small turns away, the pelvis' most of all. Nothing is added of which the network drew nothing: a trunk that
stands still stays so.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX, SIDES, TORSO_JOINTS
from ...motion.kinematics.forward import turned_in_the_world, with_chain_turned
from ...motion.locomotion.weight_shift import ShiftManner
from ...motion.smoothing import gaussian_smooth
from ...statistics import BEARING, statistics_of
from .answers import at_most
from .stroke_duration import ARM, wrist_m

# By eye: slower than the first is posture and stays; faster than the second is trembling of the codes.
_SLOW_S, _FAST_S = 1.5, 0.07
LEAST, MOST = 0.6, 3.0  # how much turns are made smaller or larger; by eye
_MOST_SHARE = 1.7  # of what the pelvis makes of the chest's turns, over what was measured on average; by eye
_TRIES = 2
_MOST_DEG = 12.0  # of a joint's turn from its slow mean; never reached
_SPINE = {
    "spine1": 2 / 3,
    "spine2": 1 / 3,
    "spine3": 0.0,
}  # of the pelvis' added turn, so that the chest stays as it is


def speed_deg_s(name: str, bearing: float) -> float:
    """How fast a talker's head, chest or pelvis turns while the hands gesture. bearing: -1 quiet, 0 usual, 1 lively; beyond
    and between geometrically."""
    talkers = statistics_of(BEARING)["talkers"]
    usual = talkers["usual"][f"{name}_deg_s"]
    other = talkers["lively" if bearing > 0.0 else "quiet"][f"{name}_deg_s"]
    return float(usual * (other / usual) ** abs(bearing))


def shift_manner(bearing: float) -> ShiftManner:
    """How a talker shifts the weight; the livelier the farther and the more often, as their chests are."""
    measured = statistics_of(BEARING)["shifts"]
    lively = speed_deg_s("chest", bearing) / speed_deg_s("chest", 0.0)
    low, high = (0.5 * measured["way"][place] * lively**0.5 for place in (1, 3))
    return ShiftManner(
        (low, high), (measured["takes_s"][1], measured["takes_s"][3]), measured["roll_yaw_deg"][1], lively
    )


def as_lively(
    clip: Clip,
    gesturing: np.ndarray,
    bearing: float = 0.0,
    strength: float = 1.0,
    factors: tuple[float, float] = (1.0, 1.0),
) -> Clip:
    """The clip with the chest going along with the leading hand, and chest and pelvis turning about as fast as talkers'.

    Args:
        clip: of the network, strokes in it, feet not planted yet.
        gesturing: bool (T,), where the speed counts; everywhere if that is hardly ever.
        bearing: -1 quiet, 0 usual, 1 lively.
        strength: factor of the speeds.
        factors: of the chest's and of the pelvis' speed, a performer's.
    """
    if len(clip) < 3 or not set(TORSO_JOINTS) <= clip.driven:
        return clip
    joints = [JOINT_INDEX[name] for name in TORSO_JOINTS]
    rotations = clip.rotations.astype(np.float64)
    turned = rot.continuous(rotations[:, joints])
    slow = rot.normalised(gaussian_smooth(turned, _SLOW_S * clip.rate_hz))
    quick = rot.normalised(gaussian_smooth(turned, _FAST_S * clip.rate_hz))
    away = rot.to_axis_angle(rot.multiply(rot.inverse(slow), quick))
    along = np.zeros_like(away)
    along[:, 1:, 1] = _towards_hand(clip)[:, None] / (len(joints) - 1)
    counted = gesturing if gesturing.sum() > clip.rate_hz else np.ones(len(clip), bool)
    wanted_deg_s = strength * factors[0] * speed_deg_s("chest", bearing)
    gain = 1.0
    for _ in range(_TRIES):  # bounds and the pelvis' share take some of it
        for place, joint in enumerate(joints):
            turn = at_most(gain * away[:, place] + along[:, place], np.radians(_MOST_DEG))
            rotations[:, joint] = rot.multiply(slow[:, place], rot.from_axis_angle(turn))
        own = rot.turning_deg_s(turned_in_the_world(rotations, TORSO_JOINTS), clip.rate_hz)
        gain = float(np.clip(gain * wanted_deg_s / max(own[counted].mean(), 1e-3), LEAST * min(factors[0], 1.0), MOST))
    pelvis_deg_s = strength * factors[1] * speed_deg_s("pelvis", bearing)
    rotations = _pelvis_along(rotations, clip.rate_hz, counted, pelvis_deg_s)
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32))


def _towards_hand(clip: Clip) -> np.ndarray:
    """(T,): the chest's yaw that goes with how far out the hands are, from its slow mean, radians, as measured."""
    if not {f"{side}_{part}" for side in SIDES for part in ARM} <= clip.driven:
        return np.zeros(len(clip))
    out = [wrist_m(clip.rotations[:, [JOINT_INDEX[f"{side}_{part}"] for part in ARM]], side)[:, 0] for side in SIDES]
    yaw = np.radians(statistics_of(BEARING)["chest_with_hands_deg_m"]) * 0.5 * (out[0] + out[1])
    return gaussian_smooth(yaw - gaussian_smooth(yaw, _SLOW_S * clip.rate_hz), _FAST_S * clip.rate_hz)


def _pelvis_along(rotations: np.ndarray, rate_hz: float, counted: np.ndarray, wanted_deg_s: float) -> np.ndarray:
    """Local rotations (T, 55, 4) with the pelvis making its share of the chest's turns, so that it turns about as fast as
    wanted, by its measured shares; the chest stays."""
    chains = (TORSO_JOINTS[:1], TORSO_JOINTS)
    pelvis, chest = (_about_slow(turned_in_the_world(rotations, chain), rate_hz) for chain in chains)
    share = np.array(statistics_of(BEARING)["pelvis_with_chest"]["pitch_yaw_roll"])
    makes = (chest * pelvis).sum(axis=0) / np.maximum((chest * chest).sum(axis=0), 1e-9)
    missing, gain, result = np.maximum(share - np.clip(makes, 0.0, None), 0.0), 1.0, rotations
    for _ in range(_TRIES):
        added = at_most(chest * np.minimum(gain * missing, 1.0), np.radians(_MOST_DEG))
        turns = {name: added * _SPINE.get(name, 1.0) for name in TORSO_JOINTS}
        result = rotations.copy()
        result[:, [JOINT_INDEX[name] for name in turns]] = with_chain_turned(rotations, turns)
        own = rot.turning_deg_s(turned_in_the_world(result, TORSO_JOINTS[:1]), rate_hz)[counted].mean()
        gain = float(np.clip(gain * wanted_deg_s / max(own, 1e-3), 1.0, _MOST_SHARE))
    return rot.normalised(result)


def _about_slow(world: np.ndarray, rate_hz: float) -> np.ndarray:
    """(T, 3): the turns of a joint, in the world (T, 4), from their slow mean, radians."""
    world = rot.continuous(world)
    slow = rot.normalised(gaussian_smooth(world, _SLOW_S * rate_hz))
    return rot.to_axis_angle(rot.multiply(world, rot.inverse(slow)))
