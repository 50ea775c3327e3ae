# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controls of the face play in place of this sound, fitted to it: presets, other Actions, recordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ...motion.face import ARKIT_NAMES
from ...motion.face_motion import HEAD_ANGLES, FaceMotion
from ...motion.face_motion_editing import held, placed, scaled, smoothed
from ...motion.face_track import FACE_INDEX, FACE_NAMES, FACE_RATE_HZ
from ...settings import CONTROLS, GenerateSettings
from ...wording import first_few, in_words
from ..keyed_settings import NOTHING_KEYED, KeyedSettings
from ..parts import CHANNELS_OF_CONTROL, EXPRESSION, EYES, HEAD, LIPS
from ..performer.performer import Performer
from .control_presets import preset_motion
from .look_at import GazeTarget

LABELS = {LIPS: "Lips", HEAD: "Head", EYES: "Eyes", EXPRESSION: "Expression"}
LIDS = ("eyeBlinkLeft", "eyeBlinkRight")
# What a mouth shows of an expression while it speaks.
CORNERS_OF_MOUTH = [
    FACE_INDEX[f"mouth{name}{side}"] for name in ("Smile", "Frown", "Dimple") for side in ("Left", "Right")
]
_SHAPES = len(FACE_NAMES)
_FROM_SOUND_AGAIN = (LIPS, EYES)  # beyond the ends of their source; head and expression hold
_CROSSFADE_S = 0.3  # by eye
_SHORT_S = 0.1  # so much shorter than the sound is not worth a word


@dataclass(frozen=True, eq=False)
class Donor:
    """What a control plays in place of this sound. called: what it is, in words. share: float64 (frames of the motion,), 0 where it shows
    nothing and the sound plays on, or None: it shows something everywhere."""

    motion: FaceMotion
    called: str
    share: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class FaceControls:
    """Where the controls come from if not from this sound. donors: {control: motion} of Actions and files. target: of the eyes.
    keyed: settings that change over the sound. performer: whose face it is, None: nobody's in particular."""

    donors: Mapping[str, Donor] = field(default_factory=dict)
    target: GazeTarget | None = None
    keyed: KeyedSettings = NOTHING_KEYED
    performer: Performer | None = None


def fitted_sources(
    own: FaceMotion, settings: GenerateSettings, controls: FaceControls
) -> tuple[dict[str, FaceMotion], list[str]]:
    """What replaces this sound, by control, as long as the sound, and sentences about it.

    Args:
        own: what the sound gives, scaled by the strengths; where a source says nothing it stays.
        settings: sources, presets, offsets, smoothing, parts and strengths count.
        controls: what was read for them.
    """
    found: dict[str, FaceMotion] = {}
    notes: list[str] = []
    for control in CONTROLS:
        kind = settings.source(control)
        if kind == "PRESET" and control != EXPRESSION:
            pose = held(preset_motion(control, settings.of_control(control, "preset")), len(own))
            found[control] = _over(own, _strong(pose, settings, controls, control), control, np.ones(len(own)))
        elif kind in ("ACTION", "CAPTURE") and control in controls.donors:
            donor = controls.donors[control]
            if not _moves(donor.motion, control):
                notes.append(
                    f"{LABELS[control]} as this sound has it: {donor.called} does not move it. Choose another source under "
                    "Face Controls."
                )
                continue
            found[control] = _fitted(own, donor, settings, controls, control)
            notes += _said(donor, settings, control, len(own))
    return found, notes


def _moves(motion: FaceMotion, control: str) -> bool:
    """Whether a source says anything about a control; a smile alone is an expression, too."""
    shows = control == EXPRESSION and motion.known[CORNERS_OF_MOUTH].any()
    return bool(shows or (motion.known & CHANNELS_OF_CONTROL[control]).any())


def _fitted(
    own: FaceMotion, donor: Donor, settings: GenerateSettings, controls: FaceControls, control: str
) -> FaceMotion:
    """A donor at the sound's length; beyond its ends, lips and eyes go over to the sound, head and expression hold."""
    offset_s = settings.of_control(control, "offset")
    there = smoothed(placed(donor.motion, len(own), offset_s), settings.of_control(control, "smoothing"), LIDS)
    share = share_of_source(donor, settings, control, len(own))
    return _over(own, _strong(there, settings, controls, control), control, share)


def share_of_source(donor: Donor, settings: GenerateSettings, control: str, frames: int) -> np.ndarray:
    """float64 (frames,): 1 where a control plays its source, 0 where it is over and this sound plays again."""
    share = np.ones(frames)
    times_s, begin_s = np.arange(frames) / FACE_RATE_HZ, settings.of_control(control, "offset")
    if donor.share is not None:
        share = np.interp(times_s - begin_s, np.arange(len(donor.share)) / FACE_RATE_HZ, donor.share)
    if control in _FROM_SOUND_AGAIN or donor.share is not None:
        end_s = begin_s + (len(donor.motion) - 1) / FACE_RATE_HZ
        if begin_s > 0.0:
            share = np.minimum(share, np.clip((times_s - begin_s) / _CROSSFADE_S, 0.0, 1.0))
        if end_s < times_s[-1]:
            share = np.minimum(share, np.clip((end_s - times_s) / _CROSSFADE_S, 0.0, 1.0))
    return share


def _strong(motion: FaceMotion, settings: GenerateSettings, controls: FaceControls, control: str) -> FaceMotion:
    strength = controls.keyed.strength(settings, control, len(motion))
    return motion if isinstance(strength, float) and strength == 1.0 else scaled(motion, strength)


def _over(own: FaceMotion, other: FaceMotion, control: str, share: np.ndarray) -> FaceMotion:
    """A control's channels of another motion over one's own, as far as they are known, by a share (frames,)."""
    known = other.known & CHANNELS_OF_CONTROL[control]
    weight = (share[:, None] * known[None]).astype(np.float32)
    return replace(
        own,
        values=own.values + weight[:, :_SHAPES] * (other.values - own.values),
        head_deg=own.head_deg + weight[:, _SHAPES:] * (other.head_deg - own.head_deg),
        known=known,
    )


def _said(donor: Donor, settings: GenerateSettings, control: str, frames: int) -> list[str]:
    """What came from where, and which of it is missing."""
    lasts_s, sound_s = (len(donor.motion) - 1) / FACE_RATE_HZ, (frames - 1) / FACE_RATE_HZ
    offset_s = settings.of_control(control, "offset")
    details = [f"{lasts_s:.1f} s"]
    if offset_s:
        details.append(f"{abs(offset_s):g} s {'later' if offset_s > 0.0 else 'earlier'}")
    if lasts_s + offset_s < sound_s - _SHORT_S:
        details.append(
            "then this sound again" if control in _FROM_SOUND_AGAIN or donor.share is not None else "held at the end"
        )
    said = [f"{LABELS[control]} from {donor.called} ({', '.join(details)})."]
    names = (*FACE_NAMES, *(f"head {angle}" for angle in HEAD_ANGLES))
    lacking = [
        in_words(name)
        for name, mine, known in zip(names, CHANNELS_OF_CONTROL[control], donor.motion.known)
        if mine and not known and (name in ARKIT_NAMES or name.startswith("head"))
    ]
    if lacking:
        said.append(f"It lacks {first_few(lacking)}, for which {LABELS[control]} stays as this sound has it.")
    return said
