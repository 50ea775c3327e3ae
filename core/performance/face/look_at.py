# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at something: the eyes keep to it, the head takes its share and comes later, far shifts come with a blink.

Eyes lead a turn of gaze and the head follows (Zangemeister and Stark 1982; Freedman 2008); with large turns people blink
(Evinger et al. 1994). Directions are degrees from straight ahead: yaw to the character's left, pitch down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...audio.prosody import ProsodyCurves
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ, LOOK_RAD
from ...motion.joints import FACE_JOINTS, JOINT_INDEX
from ...motion.smoothing import gaussian_smooth
from . import blinks, gaze
from .listening import Speaker

# By eye where nothing else is said.
HEAD_LATER_S = 0.15  # the eyes lead by 0.1 to 0.2 s
HEAD_TAKES_S = 0.12  # deviation of the Gaussian by which the head's way is softened
HEAD_MOST_DEG = (70.0, 35.0)  # aside, up and down: what neck and head do with ease
_BEHIND_DEG = 150.0  # further round the head stays on the side on which it is
_SHIFT_DEG, _SHIFT_S = 20.0, 0.2  # a shift so far within this time comes with a blink
_LATE_S = 0.25  # after the first word one looks at who speaks
_BLINK = blinks.Blink(0.0, closing_s=0.08, closed_s=0.04, opening_s=0.18)
_CHAIN = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
_LEAST_NOTE_S = 0.5
_LOOK_DEG = {way: float(np.degrees(radians)) for way, radians in LOOK_RAD.items()}


@dataclass(frozen=True, eq=False)
class GazeTarget:
    """Where a target is, seen from a head that faces the front.

    called: what it is, in words. times_s: float64 (N,) seconds of the sound, ascending. directions_deg: float64 (N, 2), yaw and
    pitch. jumps: it is elsewhere from each time on, and does not move between them.
    """

    called: str
    times_s: np.ndarray
    directions_deg: np.ndarray
    jumps: bool = False

    def at(self, frames: int) -> np.ndarray:
        """float64 (frames, 2), at FACE_RATE_HZ; a target that goes round behind is followed on the side where it left."""
        times_s = np.arange(frames) / FACE_RATE_HZ
        if self.jumps:
            rows = np.clip(np.searchsorted(self.times_s, times_s, side="right") - 1, 0, len(self.times_s) - 1)
            found = self.directions_deg[rows].astype(np.float64)
        else:
            yaw = np.rad2deg(np.unwrap(np.deg2rad(self.directions_deg[:, 0])))
            pitch = self.directions_deg[:, 1]
            found = np.stack([np.interp(times_s, self.times_s, curve) for curve in (yaw, pitch)], 1)
        found[:, 0] = _on_one_side(found[:, 0])
        return found


def direction_deg(way: np.ndarray) -> np.ndarray:
    """Yaw and pitch (N, 2) in degrees of ways (N, 3) in canonical axes: X to the left, Y up, Z ahead."""
    level = np.linalg.norm(way[:, [0, 2]], axis=1)
    return np.degrees(np.stack([np.arctan2(way[:, 0], way[:, 2]), -np.arctan2(way[:, 1], level)], 1))


def of_speakers(speakers: Sequence[Speaker]) -> GazeTarget | None:
    """Who speaks, or spoke last, of a dialogue's others, given in order of time; None if nobody else does."""
    if not speakers:
        return None
    times = [0.0, *(one.start_s + _LATE_S for one in speakers[1:])]  # who begins itself looks at who will answer
    places = np.array([(one.yaw_deg, one.pitch_deg) for one in speakers], np.float64)
    return GazeTarget("the other speaker", np.array(times), places, jumps=True)


def _on_one_side(yaw_deg: np.ndarray) -> np.ndarray:
    """Angles within ±180, but beyond 150 on the side where they were, so that nothing swings round behind the back."""
    wrapped = (yaw_deg + 180.0) % 360.0 - 180.0
    result, side = wrapped.copy(), 1.0
    for frame in np.flatnonzero(np.abs(wrapped) > _BEHIND_DEG).tolist():
        side = np.sign(result[frame - 1]) if frame else np.sign(wrapped[frame])
        if side * wrapped[frame] < 0.0:
            result[frame] = wrapped[frame] + 360.0 * side
    return result


def head_turn_deg(target_deg: np.ndarray, share: np.ndarray | float, influence: np.ndarray | float) -> np.ndarray:
    """How far the head turns to a target: its share, and what the eyes cannot do, a little later than they.

    Args:
        target_deg: (frames, 2) at FACE_RATE_HZ.
        share: 0..1, of the way; 0 leaves the head as it is.
        influence: 0..1, how much the target counts; either of them may be (frames,).

    Returns:
        Yaw and pitch in degrees, float64 (frames, 2).
    """
    share, influence = (np.reshape(np.asarray(one, np.float64), (-1, 1)) for one in (share, influence))
    most = gaze.PARAMETERS
    reach = np.array([most.most_side_deg, most.most_down_deg]), np.array([most.most_side_deg, most.most_up_deg])
    rest = target_deg * (1.0 - share)
    beyond = rest - np.clip(rest, -reach[1], reach[0])
    wanted = np.clip(share * target_deg + beyond * (share > 0.0), -np.array(HEAD_MOST_DEG), HEAD_MOST_DEG)
    softened = gaussian_smooth(influence * wanted, HEAD_TAKES_S * FACE_RATE_HZ)
    frames = np.arange(len(softened))
    later = np.clip(frames - HEAD_LATER_S * FACE_RATE_HZ, 0, frames[-1])
    return np.stack([np.interp(later, frames, curve) for curve in softened.T], 1)


