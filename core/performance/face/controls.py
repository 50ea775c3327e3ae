# SPDX-License-Identifier: GPL-3.0-or-later
"""Four controls of the face, lips, head, eyes and expression: each from this sound or from elsewhere, later, smoother, stronger.

What comes from elsewhere is a `FaceMotion`. Lips and expression of two recordings share a mouth: PD-FGC takes them apart where it came
along; else each control takes its own shapes, and an expression brings the slow part of what its mouth does, a smile for instance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol

import numpy as np

from ...audio.prosody import ProsodyCurves
from ...motion import euler
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.face_motion import CHANNELS, FaceMotion
from ...motion.face_motion_editing import placed, smoothed
from ...motion.face_track import FACE_INDEX, FACE_NAMES, FACE_RATE_HZ
from ...motion.joints import FACE_JOINTS, JOINT_INDEX
from ...motion.smoothing import gaussian_smooth
from ...settings import CONTROLS, GenerateSettings
from ..emotion_prototypes import NAMES
from ..keyed_settings import acts, at_most_one
from ..mood import Mood
from ..parts import CHANNELS_OF_CONTROL, EXPRESSION, EYES, HEAD, LIPS, PART_OF_SHAPE
from . import emotion, look_at
from .control_sources import CORNERS_OF_MOUTH, LIDS, FaceControls, fitted_sources, share_of_source
from .head import AXES, head_rotations
from .jaw import jaw_rotations

_SHAPES = len(FACE_NAMES)
_PRESET_SHOWS = 0.85  # how much of an emotion an expression that is a preset shows; by eye
# What a mouth shows of an expression while it speaks: its slow part, over this time; by eye.
_SLOW_S = 1.2


class Recomposer(Protocol):
    """What takes controls of faces apart and puts them together: PD-FGC."""

    def recompose(self, own: FaceMotion, sources: Mapping[str, FaceMotion]) -> FaceMotion: ...


def are_at_rest(settings: GenerateSettings) -> bool:
    """Whether every control is this sound's, as it is: then there is nothing to do and nothing to load."""
    return not any(settings.source(control) != "SOUND" or _is_edited(settings, control) for control in CONTROLS)


def need_model(settings: GenerateSettings) -> bool:
    """Whether lips or expression of a recording are to be told apart."""
    return any(settings.source(control) in ("ACTION", "CAPTURE") for control in (LIPS, EXPRESSION))


def with_controls(
    values: np.ndarray,
    clip: Clip,
    settings: GenerateSettings,
    controls: FaceControls,
    curves: ProsodyCurves,
    model: Recomposer | None = None,
) -> tuple[Clip, tuple[str, ...]]:
    """The face of this sound with what comes from elsewhere.

    Args:
        values: float32 (frames, 55), what the sound gives, scaled by the strengths; changed in place.
        clip: neck, head, eyes and jaw that go with it.
        settings: seed, sources, presets, offsets, smoothing, parts and strengths count.
        controls: what was read for them.
        curves: of the voice, at the face's rate.
        model: takes lips and expression apart; None: by their shapes.

    Returns:
        The joints of the new face, and sentences for the report.
    """
    own = FaceMotion(values.copy(), _head_deg(clip), np.ones(CHANNELS, bool))
    sources, notes = fitted_sources(own, settings, controls)
    spoken = {
        control: sources[control]
        for control in (LIPS, EXPRESSION)
        if settings.source(control) in ("ACTION", "CAPTURE") and control in sources
    }
    changed = dict(sources)
    for control in settings.parts & set(CONTROLS) - sources.keys():
        if _is_edited(settings, control):
            changed[control] = _edited(own, settings, control)
    head_deg = own.head_deg
    for control, motion in changed.items():
        mask = CHANNELS_OF_CONTROL[control][:_SHAPES]
        values[:, mask] = motion.values[:, mask]
        head_deg = motion.head_deg if control == HEAD else head_deg
    if spoken and model is not None:
        _through(model, values, _before(own, changed, spoken), spoken, settings, controls)
    elif spoken:
        notes.append(
            "Lips and expression were told apart by their shapes; PD-FGC, which tells them apart better, is not in this copy."
        )
    if spoken:
        _bring_mouth(values, settings, controls)
    if settings.source(EXPRESSION) == "PRESET":
        _show_preset(values, settings, controls, curves)
    clip = _with_head(clip, head_deg) if HEAD in changed else clip
    if controls.target is not None and settings.source(EYES) == "LOOK_AT":
        clip = _turn_to(values, clip, head_deg, settings, controls, curves)
        notes.append(f"Eyes look at {controls.target.called}.")
    for name, part in PART_OF_SHAPE.items():
        if part not in settings.parts:
            values[:, FACE_INDEX[name]] = 0.0
    return _with_joints(values, clip, settings, changed.keys()), tuple(notes)


