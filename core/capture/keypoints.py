# SPDX-License-Identifier: GPL-3.0-or-later
"""Keypoints of faces in video as OpenPose and MediaPipe write them in JSON: who is in each frame, and one of them over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import UserError
from ..motion.keypoints import LEAST_CONFIDENCE
from ..wording import count
from .body_keypoints import FARTHEST, mediapipe_bodies, no_body, openpose_body, seen_points
from .captured_face import CHANNEL_INDEX
from .landmarks import LANDMARKS

_OPENPOSE_POINTS = 70  # 68 landmarks and two pupils
# The 68 landmarks among the points of MediaPipe's face mesh, by where they lie on it.
# fmt: off
_MESH = (
    127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356,
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 168, 197, 5, 4, 98, 97, 2, 326, 327,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
)
# fmt: on
_MESH_POINTS, _WITH_IRISES = 468, 478
_IRISES = (468, 473)  # middles, the person's right one first
_IRIS_SIDES, _IRIS_ENDS = ((469, 471), (474, 476)), ((470, 472), (475, 477))  # across and along each
_PICTURE = 9 / 16  # height of a picture in widths where nothing says so
_NOSE_LENGTH = 0.70  # from the line of the eyes to below the nose, of the distance between the eyes; by eye
_SAME_PERSON = 1.5  # widths of a face that one moves at most between two frames; by eye
_PEOPLE = ("people",)
_POSES = ("poseLandmarks", "pose_landmarks")
_FACES = ("faceLandmarks", "face_landmarks", "multiFaceLandmarks", "multi_face_landmarks", "landmarks")
_SHAPES = ("faceBlendshapes", "face_blendshapes", "blendshapes")
_MATRICES = ("facialTransformationMatrixes", "facial_transformation_matrixes")
_TIMES_MS = ("timestamp_ms", "timestampMs", "timestamp")
_FRAMES, _RATES = ("frames", "results", "data"), ("fps", "rate_hz", "frame_rate", "frameRate")
KIND_OPENPOSE, KIND_MEDIAPIPE = "OpenPose", "MediaPipe"
_FACES_BY = {
    KIND_OPENPOSE: "OpenPose writes faces only with its option --face",
    KIND_MEDIAPIPE: "of MediaPipe's tasks Face Landmarker and Holistic write faces, Pose Landmarker writes none",
}


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody in one frame. points: float64 (68, 3) of the face, x and y of a picture, y down, and confidence. pupils: float64 (2, 2),
    right and left, NaN if not seen. shapes: what a model says of ARKit's. turn: float64 (3, 3) of the head, or None. body: float64
    (25, 3) in the order of BODY_POINTS."""

    points: np.ndarray
    pupils: np.ndarray
    shapes: dict[str, float] = field(default_factory=dict)
    turn: np.ndarray | None = None
    body: np.ndarray = field(default_factory=no_body)

    @property
    def seen(self) -> np.ndarray:
        """bool (68,)"""
        return self.points[:, 2] >= LEAST_CONFIDENCE

    @property
    def shown(self) -> np.ndarray:
        """float64 (N, 2): what is seen of the face, else of the body."""
        if self.seen.any():
            return self.points[self.seen, :2]
        return self.body[self.body[:, 2] >= LEAST_CONFIDENCE, :2]

    @property
    def middle(self) -> np.ndarray:
        """float64 (2,): of what is shown; NaN if nothing is."""
        return self.shown.mean(0)

    @property
    def size(self) -> float:
        """The longer side of what is shown; 0 if nothing."""
        return float(np.ptp(self.shown, axis=0).max()) if len(self.shown) else 0.0


@dataclass(frozen=True, eq=False)
class Frames:
    """What a file says: the people in every frame, times_s float64 (N,) or None, rate_hz 0.0 if it says none, and of which kind it is."""

    people: list[list[Person]]
    times_s: np.ndarray | None
    rate_hz: float
    kind: str


