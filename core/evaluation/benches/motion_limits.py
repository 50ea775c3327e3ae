# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast recorded people accelerate and how far their joints turn: what `core.motion.kinematics.joint_limits` states.

python -m core.evaluation motion_limits        the table, from the training motion at 30 frames a second
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ...motion import rotations
from ...motion.joints import JOINT_INDEX, JOINT_NAMES
from ...motion.kinematics.joint_limits import GROUPS, PERCENTILE, group_of
from ...prompts.curve_spaces import angular_acceleration, linear_acceleration

_STILL_RAD_S2 = 1e-2  # a joint that never exceeds this in a clip was not recorded
_RANGE_PERCENT = 0.1  # at either end: ranges leave out single bad frames


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="the prepared motion")


def run(arguments: argparse.Namespace) -> dict:
    from ...training.data import body

    accelerations: dict[str, list[np.ndarray]] = {group: [] for group in (*GROUPS, "root")}
    vectors: dict[str, list[np.ndarray]] = {}
    for clip in body.load(arguments.cache):
        if clip.split != "train":
            continue
        frames = np.ones(len(clip.clip), bool)
        frames[[0, -1]] = False
        for first, last in clip.glitches:
            frames[max(first - 2, 0) : last + 2] = False
        for joint in JOINT_NAMES:
            turned = clip.clip[joint].astype(np.float64)
            found = angular_acceleration(turned, clip.clip.rate_hz)
            if found.max(initial=0.0) < _STILL_RAD_S2:
                continue
            accelerations[group_of(joint)].append(found[frames])
            stem = joint.removeprefix("left_").removeprefix("right_")
            vector = rotations.to_axis_angle(turned[frames])
            vectors.setdefault(stem, []).append(vector * (1.0, -1.0, -1.0) if joint.startswith("right_") else vector)
        accelerations["root"].append(linear_acceleration(clip.clip.root_translation_m, clip.clip.rate_hz)[frames])
    limits = {
        group: float(np.percentile(np.concatenate(found), PERCENTILE))
        for group, found in accelerations.items()
        if found
    }
    ranges = {}
    for stem, found in vectors.items():
        degrees = np.degrees(np.concatenate(found))
        low, high = np.percentile(degrees, (_RANGE_PERCENT, 100 - _RANGE_PERCENT), axis=0)
        ranges[stem] = [[round(float(one)) for one in pair] for pair in zip(low, high)]
    print(f"{PERCENTILE} percent of recorded accelerations are below")
    for group, limit in limits.items():
        print(f"  {group:10} {limit:7.1f} {'m/s²' if group == 'root' else 'rad/s²'}")
    print("Rotation vectors of local rotations lie within (degrees about left, up, forward; right joints mirrored)")
    for stem in sorted(ranges, key=lambda stem: JOINT_INDEX.get(stem, JOINT_INDEX.get(f"left_{stem}", 0))):
        print(f'    "{stem}": {tuple(tuple(pair) for pair in ranges[stem])},')
    return {"accelerations": limits, "ranges_deg": ranges}