def keep_looking(
    values: np.ndarray, body: Clip, settings: GenerateSettings, controls: FaceControls
) -> tuple[Clip, tuple[str, ...]]:
    """The whole performance with its eyes on the target, once body and head are where prompts have them; values (frames, 55) in place."""
    if controls.target is None or settings.source(EYES) != "LOOK_AT":
        return body, ()
    influence = controls.keyed.at(settings, "look_at_influence", len(values))
    strength = at_most_one(controls.keyed.strength(settings, EYES, len(values)))
    return look_at.aim(values, body, controls.target, influence * strength)


# --------------------------------------------------------------------------------------------------------------- shapes


def _is_edited(settings: GenerateSettings, control: str) -> bool:
    on = control in settings.parts and settings.source(control) in ("SOUND", "LOOK_AT")
    return on and bool(settings.of_control(control, "offset") or settings.of_control(control, "smoothing"))


def _edited(own: FaceMotion, settings: GenerateSettings, control: str) -> FaceMotion:
    """What the sound gives, later and smoother."""
    moved = placed(own, len(own), settings.of_control(control, "offset"))
    return smoothed(moved, settings.of_control(control, "smoothing"), LIDS)


def _before(own: FaceMotion, changed: Mapping[str, FaceMotion], spoken: Collection[str]) -> FaceMotion:
    """One's own face with what this sound gives later or smoother, and with presets: all but what the model is to put in."""
    values = own.values.copy()
    for control, motion in ((control, motion) for control, motion in changed.items() if control not in spoken):
        mask = CHANNELS_OF_CONTROL[control][:_SHAPES]
        values[:, mask] = motion.values[:, mask]
    return replace(own, values=values)


def _through(
    model: Recomposer,
    values: np.ndarray,
    own: FaceMotion,
    spoken: Mapping[str, FaceMotion],
    settings: GenerateSettings,
    controls: FaceControls,
) -> None:
    """Lips and expression as the model puts them together, into values (frames, 55). It is shown the whole faces that they come from."""
    faces = {}
    for control, motion in spoken.items():
        given = controls.donors[control]
        donor = given.motion
        whole = placed(donor, len(own), settings.of_control(control, "offset"))
        mask = CHANNELS_OF_CONTROL[control][:_SHAPES] & donor.known[:_SHAPES]
        share = share_of_source(given, settings, control, len(own))[:, None].astype(np.float32)
        shapes = own.values + share * donor.known[:_SHAPES] * (whole.values - own.values)
        shapes[:, mask] = motion.values[:, mask]
        faces[control] = FaceMotion(shapes, whole.head_deg, donor.known)
    mixed = model.recompose(own, faces)
    mask = (CHANNELS_OF_CONTROL[LIPS] | CHANNELS_OF_CONTROL[EXPRESSION])[:_SHAPES]
    values[:, mask] = mixed.values[:, mask]


