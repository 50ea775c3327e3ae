# SPDX-License-Identifier: GPL-3.0-or-later
"""What a viewer sees of a mouth: the distances that each canonical shape changes.

Solving for a rig with few shapes needs a measure of likeness. Weights of shapes are a poor one: half a pucker too
little is plain to see, half a dimple is not, and jawOpen with as much mouthClose is a shut mouth. So mouths are
compared by what they show: lip heights and with them the opening, width, protrusion, corners, rolled-in lips, chin,
tongue. Centimetres on an average adult head, from the definitions of the shapes (Apple, ARFaceAnchor) and rounded from
what two public heads do (ICT-FaceKit, MPFB2).
"""

from __future__ import annotations

import numpy as np

from ...motion.face_track import FACE_INDEX, FACE_NAMES
from ...motion.joints import SIDES

# fmt: off
FEATURES = ("upper", "lower", "width_left", "width_right", "corner_left", "corner_right", "out_upper", "out_lower",
            "roll_upper", "roll_lower", "press", "chin", "jaw_forward", "side", "puff", "sneer", "tongue_out",
            "tongue_tip", "tongue_body", "tongue_back")
# fmt: on
# How much a viewer minds a centimetre (or a full roll, press …) of difference. The opening counts beside the two
# heights it is made of, because a mouth that should be open or shut and is not is the first thing noticed.
WEIGHTS = dict(
    upper=0.7,
    lower=0.7,
    width_left=1.3,
    width_right=1.3,
    corner_left=0.5,
    corner_right=0.5,
    out_upper=0.8,
    out_lower=0.7,
    roll_upper=0.35,
    roll_lower=0.5,
    press=0.45,
    chin=0.25,
    jaw_forward=0.2,
    side=0.6,
    puff=0.4,
    sneer=0.3,
    tongue_out=0.6,
    tongue_tip=0.2,
    tongue_body=0.08,
    tongue_back=0.08,
)
OPENING_WEIGHT = 0.8
_EFFECTS = {
    "jawOpen": dict(
        upper=-0.15,
        lower=-3.1,
        width_left=-0.15,
        width_right=-0.15,
        corner_left=-1.1,
        corner_right=-1.1,
        out_lower=-1.0,
        chin=-3.3,
    ),
    # By definition it shuts the lips whatever the jaw does: the opposite of jawOpen in everything but the chin.
    "mouthClose": dict(
        upper=0.0, lower=2.95, width_left=0.15, width_right=0.15, corner_left=1.1, corner_right=1.1, out_lower=1.0
    ),
    "jawForward": dict(lower=-0.1, out_lower=0.6, jaw_forward=0.9),
    "jawLeft": dict(side=0.5),
    "jawRight": dict(side=-0.5),
    "mouthFunnel": dict(upper=0.5, lower=-0.8, width_left=-0.45, width_right=-0.45, out_upper=0.7, out_lower=0.5),
    "mouthPucker": dict(
        width_left=-0.65, width_right=-0.65, corner_left=0.1, corner_right=0.1, out_upper=0.8, out_lower=0.75
    ),
    "mouthLeft": dict(side=0.8, width_left=-0.1, width_right=-0.1),
    "mouthRight": dict(side=-0.8, width_left=-0.1, width_right=-0.1),
    "mouthSmile": dict(width=0.6, corner=0.5, upper=0.1, lower=0.08, out_upper=-0.1, out_lower=-0.05),
    "mouthFrown": dict(width=0.15, corner=-0.35),
    "mouthDimple": dict(width=0.2, corner=0.1, press=0.05),
    "mouthStretch": dict(width=0.6, corner=-0.1, lower=-0.05),
    "mouthRollLower": dict(lower=0.3, roll_lower=1.0, out_lower=-0.45),
    "mouthRollUpper": dict(upper=-0.05, roll_upper=1.0, out_upper=-0.7),
    "mouthShrugLower": dict(lower=0.65, out_lower=0.5, press=0.2),
    "mouthShrugUpper": dict(upper=0.5, out_upper=0.1),
    "mouthPress": dict(upper=-0.05, lower=0.08, roll_upper=0.15, roll_lower=0.15, press=0.5),
    "mouthLowerDown": dict(lower=-0.34),
    "mouthUpperUp": dict(upper=0.36, corner=0.1),
    "cheekPuff": dict(puff=1.0, out_upper=0.3, out_lower=0.3, width_left=-0.15, width_right=-0.15),
    "noseSneer": dict(upper=0.3, sneer=0.5),
    "tongueOut": dict(tongue_out=1.0),
    "tongueTipUp": dict(tongue_tip=1.0),
    "tongueBodyUp": dict(tongue_body=1.0),
    "tongueBackUp": dict(tongue_back=1.0),
}
# The shapes that a mouth is made of, in canonical order.
MOUTH_NAMES = tuple(
    name for name in FACE_NAMES if name in _EFFECTS or name.removesuffix("Left").removesuffix("Right") in _EFFECTS
)


def _matrix() -> np.ndarray:
    """_EFFECTS as float64 (features, 55)."""
    matrix = np.zeros((len(FEATURES), len(FACE_NAMES)))
    for name in MOUTH_NAMES:
        for side in SIDES:
            own = name.endswith(side.capitalize()) and name not in _EFFECTS
            if own:
                for feature, value in _EFFECTS[name[: -len(side)]].items():
                    feature = f"{feature}_{side}" if feature in ("width", "corner") else feature
                    matrix[FEATURES.index(feature), FACE_INDEX[name]] = value
        for feature, value in _EFFECTS.get(name, {}).items():
            matrix[FEATURES.index(feature), FACE_INDEX[name]] = value
    return matrix


EFFECTS = _matrix()  # float64 (features, 55)
_UPPER, _LOWER, _PRESS = (FEATURES.index(name) for name in ("upper", "lower", "press"))


def mouth_features(weights: np.ndarray) -> np.ndarray:
    """What is seen of mouths. Lips cannot pass through each other: what goes beyond touching becomes pressing.

    Args:
        weights: (T, 55), canonical weights.

    Returns:
        float64 (T, features), centimetres on an average head or shares, in the order of FEATURES.
    """
    seen = np.asarray(weights, np.float64) @ EFFECTS.T
    beyond = np.maximum(seen[:, _LOWER] - seen[:, _UPPER], 0.0)
    seen[:, _LOWER] -= beyond
    seen[:, _PRESS] += np.minimum(0.5 * beyond, 0.4)
    return seen


def lip_opening_cm(weights: np.ndarray) -> np.ndarray:
    """How far the lips are apart at the middle, centimetres on an average head, at least 0.

    Args:
        weights: (T, 55), canonical weights.

    Returns:
        float64 (T,).
    """
    weights = np.asarray(weights, np.float64)
    return np.maximum(weights @ (EFFECTS[_UPPER] - EFFECTS[_LOWER]), 0.0)


def opening_of_features(seen: np.ndarray) -> np.ndarray:
    """(T, features) → float64 (T,): the opening they stand for, centimetres."""
    return np.maximum(seen[:, _UPPER] - seen[:, _LOWER], 0.0)