def mesh_places() -> dict[int, tuple[int, ...]]:
    """{landmark: points of MediaPipe's face mesh that stand for it}: its own, and for lids and the nose's tip what lies nearest."""
    nearest = {37: (159,), 38: (159,), 40: (145,), 41: (145,), 43: (386,), 44: (386,), 46: (374,), 47: (374,), 30: (1,)}
    return {place: (index, *nearest.get(place, ())) for place, index in enumerate(_MESH)}


def is_keypoints(content: Any) -> bool:
    """Whether JSON looks like keypoints."""
    return _reader(content) is not None


def read_frames(content: Any, with_bodies: bool = False) -> Frames:
    """What JSON of keypoints says. Raises UserError.

    Args:
        content: one frame, a list of them, or {"frames": [...], "fps": 30}.
        with_bodies: people whose faces are not seen count, too.
    """
    rate_hz = 0.0
    if isinstance(content, dict):
        said = next((content[key] for key in _RATES if isinstance(content.get(key), (int, float))), 0.0)
        rate_hz = float(said) if np.isfinite(said) and said > 0.0 else 0.0
    frames = _frames(content)
    reader = _reader(content)
    if reader is None:
        raise UserError("The file has no keypoints.", "Choose what OpenPose or MediaPipe wrote.")
    read, kind = reader
    people = []
    for number, frame in enumerate(frames):
        try:
            people.append([person for person in read(frame) if _counts(person, with_bodies)])
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise UserError(
                f"Frame {number + 1} of the keypoints is damaged: {error}.",
                "Export them again, or leave that frame out.",
            ) from error
    return Frames(people, _times(frames), rate_hz, kind)


def _counts(person: Person, with_bodies: bool) -> bool:
    """Whether somebody is seen well enough to be one of the people."""
    return bool(person.shapes) or (person.size > 0.0 if with_bodies else bool(person.seen.any()))


def _frames(content: Any) -> list[Any]:
    """The frames of a file, in order."""
    if isinstance(content, dict):
        listed = next((content[key] for key in _FRAMES if isinstance(content.get(key), (list, dict))), None)
        if listed is not None:
            return _frames(listed)
        if (
            not _has(content, (*_PEOPLE, *_FACES, *_SHAPES, *_POSES))
            and content
            and all(isinstance(frame, dict) for frame in content.values())
        ):
            return [content[key] for key in sorted(content, key=_numbered)]  # by name or number of the frame
        return [content]
    return content if isinstance(content, list) else []


def _numbered(key: str) -> tuple[int, str]:
    digits = "".join(letter for letter in key if letter.isdigit())
    return int(digits or 0), key


def _reader(content: Any) -> tuple[Callable[[Any], list[Person]], str] | None:
    """How to read one frame of a file, and what wrote it; None if nothing that we know."""
    frames = _frames(content)
    for frame in frames[:1000]:
        if isinstance(frame, dict) and _has(frame, _PEOPLE):
            return _openpose, KIND_OPENPOSE
        if isinstance(frame, dict) and _has(frame, (*_FACES, *_SHAPES, *_POSES)):
            return _mediapipe, KIND_MEDIAPIPE
        if isinstance(frame, list) and len(frame) in (_MESH_POINTS, _WITH_IRISES):
            return _mesh_alone, KIND_MEDIAPIPE
    return None


def _has(frame: dict[str, Any], keys: Iterable[str]) -> bool:
    return any(key in frame for key in keys)


def _first(frame: dict[str, Any], keys: Iterable[str]) -> Any:
    return next((frame[key] for key in keys if frame.get(key) is not None), [])


def _times(frames: list[Any]) -> np.ndarray | None:
    """float64 (N,) seconds, if every frame has its time in milliseconds."""
    found = [_first(frame, _TIMES_MS) if isinstance(frame, dict) else [] for frame in frames]
    if not found or not all(isinstance(time, (int, float)) and np.isfinite(time) for time in found):
        return None
    return np.array(found, np.float64) / 1000.0


