# SPDX-License-Identifier: GPL-3.0-or-later
"""How prompts on a face act, by what they move: expressions lie under the speech, a gaze is held, lips and lids are
exact at their key and go on at once."""

from __future__ import annotations

from .fixed_window import FixedWindow
from .under_speech import UnderSpeech

# Beginnings of ARKit names. Jaw and lips belong to the sounds, so do cheeks that a "p" puffs; lids to the blinks.
_EXPRESSIONS = (
    "brow",
    "cheekSquint",
    "eyeSquint",
    "eyeWide",
    "noseSneer",
    "mouthSmile",
    "mouthFrown",
    "mouthDimple",
    "mouthLeft",
    "mouthRight",
)
_EXPRESSIVE_BONES = ("brow_inner", "brow_middle", "brow_outer", "cheek", "nose", "lip_corner")
_GAZE_BONES = ("eye_smplhf", "gaze_target", "gaze_centre")


def easing_of_shape(name: str) -> FixedWindow:
    """For a shape, ARKit's or of the tongue."""
    if name.startswith(_EXPRESSIONS):
        return UnderSpeech()
    return FixedWindow(holds=name.startswith("eyeLook"))


def easing_of_face_bone(role: str) -> FixedWindow:
    """For a bone of the face: turns and places. role: as in a mapping; "" if it has none."""
    part = role.removeprefix("left_").removeprefix("right_")
    if part in _EXPRESSIVE_BONES:
        return UnderSpeech(limits=None)
    return FixedWindow(holds=part in _GAZE_BONES)
