# SPDX-License-Identifier: GPL-3.0-or-later
"""A performer's body as it stands in the performer's file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from ...motion import rotations as rot
from ...motion.gesture_plan import HANDEDNESS, LEXEMES
from ...motion.joints import JOINT_NAMES
from .body_ways import FACTORS, MOST_BEARING, MOST_STROKES, UPPER, BodyWays, Factors, StrokePoses

ARRAYS = ("body_posture", "body_root_m", "body_strokes", "body_strokes_about")
_FARTHEST_M, _MOST_SIZE = 2.0, 5.0


def as_stored(ways: BodyWays) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What is said of it, and its arrays."""
    strokes = ways.strokes
    said = {
        "minutes": round(ways.minutes, 3),
        "recorded": sorted(ways.recorded),
        "factors": asdict(ways.factors),
        "bearing": ways.bearing,
        "left": round(ways.left, 4),
    }
    about = np.stack([strokes.hands, strokes.lexemes, strokes.sizes], axis=1).astype(np.float32)
    return said, dict(zip(ARRAYS, (ways.posture, ways.root_m, strokes.poses, about), strict=True))


def stored(said: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> BodyWays:
    """The reverse. Raises ValueError, KeyError, TypeError or AttributeError where something does not fit."""
    posture, root_m, poses, about = (arrays[name].astype(np.float32) for name in ARRAYS)
    count = len(about)
    if posture.shape != (len(JOINT_NAMES), 4) or root_m.shape != (3,) or about.shape != (count, 3):
        raise ValueError("shapes")
    if count > MOST_STROKES or poses.shape != (count, len(UPPER), 4):
        raise ValueError("strokes")
    for turns in (posture, poses):
        if not (np.abs(np.linalg.norm(turns, axis=-1) - 1.0) < 0.01).all():  # nor for NaN
            raise ValueError("rotations")
    hands, lexemes, sizes = about.T
    inside = (np.abs(about) <= len(LEXEMES)).all() and (np.abs(root_m) <= _FARTHEST_M).all()
    if (
        not inside
        or not np.isin(hands, range(len(HANDEDNESS))).all()
        or not np.isin(lexemes, range(len(LEXEMES))).all()
    ):
        raise ValueError("strokes")
    if not ((sizes > 0.0) & (sizes <= _MOST_SIZE)).all():
        raise ValueError("sizes")
    factors = {name: float(said["factors"][name]) for name in FACTORS}
    minutes, bearing, left = (float(said[name]) for name in ("minutes", "bearing", "left"))
    usual = all(FACTORS[name][0] <= value <= FACTORS[name][1] for name, value in factors.items())
    if not usual or not math.isfinite(minutes) or not abs(bearing) <= MOST_BEARING or not 0.0 <= left <= 1.0:
        raise ValueError("numbers")
    recorded = frozenset(str(name) for name in said["recorded"])
    if unknown := recorded - set(JOINT_NAMES):
        raise ValueError(unknown)
    strokes = StrokePoses(rot.normalised(poses), hands.astype(np.int32), lexemes.astype(np.int32), sizes)
    return BodyWays(minutes, rot.normalised(posture), root_m, recorded, Factors(**factors), bearing, left, strokes)
