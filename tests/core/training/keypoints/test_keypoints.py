# SPDX-License-Identifier: GPL-3.0-or-later
"""Fine-tuning for motion from keypoints, on a handful of made recordings."""

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.models.pretraining import PretrainingConfig
from core.models.pretraining.seen_motion import SeenMotion
from core.motion.rotations import angle_between_deg, from_axis_angle, to_rot6d
from core.training.keypoints.objective import losses, rotations_apart
from core.training.keypoints.steps import KeypointSettings, _recording, train, with_share
from core.training.pretraining.steps import begun
from core.training.pretraining.windows import WindowDrawer


def test_it_learns_and_goes_on_where_it_was(store, views, tmp_path):
    start = SeenMotion.of(begun(PretrainingConfig.named("tiny"), store, 0))
    windows = WindowDrawer(store, views, "train", 1).draw(8)
    noise = torch.Generator().manual_seed(0)
    before = {name: float(loss.detach()) for name, loss in losses(start, windows, noise).items()}
    settings = KeypointSettings(steps=40, batch=8, learning_rate=5e-3)
    trained = train(start, store, views, tmp_path, settings).eval()
    after = losses(trained, windows, noise)
    assert set(after) == {"scaled", "shapes", "head", "joints"}
    assert all(float(after[name].detach()) < before[name] for name in ("scaled", "shapes", "joints"))
    again = train(SeenMotion.of(begun(PretrainingConfig.named("tiny"), store, 5)), store, views, tmp_path, settings)
    assert all(torch.equal(one, other) for one, other in zip(again.parameters(), trained.parameters(), strict=True))


def test_what_is_not_known_does_not_count(store, views):
    model = SeenMotion.of(begun(PretrainingConfig.named("tiny"), store, 0)).eval()
    windows = WindowDrawer(store, views, "train", 1).draw(8)
    windows.body_known.zero_()
    windows.face_known.zero_()
    assert sum(float(loss) for loss in losses(model, windows, torch.Generator().manual_seed(0)).values()) == 0.0


def test_a_share_of_the_recordings_leaves_what_is_held_out(store):
    some = with_share(store, 0.4)
    assert 0 < (some.splits == "train").sum() < (store.splits == "train").sum()
    assert ((some.splits == "validation") == (store.splits == "validation")).all()
    assert with_share(store, 1.0) is store


def test_a_share_in_which_there_is_no_recording_is_refused(store, views, tmp_path):
    model = SeenMotion.of(begun(PretrainingConfig.named("tiny"), store, 0))
    with pytest.raises(UserError, match="nothing to draw"):
        train(model, store, views, tmp_path, KeypointSettings(steps=2, batch=4, share=0.0))


def test_mirror_images_and_tempi_are_of_one_recording(store):
    names = ("g_3_mirrored", "d_7_mirrored_120", "d_7_110", "s_2")
    begins = np.tile([-1, -1, 0, -1], (4, 1))
    one = type(store)(
        **{**vars(store), "names": np.array(names), "bpm": np.array([0, 120, 110, 0.0]), "begins": begins}
    )
    assert [_recording(one, row) for row in range(4)] == ["g_3", "d_7", "d_7", "s_2"]


def test_rotations_are_as_far_apart_as_their_angle():
    turns = from_axis_angle(np.array([[0.0, 0.3, 0.0], [0.5, 0.0, 0.2]]))
    other = from_axis_angle(np.array([[0.0, 0.1, 0.0], [0.4, 0.1, 0.2]]))
    found = rotations_apart(*(torch.from_numpy(to_rot6d(part).reshape(1, 12)) for part in (turns, other)))
    assert found[0].numpy() == pytest.approx(np.radians(angle_between_deg(turns, other)), rel=0.1)
