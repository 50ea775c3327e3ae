# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of captured faces: what is read of them, and what is said about what they lack."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import core.capture
from core.capture.captured_face import CHANNEL_INDEX, CapturedFace
from core.capture.face_json import write_face_json
from core.capture.live_link_csv import lost_by_writing, write_live_link
from core.capture.recordings import read_recording
from core.errors import UserError
from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from core.motion.joints import JOINT_INDEX
from core.performance.face.head import head_rotations
from tests.core.capture.making import face_points, mesh, openpose_frame, waving_face

WRITERS = {".csv": write_live_link, ".json": write_face_json}


def read_text(folder: Path, text: str | bytes, name: str = "take.csv", rate_hz: float = 0.0):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_recording(path, rate_hz)


def csv_lines(face: CapturedFace | None = None) -> list[str]:
    return write_live_link(face or waving_face()).splitlines()


def without(lines: list[str], *columns: str) -> list[str]:
    cells = [line.split(",") for line in lines]
    kept = [place for place, name in enumerate(cells[0]) if name not in columns]
    return [",".join(row[place] for place in kept) for row in cells]


@pytest.mark.parametrize("rate_hz", [12.0, 24.0, 24000 / 1001, 25.0, 30000 / 1001, 30.0, 60.0, 120.0])
@pytest.mark.parametrize("suffix", WRITERS)
def test_what_is_written_is_read_again(tmp_path: Path, rate_hz: float, suffix: str) -> None:
    face = waving_face(rate_hz)
    again, notes = read_text(tmp_path, WRITERS[suffix](face), f"take{suffix}")
    columns = slice(0, 52 if suffix == ".csv" else 55)
    assert again.rate_hz == pytest.approx(rate_hz, rel=1e-9)
    assert len(again) == len(face)
    np.testing.assert_allclose(again.values[:, columns], face.values[:, columns], atol=1e-5)
    np.testing.assert_allclose(again.head_deg, face.head_deg, atol=1e-4)
    assert notes == ()


def test_a_csv_has_the_columns_of_the_app() -> None:
    header, row, *_ = csv_lines()
    names = header.split(",")
    assert names[:4] == ["Timecode", "BlendshapeCount", "EyeBlinkLeft", "EyeLookDownLeft"]
    assert names[-9:] == [
        *("HeadYaw", "HeadPitch", "HeadRoll"),
        *("LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll", "RightEyeYaw", "RightEyePitch", "RightEyeRoll"),
    ]
    assert len(names) == 63
    assert row.split(",")[:2] == ["00:00:00:00.000", "61"]
    assert "tongue" in lost_by_writing(waving_face())


def test_yaw_counted_to_the_other_side_is_told_by_the_eyes(tmp_path: Path) -> None:
    face = waving_face()
    lines = csv_lines(face)
    names = lines[0].split(",")
    flipped = [names.index(name) for name in ("HeadYaw", "HeadRoll", "LeftEyeYaw", "RightEyeYaw")]
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        for place in flipped:
            row[place] = str(-float(row[place]))
    again, notes = read_text(tmp_path, "\n".join([lines[0], *map(",".join, rows)]))
    np.testing.assert_allclose(again.head_deg, face.head_deg, atol=1e-4)
    assert notes == ()


def test_a_head_that_was_not_recorded_is_unknown(tmp_path: Path) -> None:
    again, notes = read_text(tmp_path, write_live_link(waving_face(with_head=False)))
    assert not again.knows_head
    assert any("head was not recorded" in note for note in notes)


def as_semicolons(lines: list[str]) -> str:
    return "\r\n".join(line.replace(",", ";").replace(".", ",") for line in lines)


