# SPDX-License-Identifier: GPL-3.0-or-later
"""Pre-training on a handful of made recordings: batches of what there is, all three objectives, going on where it was stopped."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.models.pretraining import PretrainingConfig
from core.models.pretraining.motion_channels import BODY_CHANNELS, body_frames
from core.motion.clip import Clip
from core.motion.keypoints import BODY_POINTS
from core.training.data.pretraining.cameras import body_points
from core.training.data.pretraining.recording import MultimodalClip
from core.training.data.pretraining.store import ATTRIBUTES, PretrainingStore, prepared
from core.training.data.pretraining.views import BODY, OWN, ViewStore, _made
from core.training.data.speech.splits import label_share
from core.training.pretraining.curves import draw, read_rows
from core.training.pretraining.objective import Objective
from core.training.pretraining.processes import Processes
from core.training.pretraining.retrieval import offset_accuracy, recalls, task_figures
from core.training.pretraining.steps import SETTLING, PretrainingSettings, begun, train
from core.training.pretraining.windows import FRAMES, WindowDrawer
from tests.core.training.pretraining.made_recordings import LENGTH, cameras, dancer, talker, voice


def test_a_store_comes_back_from_its_file(store, tmp_path):
    store.write(tmp_path / "store.npz")
    again = prepared(tmp_path / "store.npz", ())
    assert len(again) == 24 and again.sizes == store.sizes
    assert (again.column("tempo")[again.corpora == "music"] == store.column("tempo")[store.corpora == "music"]).all()


def test_a_modality_is_as_long_as_the_shortest():
    cut = talker("cut", "train", np.random.default_rng(1))
    short = MultimodalClip("short", "grid_s1", "train", mel=cut.mel, face=cut.face[:50]).cut()
    assert short.frames == 50 and len(short.mel) == 200
    longer = MultimodalClip("longer", "grid_s1", "train", mel=cut.mel[:-3], face=cut.face).cut()
    assert len(longer.mel) == 4 * LENGTH


def test_windows_have_what_their_recordings_have(store, views):
    windows = WindowDrawer(store, views, "train", 0).draw(12)
    dances = torch.tensor(store.corpora[windows.clips] == "dance")
    assert windows.mel.shape == (len(windows), 4 * FRAMES, 80)
    assert windows.has["audio"].all(), "dances go with music at their tempo"
    assert (windows.body_known[dances].sum(1) == BODY_CHANNELS).all() and not windows.face_known[dances].any()
    told = windows.told()
    assert (told["blink"][dances] == -1).all() and (told["contact"][~dances] == -1).all()
    assert (told["kind"][dances] >= 0).all(), "what the music is said to be is known of the dance"
    assert (windows.clips < 12).all(), "held-out recordings are not drawn"
    assert set(told) >= set(ATTRIBUTES)


def test_phones_are_told_of_a_share_only(store, views):
    windows = WindowDrawer(store, views, "train", 0, phone_share=0.0).draw(12)
    assert (windows.phones == -1).all()
    shares = [label_share(f"utterance {number}") for number in range(2000)]
    assert np.mean(np.array(shares) < 0.1) == pytest.approx(0.1, abs=0.02)


def test_views_are_what_was_detected_or_seen_by_cameras(store, views):
    assert {int(kind) for kind in views.kinds[views.clips == 0]} == {OWN, 0}
    assert (views.kinds[views.clips == 4] == BODY).all()
    assert isinstance(views, ViewStore)
    seen = views.frames(int(views.of_clip()[4][0]), 3, 10)
    assert seen.shape == (10, 427) and seen[:, 352:].any() and not seen[:, :352].any()


def test_bodies_in_the_world_have_their_points_in_place():
    clip = Clip.still(10, 25.0)
    points = dict(zip(BODY_POINTS, body_points(body_frames(clip))[0]))
    assert points["left_wrist"][0] > points["left_elbow"][0] > points["neck"][0] > points["right_wrist"][0]
    assert points["nose"][2] > points["left_ear"][2] and points["nose"][1] > points["neck"][1]
    assert points["left_big_toe"][2] > points["left_ankle"][2] > points["left_heel"][2]


@pytest.fixture(scope="module")
def trained(store, views, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    model = begun(PretrainingConfig.named("tiny"), store, 0)
    settings = PretrainingSettings(steps=50, batch=8, learning_rate=5e-3)
    return train(model, store, views, folder, settings, Processes()), folder


def test_losses_fall_and_are_written_down(trained):
    rows = read_rows(trained[1] / "pretraining.csv")
    assert [int(row["step"]) for row in rows] == [25, 50]
    for name in ("visual_to_motion", "masked_motion", "masked_sound", "speaker"):
        assert float(rows[-1][name]) < float(rows[0][name]), name
    draw(trained[1] / "pretraining.csv", trained[1] / "picture.png")
    assert (trained[1] / "picture.png").stat().st_size > 5000


def test_it_goes_on_where_it_was(trained, store, views):
    settings = PretrainingSettings(steps=50, batch=8, learning_rate=5e-3)
    again = train(begun(PretrainingConfig.named("tiny"), store, 5), store, views, trained[1], settings, Processes())
    for one, other in zip(again.parameters(), trained[0].parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("objective", ["alignment", "prediction", "attributes"])
def test_one_objective_alone_has_its_own_losses(store, views, objective):
    model = begun(PretrainingConfig.named("tiny"), store, 0)
    windows = WindowDrawer(store, views, "train", 0).draw(8)
    _, losses = Objective(model, (objective,), store.sizes)(windows, torch.Generator().manual_seed(0))
    kind = {"alignment": "audio_motion", "prediction": "future_motion", "attributes": "loudness"}
    assert [name for name in kind.values() if name in losses] == [kind[objective]]


@pytest.mark.parametrize(
    ("make", "splits"),
    [(dancer, ("train", "validation")), (voice, ("train", "validation")), (talker, ("train",))],
    ids=["bodies", "voices", "nothing held out"],
)
def test_a_mixture_may_lack_a_kind_of_recording(make, splits, tmp_path):
    random = np.random.default_rng(0)
    store = PretrainingStore.of([make(f"{split}{one}", split, random) for split in splits for one in range(3)])
    model = begun(PretrainingConfig.named("tiny"), store, 0)
    settings = PretrainingSettings(steps=2, batch=4)
    model = train(model, store, _made(store, cameras()), tmp_path, settings, Processes())
    assert all(values.isfinite().all() for values in model.state_dict().values())


def test_figures_of_retrieval(trained, store, views):
    assert recalls(torch.eye(10)) == {"R@1": 1.0, "R@5": 1.0}
    chance = recalls(torch.rand(400, 400, generator=torch.Generator().manual_seed(0)))
    assert chance["R@5"] == pytest.approx(5 / 400, abs=0.012)
    steps = torch.randn(6, 64, 8, generator=torch.Generator().manual_seed(0))
    assert offset_accuracy(steps, steps) == 1.0
    assert offset_accuracy(steps, steps.roll(5, 1)) == 0.0
    figures = task_figures(trained[0], WindowDrawer(store, views, "validation", 0), "sound-face")
    assert set(figures) == {"R@1", "R@5", "whole R@1", "whole R@5", "offset"}


def test_recordings_shorter_than_a_window_are_refused(store, views):
    with pytest.raises(UserError, match=r"as long as a window \(40 s\)"):
        WindowDrawer(store, views, "train", 0, frames=1000).draw(4)


def test_all_else_gets_used_to_an_ear_that_stays(store, views, tmp_path):
    model = begun(PretrainingConfig.named("tiny"), store, 0)
    ear = {name: value.clone() for name, value in model.audio.phonetic.state_dict().items()}
    others = [model.audio.embed.weight.detach().clone(), model.motion.body.weight.detach().clone()]
    settings = replace(SETTLING, steps=3, batch=12)
    model = train(model, store, views, tmp_path, settings, Processes())
    assert all(torch.equal(value, ear[name]) for name, value in model.audio.phonetic.state_dict().items())
    assert not torch.equal(model.audio.embed.weight, others[0]) and not torch.equal(model.motion.body.weight, others[1])
    assert all(one.requires_grad for one in model.parameters())
    assert (tmp_path / "settled.pt").is_file() and not (tmp_path / "pretraining.pt").exists()
    drawn = WindowDrawer(store, views, "train", 0).draw(12, dict(settings.shares))
    assert (store.corpora[drawn.clips] == "dance").sum() > 12 / 2 - 1, "half of the windows are dances"