def _bring_mouth(values: np.ndarray, settings: GenerateSettings, controls: FaceControls) -> None:
    """At least what the mouth of an expression's source does slowly, on top of what is said, into values (frames, 55)."""
    donor = controls.donors.get(EXPRESSION)
    if settings.source(EXPRESSION) not in ("ACTION", "CAPTURE") or donor is None:
        return
    there = placed(donor.motion, len(values), settings.expression_offset).values[:, CORNERS_OF_MOUTH]
    if donor.share is not None:
        there = there * share_of_source(donor, settings, EXPRESSION, len(values))[:, None].astype(np.float32)
    slow = gaussian_smooth(there, 0.5 * _SLOW_S * FACE_RATE_HZ)
    strength = np.reshape(controls.keyed.strength(settings, EXPRESSION, len(values)), (-1, 1))
    round_ = np.maximum(values[:, FACE_INDEX["mouthPucker"]], values[:, FACE_INDEX["mouthFunnel"]])
    added = slow * strength * (1.0 - 0.75 * round_[:, None])
    values[:, CORNERS_OF_MOUTH] = np.clip(np.maximum(values[:, CORNERS_OF_MOUTH], added), 0.0, 1.0)


def _show_preset(values: np.ndarray, settings: GenerateSettings, controls: FaceControls, curves: ProsodyCurves) -> None:
    """An emotion in place of what brows, lids and cheeks do, into values (frames, 55)."""
    values[:, CHANNELS_OF_CONTROL[EXPRESSION][:_SHAPES]] = 0.0
    strength = controls.keyed.strength(settings, EXPRESSION, len(values))
    weights = np.zeros((len(values), len(NAMES)))
    if settings.expression_preset in NAMES:  # a neutral face shows none
        weights[:, NAMES.index(settings.expression_preset)] = np.clip(_PRESET_SHOWS * strength, 0.0, 1.0)
    emotion.add_mood(curves, values, Mood(weights), settings.seed)
    np.clip(values, 0.0, 1.0, out=values)


# --------------------------------------------------------------------------------------------------------------- joints


def _head_deg(clip: Clip) -> np.ndarray:
    """Yaw, pitch and roll in degrees that neck and head turn together, float32 (frames, 3)."""
    both = rot.multiply(*(clip[joint].astype(np.float64) for joint in ("neck", "head")))
    return np.degrees(euler.to_yaw_pitch_roll(both)).astype(np.float32)


def _with_head(clip: Clip, head_deg: np.ndarray) -> Clip:
    rotations = clip.rotations.copy()
    turned = head_rotations(dict(zip(AXES, head_deg.astype(np.float64).T)))
    rotations[:, JOINT_INDEX["neck"]], rotations[:, JOINT_INDEX["head"]] = turned
    return replace(clip, rotations=rotations)


def _turn_to(
    values: np.ndarray,
    clip: Clip,
    head_deg: np.ndarray,
    settings: GenerateSettings,
    controls: FaceControls,
    curves: ProsodyCurves,
) -> Clip:
    """The head's share of the way to the target, and blinks with far shifts; the eyes follow in `keep_looking`."""
    assert controls.target is not None
    frames = len(values)
    influence, share = (controls.keyed.at(settings, name, frames) for name in ("look_at_influence", "look_at_head"))
    strength = at_most_one(controls.keyed.strength(settings, EYES, frames)) * influence
    target_deg = controls.target.at(frames)
    weight = np.broadcast_to(np.asarray(strength, np.float64), (frames,))
    look_at.blink_with_shifts(values, weight[:, None] * target_deg, curves)
    moves = acts(controls.keyed.strength(settings, HEAD, frames)) and acts(share)
    if settings.source(HEAD) != "SOUND" or not moves:
        return clip
    turned = head_deg.astype(np.float64)
    turned[:, :2] += look_at.head_turn_deg(target_deg, share, strength)
    return _with_head(clip, turned)


def _with_joints(values: np.ndarray, clip: Clip, settings: GenerateSettings, changed: Collection[str]) -> Clip:
    """Jaw and eyes as their shapes (frames, 55) have them now."""
    rotations = clip.rotations.copy()
    if LIPS in settings.parts and LIPS in changed:
        rotations[:, JOINT_INDEX["jaw"]] = jaw_rotations(values)
    if EYES in settings.parts and EYES in changed:
        turned = look_at.turned(look_at.eyes_deg(values))
        for joint in FACE_JOINTS[1:]:
            rotations[:, JOINT_INDEX[joint]] = turned
    return replace(clip, rotations=rotations)
