# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that talk, for the face part of EMAGE: what our own speech pipeline makes of recorded speech.

No corpus of ours has the whole face in motion with sound: the speech model's lips were learned from the captured ones, brows,
lids and gaze follow measured statistics. EMAGE's face learns from their sum how shapes go together and with the voice, so
that a shape key which an animator sets brings the right company with it.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ...audio import decoding, prosody
from ...models.emage.config import EmageConfig
from ...models.emage.face_hearing import window_of
from ...models.speech.frontend import levelled_mel
from ...motion.joints import JOINT_INDEX, JOINT_NAMES
from ...motion.rotations import to_rot6d
from ...performance.body.conditioning_features import conditioning_features
from ...performance.frames import at_frames
from ...performance.speech import perform
from ...settings import EMOTIONS, GenerateSettings
from ..data.array_store import ArrayStore
from ..data.speech.splits import last_prompts
from .frames import BodyFrames

log = logging.getLogger(__name__)
_CORPORA = ("kathleen", "kerstin", "nathalie")


@dataclass(frozen=True, eq=False)
class FaceSound(ArrayStore):
    """mel: float16 (M, bands), levelled log-mel of the performances, one after another; begins, lengths: (n,) of each in it."""

    mel: np.ndarray
    begins: np.ndarray
    lengths: np.ndarray

    def window(self, performance: int, start: int, frames: int, rate_hz: float) -> torch.Tensor:
        """`face_hearing.window_of` a performance, from its motion frame `start` on; (columns, bands)."""
        begin, length = int(self.begins[performance]), int(self.lengths[performance])
        mel = torch.from_numpy(self.mel[begin : begin + length].astype(np.float32))
        return window_of(mel[None], start, frames, rate_hz)[0]


@dataclass(frozen=True)
class FaceFrames:
    """frames: as BodyFrames, with motion (N, 337) that holds face joints only; expression float32 (N, 55); sound: of a face that hears
    with a pre-trained encoder."""

    frames: BodyFrames
    expression: np.ndarray
    sound: FaceSound | None = None


def _utterances(data_dir: Path, count: int, random: np.random.Generator, held_out: bool = False) -> list[dict]:
    rows = [
        json.loads(line) for line in (data_dir / "speech" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    chosen = []
    for corpus in _CORPORA:
        own = [row for row in rows if row["corpus"] == corpus]
        held = last_prompts(own, 160 if corpus == "kathleen" else None)
        own = [row for row in own if (row["id"] in held) == held_out and row["duration_s"] > 2.5]
        chosen += [
            own[index] for index in random.choice(len(own), min(count // len(_CORPORA), len(own)), replace=False)
        ]
    return chosen


def face_frames(
    config: EmageConfig, data_dir: Path, cache: Path, count: int = 330, seed: int = 0, held_out: bool = False
) -> FaceFrames:
    """The faces of `count` training utterances, or of such as are kept out, from the cache if it has them."""
    if not cache.is_file():
        _prepare(config, data_dir, cache, count, seed, held_out)
    with np.load(cache, allow_pickle=False) as file:
        loaded = {name: file[name] for name in file.files}
    expression = loaded.pop("expression")
    return FaceFrames(BodyFrames(**loaded), expression)


def face_sound(data_dir: Path, cache: Path, count: int = 330, seed: int = 0, held_out: bool = False) -> FaceSound:
    """The sounds of `face_frames` with the same arguments, as pre-trained encoders hear them; from the cache if it has them."""
    if not cache.is_file():
        rows = _utterances(data_dir, count, np.random.default_rng(seed), held_out)
        mels = [levelled_mel(decoding.load(data_dir / row["path"]).samples).astype(np.float16) for row in rows]
        lengths = np.array([len(mel) for mel in mels])
        FaceSound(np.concatenate(mels), lengths.cumsum() - lengths, lengths).write(cache)
    return FaceSound.read(cache)


def _prepare(config: EmageConfig, data_dir: Path, cache: Path, count: int, seed: int, held_out: bool) -> None:
    random = np.random.default_rng(seed)
    motions, expressions, contents, rhythms, lengths = [], [], [], [], []
    face = [JOINT_INDEX[JOINT_NAMES[joint]] for joint in config.face_joints]
    for number, row in enumerate(_utterances(data_dir, count, random, held_out)):
        clip = decoding.load(data_dir / row["path"])
        emotion = EMOTIONS[int(random.integers(len(EMOTIONS)))][0] if random.random() < 0.4 else "NEUTRAL"
        performance = perform(clip, GenerateSettings(seed=number, emotion=emotion, threads=1))
        voice = prosody.analyse(clip, performance.phones)
        sampled = at_frames(performance, config.rate_hz)
        frames = min(len(sampled.face), len(sampled.body))
        motion = np.zeros((frames, 337), np.float32)
        turned = to_rot6d(sampled.body.rotations[:frames])
        rest = to_rot6d(np.array([1.0, 0.0, 0.0, 0.0], np.float32))
        joints = np.broadcast_to(rest, (frames, len(JOINT_NAMES), 6)).copy()
        joints[:, face] = turned[:, face]
        motion[:, :330] = joints.reshape(frames, -1)
        content, heard = conditioning_features((), voice.at(config.rate_hz, frames), performance.phones)
        motions.append(motion)
        expressions.append(sampled.face.values[:frames])
        contents.append(content)
        rhythms.append(heard)
        lengths.append(frames)
        if number % 50 == 0:
            log.info("faces: %d of %d", number, count)
    ends = np.array(lengths).cumsum()
    cache.parent.mkdir(parents=True, exist_ok=True)
    still = np.zeros((ends[-1], 3), np.float32)
    part = cache.with_suffix(".part.npz")  # a run that is cut off leaves no half file
    np.savez(
        part,
        motion=np.concatenate(motions),
        travel=still,
        expression=np.concatenate(expressions),
        content=np.concatenate(contents),
        rhythm=np.concatenate(rhythms),
        speaker=np.zeros(ends[-1], np.int64),
        fingers=np.ones(ends[-1], bool),
        starts=ends - lengths,
        ends=ends,
    )
    part.replace(cache)
