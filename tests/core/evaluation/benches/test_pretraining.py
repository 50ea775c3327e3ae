# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench `pretraining` measures every task and attribute that the recordings allow, on any encoders."""

from dataclasses import replace

import numpy as np
import pytest

from core.evaluation.benches.pretraining import CHANCE, probes, retrieval
from core.evaluation.material.pretraining_features import phone_features, sized
from core.models.pretraining import PretrainingConfig
from core.training.data.pretraining.views import _made
from core.training.pretraining.steps import begun
from tests.core.training.pretraining.made_recordings import cameras, made_store


@pytest.fixture(scope="module")
def measured():
    store = made_store()
    return begun(PretrainingConfig.named("tiny"), store, 0).eval(), store, _made(store, cameras())


def test_every_task_has_its_figures(measured):
    found = retrieval(*measured, 1)
    assert set(found) == {"sound-face", "keypoints-face", "sound-keypoints", "music-dance"}
    assert all(set(row) == set(CHANCE) and all(0.0 <= one <= 1.0 for one in row.values()) for row in found.values())


def test_attributes_are_read_from_what_says_them(measured):
    found = probes(*measured, 32)
    assert {"vigour", "blink"} <= set(found) and "contact" not in found, "nobody stands here without dancing"
    assert np.isfinite(found["blink"])


def test_phones_of_the_labelled_corpus(measured):
    model, store, _ = measured
    store = replace(store, corpora=np.where(np.arange(len(store)) < 4, "nathalie", store.corpora))
    hidden, itself = phone_features(model, store, "train", 10), phone_features(None, store, "train", 10)
    assert hidden.features.shape == (len(itself.classes), 16) and itself.features.shape[1] == 240
    assert (hidden.classes == itself.classes).all() and len(set(hidden.names.tolist())) == 4
    assert sized(model)["audio"] > sized(model)["fusion"]
