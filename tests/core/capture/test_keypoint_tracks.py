# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces and bodies of OpenPose and MediaPipe become one person's keypoints over time."""

import json

import numpy as np
import pytest

from core.capture.recordings import read_recording, read_seen
from core.errors import UserError
from core.motion.keypoints import BODY_POINTS
from tests.core.capture.making import face_points, openpose_frame

NECK, HIP, WRIST = (BODY_POINTS.index(name) for name in ("neck", "mid_hip", "left_wrist"))


def body_numbers(points: int, moved: float = 0.0) -> list[float]:
    """Each point at (10 times its number, 100), sure of itself."""
    return (
        np.stack([10.0 * np.arange(points) + moved, np.full(points, 100.0), np.full(points, 0.8)], 1).ravel().tolist()
    )


def written(path, frames, **more):
    path.write_text(json.dumps({"frames": frames, "fps": 25, **more}), encoding="utf-8")
    return path


def test_openpose_face_and_body(tmp_path):
    frames = [openpose_frame(face_points(gap=0.1 * row)) for row in range(5)]
    for row, frame in enumerate(frames):
        frame["people"][0]["pose_keypoints_2d"] = body_numbers(25, row)
    person, _ = read_seen(written(tmp_path / "video.json", frames))
    tracks = person.tracks
    assert len(tracks) == 5 and tracks.rate_hz == 25.0
    assert (tracks.face[..., 2] > 0.8).all() and tracks.face[4, 66, 1] > tracks.face[0, 66, 1] + 30.0
    assert tracks.body[2, WRIST].tolist() == pytest.approx([72.0, 100.0, 0.8])


def test_bodies_without_faces_are_for_bodies_alone(tmp_path):
    frames = [{"people": [{"pose_keypoints_2d": body_numbers(18, row)}]} for row in range(4)]
    path = written(tmp_path / "body.json", frames)
    person, _ = read_seen(path)
    tracks = person.tracks
    assert not tracks.face.any()
    assert tracks.body[0, HIP].tolist() == pytest.approx([95.0, 100.0, 0.8]), "between the two hips"
    with pytest.raises(UserError):
        read_recording(path)


def test_a_body_is_followed_though_another_is_larger_for_a_while(tmp_path):
    def body(moved: float, size: float = 1.0) -> dict:
        numbers = np.reshape(body_numbers(25), (-1, 3)) * [size, 1.0, 1.0] + [moved, 0.0, 0.0]
        return {"pose_keypoints_2d": numbers.ravel().tolist()}

    frames = [{"people": [body(0.0 + row), body(900.0, 1.5 if row == 2 else 0.8)]} for row in range(4)]
    frames[0]["people"][0] = body(0.0, 2.0)  # the largest of all: it is the one
    person, _ = read_seen(written(tmp_path / "two.json", frames))
    tracks = person.tracks
    assert (tracks.body[:, 0, 0] < 10.0).all(), "the other one begins at 900"


def test_mediapipe_bodies_are_shares_of_the_picture(tmp_path):
    pose = [{"x": 0.01 * place, "y": 0.5, "z": 0.0, "visibility": 0.9} for place in range(33)]
    frames = [{"pose_landmarks": [pose]} for _ in range(3)]
    person, _ = read_seen(written(tmp_path / "pose.json", frames))
    tracks = person.tracks
    assert tracks.body[0, NECK].tolist() == pytest.approx([0.115, 0.5 * 9 / 16, 0.9])
    assert tracks.body[0, WRIST, 0] == pytest.approx(0.15)


def test_a_gap_is_said(tmp_path):
    frames = [{"people": [{"pose_keypoints_2d": body_numbers(25)}]}, {"people": []}, {"people": []}]
    person, notes = read_seen(written(tmp_path / "gap.json", frames))
    tracks = person.tracks
    assert not tracks.body[1].any() and any("2 frames" in note for note in notes)


def test_points_that_lie_in_no_picture_are_not_seen():
    from core.capture.body_keypoints import openpose_body

    numbers = [[100.0, 200.0, 0.9]] * 25
    for at, far in enumerate((1e300, float("nan"), float("inf"), -1e7)):
        numbers[at] = [far, 200.0, 0.9]
    body = openpose_body(np.ravel(numbers))
    assert not body[:4].any() and (body[4:, 2] == 0.9).all()


@pytest.mark.parametrize(
    "more, times_ms",
    [({"fps": 1e12}, None), ({"fps": 0.01}, None), ({"fps": 0}, [0.0, 33.0, 1e300]), ({"fps": 0}, [0.0, 1e-9, 2e-9])],
)
def test_times_that_no_video_has_are_refused(tmp_path, more, times_ms):
    frames = [openpose_frame(face_points(gap=0.1 * row)) for row in range(3)]
    for frame, time_ms in zip(frames, times_ms or ()):
        frame["timestamp_ms"] = time_ms
    with pytest.raises(UserError):
        read_seen(written(tmp_path / "times.json", frames, **more))


def test_nobody_is_said(tmp_path):
    with pytest.raises(UserError):
        read_seen(written(tmp_path / "none.json", [{"people": []}]))