def blink_with_shifts(values: np.ndarray, seen_deg: np.ndarray, curves: ProsodyCurves) -> None:
    """Shut the lids where the gaze shifts far, in values (frames, 55), unless they do so anyway.

    Args:
        values: of the face, changed in place.
        seen_deg: (frames, 2), where the target is, as far as it counts.
        curves: of the voice, at the face's rate.
    """
    span = round(_SHIFT_S * FACE_RATE_HZ)
    far = np.linalg.norm(seen_deg[span:] - seen_deg[:-span], axis=1) > _SHIFT_DEG
    lids = [FACE_INDEX["eyeBlinkLeft"], FACE_INDEX["eyeBlinkRight"]]
    found, last = [], -np.inf
    for frame in np.flatnonzero(np.diff(far.astype(np.int8), prepend=0) > 0).tolist():
        near = slice(max(0, frame - span), frame + 2 * span)
        if frame - last > 2 * span and values[near][:, lids].max(initial=0.0) < 0.5:
            found.append(replace(_BLINK, start_s=(frame + span // 2) / FACE_RATE_HZ))
            last = frame
    if found:
        closed = blinks.lid_curve(curves, tuple(found))[: len(values), None]
        values[:, lids] = np.maximum(values[:, lids], closed)


def aim(
    values: np.ndarray, body: Clip, target: GazeTarget, influence: np.ndarray | float
) -> tuple[Clip, tuple[str, ...]]:
    """The eyes on the target wherever body and head have turned, as far as eyes go.

    Args:
        values: float32 (frames, 55) shapes of the face; look shapes and the lids that go with them are changed in place.
        body: all joints, as many frames.
        target: where to look.
        influence: 0..1, one or (frames,).

    Returns:
        The clip with its eyes turned, and sentences about a target that is out of their reach.
    """
    influence = np.broadcast_to(np.asarray(influence, np.float64), (len(body),))
    facing = np.broadcast_to([1.0, 0.0, 0.0, 0.0], (len(body), 4))
    for joint in _CHAIN:
        facing = rot.multiply(facing, body.rotations[:, JOINT_INDEX[joint]].astype(np.float64))
    yaw, pitch = np.radians(target.at(len(body))).T
    way = np.stack([np.cos(pitch) * np.sin(yaw), -np.sin(pitch), np.cos(pitch) * np.cos(yaw)], 1)
    wanted = direction_deg(rot.rotate(rot.inverse(facing), way))
    most = gaze.PARAMETERS
    reached = np.clip(wanted, (-most.most_side_deg, -most.most_up_deg), (most.most_side_deg, most.most_down_deg))
    own = eyes_deg(values)
    looks = own + influence[:, None] * (reached - own)
    _write_looks(values, looks)
    rotations = body.rotations.copy()
    turn = turned(looks)
    for joint in FACE_JOINTS[1:]:
        if joint in body.driven:
            rotations[:, JOINT_INDEX[joint]] = turn
    short_s = np.count_nonzero((np.abs(wanted - reached).max(1) > 3.0) & (influence > 0.5)) / body.rate_hz
    notes = ()
    if short_s > _LEAST_NOTE_S:
        notes = (
            f"For {short_s:.1f} s {target.called} is further aside than eyes and head go; they look as far as they can. "
            "Give the head a larger share, or turn the body.",
        )
    return replace(body, rotations=rotations.astype(body.rotations.dtype)), notes


def turned(looks_deg: np.ndarray) -> np.ndarray:
    """The eyes' local rotations, quaternions (frames, 4), for yaw and pitch (frames, 2) in degrees."""
    yaw, pitch = np.radians(looks_deg).T
    return rot.from_yaw_pitch_roll(yaw, pitch, np.zeros(1))


def eyes_deg(values: np.ndarray) -> np.ndarray:
    """Where the look shapes (frames, 55) point: yaw (positive: to the left) and pitch (down), float64 (frames, 2) in degrees."""

    def degrees(way: str, side: str) -> np.ndarray:
        return values[:, FACE_INDEX[f"eyeLook{way}{side}"]].astype(np.float64) * _LOOK_DEG[way]

    yaw = degrees("Out", "Left") - degrees("In", "Left") + degrees("In", "Right") - degrees("Out", "Right")
    pitch = sum(degrees("Down", side) - degrees("Up", side) for side in ("Left", "Right"))
    return 0.5 * np.stack([yaw, pitch], 1)


def _write_looks(values: np.ndarray, looks_deg: np.ndarray) -> None:
    """The look shapes, and lids that are at least as low as the gaze has them: blinks stay."""
    new = np.zeros((len(values), values.shape[1]), np.float32)
    gaze.look_shapes(new, *looks_deg.T)
    old = np.zeros_like(new)
    gaze.look_shapes(old, *eyes_deg(values).T)
    for name, column in FACE_INDEX.items():
        if name.startswith("eyeLook"):
            values[:, column] = new[:, column]
        elif name.startswith("eyeBlink"):  # what the lids did for the look before goes, what blinks do stays
            lid = values[:, column]
            follows = lid <= old[:, column] + 0.02
            values[:, column] = np.where(follows, new[:, column], np.maximum(lid, new[:, column]))
