# SPDX-License-Identifier: GPL-3.0-or-later
"""The encoder of crops on made recordings, whose faces are drawn as a dark mouth that opens."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.evaluation.drawing.crop_pictures import side_by_side
from core.evaluation.material.crop_motion import copied, errors, predicted, retrieval, training_mean
from core.models.pretraining import PretrainingConfig
from core.models.pretraining.crops import CropEncoder, TrainedCrops, read_crops, save_crops
from core.motion.face_track import FACE_INDEX
from core.networks.checkpoints import read_config
from core.paths import PRETRAINING_WEIGHTS
from core.training.crops.objective import CropObjective
from core.training.crops.steps import CropSettings, found_first, train
from core.training.crops.windows import told_of, varied
from core.training.data.pretraining import crops as crop_stores
from core.training.data.pretraining.crops import FRAMES, HEADS, HELD_HEADS, CropStore, planned
from core.training.data.pretraining.store import PretrainingStore
from core.training.pretraining.steps import begun
from tests.core.training.pretraining.made_recordings import made_store

SIZES = replace(PretrainingConfig.named("tiny"), crop_pixels=16, crop_widths=(4, 8))


@pytest.fixture(scope="module")
def store():
    return made_store()


@pytest.fixture(scope="module")
def others(store):
    return begun(PretrainingConfig.named("tiny"), store, 0).eval()


@pytest.fixture(scope="module")
def crops(store):
    """A square of light with a mouth that opens downwards from the middle."""
    random = np.random.default_rng(3)
    plan = planned(store, 1)
    jaw = plan.face[:, :, FACE_INDEX["jawOpen"]]
    pixels = np.full((*jaw.shape, 16, 16), 200.0)
    pixels[:, :, 8:] -= 120.0 * (8.0 * jaw[..., None, None] - np.arange(8)[:, None]).clip(0.0, 1.0)
    pixels += random.normal(0.0, 2.0, pixels.shape)
    return CropStore(pixels.astype(np.uint8), plan.rows, plan.firsts, plan.heads, plan.splits)


def test_a_plan_keeps_heads_and_recordings_apart(store, crops):
    learned = crops.of("train", HEADS)
    assert len(learned) and not len(crops.of("train", HELD_HEADS))
    assert len(crops.of("validation", HEADS)) == len(crops.of("validation", HELD_HEADS)) > 0
    assert set(store.splits[crops.rows[learned]]) == {"train"}
    held = crops.of("validation", HELD_HEADS)
    assert (crops.rows[held] == crops.rows[crops.of("validation", HEADS)]).all()
    assert set(store.splits[crops.rows[held]]) == {"validation"}


def test_what_was_recorded_is_drawn_as_it_was(store):
    plan = planned(store, 1)
    row, first = int(plan.rows[0]), int(plan.firsts[0])
    truth = store.face[store.begins[row, 1] + first :][:FRAMES]
    known = store.face_known[row]
    assert np.allclose(plan.face[0][:, known], truth[:, known].astype(np.float32))


@pytest.mark.parametrize("frames", [3, 64])
def test_shapes_and_files(frames, tmp_path):
    encoder = CropEncoder(SIZES).eval()
    assert encoder(torch.rand(2, frames, 16, 16)).shape == (2, frames, SIZES.dim)
    save_crops(encoder, tmp_path)
    again = TrainedCrops(read_crops(tmp_path))
    found = again.visual(np.random.default_rng(0).integers(0, 255, (frames, 40, 30)).astype(np.uint8))
    assert found.shape == (frames, SIZES.dim) and np.isfinite(found).all()


def test_light_and_skin_hardly_count():
    encoder = CropEncoder(SIZES).eval()
    crops = torch.rand(1, 20, 16, 16)
    one, other = encoder(crops), encoder(0.4 * crops + 0.3)
    assert float((one - other).detach().abs().max()) < 1e-3


def test_an_encoder_of_crops_needs_sizes_and_others_have_none():
    assert PretrainingConfig().crop_pixels == 0 and PretrainingConfig.named("crops").crop_pixels > 0
    with pytest.raises(UserError, match="without an encoder of crops"):
        CropEncoder(PretrainingConfig())


def test_ours_stands_where_keypoints_stand():
    shipped = read_crops()
    sizes = read_config(PRETRAINING_WEIGHTS, PretrainingConfig)
    assert shipped.config.dim == sizes.dim and sizes.crop_pixels == 0
    assert shipped(torch.rand(1, 8, 48, 48)).shape == (1, 8, sizes.dim)


def test_other_cameras_keep_what_is_seen():
    crops = torch.rand(3, 8, 16, 16)
    found = varied(crops, torch.Generator().manual_seed(0))
    assert found.shape == crops.shape and 0.0 <= float(found.min()) and float(found.max()) <= 1.0
    assert not torch.equal(found, crops)


@pytest.mark.slow
def test_it_learns_finds_pairs_and_goes_on_where_it_was(store, others, crops, tmp_path):
    torch.manual_seed(0)
    windows = told_of(others, store, crops, crops.of("train", HEADS))
    before = {name: parameter.clone() for name, parameter in others.named_parameters()}
    encoder = CropEncoder(SIZES)
    objective, noise = CropObjective(encoder, others), torch.Generator().manual_seed(0)
    batch = windows.of(np.arange(0, len(windows), max(len(windows) // 16, 1))[:16])
    first = {name: float(loss.detach()) for name, loss in objective(batch, noise)[1].items()}
    assert set(first) == {"motion", "sound", "crops_to_motion", "blink"}
    settings = CropSettings(steps=60, batch=8, learning_rate=5e-3)
    trained = train(encoder, others, store, crops, tmp_path, settings).eval()
    last = {name: float(loss.detach()) for name, loss in CropObjective(trained, others)(batch, noise)[1].items()}
    assert last["motion"] < first["motion"]
    held = told_of(others, store, crops, crops.of("validation", HELD_HEADS))
    some = held.of(np.unique(crops.rows[crops.of("validation", HELD_HEADS)], return_index=True)[1])
    assert found_first(trained, some) >= found_first(CropEncoder(SIZES), some)
    assert all(torch.equal(before[name], parameter) for name, parameter in others.named_parameters())
    again = train(CropEncoder(SIZES), others, store, crops, tmp_path, settings)
    assert all(torch.equal(one, other) for one, other in zip(again.parameters(), trained.parameters(), strict=True))
    assert (tmp_path / "crops.csv").is_file()


def test_the_bench_measures_on_crops(store, others, crops):
    held = told_of(others, store, crops, crops.of("validation", HELD_HEADS))
    known = told_of(others, store, crops, crops.of("train", HEADS))
    encoder = CropEncoder(SIZES).eval()
    found = retrieval(encoder, others, held)
    assert set(found) == {"crops-face", "sound-crops"} and all(0.0 <= row["R@1"] <= 1.0 for row in found.values())
    nearest = errors(copied(known, held), held)["shapes"]
    assert nearest < errors(training_mean(known), held)["shapes"], "the made mouths are easy to copy"
    assert errors(predicted(encoder, others, held), held)["shapes"] > 0.0
    assert errors(held.face, held) == {"shapes": 0.0, "head_deg": 0.0, "head_moves_deg": 0.0}


def test_a_picture_shows_the_heads_in_turn(crops):
    assert side_by_side(crops, 3, 4).shape == (3 * 16 * 2, 4 * 16 * 2)


def test_crops_that_nobody_can_draw_are_told(store, tmp_path, monkeypatch):
    monkeypatch.setattr(crop_stores.sys, "executable", "/bin/false")
    with pytest.raises(UserError, match="could not draw"):
        crop_stores.drawn(planned(store, 1), tmp_path, tmp_path)


def test_what_was_drawn_to_another_plan_does_not_stay(store, tmp_path, monkeypatch):
    monkeypatch.setattr(crop_stores.sys, "executable", "/bin/true")
    (tmp_path / "windows").mkdir()
    crop_stores.drawn(planned(store, 1), tmp_path, tmp_path)
    window = tmp_path / "windows" / "00000.npy"
    np.save(window, np.zeros(1))
    crop_stores.drawn(planned(store, 1), tmp_path, tmp_path)
    assert window.is_file(), "stopped, it goes on where it was"
    crop_stores.drawn(planned(store, 2), tmp_path, tmp_path)
    assert not window.is_file()


def test_crops_of_other_recordings_are_refused(store, crops, tmp_path):
    crops.write(tmp_path / "crops.npz")
    assert (crop_stores.prepared(tmp_path, store, tmp_path, seed=1).rows == crops.rows).all()
    with pytest.raises(UserError, match="other recordings"):
        crop_stores.prepared(tmp_path, store, tmp_path, seed=2)


def test_recordings_that_nobody_prepared_are_told(tmp_path):
    with pytest.raises(UserError, match="no recordings are prepared"):
        PretrainingStore.read(tmp_path / "store.npz")
