# SPDX-License-Identifier: GPL-3.0-or-later
"""How neck, eyes and lids answer a head that the animator turned: the neck goes along, the eyes are there first, and a
large turn comes with a blink.

Eyes lead a turn of gaze and the head follows some tens of milliseconds later, while the eyes come back (Zangemeister
and Stark 1982; Freedman 2008); with large turns people blink (Evinger et al. 1994).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...audio.prosody import ProsodyCurves
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.face_track import FACE_INDEX
from ...motion.joints import FACE_JOINTS, JOINT_INDEX
from ...prompts.model import PosePrompts
from ..body.answers import at_most, free_of
from . import blinks, gaze

NECK, NECK_DEG = 0.2, 12.0  # share of the head's turn, and at most; the recorded neck takes a third of a nod; by eye
LEAD_S, LEAD_DEG = 0.1, 18.0  # the eyes before the head; and how far they go at most: people rarely use more
RESTS = 0.1  # of the turn that the eyes keep looking further, while the head holds; by eye
BLINK_DEG, BLINK_DEG_S = 25.0, 25.0  # a gaze that goes so far, as fast at least, comes with a blink; by eye
_NEAR_S = 0.4  # of another blink: one is enough
_BLINK = blinks.Blink(0.0, closing_s=0.08, closed_s=0.04, opening_s=0.18)


def answer_head(
    values: np.ndarray, body: Clip, turned: Clip, prompts: PosePrompts, curves: ProsodyCurves, eyes: bool
) -> Clip:
    """Neck, eyes and lids answering a prompted head; what was keyed itself does not.

    Args:
        values: float32 (T, 55) shapes of the face, changed in place: where the eyes look, and blinks.
        body: the performance without prompts.
        turned: the same frames, passing through the prompts.
        prompts: the animator's keys.
        curves: of the voice, at the clips' rate.
        eyes: whether eyes and lids are generated.

    Returns:
        `turned`, answered.
    """
    if not {"neck", "head"} & prompts.joints.keys() or "head" not in turned.driven:
        return turned
    times_s = turned.start_s + np.arange(len(turned)) / turned.rate_hz
    rotations = turned.rotations.copy()
    neck, head = JOINT_INDEX["neck"], JOINT_INDEX["head"]
    free = free_of(prompts, ("neck",), times_s)[:, None]
    own, new = (clip.rotations[:, head].astype(np.float64) for clip in (body, turned))
    beyond = rot.to_axis_angle(rot.multiply(new, rot.inverse(own)))
    along = rot.from_axis_angle(at_most(NECK * beyond, np.radians(NECK_DEG)) * free)
    rotations[:, neck] = rot.multiply(rotations[:, neck].astype(np.float64), along)
    if eyes:
        gone_deg = _directions_deg(rotations) - _directions_deg(body.rotations)
        gone_deg = (gone_deg + 180.0) % 360.0 - 180.0
        _move_eyes(values, rotations, turned, gone_deg, prompts)
        _blink(values, turned, gone_deg, prompts, curves)
    return replace(turned, rotations=rotations)


def _directions_deg(rotations: np.ndarray) -> np.ndarray:
    """Yaw and pitch of the face over the chest in degrees, (T, 2), positive: to the character's left, down."""
    both = rot.multiply(*(rotations[:, JOINT_INDEX[name]].astype(np.float64) for name in ("neck", "head")))
    ahead = rot.rotate(both, np.array([[0.0, 0.0, 1.0]]))
    yaw = np.arctan2(ahead[:, 0], ahead[:, 2])
    return np.degrees(np.stack([yaw, -np.arcsin(np.clip(ahead[:, 1], -1.0, 1.0))], 1))


def _later(curves: np.ndarray, rate_hz: float) -> np.ndarray:
    """The same curves (T, C), LEAD_S earlier."""
    frames = np.arange(len(curves))
    at = np.minimum(frames + LEAD_S * rate_hz, frames[-1])
    return np.stack([np.interp(at, frames, curve) for curve in curves.T], 1)


