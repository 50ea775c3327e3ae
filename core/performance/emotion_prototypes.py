# SPDX-License-Identifier: GPL-3.0-or-later
"""What an emotion looks like at its full strength: shapes of the face, how the head is held, where the eyes go, how large movements are.

The six basic emotions follow the action units (AU) of EMFACS (Friesen and Ekman 1983; Ekman, Friesen and Hager 2002): happy 6+12,
sad 1+4+15, angry 4+5+7+23, surprised 1+2+5+26, afraid 1+2+4+5+20, disgusted 9+10+15; contempt is 14 on one side (Ekman and Friesen
1986). Anger's raised upper lid (5) is left out: on most rigs eyeWide makes it a stare of surprise, and a lowered brow sharpens the eye
anyway. Excited, thoughtful and tired have no agreed prototype: they are by eye, as are all weights, heads and eyes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Prototype:
    """An emotion at strength 1.

    shapes: {shape: weight}; a name without its side stands for both. pitch_deg, roll_deg: how the head is held (down, to its
    right); gaze_yaw_deg, gaze_pitch_deg: where the eyes rest in the head (to the character's left, down). size, pace: factors of how far
    head, brows and hands go with the voice, and of how often.
    """

    shapes: Mapping[str, float] = field(default_factory=dict)
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    gaze_yaw_deg: float = 0.0
    gaze_pitch_deg: float = 0.0
    size: float = 1.0
    pace: float = 1.0


# fmt: off
PROTOTYPES: dict[str, Prototype] = {
    "HAPPY": Prototype(
        {"mouthSmile": 0.85, "cheekSquint": 0.8, "eyeSquint": 0.35, "browOuterUp": 0.12, "mouthDimple": 0.2},
        pitch_deg=-2.0, roll_deg=1.5, gaze_pitch_deg=2.0, size=1.1, pace=1.05),
    "EXCITED": Prototype(
        {"mouthSmile": 0.9, "cheekSquint": 0.35, "browInnerUp": 0.55, "browOuterUp": 0.65, "eyeWide": 0.65, "mouthUpperUp": 0.15,
         "jawOpen": 0.14},
        pitch_deg=-3.5, gaze_pitch_deg=3.5, size=1.35, pace=1.25),
    "SURPRISED": Prototype(
        {"browInnerUp": 0.95, "browOuterUp": 0.95, "eyeWide": 0.9, "jawOpen": 0.24, "mouthFunnel": 0.3},
        pitch_deg=-3.0, gaze_pitch_deg=3.0, size=1.1),
    "AFRAID": Prototype(
        {"browInnerUp": 0.95, "browOuterUp": 0.3, "browDown": 0.35, "eyeWide": 0.85, "mouthStretch": 0.8, "mouthLowerDown": 0.2,
         "mouthFrown": 0.2},
        pitch_deg=-1.0, size=0.8, pace=1.1),
    "SAD": Prototype(
        {"browInnerUp": 0.95, "browDown": 0.2, "mouthFrown": 0.85, "mouthShrugLower": 0.3, "eyeSquint": 0.12, "eyeBlink": 0.1},
        pitch_deg=6.0, roll_deg=2.0, gaze_pitch_deg=3.0, size=0.65, pace=0.75),
    "ANGRY": Prototype(
        {"browDown": 1.0, "eyeSquint": 0.5, "noseSneer": 0.45, "mouthPress": 0.5, "mouthFrown": 0.5, "mouthUpperUp": 0.12,
         "mouthLowerDown": 0.15},
        pitch_deg=4.0, gaze_pitch_deg=-4.0, size=1.3, pace=1.15),
    "DISGUSTED": Prototype(
        {"noseSneer": 1.0, "mouthUpperUp": 0.5, "mouthFrown": 0.5, "browDown": 0.55, "eyeSquint": 0.5, "cheekSquint": 0.4,
         "mouthShrugLower": 0.25},
        pitch_deg=-2.5, roll_deg=-2.5, gaze_pitch_deg=3.0, size=0.85),
    "CONTEMPTUOUS": Prototype(
        {"mouthSmileLeft": 0.5, "mouthDimpleLeft": 1.0, "mouthPressLeft": 0.4, "cheekSquintLeft": 0.35, "noseSneerLeft": 0.25,
         "browDownRight": 0.35, "browOuterUpLeft": 0.55, "eyeSquint": 0.3, "eyeBlink": 0.18},
        pitch_deg=-5.0, roll_deg=2.5, gaze_pitch_deg=6.0, size=0.8, pace=0.9),
    "THOUGHTFUL": Prototype(
        {"browDownRight": 0.5, "browOuterUpLeft": 0.6, "browInnerUp": 0.15, "eyeSquintRight": 0.35, "mouthLeft": 0.3, "mouthPress": 0.3,
         "mouthPucker": 0.15, "mouthShrugLower": 0.2},
        pitch_deg=-2.0, roll_deg=-4.0, gaze_yaw_deg=10.0, gaze_pitch_deg=-9.0, size=0.75, pace=0.75),
    "TIRED": Prototype(
        {"eyeBlink": 0.4, "eyeSquint": 0.12, "browInnerUp": 0.22, "mouthFrown": 0.25, "mouthShrugLower": 0.1},
        pitch_deg=6.0, roll_deg=3.0, gaze_pitch_deg=2.0, size=0.5, pace=0.6),
    # what a voice alone tells: how much, not of what. Brows move farther, but are not held up: held up, they would never come to
    # rest in a lively voice, as recorded ones do.
    "AROUSED": Prototype(
        {"eyeWide": 0.3, "cheekSquint": 0.15, "mouthStretch": 0.12, "mouthUpperUp": 0.14, "mouthLowerDown": 0.1, "jawOpen": 0.06},
        pitch_deg=-1.0, size=1.9, pace=1.3),
    "SUBDUED": Prototype({"eyeBlink": 0.14, "eyeSquint": 0.05}, pitch_deg=2.5, size=0.6, pace=0.75),
}
# fmt: on
NAMES = tuple(PROTOTYPES)
AROUSED, SUBDUED = "AROUSED", "SUBDUED"

# What the voice does on its own gives way where an emotion asserts the opposite: {asserted: {gives way: how much of it}}. An accent that
# raises the brows would turn anger into surprise.
GIVES_WAY: dict[str, dict[str, float]] = {
    "browDown": {"browInnerUp": 0.9, "browOuterUp": 0.9, "eyeWide": 0.8},
    "browInnerUp": {"browDown": 0.8},
    "browOuterUp": {"browDown": 0.8},
    "eyeWide": {"eyeSquint": 0.85, "cheekSquint": 0.5},
    "eyeSquint": {"eyeWide": 0.9},
    "cheekSquint": {"eyeWide": 0.8},
    "eyeBlink": {"eyeWide": 0.9, "browOuterUp": 0.5},
    "mouthSmile": {"mouthFrown": 0.9},
    "mouthFrown": {"mouthSmile": 0.9, "mouthDimple": 0.7},
}
