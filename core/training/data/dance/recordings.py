# SPDX-License-Identifier: GPL-3.0-or-later
"""The data pack's dances, each brought to the canonical skeleton at 60 Hz, on the floor.

Samples of AIST++ that the carrier held for two frames are taken once and joined by a cubic spline. Feet are locked where
they hardly slide in the source; where they do (break, house, middle hip-hop) they stay as they are and count for less.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ....models.bailando.styles import STYLES
from ....motion.clip import Clip
from ....motion.joints import BODY_JOINTS, JOINT_INDEX
from ....motion.locomotion.contacts import estimate_contacts
from ....motion.locomotion.foot_planting import plant_feet
from ....motion.recorded.recording import Recording
from ....motion.recorded.standing import facing_forward, grounded
from ....motion.recorded.to_canonical import to_canonical
from ....motion.rotations import continuous, normalised
from ....motion.skeleton import Skeleton, average_adult
from ..recorded_motion import pack_clips
from .splits import split_of

log = logging.getLogger(__name__)

RATE_HZ = 60.0
SLIDING_CM_S = 8.0  # feet that slide faster while they stand are left as they are
SLIDING_WEIGHT = 0.4  # of such legs in the reconstruction, by eye
LEAST_S = 2.2
LEAST_MOTION = 2e-3  # a joint whose quaternion stays within this was not recorded
_DANCES = {
    "mesh2motion": ("dance_body_roll", "dance_charleston", "dance_reach_hip"),
    "animated_drawings": ("jesse_dance",),
}
_POSER = {"hip": "Hips", "abdomen": "Spine", "chest": "Spine1", "neck": "Neck", "head": "Head"}
_POSER_SIDES = {
    "Collar": "Shoulder",
    "Shldr": "Arm",
    "ForeArm": "ForeArm",
    "Hand": "Hand",
    "Thigh": "UpLeg",
    "Shin": "Leg",
    "Foot": "Foot",
}
_UNREAL = {
    "pelvis": "Hips",
    "spine_01": "Spine",
    "spine_02": "Spine1",
    "spine_03": "Spine2",
    "neck_01": "Neck",
    "head": "Head",
}
_UNREAL_SIDES = {
    "clavicle": "Shoulder",
    "upperarm": "Arm",
    "lowerarm": "ForeArm",
    "hand": "Hand",
    "thigh": "UpLeg",
    "calf": "Leg",
    "foot": "Foot",
    "ball": "ToeBase",
}


@dataclass(frozen=True)
class DanceClip:
    """One recorded dance.

    name, source, dancer: of the pack. style: of STYLES. clip: at 60 Hz on `average_adult()`. known: bool (22,), which of
    BODY_JOINTS were recorded. bpm: 0 where unknown. first_beat_s: where the grid has a beat. exact: the grid is that of
    the music it was danced to. legs: weight of the lower half.
    """

    name: str
    source: str
    dancer: str
    style: str
    clip: Clip
    known: np.ndarray
    bpm: float
    first_beat_s: float
    exact: bool
    legs: float

    @property
    def split(self) -> str:
        return split_of(self.dancer)


def usual_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Joint names of Poser's and Unreal's skeletons as those of the Hips/LeftArm family; others as they are."""
    renamed = {} if "lShldr" not in names else dict(_POSER)
    if "upperarm_l" in names:
        renamed = dict(_UNREAL)
    for side, long in (("l", "Left"), ("r", "Right")):
        if "lShldr" in names:
            renamed |= {f"{side}{part}": f"{long}{usual}" for part, usual in _POSER_SIDES.items()}
        if "upperarm_l" in names:
            renamed |= {f"{part}_{side}": f"{long}{usual}" for part, usual in _UNREAL_SIDES.items()}
    if "Spine1" not in names and "Spine" in names:
        renamed["Chest"] = "Spine1"
    return tuple(renamed.get(name, name) for name in names)


def splined(recording: Recording, every: int) -> Recording:
    """Every n-th frame, joined by cubic splines at the same rate."""
    from scipy.interpolate import CubicSpline

    at = np.arange(0, len(recording), every)
    frames = np.arange(at[-1] + 1)
    turned = continuous(normalised(recording.rotations[at].astype(np.float64)))
    return replace(
        recording,
        rotations=continuous(normalised(CubicSpline(at, turned)(frames))).astype(np.float32),
        root_translation_m=CubicSpline(at, recording.root_translation_m[at])(frames).astype(np.float32),
    )


def _canonical(recording: Recording, planted: bool) -> Clip:
    about = recording.about
    renamed = usual_names(recording.skeleton.names)
    recording = replace(recording, skeleton=Skeleton(renamed, recording.skeleton.parents, recording.skeleton.offsets_m))
    if about["source"] == "aistpp_dance" and about["source_fps"] == 30:
        recording = splined(recording, 2)
    clip = grounded(facing_forward(to_canonical(recording.resampled(RATE_HZ))))
    adult = average_adult()
    clip = replace(clip, contacts=estimate_contacts(clip, adult))
    return plant_feet(clip, adult) if planted else clip


def recorded_joints(clip: Clip) -> np.ndarray:
    """bool (22,): which of BODY_JOINTS the clip drives and moves."""
    return np.array(
        [
            joint in clip.driven and float(np.ptp(clip.rotations[:, JOINT_INDEX[joint]], axis=0).max()) > LEAST_MOTION
            for joint in BODY_JOINTS
        ]
    )


def _style(entry: dict) -> str:
    if entry["source"] == "aistpp_dance":
        return entry["genre"]
    return "salsa" if "salsa" in entry["description"].lower() else "any"


def _prepared(recording: Recording) -> DanceClip:
    entry = recording.about
    style = _style(entry)
    assert style in STYLES or style == "any"
    slides = float(entry.get("foot_slide_contact_cm_s", 0.0))
    exact = entry["source"] == "aistpp_dance"
    clip = _canonical(recording, slides < SLIDING_CM_S)
    return DanceClip(
        name=Path(entry["path"]).stem,
        source=entry["source"],
        dancer=str(entry.get("dancer") or entry.get("subject") or entry["source"]),
        style=style,
        clip=clip,
        known=recorded_joints(clip),
        bpm=float(entry.get("bpm") or entry.get("motion_tempo_guess_bpm") or 0.0),
        first_beat_s=entry.get("beat0_frame", 0) / RATE_HZ,
        exact=exact,
        legs=1.0 if slides < SLIDING_CM_S else SLIDING_WEIGHT,
    )


def _wanted(entry: dict) -> bool:
    name, source = Path(entry["path"]).stem, entry["source"]
    if entry.get("nearly_still") or entry["seconds"] < LEAST_S:
        return False
    if source == "g1_moves":
        return "Dance" in name
    return source in ("aistpp_dance", "cmu_salsa") or name in _DANCES.get(source, ())


def dances(folder: Path) -> Iterator[DanceClip]:
    """Every recorded dance of the data pack that moves; those of unknown skeletons are left out with a word in the log."""
    for source in ("aistpp_dance", "g1_moves", "cmu_salsa", *_DANCES):
        for recording in pack_clips(folder, source=source):
            if not _wanted(recording.about):
                continue
            try:
                yield _prepared(recording)
            except ValueError as error:
                log.warning("left out: %s", error)
