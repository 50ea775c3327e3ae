# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained encoders on sounds, motions and keypoints of any length: embeddings of frames and clips."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...motion.clip import Clip
from ...motion.face_motion import FaceMotion
from ...motion.keypoints import Keypoints
from ..speech.frontend import levelled_mel, network_input
from .config import PretrainingConfig
from .encoders import COLUMNS
from .keypoint_channels import visual_frames
from .motion_channels import motion_frames
from .network import MODALITIES, Pretraining

WINDOW = 3000  # mel columns at a time: 30 s
MARGIN = 320  # columns on both sides that the sound's encoder sees
SHORTEST = 8  # frames; a shorter clip is lengthened by its last frame


class TrainedPretraining:
    """Embeddings are float32 (T, dim) at `rate_hz`, frame t at t / rate_hz seconds; clip embeddings are unit vectors (dim,)."""

    def __init__(self, model: Pretraining, folder: Path | None = None):
        self.model = model.eval().requires_grad_(False)
        self.folder = folder

    @property
    def config(self) -> PretrainingConfig:
        return self.model.config

    @property
    def rate_hz(self) -> float:
        return self.config.rate_hz

    @property
    def dim(self) -> int:
        return self.config.dim

    @cached_property
    def _device(self) -> torch.device:
        return self.model.body_mean.device

    def audio(self, samples: np.ndarray) -> np.ndarray:
        """A sound, float32 (N,) at 16 kHz, N > 0 → (T, dim)."""
        return self._heard(samples, 0)

    def hidden(self, samples: np.ndarray) -> np.ndarray:
        """The same as the features that the embeddings are read from, float32 (T, 2 audio_width): two of 20 ms a frame."""
        return self._heard(samples, 1)

    @torch.inference_mode()
    def _heard(self, samples: np.ndarray, what: int) -> np.ndarray:
        """Embeddings (0) or hidden features (1) of a sound, (T, C)."""
        heard = network_input(torch.from_numpy(levelled_mel(np.asarray(samples, np.float32)))).to(self._device)
        frames = -(-len(heard) // COLUMNS)
        heard = lengthened(heard, COLUMNS * max(frames, SHORTEST))
        parts = []
        for start in range(0, len(heard), WINDOW):
            first, last = max(start - MARGIN, 0), min(start + WINDOW + MARGIN, len(heard))
            embedded, hidden, _ = self.model.audio(heard[None, first:last])
            pairs = hidden[0].T.reshape(embedded.shape[1], -1)
            parts.append((embedded[0], pairs)[what][(start - first) // COLUMNS :][: WINDOW // COLUMNS])
        return torch.cat(parts)[:frames].cpu().numpy()

    @torch.inference_mode()
    def motion(self, face: FaceMotion | None = None, body: Clip | None = None) -> np.ndarray:
        """A face, a body, or both → (T, dim). What `known` and `driven` leave out is not seen."""
        frames = motion_frames(face, body)
        of_face, of_body = self.model.scaled(*(self._tensor(part) for part in (frames.face, frames.body)))
        known = [self._tensor(part).expand(len(frames), -1) for part in (frames.face_known, frames.body_known)]
        padded = [lengthened(part, max(len(frames), SHORTEST))[None] for part in (of_face, known[0], of_body, known[1])]
        return self.model.motion(*padded)[0, : len(frames)].cpu().numpy()

    @torch.inference_mode()
    def visual(self, keypoints: Keypoints) -> np.ndarray:
        """Keypoints of a person in a video → (T, dim)."""
        seen = self._tensor(visual_frames(keypoints))
        return self.model.visual(lengthened(seen, max(len(seen), SHORTEST))[None])[0, : len(seen)].cpu().numpy()

    @torch.inference_mode()
    def clip_embedding(self, **embedded: np.ndarray) -> np.ndarray:
        """One vector for a whole clip from the embeddings of its frames: `clip_embedding(audio=…)`, `motion=`, `visual=`, or several.

        Cosines between vectors of any modalities say how well clips go together.
        """
        _check(embedded)
        vectors = [self.model.clips[name](self._tensor(part)[None])[0] for name, part in embedded.items()]
        return functional.normalize(torch.stack(vectors).mean(0), dim=-1).cpu().numpy()

    @torch.inference_mode()
    def fused(self, **embedded: np.ndarray) -> np.ndarray:
        """z float32 (T, fusion_width) of any subset of `audio=`, `motion=`, `visual=`, as long as the shortest."""
        _check(embedded)
        frames = min(len(part) for part in embedded.values())
        there = torch.ones(1, frames, device=self._device)
        given = {name: (self._tensor(part[:frames])[None], there) for name, part in embedded.items()}
        return self.model.fusion(given)[0].cpu().numpy()

    def _tensor(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(np.array(values, np.float32)).to(self._device)


def _check(embedded: dict[str, np.ndarray]) -> None:
    if not embedded or set(embedded) - set(MODALITIES):
        raise ValueError(f"give one or more of {', '.join(MODALITIES)}, not {sorted(embedded)}")


def lengthened(values: Tensor, frames: int) -> Tensor:
    """(T, C) → (frames, C), frames ≥ T: the last frame repeated."""
    return torch.cat((values, values[-1:].expand(frames - len(values), -1)))
