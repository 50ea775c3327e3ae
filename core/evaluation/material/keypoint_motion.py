# SPDX-License-Identifier: GPL-3.0-or-later
"""Keypoints → motion on held-out motion: how far off the shapes, the head and the joints are, beside copying and beside holding still."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from ...models.pretraining.motion_channels import TURNS
from ...models.pretraining.network import VISUAL
from ...models.pretraining.seen_motion import SeenMotion
from ...motion.face_track import FACE_NAMES
from ...motion.joints import BODY_JOINTS
from ...motion.rotations import angle_between_deg, from_rot6d
from ...training.data.pretraining.store import PretrainingStore
from ...training.data.pretraining.views import ViewStore
from ...training.pretraining.windows import FACES, GESTURES, TALK, WindowDrawer, Windows

_SHAPES = len(FACE_NAMES)
_ACTIVE = 0.03  # standard deviation of a shape that counts
_KINDS = (TALK, FACES, GESTURES)
_BATCH, _EVERY = 32, 2


def keypoint_motion(
    models: Mapping[str, SeenMotion], store: PretrainingStore, views: ViewStore, windows: int = 96
) -> dict[str, dict[str, float]]:
    """{model, "nearest training frame" or "training mean": mean errors}: shapes (0..1, of those that move), head_deg,
    head_moves_deg (about its middle in each window: a camera from the side and a head that is turned look the same), joints_deg.

    windows: of each kind, held out; training frames to copy come from four times as many.
    """
    known, held = (
        _windows(store, views, split, count) for split, count in (("train", 4 * windows), ("validation", windows))
    )
    told = {name: _predicted(model, held) for name, model in models.items()}
    told["nearest training frame"] = _copied(known, held)
    told["training mean"] = [_mean(known, kind) for kind in range(len(_KINDS))]
    return {name: _errors(one, held) for name, one in told.items()}


def _windows(store: PretrainingStore, views: ViewStore, split: str, count: int) -> list[list[Windows]]:
    """By kind, batches of windows that have motion and keypoints."""
    drawer = WindowDrawer(store, views, split, 3)
    return [
        [drawer.of(list(drawer.rows(kind, _BATCH))) for _ in range(count // _BATCH)]
        if len(drawer.pools[kind][0])
        else []
        for kind in _KINDS
    ]


@torch.inference_mode()
def _predicted(model: SeenMotion, held: list[list[Windows]]) -> list[np.ndarray]:
    """By kind, (windows, T, channels) of face and body together."""
    found = []
    for batches in held:
        parts = [torch.cat(model(windows.visual), -1).numpy() for windows in batches]
        found.append(np.concatenate(parts) if parts else np.zeros((0, 0, 0)))
    return found


def _copied(known: list[list[Windows]], held: list[list[Windows]]) -> list[np.ndarray]:
    """The motion of the training frame whose keypoints are nearest, of those with as much seen."""
    found = []
    for learned, asked in zip(known, held, strict=True):
        if not asked:
            found.append(np.zeros((0, 0, 0)))
            continue
        seen = [one.has[VISUAL] for one in learned]
        bank = torch.cat([one.visual[rows, ::_EVERY].flatten(0, 1) for one, rows in zip(learned, seen, strict=True)])
        whole = [torch.cat((one.face, one.body), -1)[rows, ::_EVERY] for one, rows in zip(learned, seen, strict=True)]
        motion = torch.cat(whole).flatten(0, 1)
        spread = bank.std(0) + 0.05
        bank = bank / spread
        parts = []
        for windows in asked:
            frames = (windows.visual / spread).flatten(0, 1)
            nearest = torch.cat([torch.cdist(part, bank).argmin(1) for part in frames.split(512)])
            parts.append(motion[nearest].reshape(*windows.visual.shape[:2], -1).numpy())
        found.append(np.concatenate(parts))
    return found


def _mean(known: list[list[Windows]], kind: int) -> np.ndarray:
    if not known[kind]:
        return np.zeros((1, 1, 1))
    return (
        torch.cat([torch.cat((one.face, one.body), -1).flatten(0, 1) for one in known[kind]])
        .mean(0)[None, None]
        .numpy()
    )


def _errors(told: list[np.ndarray], held: list[list[Windows]]) -> dict[str, float]:
    shapes, heads, moved, joints = [], [], [], []
    for found, batches in zip(told, held, strict=True):
        if not batches:
            continue
        truth = torch.cat([torch.cat((one.face, one.body), -1) for one in batches]).numpy()
        known = torch.cat([torch.cat((one.face_known, one.body_known), -1) for one in batches]).numpy().astype(bool)
        found = np.broadcast_to(found, truth.shape)
        apart = np.abs(found - truth)
        moves = truth[..., :_SHAPES].reshape(-1, _SHAPES).std(0) > _ACTIVE
        for row in np.flatnonzero(torch.cat([one.has[VISUAL] for one in batches]).numpy()):
            of_shapes = known[row, :_SHAPES] & moves
            shapes.append(apart[row][:, :_SHAPES][:, of_shapes].ravel())
            turns = np.flatnonzero(known[row, _SHAPES : _SHAPES + 3]) + _SHAPES
            heads.append(apart[row][:, turns].ravel())
            moved.append(np.abs(_about_middle(found[row][:, turns]) - _about_middle(truth[row][:, turns])).ravel())
            if known[row, _SHAPES + 3 :].any():
                joints.append(_degrees(found[row], truth[row], known[row]).ravel())
    named = {"shapes": shapes, "head_deg": heads, "head_moves_deg": moved, "joints_deg": joints}
    return {name: float(np.concatenate(parts).mean()) for name, parts in named.items() if parts}


def _about_middle(angles: np.ndarray) -> np.ndarray:
    return angles - np.median(angles, axis=0)


def _degrees(found: np.ndarray, truth: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(T, J): how far off each known joint's rotation is."""
    body, count = slice(_SHAPES + 3, None), len(BODY_JOINTS)
    ours, theirs = (
        from_rot6d(part[:, body][:, TURNS].reshape(len(part), count, 6).astype(np.float64)) for part in (found, truth)
    )
    away = angle_between_deg(ours, theirs)
    return away[:, known[body][TURNS].reshape(count, 6).all(1)]
