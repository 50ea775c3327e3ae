# SPDX-License-Identifier: GPL-3.0-or-later
"""Performances as the numbers that EMAGE works on, and random windows of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ...models.emage.body_parts import CONTACT, ROTATION_CHANNELS, TRANSLATION, rest_frames, split
from ...models.emage.config import EmageConfig
from ...motion.joints import JOINT_NAMES
from ...motion.locomotion.contacts import still_labels
from ...motion.locomotion.root_motion import in_place
from ...motion.recorded.recording import FEET
from ...motion.rotation_tensors import quaternion_to_matrix
from ...motion.rotations import to_rot6d
from ...motion.skeleton import average_adult
from ..data.array_store import ArrayStore
from ..data.body.performances import BodyPerformance

_CHUNK = 4000


@dataclass(frozen=True, eq=False)
class BodyFrames(ArrayStore):
    """All frames of many performances, one after another.

    motion float32 (N, 337), on the spot: who walks sways about one place. travel float32 (N, 3): where the root really was.
    content (N, C), rhythm (N, R); speaker int64 (N,); fingers bool (N,): recorded. starts, ends: the performances' frames
    [start, end).
    """

    motion: np.ndarray
    travel: np.ndarray
    content: np.ndarray
    rhythm: np.ndarray
    speaker: np.ndarray
    fingers: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    def window_starts(
        self, count: int, length: int, random: np.random.Generator, fingers_only: bool = False
    ) -> np.ndarray:
        """Random first frames (count,) of windows that lie within one performance."""
        usable = (self.ends - self.starts >= length) & (self.fingers[self.starts] | (not fingers_only))
        starts, ends = self.starts[usable], self.ends[usable]
        room = (ends - starts - length + 1).astype(np.float64)
        chosen = random.choice(len(starts), count, p=room / room.sum())
        return starts[chosen] + (random.random(count) * room[chosen]).astype(np.int64)

    def windows(self, starts: np.ndarray, length: int) -> np.ndarray:
        """Frame indices (len(starts), length)."""
        return starts[:, None] + np.arange(length)

    def part_windows(self, part: str, count: int, length: int, random: np.random.Generator) -> torch.Tensor:
        """Random windows (count, length, channels) of one part of the body; of hands, where fingers were recorded."""
        starts = self.window_starts(count, length, random, fingers_only=part == "hands")
        motion = torch.from_numpy(self.motion[self.windows(starts, length)].astype(np.float32, copy=False))
        return split(motion, motion[..., :0], ())[part]

    def content_of(self, index: np.ndarray, width: int) -> np.ndarray:
        """float32 (…, width): the content of frames, zeros where it is narrower."""
        content = np.zeros((*index.shape, width), np.float32)
        found = self.content[index]
        content[..., : found.shape[-1]] = found
        return content

    def postures(self, config: EmageConfig) -> torch.Tensor:
        """(speakers, channels): how each speaker stands when performances of his begin."""
        found = rest_frames(1, config.speakers, config.motion_channels)[0]
        for start in self.starts[::-1]:
            found[self.speaker[start], : CONTACT.stop] = torch.from_numpy(self.motion[start])
        return found


def frames_of(performance: BodyPerformance) -> np.ndarray:
    """float32 (T, 337): 55 × rot6d by rows | translation | contact (BEAT2's rule) of one performance."""
    clip, adult = performance.clip, average_adult()
    frames = np.zeros((len(clip), CONTACT.stop), np.float32)
    frames[:, :ROTATION_CHANNELS] = to_rot6d(clip.rotations).reshape(len(clip), 6 * len(JOINT_NAMES))
    frames[:, TRANSLATION] = in_place(clip).root_translation_m
    feet = []
    for first in range(0, len(clip), _CHUNK):
        turned = quaternion_to_matrix(torch.from_numpy(clip.rotations[first : first + _CHUNK]))
        places = adult.forward(turned, torch.from_numpy(clip.root_translation_m[first : first + _CHUNK]))[0]
        feet.append(places[:, list(FEET)].numpy())
    frames[:, CONTACT] = still_labels(np.concatenate(feet))
    return frames


def gather(performances: list[BodyPerformance]) -> BodyFrames:
    """The frames of all of them."""
    lengths = np.array([len(performance.clip) for performance in performances])
    ends = lengths.cumsum()
    return BodyFrames(
        np.concatenate([frames_of(performance) for performance in performances]),
        np.concatenate([performance.clip.root_translation_m for performance in performances]),
        np.concatenate([performance.content for performance in performances]),
        np.concatenate([performance.rhythm for performance in performances]),
        np.repeat([performance.speaker for performance in performances], lengths),
        np.repeat([performance.fingers for performance in performances], lengths),
        ends - lengths,
        ends,
    )
