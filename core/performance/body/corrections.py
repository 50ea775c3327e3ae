# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made good after the network: arms come nearer to the way through the planned strokes, by a bounded turn.

The network moves the arms. Where they are off the planned way by a few degrees its detail is on top of that way; where they are
far off, its own way counts. Fingers take the strokes' shapes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX, SIDES
from ...motion.smoothing import gaussian_smooth
from .answers import at_most

# Of a joint, never reached: more leaves the arms to the plan, less lets strokes miss their syllables; by the bench `gesture`,
# training sounds.
MOST_DEG = 20.0
_SLOW_S = 0.03  # what is faster is the network's; by the bench
_OFF_DEG = 0.5  # less is no correction
_ARM = tuple(f"{side}_{part}" for side in SIDES for part in ("collar", "shoulder", "elbow", "wrist"))


def nearer_to_strokes(clip: Clip, led: Clip) -> tuple[Clip, float]:
    """Arms of the network's motion nearer to the way through the strokes.

    Args:
        clip: of the network.
        led: the same with arms and fingers led through the strokes wholly.

    Returns:
        The clip, and by how many degrees the joints of arms were turned on average, where they were.
    """
    rotations = led.rotations.astype(np.float64)
    turned: list[np.ndarray] = []
    for joint in sorted(clip.driven.intersection(_ARM)):
        index = JOINT_INDEX[joint]
        own = clip.rotations[:, index].astype(np.float64)
        missing = rot.to_axis_angle(rot.multiply(rot.inverse(own), rotations[:, index]))
        turn = gaussian_smooth(at_most(missing, np.radians(MOST_DEG)), _SLOW_S * clip.rate_hz)
        rotations[:, index] = rot.multiply(own, rot.from_axis_angle(turn))
        turned.append(np.degrees(np.linalg.norm(turn, axis=1)))
    found = np.concatenate(turned) if turned else np.zeros(0)
    off = found > _OFF_DEG
    result = replace(clip, rotations=rot.continuous(rotations).astype(np.float32))
    return result, float(found[off].mean()) if off.any() else 0.0
