# SPDX-License-Identifier: GPL-3.0-or-later
"""A video's keypoints give controls a face and the body poses, for as long as they are seen; the rest is said."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("torch")
from core.errors import UserError
from core.motion.face_track import FACE_INDEX
from core.performance import loaded_models
from core.performance.keypoints.poses import APART_S, beside
from core.performance.keypoints.watching import watch
from core.prompts.blending import with_holds
from core.prompts.model import PosePrompts
from core.prompts.pacing import Pace, Paces
from core.settings import GenerateSettings
from tests.core.performance.keypoints.making import video

SETTINGS = GenerateSettings()


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    return watch(video(tmp_path_factory.mktemp("seen") / "clip.json"), SETTINGS, 4.0)


def test_face_and_poses_are_found(seen) -> None:
    assert seen.face is not None and seen.face.share is None and len(seen.face.motion) > 230
    blinks = seen.face.motion.values[:, FACE_INDEX["eyeBlinkLeft"]]
    assert blinks[45:58].max() > blinks[100:130].max() + 0.1
    times_s, turns = seen.poses["left_elbow"]
    assert (np.diff(times_s) >= APART_S - 0.05).all() and 5 <= len(times_s) <= 11
    raised = (times_s > 1.7) & (times_s < 2.7)
    bend = 2 * np.degrees(np.arccos(np.abs(turns[:, 0]).clip(0, 1)))
    assert (
        raised.any() and bend[raised].min() > 90.0 and bend[~raised & ((times_s < 1.4) | (times_s > 3.0))].max() < 60.0
    )
    assert "left_hip" not in seen.poses and "left_index1" not in seen.poses


def test_how_much_was_used_is_said(seen, tmp_path) -> None:
    said = " ".join(seen.notes)
    assert (
        "“clip.json”: 100 frames, 4.0 s." in said
        and "seen in all 100 frames" in said
        and "poses of the left arm" in said
    )
    part = watch(video(tmp_path / "part.json", faces=slice(0, 60)), SETTINGS, 4.0)
    assert "60 of 100 frames" in " ".join(part.notes) and part.face is not None
    assert part.face.share is not None and part.face.share[0] == 1.0 and part.face.share[150:].max() < 0.01


@pytest.mark.parametrize(
    ("seconds", "said"), [(9.0, "5.0 s longer than the keypoints"), (2.0, "2.0 s longer than the sound")]
)
def test_lengths_that_differ_are_said(tmp_path, seconds, said) -> None:
    found = watch(video(tmp_path / "v.json"), SETTINGS, seconds)
    assert said in " ".join(found.notes)
    assert max(times_s.max() for times_s, _ in found.poses.values()) <= seconds


def test_a_sound_that_begins_within_the_video(tmp_path) -> None:
    path = video(tmp_path / "v.json")
    times_s, turns = watch(path, SETTINGS, 2.0, start_s=1.6).poses["left_elbow"]
    assert times_s[0] < 0.5 and 2 * np.degrees(np.arccos(abs(turns[times_s < 0.9][-1, 0]))) > 90.0
    late = watch(path, SETTINGS, 2.0, start_s=60.0)
    assert late.face is None and not late.poses and "keypoints are over" in late.notes[-1]


def test_bodies_alone_and_faces_alone(tmp_path) -> None:
    body = watch(video(tmp_path / "body.json", faces=slice(0, 0)), SETTINGS, 4.0)
    assert body.face is None and body.poses and "No face is seen" in " ".join(body.notes)
    face = watch(video(tmp_path / "v.json"), GenerateSettings(keypoints_drive=frozenset({"HEAD"})), 4.0)
    assert face.face is not None and not face.poses


def test_the_network_reads_what_landmarks_do_not_measure(seen, tmp_path, monkeypatch) -> None:
    assert seen.face.motion.known[[FACE_INDEX["cheekSquintLeft"], FACE_INDEX["noseSneerRight"]]].all()
    monkeypatch.setattr(loaded_models, "seen_motion_model", lambda: None)
    alone = watch(video(tmp_path / "v.json"), SETTINGS, 4.0)
    assert (
        alone.face is not None and seen.face is not None and not alone.face.motion.known[FACE_INDEX["cheekSquintLeft"]]
    )
    for name, is_same in (("browInnerUp", True), ("jawOpen", False)):
        first, second = (one.face.motion.values[:, FACE_INDEX[name]] for one in (seen, alone))
        assert np.array_equal(first, second) == is_same
    assert alone.poses.keys() == seen.poses.keys(), "arms hang where nobody says which way they point"


def test_two_people_and_nobody(tmp_path) -> None:
    two = watch(video(tmp_path / "two.json", others=1), SETTINGS, 4.0)
    assert "2 people are seen" in " ".join(two.notes) and two.poses["left_elbow"][0].any()
    path = tmp_path / "none.json"
    path.write_text(json.dumps({"frames": [{"people": []}] * 5, "fps": 25}), "utf-8")
    with pytest.raises(UserError, match="nobody in any frame"):
        watch(path, SETTINGS, 4.0)


def test_the_animators_keys_count_more(seen) -> None:
    own = np.array([[0.0, 1.0, 0.0, 0.0]])
    prompts = PosePrompts({"left_wrist": (np.array([2.0]), own), "left_elbow": (np.array([0.4]), own)})
    once = with_holds(prompts, {joint: Paces.of([Pace(0.0, 0.3)]) for joint in prompts.joints})
    both = beside(once, seen.poses)
    times_s, turns = both.joints["left_elbow"]
    assert np.array_equal(turns[times_s == 0.4], own) and len(both.paces["left_elbow"].hold_s) == len(times_s)
    assert all(np.abs(times_s[times_s != 0.4] - key_s).min() > 0.7 for key_s in (0.4, 2.0))
    assert len(both.joints["right_elbow"][0]) == len(seen.poses["right_elbow"][0])
    assert (np.diff(times_s) > 0).all()
