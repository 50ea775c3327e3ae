# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound's encoder by itself, on made recordings: units are told apart, hidden ones named, the teacher's embedding is kept."""

import numpy as np
import pytest
import torch

from core.models.pretraining import PretrainingConfig
from core.models.pretraining.encoders import AudioEncoder
from core.training.pretraining import sound_stage
from core.training.pretraining.curves import draw, write_row
from core.training.pretraining.sound_crops import SoundDrawer
from core.training.pretraining.sound_stage import SoundSettings, embeddings, sound_encoder
from core.training.pretraining.sound_units import SoundUnits, cepstra, prepared, spans
from tests.core.training.pretraining.made_recordings import made_store

CONFIG = PretrainingConfig.named("tiny")


@pytest.fixture(scope="module")
def store():
    return made_store()


@pytest.fixture(scope="module")
def teacher():
    torch.manual_seed(5)
    return AudioEncoder(CONFIG).eval()


def test_cepstra_do_not_know_level_and_microphone(store):
    begin, end, _ = spans(store)[0]
    mel = store.mel[begin:end].astype(np.float32)
    elsewhere = mel + 2.0 + np.linspace(-1.0, 1.0, 80)
    assert cepstra(mel).shape == ((end - begin) // 2, 39)
    np.testing.assert_allclose(cepstra(elsewhere), cepstra(mel), atol=1e-3)


def test_units_tell_loud_from_quiet_and_come_back_from_their_file(store, tmp_path):
    found = prepared(tmp_path / "units.npz", store, cepstra, 4, seed=0)
    assert set(found.units[found.units >= 0]) == set(range(4)) and found.centres.shape == (4, 39)
    begin, end, _ = spans(store)[0]
    loud = store.mel[begin:end].astype(np.float32).mean(1).reshape(-1, 2).mean(1)
    by_unit = [loud[found.units[begin // 2 : end // 2] == one].mean() for one in range(4)]
    assert max(by_unit) - min(by_unit) > loud.std()
    again = prepared(tmp_path / "units.npz", store, lambda mel: pytest.fail("made twice"), 4, seed=0)
    assert (again.units == found.units).all()


def test_crops_are_full_and_their_streams_belong_together(store, teacher):
    units = np.arange(len(store.mel) // 2, dtype=np.int16)
    drawer = SoundDrawer(store, SoundUnits(units, np.zeros((1, 1))), embeddings(teacher, store), "train", 4.8, seed=3)
    crops = drawer.draw(5)
    assert (
        crops.mel.shape == (5, 480, 80)
        and crops.units.shape == (5, 240)
        and crops.embedded.shape == (5, 120, CONFIG.dim)
    )
    for mel, unit, embedded in zip(crops.mel, crops.units, crops.embedded, strict=True):
        np.testing.assert_array_equal(mel[:2], store.mel[2 * int(unit[0]) :][:2])
        np.testing.assert_array_equal(embedded[-1], drawer.embedded[int(unit[-1]) // 2])
    ends = [end for _, end, split in spans(store) if split == "train"]
    assert (crops.units < max(ends) // 2).all(), "held-out sounds are not drawn"


def test_hidden_units_are_named_the_teacher_is_kept_and_a_stopped_stage_goes_on(store, teacher, tmp_path, monkeypatch):
    monkeypatch.setattr(sound_stage, "UNITS", (4, 4))
    monkeypatch.setattr(sound_stage, "SAID_EVERY", 10)
    settings = SoundSettings(steps=120, batch=4, crop_s=1.6, first=80, learning_rate=1e-2)
    encoder = sound_encoder(teacher, CONFIG, store, tmp_path, settings)
    rows = (tmp_path / "sound_1.csv").read_text().splitlines()
    columns = rows[0].split(",")
    first, last = (dict(zip(columns, map(float, row.split(",")), strict=True)) for row in (rows[1], rows[-1]))
    assert last["hidden"] < first["hidden"] and last["kept"] < first["kept"]
    assert (tmp_path / "sound_2.pt").is_file()
    again = sound_encoder(teacher, CONFIG, store, tmp_path, settings)
    for one, other in zip(encoder.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_norms_are_those_of_whole_sounds(store, teacher):
    encoder = AudioEncoder(CONFIG)
    drawer = SoundDrawer(
        store,
        SoundUnits(np.zeros(len(store.mel) // 2, np.int16), np.zeros((1, 1))),
        embeddings(teacher, store),
        "train",
        1.6,
        0,
    )
    assert sound_stage.measured_norms(encoder, drawer, 4) is encoder and not encoder.training
    first = encoder.phonetic.blocks[0].norm
    inner = encoder.phonetic.stem(sound_stage.network_input(drawer.draw(64).mel).transpose(1, 2))
    apart = (first.running_mean - inner.mean((0, 2))).abs().max()
    assert float(apart.detach()) < 0.2 * float(inner.detach().std())


def test_a_table_of_the_ear_has_its_picture(tmp_path):
    pytest.importorskip("matplotlib")
    for step, told in ((50, None), (100, 0.2), (150, 0.25)):
        write_row(tmp_path / "ear.csv", {"step": step, "hidden": 4.0 - step / 100} | ({"told": told} if told else {}))
    draw(tmp_path / "ear.csv", tmp_path / "ear.png")
    assert (tmp_path / "ear.png").stat().st_size > 5000
