# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole faces for measuring the four controls, put together of recordings that no model has learned from.

A face of ten seconds: lips of a talker (FACEGOOD's validation clip, GRID's, the validation speech by our speech model), brows, lids, head
and slow corners of the mouth of the landmark speech that is kept out, gaze of people who are kept out. Of half of them upper face and
corners are a range of motion's, which smiles and frowns farther."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from ...models.pdfgc.rig_channels import CHANNELS, CORNERS, SHAPES
from ...motion.face_motion import FaceMotion
from ...motion.face_track import FACE_NAMES, FACE_RATE_HZ
from ...performance.parts import CHANNELS_OF_CONTROL, EXPRESSION, LIPS
from ...training.data.faces.clip import RATE_HZ
from ...training.data.faces.whole_motion import MotionStore

SECONDS = 10.0
_TALKERS = ("facegood", "grid_s1", "spoken")
_SLOW_S = 1.0
_LOOKS = np.array([name.startswith("eyeLook") for name in (*FACE_NAMES, "", "", "")])


@dataclass(frozen=True, eq=False)
class HeldOutFace:
    """motion: the face. plain: (T, 55), the same without the corners that its expression moves. laid: (T, 55), what these are."""

    motion: FaceMotion
    plain: np.ndarray
    laid: np.ndarray


def held_out_faces(store: MotionStore, count: int, seed: int = 5) -> list[HeldOutFace]:
    """So many faces, the same for the same seed."""
    random = np.random.default_rng(seed)
    return [_face(store, _TALKERS[index % 3], index % 2 == 1, random) for index in range(count)]


def _face(store: MotionStore, talker: str, posed: bool, random: np.random.Generator) -> HeldOutFace:
    frames = int(SECONDS * RATE_HZ)
    values, known = np.zeros((frames, CHANNELS), np.float32), np.zeros(CHANNELS, bool)
    talk, talk_knows = _stretch(store, talker, frames, random)
    speech, speech_knows = _stretch(store, "address", frames, random)
    takes = _stretch(store, "rom", frames, random) if posed else (speech, speech_knows)
    look, look_knows = _stretch(store, "gaze", frames, random)
    rest = np.percentile(takes[0], 10, axis=0)
    emotion = np.maximum(takes[0] - rest, 0.0)
    mouth = CHANNELS_OF_CONTROL[LIPS]
    for part, more, knows in (
        (mouth, talk, talk_knows),
        (CHANNELS_OF_CONTROL[EXPRESSION], emotion, takes[1]),
        (~mouth & ~CHANNELS_OF_CONTROL[EXPRESSION] & ~_LOOKS, speech, speech_knows),
        (_LOOKS, look, look_knows),
    ):
        taken = part & knows
        values[:, taken], known = more[:, taken], known | taken
    laid = np.zeros_like(values)
    corners = [channel for channel in CORNERS if takes[1][channel]]
    laid[:, corners] = uniform_filter1d(emotion[:, corners], int(_SLOW_S * RATE_HZ), axis=0, mode="nearest")
    known[corners] = True
    whole = values.copy()
    whole[:, :SHAPES] = np.clip(values[:, :SHAPES] + laid[:, :SHAPES], 0.0, 1.0)
    plain, whole, laid = (_faster(part) for part in (values, whole, laid))
    motion = FaceMotion(whole[:, :SHAPES].copy(), whole[:, SHAPES:].copy(), known)
    return HeldOutFace(motion, plain[:, :SHAPES], laid[:, :SHAPES])


def _stretch(
    store: MotionStore, corpus: str, frames: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A stretch of the validation recordings of a corpus laid end to end, (frames, CHANNELS), and what is known of it."""
    faces = np.flatnonzero((store.corpora == corpus) & (store.splits == "validation"))
    row = np.concatenate([store.values[store.begins[k] : store.begins[k] + store.lengths[k]] for k in faces])
    start = int(random.integers(len(row) - frames))
    return row[start : start + frames].astype(np.float32), store.known[faces[0]]


def _faster(values: np.ndarray) -> np.ndarray:
    """From 25 Hz to the rate of faces, linear."""
    times = np.arange(int(len(values) * FACE_RATE_HZ / RATE_HZ)) * (RATE_HZ / FACE_RATE_HZ)
    rows = np.arange(len(values))
    return np.stack([np.interp(times, rows, column) for column in values.T], 1).astype(np.float32)