@pytest.mark.parametrize(
    "content",
    [
        as_semicolons(csv_lines()).encode(),
        b"\xef\xbb\xbf" + as_semicolons(["sep=;", *csv_lines()]).encode(),
        "\n".join(csv_lines()).encode("utf-16"),
        "\r\n".join(csv_lines()).encode("utf-8-sig"),
        "\n".join(["My slate 3", "", *csv_lines(), "", ""]).encode(),
        "\t".join("\n".join(csv_lines()).split(",")).encode(),
        "\n".join([csv_lines()[0].replace("EyeBlinkLeft", "eyeBlink_L"), *csv_lines()[1:]]).encode(),
        "\n".join(
            [",".join(name[0].lower() + name[1:] for name in csv_lines()[0].split(",")), *csv_lines()[1:]]
        ).encode(),
    ],
    ids=["semicolons", "excel", "utf-16", "mark and returns", "title line", "tabs", "_L", "camelCase"],
)
def test_a_csv_as_other_programs_save_it(tmp_path: Path, content: bytes) -> None:
    again, _ = read_text(tmp_path, content)
    face = waving_face()
    assert again.known_shapes == frozenset(FACE_NAMES[:52])
    np.testing.assert_allclose(again.values[:, :52], face.values[:, :52], atol=1e-4)


def test_wrong_order_and_repeated_times_are_put_right_and_said(tmp_path: Path) -> None:
    header, *rows = csv_lines()
    again, notes = read_text(tmp_path, "\n".join([header, *rows[40:], *rows[:40], rows[10]]))
    np.testing.assert_allclose(again.values[:, :52], waving_face().values[:, :52], atol=1e-5)
    assert any("sorted" in note for note in notes)
    assert any("had the time of another" in note for note in notes)


def test_gaps_are_filled_and_counted(tmp_path: Path) -> None:
    header, *rows = csv_lines()
    lost = [row.split(",")[0] + ",0" for row in rows[30:33]]
    again, notes = read_text(tmp_path, "\n".join([header, *rows[:30], *lost, *rows[33:50], *rows[70:]]))
    assert len(again) == len(rows)
    middle = again.values[31, FACE_INDEX["jawOpen"]]
    ends = waving_face().values[[29, 33], FACE_INDEX["jawOpen"]]
    assert ends.min() - 1e-6 <= middle <= ends.max() + 1e-6
    assert any("23 rows without values" in note and "0.7 s" in note for note in notes)
    assert any("lost in 3 frames" in note for note in notes)


def test_a_missing_column_is_unknown_and_named(tmp_path: Path) -> None:
    again, notes = read_text(tmp_path, "\n".join(without(csv_lines(), "JawOpen", "TongueOut")))
    assert {"jawOpen", "tongueOut"}.isdisjoint(again.known_shapes)
    assert not again.track["jawOpen"].any()
    assert any("no jaw open and tongue out" in note for note in notes)


@pytest.mark.parametrize(
    ("first", "step", "base", "rate_hz", "mark"),
    [
        (0.0, 1.001, 60, 60000 / 1001, ":"),
        (7.867, 1.0, 60, 60.0, ":"),
        (0.0, 2.0, 60, 30.0, ":"),
        (0.0, 1.0, 24, 24.0, ":"),
    ],
)
def test_how_many_frames_a_timecode_counts_is_found(
    tmp_path: Path, first: float, step: float, base: int, rate_hz: float, mark: str
) -> None:
    header, *rows = csv_lines()
    lines = [header]
    for number, row in enumerate(rows):
        seconds, frames = divmod(first + step * number, base)
        stamp = f"23:59:{59 + seconds - 60 * (seconds >= 1):02.0f}{mark}{frames:06.3f}"
        if seconds >= 1:  # over midnight
            stamp = f"00:00:{seconds - 1:02.0f}{mark}{frames:06.3f}"
        lines.append(",".join([stamp, *row.split(",")[1:]]))
    again, _ = read_text(tmp_path, "\n".join(lines))
    assert again.rate_hz == pytest.approx(rate_hz, rel=1e-4)
    assert len(again) == len(rows)


