# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms and faces in keypoints are compared with the truth, beside one pose, copying and holding still."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.evaluation.material.seen_arms import arm_errors
from core.evaluation.material.seen_faces import GROUPS, face_errors
from core.models.pretraining import PretrainingConfig
from core.models.pretraining.seen_motion import SeenMotion, TrainedSeenMotion
from core.motion.face_track import FACE_INDEX
from core.motion.keypoints import Keypoints
from core.training.data.pretraining.store import PretrainingStore
from core.training.data.pretraining.views import _made
from core.training.pretraining.steps import begun
from tests.core.capture.making import face_points
from tests.core.training.pretraining.made_recordings import cameras, dancer, talker


@pytest.fixture(scope="module")
def store():
    random = np.random.default_rng(0)
    return PretrainingStore.of(
        [
            replace(make(f"{corpus}{split}", split, random), corpus=corpus, points=None, bpm=0.0)
            for split in ("train", "validation")
            for make, corpus in ((dancer, "gestures"), (talker, "rom"))
        ]
    )


@pytest.fixture(scope="module")
def models(store):
    return {"made": TrainedSeenMotion(SeenMotion.of(begun(PretrainingConfig.named("tiny"), store, 0)))}


def test_arms_by_every_way(store, models):
    detectors = cameras()
    found = arm_errors(models, store, _made(store, detectors), _upright(detectors), 3)
    ways = ("the network alone, made", "bones' lengths, depth by made", "both, as it is done, by made")
    assert set(found) == {"one mean pose", "the most similar frame of the training", *ways}
    assert all(row["clips"] == 1 and 0.0 <= row["forearm"] <= 180.0 for row in found.values())
    assert found["one mean pose"]["upper arm"] < 30.0 and found["bones' lengths, depth by made"]["forearm"] < 40.0


def _upright(detectors: Any) -> Any:
    """The same detectors, y down as in a picture."""

    def body(values):
        keypoints = detectors.body(values)
        return replace(keypoints, body=(keypoints.body * [1.0, -1.0, 1.0]).astype(np.float32))

    return SimpleNamespace(body=body)


def test_faces_by_every_way(store, models, tmp_path):
    def face(values):
        frames = [face_points(gap=0.5 * frame[FACE_INDEX["jawOpen"]]) / 100.0 for frame in values]
        points = [np.concatenate([one, one[[36, 42]]]) for one in frames]
        seen = np.concatenate([np.stack(points), np.ones((len(values), 70, 1))], -1).astype(np.float32)
        return Keypoints(seen, Keypoints.unseen(len(values), 25.0).body, 25.0)

    seen: Any = SimpleNamespace(face=face)
    found = face_errors(models, store, seen, tmp_path, 1)
    assert set(found) == {f"{group}, {way}" for group in GROUPS for way in ("never moving", "measured", "made")}
    assert all(0.0 <= row["error"] <= 1.0 for row in found.values()) and np.isnan(found["jaw, never moving"]["r"])
    assert found["jaw, measured"]["r"] > 0.9
