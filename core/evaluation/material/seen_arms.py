# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms in keypoints: how far bones point from where they really did, on held-out gestures that made-up cameras see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from ...models.pretraining.keypoint_channels import FACE_VISUAL, visual_frames
from ...models.pretraining.motion_channels import PLACES, RATE_HZ
from ...models.pretraining.seen_motion import TrainedSeenMotion
from ...motion.joints import BODY_JOINTS, JOINT_INDEX, JOINT_PARENTS, SIDES
from ...motion.keypoints import Keypoints
from ...motion.kinematics.forward import forward
from ...motion.rotations import multiply
from ...motion.skeleton import average_adult
from ...motion.vectors import unit
from ...performance.keypoints.lifting import MEASURED, LiftedBody, lifted
from ...performance.keypoints.poses import LIMBS
from ...training.data.pretraining.cameras import Cameras
from ...training.data.pretraining.store import PretrainingStore
from ...training.data.pretraining.views import ViewStore

BONES = {"upper arm": ("shoulder", "elbow"), "forearm": ("elbow", "wrist")}
_MOST_FRAMES = 250  # of a clip
_HOW = {"bones' lengths, depth by": (1.0, 1.0), "both, as it is done, by": MEASURED}
_EVERY = 4  # of the frames that are copied from


def arm_errors(
    models: Mapping[str, TrainedSeenMotion], store: PretrainingStore, views: ViewStore, cameras: Cameras, clips: int
) -> dict[str, dict[str, float]]:
    """{way: {"upper arm", "forearm": mean error in degrees}} where an arm is surely seen; "clips": of how many."""
    bank, known = _bank(store, views)
    mean = {bone: unit(way.mean(0)) for bone, way in known.items()}
    spread = bank.std(0) + 0.05
    errors: dict[str, dict[str, list[np.ndarray]]] = {}
    seen = 0
    for body, keypoints in _views(store, cameras, clips):
        truth = _directions_of(body)
        nearest = _nearest(visual_frames(keypoints)[:, FACE_VISUAL:] / spread, bank / spread)
        found: dict[str, dict[tuple[str, str], np.ndarray]] = {
            "one mean pose": mean,
            "the most similar frame of the training": {bone: way[nearest] for bone, way in known.items()},
        }
        sure: Mapping[str, np.ndarray] | None = None
        for name, model in models.items():
            usual = model.body_of(keypoints).rotations.astype(np.float64)
            found[f"the network alone, {name}"] = _directions(usual)
            for how, measured in _HOW.items():
                one = lifted(keypoints, usual, measured)
                if one is not None:
                    found[f"{how} {name}"] = _directions(_with(usual, one))
                    sure = one.sure
        if sure is None:
            continue
        seen += 1
        for way, of_bones in found.items():
            for (side, bone), pointed in of_bones.items():
                there = sure[f"{side}_elbow"]
                apart = np.degrees(np.arccos((pointed * truth[side, bone]).sum(-1).clip(-1.0, 1.0)))
                errors.setdefault(way, {}).setdefault(bone, []).append(np.broadcast_to(apart, there.shape)[there])
    return {
        way: {**{bone: float(np.concatenate(parts).mean()) for bone, parts in row.items()}, "clips": seen}
        for way, row in errors.items()
    }


def _rows(store: PretrainingStore, split: str) -> np.ndarray:
    """Gestures as they were recorded, not mirrored."""
    own = np.array(["_mirrored" not in str(name) for name in store.names])
    return np.flatnonzero((store.corpora == "gestures") & (store.splits == split) & (store.frames >= RATE_HZ) & own)


def _bank(store: PretrainingStore, views: ViewStore) -> tuple[np.ndarray, dict[tuple[str, str], np.ndarray]]:
    """Some frames of the training's views, (n, 75), and where bones point in them."""
    seen, bodies, of_clip = [], [], views.of_clip()
    for row in _rows(store, "train"):
        frames = int(store.frames[row])
        for view in of_clip.get(int(row), ()):
            seen.append(views.frames(int(view), 0, frames)[::_EVERY, FACE_VISUAL:])
            bodies.append(store.body[store.begins[row, 2] :][:frames:_EVERY].astype(np.float64))
    return np.concatenate(seen), _directions_of(np.concatenate(bodies))


def _nearest(asked: np.ndarray, bank: np.ndarray) -> np.ndarray:
    """For every row (T, C) the nearest of (n, C)."""
    lengths = (bank**2).sum(1)
    return np.concatenate([(lengths - 2.0 * part @ bank.T).argmin(1) for part in np.array_split(asked, 8) if len(part)])


def _views(store: PretrainingStore, cameras: Cameras, clips: int) -> Iterator[tuple[np.ndarray, Keypoints]]:
    """Held-out clips, spread over all, (T, 206), and what a camera sees of each."""
    rows = _rows(store, "validation")
    for row in rows[np.unique(np.linspace(0, len(rows) - 1, min(clips, len(rows))).astype(int))]:
        begin = store.begins[row, 2]
        body = store.body[begin : begin + min(int(store.frames[row]), _MOST_FRAMES)].astype(np.float64)
        yield body, cameras.body(body)


def _directions_of(body: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """Of channels (T, 206): {(side, bone): unit (T, 3)}, in the heading's frame."""
    places = body[:, PLACES].reshape(len(body), -1, 3)
    return _pointing(lambda joint: places[:, BODY_JOINTS.index(joint)])


def _directions(rotations: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """The same of local rotations (T, 55, 4), upright on the hips, as the product turns them."""
    rotations = rotations.copy()
    rotations[:, 0] = 1.0, 0.0, 0.0, 0.0
    places, _ = forward(rotations, np.zeros((len(rotations), 3)), average_adult().offsets_m.numpy(), JOINT_PARENTS)
    return _pointing(lambda joint: places[:, JOINT_INDEX[joint]])


def _pointing(place: Callable[[str], np.ndarray]) -> dict[tuple[str, str], np.ndarray]:
    return {
        (side, bone): unit(place(f"{side}_{last}") - place(f"{side}_{first}"))
        for side in SIDES
        for bone, (first, last) in BONES.items()
    }


def _with(usual: np.ndarray, body: LiftedBody) -> np.ndarray:
    """Rotations with what was lifted in their place; a lean is put before what the spine does."""
    whole = usual.copy()
    for joint, turns in body.joints.items():
        if joint not in LIMBS["trunk"]:
            whole[:, JOINT_INDEX[joint]] = turns
        else:
            whole[:, JOINT_INDEX[joint]] = multiply(turns, usual[:, JOINT_INDEX[joint]])
    return whole