@pytest.mark.parametrize("mark", [";", ":"])
def test_frame_numbers_that_drop_frame_leaves_out_are_no_gap(tmp_path: Path, mark: str) -> None:
    header, *rows = csv_lines()
    numbers = [(58, frame) for frame in range(30)] + [(59, frame) for frame in range(30)]
    numbers += [(60, frame) for frame in range(2, 30)]
    lines = [header]
    for (seconds, frame), row in zip(numbers, rows):
        lines.append(
            ",".join(
                [
                    f"01:00:{seconds:02d}{mark}{frame:02d}.000".replace(":60", ":00").replace("01:00:00", "01:01:00"),
                    *row.split(",")[1:],
                ]
            )
        )
    again, notes = read_text(tmp_path, "\n".join(lines))
    assert again.rate_hz == pytest.approx(30000 / 1001)
    assert len(again) == 88
    assert not any("without values" in note for note in notes)


def test_percent_and_values_out_of_range_are_said(tmp_path: Path) -> None:
    face = waving_face()
    names = list(FACE_NAMES[:52])
    percent = {"names": names, "fps": 30, "values": (face.values[:, :52] * 100).round(3).tolist()}
    again, notes = read_text(tmp_path, json.dumps(percent), "a.json")
    np.testing.assert_allclose(again.values[:, :52], face.values[:, :52], atol=1e-4)
    assert any("percent" in note for note in notes)
    beyond = {"names": ["jawOpen"], "fps": 30, "values": [[0.1], [1.2], [-0.1]]}
    again, notes = read_text(tmp_path, json.dumps(beyond), "b.json")
    assert again.track["jawOpen"].tolist() == pytest.approx([0.1, 1.0, 0.0])
    assert any("2 values below 0 or above 1" in note for note in notes)


def test_curves_of_other_programs_and_unknown_names(tmp_path: Path) -> None:
    content = {
        "exportFps": 60.0,
        "facsNames": ["jawOpen", "eyesLookLeft"],
        "weightMat": [[0.1, 0], [0.2, 0], [None, 1]],
    }
    again, notes = read_text(tmp_path, json.dumps(content), "take.json")
    assert again.rate_hz == 60.0
    assert again.track["jawOpen"].tolist() == pytest.approx([0.1, 0.2, 0.2])
    assert any("eyesLookLeft" in note for note in notes)


TALKING = [
    face_points(
        gap=max(0.0, 0.3 * np.sin(2 * np.pi * time_s)),
        raised=0.1 * (abs(time_s - 2.0) < 0.3),
        shut=float(abs(time_s - 1.0) < 0.07),
        smile=float(np.clip(time_s - 2.5, 0.0, 1.0)),
        nose=(10.0 * np.sin(time_s), 0.0),
    )
    for time_s in np.arange(120) / 30
]


def is_talking(face: CapturedFace) -> None:
    """The curves that these landmarks were made from."""
    jaw, blink = face.track["jawOpen"], face.track["eyeBlinkLeft"]
    assert jaw[[7, 38]] == pytest.approx(0.44, abs=0.06)
    assert jaw[[20, 50]].max() < 0.05
    assert blink[30] > 0.95
    assert blink[[10, 50, 100]].max() < 0.1
    assert face.track["mouthSmileLeft"][110] > 0.7 > 0.15 > face.track["mouthSmileLeft"][38]
    assert face.track["browInnerUp"][60] > 0.4 > face.track["browInnerUp"][30]
    yaw = face.head_deg[:, 0]
    assert np.corrcoef(yaw, np.sin(np.arange(len(yaw)) / 30))[0, 1] > 0.99
    assert np.ptp(yaw) > 10.0


@pytest.mark.parametrize("kind", ["list", "frames", "lines", "mirrored"])
def test_keypoints_of_openpose(tmp_path: Path, kind: str) -> None:
    frames = [openpose_frame(face * [-1.0, 1.0] + [1280.0, 0.0] if kind == "mirrored" else face) for face in TALKING]
    text = {"frames": json.dumps({"fps": 30, "frames": frames}), "lines": "\n".join(map(json.dumps, frames))}.get(
        kind, json.dumps(frames)
    )
    face, notes = read_text(tmp_path, text, "take.json")
    is_talking(face)
    assert any("30 were taken" in note for note in notes) == (kind != "frames")
    assert "eyeSquintLeft" not in face.known_shapes