# ------------------------------------------------------------------------------------------------------------- OpenPose


def _openpose(frame: Any) -> list[Person]:
    found = []
    for person in frame.get("people") or ():
        numbers = np.asarray(person.get("face_keypoints_2d") or person.get("face_keypoints") or (), np.float64)
        body = openpose_body(person.get("pose_keypoints_2d") or person.get("pose_keypoints") or ())
        if len(numbers) == 0:
            found.append(Person(np.zeros((LANDMARKS, 3)), np.full((2, 2), np.nan), body=body))
            continue
        if len(numbers) not in (3 * LANDMARKS, 3 * _OPENPOSE_POINTS):
            raise ValueError(f"a face of OpenPose has {3 * _OPENPOSE_POINTS} numbers, this one {len(numbers)}")
        points = seen_points(numbers.reshape(-1, 3))
        pupils = np.full((2, 2), np.nan)
        for place, point in enumerate(points[LANDMARKS:]):
            if point[2] >= LEAST_CONFIDENCE:
                pupils[place] = point[:2]
        found.append(Person(points[:LANDMARKS], pupils, body=body))
    return found


# ------------------------------------------------------------------------------------------------------------ MediaPipe


def _mesh_alone(frame: Any) -> list[Person]:
    return _mediapipe({"face_landmarks": [frame]}) if frame else []


def _mediapipe(frame: Any) -> list[Person]:
    faces = _first(frame, _FACES)
    if isinstance(faces, dict):
        faces = [faces]
    if len(faces) in (_MESH_POINTS, _WITH_IRISES):
        faces = [faces]
    shapes, matrices = _first(frame, _SHAPES), _first(frame, _MATRICES)
    if isinstance(shapes, dict) or (shapes and isinstance(shapes[0], dict) and "categories" not in shapes[0]):
        shapes = [shapes]
    found = []
    bodies = mediapipe_bodies(_first(frame, _POSES))
    for place in range(max(len(faces), len(shapes), len(bodies))):
        mesh = _mesh(faces[place]) if place < len(faces) else np.zeros((0, 2))
        said = _categories(shapes[place]) if place < len(shapes) else {}
        turn = _turn(matrices[place]) if place < len(matrices) else None
        body = bodies[place] if place < len(bodies) else no_body()
        if len(mesh) or said or body.any():
            found.append(_of_mesh(mesh, said, turn, body))
    return found


def _mesh(points: Any) -> np.ndarray:
    """float64 (468 or 478, 2): a face's points."""
    if isinstance(points, dict):
        points = points.get("landmark") or points.get("landmarks") or ()
    rows = [(point["x"], point["y"]) if isinstance(point, dict) else tuple(point[:2]) for point in points]
    if len(rows) not in (0, _MESH_POINTS, _WITH_IRISES):
        raise ValueError(f"a face of MediaPipe has {_MESH_POINTS} or {_WITH_IRISES} points, this one {len(rows)}")
    mesh = np.array(rows, np.float64).reshape(-1, 2)
    if not (np.abs(mesh) <= FARTHEST).all():  # also NaN
        return np.zeros((0, 2))
    return mesh


def _categories(shapes: Any) -> dict[str, float]:
    """{ARKit shape: score}"""
    if isinstance(shapes, dict) and "categories" not in shapes:
        pairs = list(shapes.items())
    else:
        rows = shapes["categories"] if isinstance(shapes, dict) else shapes
        pairs = [(row.get("categoryName") or row.get("category_name"), row.get("score")) for row in rows]
    known = [(name, score) for name, score in pairs if name in CHANNEL_INDEX and isinstance(score, (int, float))]
    return {name: float(score) for name, score in known if np.isfinite(score)}