def _move_eyes(
    values: np.ndarray, rotations: np.ndarray, clip: Clip, gone_deg: np.ndarray, prompts: PosePrompts
) -> None:
    """Turn eyes, joints and shapes, in place. gone_deg: how far the prompts turn the face, (T, 2)."""
    times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
    lead_deg = at_most(_later(gone_deg, clip.rate_hz) - gone_deg + RESTS * gone_deg, LEAD_DEG)
    free = free_of(prompts, tuple(FACE_JOINTS[1:]), times_s) * _free_of_shapes(prompts, "eyeLook", times_s)
    lead_deg = lead_deg * free[:, None]
    most = gaze.PARAMETERS
    eye = rotations[:, JOINT_INDEX[FACE_JOINTS[1]]].astype(np.float64)
    ahead = rot.rotate(eye, np.array([[0.0, 0.0, 1.0]]))
    own_deg = np.degrees(np.stack([np.arctan2(ahead[:, 0], ahead[:, 2]), -np.arcsin(ahead[:, 1].clip(-1, 1))], 1))
    least, greatest = (-most.most_side_deg, -most.most_up_deg), (most.most_side_deg, most.most_down_deg)
    new_deg = np.clip(own_deg + lead_deg, least, greatest)
    moved = np.flatnonzero(np.abs(lead_deg).max(1) > 1e-3)
    if not len(moved):
        return
    yaw, pitch = np.radians(new_deg[moved]).T
    turn = rot.from_yaw_pitch_roll(yaw, pitch, np.zeros(1))
    for joint in FACE_JOINTS[1:]:
        rotations[moved, JOINT_INDEX[joint]] = turn
    before, after = np.zeros((2, len(moved), values.shape[1]))
    gaze.look_shapes(before, own_deg[moved, 0], own_deg[moved, 1])
    gaze.look_shapes(after, new_deg[moved, 0], new_deg[moved, 1])
    for name, column in FACE_INDEX.items():
        if name.startswith("eyeLook"):
            values[moved, column] = np.clip(values[moved, column] + after[:, column] - before[:, column], 0.0, 1.0)
        elif name.startswith("eyeBlink"):
            values[moved, column] = np.maximum(values[moved, column], after[:, column])


def _blink(values: np.ndarray, clip: Clip, gone_deg: np.ndarray, prompts: PosePrompts, curves: ProsodyCurves) -> None:
    """Blink where the gaze goes far, in place, unless there is a blink."""
    lids = [FACE_INDEX["eyeBlinkLeft"], FACE_INDEX["eyeBlinkRight"]]
    times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
    looks_deg = _later(gone_deg, clip.rate_hz)
    speed = np.linalg.norm(np.gradient(looks_deg, axis=0), axis=1) * clip.rate_hz
    edges = np.flatnonzero(np.diff((speed > BLINK_DEG_S).astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
    free = _free_of_shapes(prompts, "eyeBlink", times_s)
    found = []
    for first, last in edges.tolist():
        if np.linalg.norm(looks_deg[last - 1] - looks_deg[first]) < BLINK_DEG or free[first] < 1.0:
            continue
        near = np.abs(times_s - times_s[first]) < _NEAR_S
        if values[near][:, lids].max() < 0.5:
            found.append(replace(_BLINK, start_s=float(times_s[first] - clip.start_s)))
    if found:
        closed = blinks.lid_curve(curves, tuple(found))[: len(values), None]
        values[:, lids] = np.maximum(values[:, lids], closed)


def _free_of_shapes(prompts: PosePrompts, prefix: str, times_s: np.ndarray) -> np.ndarray:
    """1 far from the prompts of shapes whose names begin so, 0 near them, float64 (T,)."""
    free = np.ones(len(times_s))
    for name, (at_s, _) in prompts.shapes.items():
        if name.startswith(prefix):
            free[np.abs(times_s[:, None] - at_s[None]).min(1) < _NEAR_S] = 0.0
    return free