def test_a_folder_of_openpose_is_one_recording(tmp_path: Path) -> None:
    for number, face in enumerate(TALKING):
        if number not in (50, 51):
            path = tmp_path / f"shot_{number:012d}_keypoints.json"
            path.write_text(json.dumps(openpose_frame(face)))
    for path in (tmp_path, tmp_path / "shot_000000000007_keypoints.json"):
        face, notes = read_recording(path)
        is_talking(face)
        assert any("118 files" in note for note in notes)
        assert any("2 frames without values" in note for note in notes)


@pytest.mark.parametrize("kind", ["tasks", "legacy", "plain", "no irises"])
def test_keypoints_of_mediapipe(tmp_path: Path, kind: str) -> None:
    frames = []
    for number, face in enumerate(TALKING):
        points = mesh(face)
        if kind == "no irises":
            points = points[:468]
        row = [[point["x"], point["y"], point["z"]] for point in points]
        time_ms = round(number * 1000 / 30)
        frames.append(
            {
                "tasks": {"timestampMs": time_ms, "faceLandmarks": [points]},
                "legacy": {"timestamp_ms": time_ms, "multi_face_landmarks": [{"landmark": points}]},
                "no irises": {"timestamp_ms": time_ms, "face_landmarks": [points]},
                "plain": row,
            }[kind]
        )
    face, _ = read_text(tmp_path, json.dumps(frames), "take.json")
    assert face.rate_hz == 30.0
    is_talking(face)