def _turn(matrix: Any) -> np.ndarray | None:
    """How a matrix of 4 by 4 turns the head, whose axes are ours. It is written row by row or column by column: the place tells."""
    whole = np.asarray(matrix["data"] if isinstance(matrix, dict) else matrix, np.float64)
    if whole.size != 16 or not np.isfinite(whole).all():
        return None
    whole = whole.reshape(4, 4)
    if np.abs(whole[3, :3]).max() > np.abs(whole[:3, 3]).max():
        whole = whole.T
    left, _, right = np.linalg.svd(whole[:3, :3])
    return left @ right


def _of_mesh(mesh: np.ndarray, shapes: dict[str, float], turn: np.ndarray | None, body: np.ndarray) -> Person:
    points, pupils, height = np.zeros((LANDMARKS, 3)), np.full((2, 2), np.nan), _PICTURE
    if len(mesh):
        height = _height_of_picture(mesh)
        flat = mesh * [1.0, height]
        points = np.concatenate([flat[list(_MESH)], np.ones((LANDMARKS, 1))], 1)
        if len(mesh) == _WITH_IRISES:
            pupils = flat[list(_IRISES)]
    if np.abs(body[:, :2]).max(initial=0.0) < 3.0:  # shares of the picture
        body = body * [1.0, height, 1.0]
    return Person(points, pupils, shapes, turn, body)


def _height_of_picture(mesh: np.ndarray) -> float:
    """The height of a picture in widths of it, where places are shares of both: irises are round, or else the face is an usual one."""
    if np.abs(mesh).max() > 3.0:  # pixels
        return 1.0
    if len(mesh) == _WITH_IRISES:
        across = max(abs(float(mesh[a, 0] - mesh[b, 0])) for a, b in _IRIS_SIDES)
        along = max(abs(float(mesh[a, 1] - mesh[b, 1])) for a, b in _IRIS_ENDS)
        return across / max(along, 1e-9)
    eyes = mesh[[33, 133, 362, 263]]
    between = abs(eyes[2:, 0].mean() - eyes[:2, 0].mean())
    nose = abs(mesh[2, 1] - eyes[:, 1].mean())
    return float(_NOSE_LENGTH * between / max(nose, 1e-9))


# ------------------------------------------------------------------------------------------------------- one of several


def one_person(frames: Frames, with_bodies: bool = False) -> tuple[list[Person | None], str]:
    """The person with the largest face, followed from frame to frame, None where they are not seen; and a sentence about the others.
    with_bodies: bodies count, too, as they did in reading. Raises UserError if there is nobody."""
    people = frames.people
    most = max((len(frame) for frame in people), default=0)
    if most == 0 and with_bodies:
        raise UserError("There is nobody in any frame of the keypoints.", "Record with the face or the body in view.")
    if most == 0:
        raise UserError(
            "There is no face in any frame of the keypoints.",
            f"Record with the face in view; {_FACES_BY[frames.kind]}.",
        )
    if most == 1:
        return [frame[0] if frame else None for frame in people], ""
    begin = max(((at, person) for at, frame in enumerate(people) for person in frame), key=lambda found: found[1].size)[
        0
    ]
    chosen: list[Person | None] = [None] * len(people)
    chosen[begin] = max(people[begin], key=lambda person: person.size)
    for way in (range(begin + 1, len(people)), range(begin - 1, -1, -1)):
        last = chosen[begin]
        for at in way:
            chosen[at] = _again(last, people[at])
            last = chosen[at] or last
    several = sum(len(frame) > 1 for frame in people)
    first = chosen[begin]
    largest = "the one with the largest face" if first is not None and first.seen.any() else "the largest one"
    note = f"Up to {count(most, 'person', 'people')} are seen ({count(several, 'frame')}); {largest} was taken."
    return chosen, note


def _again(last: Person | None, people: Sequence[Person]) -> Person | None:
    """The same person in another frame, or None."""
    if last is None or not len(last.shown):
        return max(people, key=lambda person: person.size, default=None)
    near = [
        (float(np.linalg.norm(person.middle - last.middle)), place)
        for place, person in enumerate(people)
        if person.size
    ]
    if not near or min(near)[0] > _SAME_PERSON * last.size:
        return None
    return people[min(near)[1]]
