# SPDX-License-Identifier: GPL-3.0-or-later
"""What is fine-tuned for keypoints takes over what the pre-trained network has of it, tells motion of any length, and is saved."""

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.models.pretraining import Pretraining, PretrainingConfig, save
from core.models.pretraining.network import VISUAL
from core.models.pretraining.seen_motion import SeenMotion, TrainedSeenMotion, read_seen_motion, save_seen_motion
from core.motion.keypoints import Keypoints


@pytest.fixture(scope="module")
def whole():
    torch.manual_seed(0)
    return Pretraining(PretrainingConfig.named("tiny")).eval()


def test_it_begins_as_the_pre_trained_network(whole):
    whole.body_mean.fill_(0.5)
    own = SeenMotion.of(whole).eval()
    seen = torch.randn(2, 20, whole.config.visual_channels)
    with torch.inference_mode():
        face, body = whole.predictor(whole.fusion({VISUAL: (whole.visual(seen), torch.ones(2, 20))}))
        found = own(seen)
    assert torch.allclose(found[0], face) and torch.allclose(found[1], body + 0.5)
    with torch.no_grad():
        own.visual.enter.weight.zero_()
    assert whole.visual.enter.weight.any(), "a copy, so that the other stays as it was"


@pytest.mark.parametrize("frames", [1, 5, 40])
def test_videos_of_any_length(whole, frames):
    model = TrainedSeenMotion(SeenMotion.of(whole))
    keypoints = Keypoints.unseen(frames, 50.0)
    body, face = model.body_of(keypoints), model.face_of(keypoints, np.ones(58, bool))
    assert len(body) == (frames + 1) // 2 and np.isfinite(body.rotations).all()
    assert face.values.min() >= 0.0 and face.values.max() <= 1.0


def test_it_is_saved_and_told_from_other_weights(whole, tmp_path):
    save_seen_motion(SeenMotion.of(whole), tmp_path / "own")
    again = read_seen_motion(tmp_path / "own")
    assert torch.allclose(again.visual.enter.weight, whole.visual.enter.weight, atol=1e-3)
    save(whole, tmp_path / "whole")
    for folder in (tmp_path / "whole", tmp_path / "none"):
        with pytest.raises(UserError):
            read_seen_motion(folder)