def test_shapes_and_matrices_of_mediapipe_are_taken_as_they_are(tmp_path: Path) -> None:
    frames = []
    for number in range(31):
        angle = np.radians(number - 15.0)  # to the person's left
        matrix = np.eye(4)
        matrix[:3, :3] = [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
        matrix[:3, 3] = 1.0, 2.0, -40.0
        shapes = [{"categoryName": "_neutral", "score": 0.0}, {"categoryName": "jawOpen", "score": number / 30}]
        columns = {"rows": 4, "columns": 4, "data": matrix.T.ravel().tolist()}
        frames.append({"faceBlendshapes": [{"categories": shapes}], "facialTransformationMatrixes": [columns]})
    face, notes = read_text(tmp_path, json.dumps({"fps": 25, "frames": frames}), "take.json")
    np.testing.assert_allclose(face.track["jawOpen"], np.arange(31) / 30, atol=1e-6)
    np.testing.assert_allclose(face.head_deg[:, 0], np.arange(31) - 15.0, atol=1e-4)
    assert np.abs(face.head_deg[:, 1:]).max() < 1e-4
    assert any("do not show" in note for note in notes)


def test_of_two_people_the_larger_one_is_followed_and_said(tmp_path: Path) -> None:
    small = [0.5 * face_points() + [40.0, 40.0]] * len(TALKING)
    frames = [
        openpose_frame(*((face, other) if number % 2 else (other, face)))
        for number, (face, other) in enumerate(zip(TALKING, small))
    ]
    face, notes = read_text(tmp_path, json.dumps(frames), "take.json")
    is_talking(face)
    assert any("Up to 2 people" in note for note in notes)


def test_points_that_are_not_seen_are_put_between_or_left_out(tmp_path: Path) -> None:
    frames = [openpose_frame(face) for face in TALKING]
    for number in (60, 61, 62):
        frames[number] = openpose_frame(TALKING[number] + 500.0, confidence=0.05)
    for frame in frames:
        numbers = frame["people"][0]["face_keypoints_2d"] if frame["people"] else []
        for point in range(48, 68):
            numbers[3 * point : 3 * point + 3] = [0, 0, 0]
    face, notes = read_text(tmp_path, json.dumps(frames), "take.json")
    assert "jawOpen" not in face.known_shapes
    assert "eyeBlinkLeft" in face.known_shapes
    assert any("mouth" in note for note in notes)
    assert any("3 frames" in note for note in notes)


def cut(text: str) -> str:
    return text[: len(text) // 2]


BAD = {
    "empty": (b"  \n", "a.csv", "empty", "Export"),
    "a picture": (bytes(range(256)) * 9, "a.csv", "no text", "can be read"),
    "other text": (b"Dear diary,\ntoday I recorded a face.\n", "a.csv", "no recording", "can be read"),
    "another table": (b"Time,Price\n1,2\n2,3\n", "a.csv", "no recording", "can be read"),
    "no rows": (csv_lines()[0].encode(), "a.csv", "no frame", "Record again"),
    "one row": ("\n".join(csv_lines()[:2]).encode(), "a.csv", "1 row", "longer"),
    "no timecodes": (
        "\n".join([csv_lines()[0], *(",".join(["soon", *row.split(",")[1:]]) for row in csv_lines()[1:])]).encode(),
        *("a.csv", "No timecode", "10:21:08"),
    ),
    "one time": ("\n".join([csv_lines()[0], *[csv_lines()[1]] * 5]).encode(), *("a.csv", "same time", "Export")),
    "no numbers": (
        "\n".join([csv_lines()[0], *(row.split(",")[0] + ",61" + ",x" * 61 for row in csv_lines()[1:])]).encode(),
        *("a.csv", "No frame", "in view"),
    ),
    "two days": (
        "\n".join([csv_lines()[0], *csv_lines()[1:9], "09:00:00:00.000," + csv_lines()[9].partition(",")[2]]).encode(),
        *("a.csv", "hours", "two hours"),
    ),
    "cut off": (cut(write_face_json(waving_face())).encode(), "a.json", "no valid JSON", "cut off"),
    "deep": (b"[" * 100_000, "a.json", "deep", "Export"),
    "other JSON": (b'{"mesh": [1, 2]}', "a.json", "no recording", "can be read"),
    "JSON number list": (b"[1, 2, 3]", "a.json", "no recording", "can be read"),
    "no names": (b'{"format": "audio2rig-face", "values": [[1]]}', "a.json", '"names"', "Write"),
    "no values": (b'{"format": "audio2rig-face", "names": ["jawOpen"], "values": []}', "a.json", "no frame", "Write"),
    "short row": (b'{"names": ["jawOpen", "jawLeft"], "fps": 9, "values": [[0, 0], [1]]}', "a.json", "Row 2", "Export"),
    "a word": (b'{"names": ["jawOpen"], "fps": 9, "values": [[0], ["much"]]}', "a.json", "no number", "Export"),
    "no rate": (b'{"names": ["jawOpen"], "values": [[0], [1]]}', "a.json", "frames a second", "rate_hz"),
    "rate 0": (b'{"names": ["jawOpen"], "fps": 0, "values": [[0], [1]]}', "a.json", "frames a second", "rate_hz"),
    "rate 5000": (b'{"names": ["jawOpen"], "fps": 5000, "values": [[0], [1]]}', "a.json", "5000", "240"),
    "other names": (b'{"names": ["A", "B"], "fps": 9, "values": [[0, 1], [1, 0]]}', "a.json", "None of", "jawOpen"),
    "short head": (
        b'{"names": ["jawOpen"], "fps": 9, "values": [[0], [1]], "head_deg": [[1, 2, 3]]}',
        *("a.json", "head_deg", "yaw"),
    ),
    "nobody": (json.dumps([{"people": []}] * 9).encode(), "a.json", "no face in any", "--face"),
    "bodies alone": (
        json.dumps([{"people": [{"pose_keypoints_2d": [1, 2, 1] * 25}]}] * 9).encode(),
        *("a.json", "no face in any", "--face"),
    ),
    "bodies of MediaPipe alone": (
        json.dumps([{"poseLandmarks": [[{"x": 0.5, "y": 0.5, "visibility": 1}] * 33]}] * 9).encode(),
        *("a.json", "no face in any", "Pose Landmarker"),
    ),
    "other count": (
        json.dumps([{"people": [{"face_keypoints_2d": [1, 2, 1] * 30}]}] * 9).encode(),
        *("a.json", "damaged", "Export"),
    ),
    "other mesh": (
        json.dumps([{"face_landmarks": [[{"x": 0, "y": 0}] * 5]}] * 9).encode(),
        "a.json",
        "damaged",
        "Export",
    ),
    "unsure points": (
        json.dumps([openpose_frame(face_points(), confidence=0.1)] * 9).encode(),
        *("a.json", "no face in any", "in view"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, case: str) -> None:
    content, name, message, hint = BAD[case]
    with pytest.raises(UserError) as caught:
        read_text(tmp_path, content, name)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / ("a" * 300), tmp_path / "zero\0.csv", Path("/dev/null")):
        with pytest.raises(UserError) as caught:
            read_recording(path)
        assert caught.value.hint


@pytest.mark.parametrize("rate_hz", [-30.0, 0.5, 1e300, float("nan"), float("inf")])
def test_a_rate_that_no_recording_has_is_refused(tmp_path: Path, rate_hz: float) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_recording(tmp_path / "none.csv", rate_hz)


def test_a_recording_without_times_takes_the_rate_that_is_given(tmp_path: Path) -> None:
    lines = without(csv_lines(), "Timecode")
    again, notes = read_text(tmp_path, "\n".join(lines), rate_hz=25.0)
    assert again.rate_hz == 25.0
    assert notes == ()
    _, notes = read_text(tmp_path, "\n".join(lines))
    assert any("60 frames a second were taken" in note for note in notes)


def test_channels_are_the_shapes_and_the_head() -> None:
    assert CHANNEL_INDEX["headYaw"] == len(FACE_NAMES)


@pytest.mark.parametrize("rate_hz", [24.0, 30.0, 60.0, 120.0])
def test_a_recording_is_read_at_the_rate_of_the_models(tmp_path: Path, rate_hz: float) -> None:
    face = waving_face(rate_hz)
    (tmp_path / "take.csv").write_text("\n".join(without(csv_lines(face), "JawOpen")))
    motion, notes = core.capture.read(str(tmp_path / "take.csv"))
    assert len(motion) == 181
    assert motion.values.dtype == motion.head_deg.dtype == np.float32
    times_s = np.arange(181) / 60.0
    assert np.abs(motion.head_deg[:, 0] - 20.0 * np.sin(times_s)).max() < 0.1
    assert not motion.known[FACE_INDEX["jawOpen"]]
    assert not motion.values[:, FACE_INDEX["jawOpen"]].any()
    assert motion.known[len(FACE_NAMES) :].all()
    assert len(notes) == 1


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_generated_face_is_written_with_its_head(tmp_path: Path, suffix: str) -> None:
    face = waving_face(60.0)
    body = Clip.still(len(face), 60.0, frozenset(("neck", "head")))
    angles = {
        name: np.asarray(face.head_deg[:, axis], np.float64) for axis, name in enumerate(("yaw", "pitch", "roll"))
    }
    body.rotations[:, JOINT_INDEX["neck"]], body.rotations[:, JOINT_INDEX["head"]] = head_rotations(angles)
    generated = CapturedFace.of(FaceTrack(face.values), body)
    again, _ = read_text(tmp_path, WRITERS[suffix](generated), f"take{suffix}")
    np.testing.assert_allclose(again.head_deg, face.head_deg, atol=0.01)
    assert not CapturedFace.of(FaceTrack(face.values)).knows_head


def test_a_head_that_turns_does_not_pull_the_mouth_aside(tmp_path: Path) -> None:
    frames = []
    for turn in np.sin(np.arange(90) / 10.0):
        face = face_points(nose=(30.0 * turn, 0.0))
        face[48:68, 0] -= 0.52 * 30.0 * turn  # the lips lie deeper than the nose
        frames.append(openpose_frame(face))
    face, _ = read_text(tmp_path, json.dumps({"fps": 30, "frames": frames}), "take.json")
    assert np.ptp(face.head_deg[:, 0]) > 40.0
    for name in ("mouthLeft", "mouthRight", "mouthSmileLeft", "mouthFrownRight", "jawOpen"):
        assert face.track[name].max() < 0.1, name
