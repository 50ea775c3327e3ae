# SPDX-License-Identifier: GPL-3.0-or-later
"""A face drawn for a voice, and the brows that are taken of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.audio.clip import AudioClip
from core.audio.prosody import analyse
from core.errors import Cancelled
from core.models.meshtalk import MeshTalk, MeshTalkConfig
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.motion.spans import spans
from core.performance.face.brows import PARAMETERS, drawn_brows
from core.performance.face.sampled_face import sampled_face
from core.progress import Progress

BROWS = [FACE_INDEX[name] for name in FACE_NAMES if name.startswith("brow")]


@pytest.fixture(scope="module")
def model() -> MeshTalk:
    torch.manual_seed(0)
    sizes = {"audio_channels": 8, "expression_hidden": 8, "code_dim": 8, "fusion_hidden": 8, "context_dim": 4}
    return MeshTalk(
        replace(MeshTalkConfig.named("trained"), heads=3, classes=4, decoder_hidden=(8, 8, 8), **sizes)
    ).eval()


@pytest.fixture(scope="module")
def clip() -> AudioClip:
    time_s = np.arange(3 * 16000) / 16000
    return AudioClip((0.1 * np.sin(2 * np.pi * 150 * time_s) * (time_s % 1.0 < 0.7)).astype(np.float32), name="tone")


def test_it_covers_the_sound_and_leaves_gaze_and_tongue_alone(model, clip):
    face = sampled_face(model, clip, 1)
    assert face.shape == (181, len(FACE_NAMES)) and face.dtype == np.float32
    assert 0.0 <= face.min() and face.max() <= 1.0
    others = [FACE_INDEX[name] for name in FACE_NAMES if name not in model.config.shapes]
    assert not face[:, others].any()


def test_a_seed_gives_its_own_face_again(model, clip):
    first, again, other = (sampled_face(model, clip, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("samples", [np.zeros(8000, np.float32), np.zeros(1, np.float32)])
def test_silence_and_single_samples_work(model, samples):
    face = sampled_face(model, AudioClip(samples, name="silence"), 0)
    assert len(face) == int(len(samples) / 16000 * 60) + 1 and np.isfinite(face).all()


def added_brows(clip: AudioClip, drawn: float, seed: int = 0) -> np.ndarray:
    """The brows' shapes on a face at rest when a model drew `drawn` for all of them."""
    frames = int(clip.duration_s * 60) + 1
    values = np.zeros((frames, len(FACE_NAMES)), np.float32)
    drawn_brows(analyse(clip), values, np.full_like(values, drawn), seed)
    assert not values[:, FACE_INDEX["jawOpen"]].any()
    return values[:, BROWS]


def test_drawn_brows_come_as_drawn_and_smaller_in_pauses(clip):
    speaking = analyse(clip).at(60.0).speaking
    expected = PARAMETERS.drawn_in_pauses + (1 - PARAMETERS.drawn_in_pauses) * speaking
    assert np.allclose(added_brows(clip, 1.0) - added_brows(clip, 0.0), expected[:, None], atol=1e-5)


def test_brows_that_were_drawn_at_rest_rest_mostly_but_not_for_ever():
    time_s = np.arange(30 * 16000) / 16000
    pitch_hz = 140.0 * 2.0 ** (5.0 / 12.0 * np.sin(2.0 * np.pi * 0.3 * time_s))
    voice = 0.1 * np.sin(2.0 * np.pi * np.cumsum(pitch_hz) / 16000) * (time_s % 3.0 < 2.4)
    brows = added_brows(AudioClip(voice.astype(np.float32), name="melody"), 0.0)
    assert np.mean(brows.max(1) < 0.005) > 0.5
    assert 0.01 < brows.max() < 0.2
    longest_s = max(last - first for first, last in spans(brows.max(1) < 0.005)) / 60.0
    assert longest_s < 10.0


def test_drawing_stops_when_told(model, clip):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        sampled_face(model, clip, 1, progress=progress.unseen())
    assert progress.fraction == 0.0
