# SPDX-License-Identifier: GPL-3.0-or-later
"""The faces of the store with all that is known of them: gaze and head too, and the mouths of those who were seen but not heard."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....capture.captured_face import CHANNELS as FACE_AND_HEAD
from ....capture.face_geometry import rows_of_keypoints
from ....capture.keypoints import Frames, Person
from ....models.meshtalk.shapes import SHAPES
from ....motion import euler
from ....motion.face_track import FACE_INDEX, FACE_NAMES, LOOK_RAD
from ...nonverbal.gaze import DEG_PER_PX
from ..array_store import ArrayStore
from .clip import RATE_HZ, at_rate
from .sounds import spoken_shapes
from .store import FaceStore

log = logging.getLogger(__name__)

CHANNELS = len(FACE_AND_HEAD)
GAZE_MINUTES = {"train": 40.0, "validation": 5.0}
HELD_GAZERS = 3  # of those who were recorded looking, for validation
_COLUMNS = np.array([FACE_INDEX[name] for name in SHAPES])
_LOOKS = tuple(name for name in FACE_NAMES if name.startswith("eyeLook"))
_SPEECH_S = 12.0  # recorded speech is cut into pieces as long as that
_TAKES = {"alex_rom_3": 0, "alex_rom_4": 1}


@dataclass(frozen=True, eq=False)
class MotionStore(ArrayStore):
    """Everything, as arrays.

    values: float16 (F, 58), faces one after another at 25 Hz, shapes 0..1 in the order of FACE_NAMES and yaw, pitch, roll in degrees; what
    is not known is 0. begins, lengths: (n,) of each. known: bool (n, 58). corpora, splits: (n,) names. sounds: (n,) frame of the store's
    stream of sounds that a face begins at, -1 without.
    """

    values: np.ndarray
    begins: np.ndarray
    lengths: np.ndarray
    known: np.ndarray
    corpora: np.ndarray
    splits: np.ndarray
    sounds: np.ndarray


@dataclass(frozen=True, eq=False)
class Motion:
    """One recording: values (T, 58), known (58,), see MotionStore."""

    values: np.ndarray
    known: np.ndarray
    corpus: str
    split: str
    sound: int = -1


def whole_motion(path: Path, folder: Path, store: FaceStore) -> MotionStore:
    """The motions at a path, made from the data pack and the store of faces if they are not there."""
    if not path.is_file():
        _joined(list(_motions(folder, store))).write(path)
    return MotionStore.read(path)


def _joined(motions: list[Motion]) -> MotionStore:
    lengths = np.array([len(motion.values) for motion in motions])
    for corpus in sorted({motion.corpus for motion in motions}):
        mine = [motion for motion in motions if motion.corpus == corpus]
        minutes = sum(len(motion.values) for motion in mine) / RATE_HZ / 60.0
        log.info("%s: %.1f min, %d channels known", corpus, minutes, int(mine[0].known.sum()))
    return MotionStore(
        values=np.concatenate([np.where(motion.known, motion.values, 0.0) for motion in motions]).astype(np.float16),
        begins=np.cumsum(lengths) - lengths,
        lengths=lengths,
        known=np.stack([motion.known for motion in motions]),
        corpora=np.array([motion.corpus for motion in motions]),
        splits=np.array([motion.split for motion in motions]),
        sounds=np.array([motion.sound for motion in motions]),
    )


def _motions(folder: Path, store: FaceStore) -> Iterator[Motion]:
    speeches = list(_speeches(folder))
    tracked = list(_tracked(folder))
    takes = [_take(folder, name) for name in _TAKES]
    order: dict[str, int] = {}
    for index, corpus in enumerate(map(str, store.corpora)):
        rows = slice(int(store.begins[index]), int(store.begins[index]) + int(store.lengths[index]))
        place = order[corpus] = order.get(corpus, -1) + 1
        values = np.zeros((rows.stop - rows.start, CHANNELS), np.float32)
        known = np.zeros(CHANNELS, bool)
        values[:, _COLUMNS], known[_COLUMNS] = store.values[rows], store.known[index]
        if corpus == "address":
            values, known = speeches[place]
        elif corpus == "grid_s1":
            _add(values, known, *tracked[place])
        elif corpus == "rom":
            take, knows = takes[min(place, 1)]
            begin = len(take) - len(values) if place == 2 else 0
            values, known = take[begin : begin + len(values)], knows
        yield Motion(values, known, corpus, str(store.splits[index]), int(store.sounds[index]))
    yield from _spoken(store)
    yield from _gazers(folder)


def _add(values: np.ndarray, known: np.ndarray, more: np.ndarray, knows: np.ndarray) -> None:
    """Put channels (T, 58) that are known besides into a face."""
    frames = min(len(values), len(more))
    values[:frames, knows] = more[:frames, knows]
    values[frames:, knows] = more[frames - 1, knows]
    known |= knows


def _speeches(folder: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The landmark speeches as our reader of keypoints understands them."""
    with np.load(folder / "face" / "address_landmarks" / "landmarks68.npz") as data:
        points, lengths = data["points"].astype(np.float64), data["lengths"]
    unseen = np.full((2, 2), np.nan)
    for end, length in zip(np.cumsum(lengths), lengths, strict=True):
        people = [
            [Person(np.concatenate([frame, np.ones((len(frame), 1))], 1), unseen)]
            for frame in points[end - length : end]
        ]
        rows, _ = rows_of_keypoints(Frames(people, None, RATE_HZ, "landmarks"), RATE_HZ)
        known = np.isfinite(rows.values).all(0)
        known[[FACE_INDEX[name] for name in _NOT_SEEN]] = False
        values = np.nan_to_num(rows.values)
        _without_turning(values)
        yield values.astype(np.float32), known


def _without_turning(values: np.ndarray) -> None:
    """Take out of the mouth's corners what goes with the turning of the head (and the jaw), which moves them in the picture; in place."""
    head = values[:, len(FACE_NAMES) :] / 10.0
    predictors = np.concatenate([head, head**2, values[:, [FACE_INDEX["jawOpen"]]], np.ones((len(head), 1))], 1)
    for side in ("Left", "Right"):
        smile, frown = FACE_INDEX[f"mouthSmile{side}"], FACE_INDEX[f"mouthFrown{side}"]
        corner = values[:, smile] - values[:, frown]
        corner -= predictors @ np.linalg.lstsq(predictors, corner, rcond=None)[0]
        values[:, smile], values[:, frown] = np.clip(corner, 0.0, 1.0), np.clip(-corner, 0.0, 1.0)


# what landmarks do not show: the reader leaves it at rest, or takes a turned head for a mouth drawn aside
_NOT_SEEN = tuple(
    name
    for name in FACE_NAMES
    if name.startswith(("jawF", "jawL", "jawR", "mouthClose", "mouthDimple", "mouthShrug", "mouthPress", "mouthLower"))
    or name.startswith(("mouthLeft", "mouthRight", "cheekPuff", "tongue"))
)


def looks(left_rad: np.ndarray, down_rad: np.ndarray) -> np.ndarray:
    """float32 (T, 58): the look shapes of a gaze in radians, (T,) each; the other channels 0."""
    values = np.zeros((len(left_rad), CHANNELS), np.float32)
    ways = {"OutLeft": left_rad, "InRight": left_rad, "InLeft": -left_rad, "OutRight": -left_rad}
    for side in ("Left", "Right"):
        ways |= {f"Down{side}": down_rad, f"Up{side}": -down_rad}
    for way, angle in ways.items():
        full = LOOK_RAD[way.removesuffix("Left").removesuffix("Right")]
        values[:, FACE_INDEX[f"eyeLook{way}"]] = np.clip(angle / full, 0.0, 1.0)
    return values


def _known(names: tuple[str, ...], head: bool) -> np.ndarray:
    known = np.zeros(CHANNELS, bool)
    known[[FACE_INDEX[name] for name in names]] = True
    known[len(FACE_NAMES) :] = head
    return known


def _tracked(folder: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Head and gaze of GRID's clips in their sorted order, against the talker's medians. Lids that shut hide the gaze, so it is put between
    its neighbours there."""
    with np.load(folder / "face" / "grid_s1" / "tracks.npz") as data:
        clips, lengths, names = [str(name) for name in data["clips"]], data["lengths"], [str(n) for n in data["names"]]
        shapes, turns = data["values"].astype(np.float64), data["head_rotation"].astype(np.float64)

    def mean(name: str) -> np.ndarray:
        return shapes[:, [names.index(f"{name}Left"), names.index(f"{name}Right")]].mean(1)

    def aside(out: str, into: str) -> np.ndarray:
        return LOOK_RAD["Out"] * shapes[:, names.index(out)] - LOOK_RAD["In"] * shapes[:, names.index(into)]

    left = (aside("eyeLookOutLeft", "eyeLookInLeft") - aside("eyeLookOutRight", "eyeLookInRight")) / 2
    down = LOOK_RAD["Down"] * mean("eyeLookDown") - LOOK_RAD["Up"] * mean("eyeLookUp")
    seen = mean("eyeBlink") < np.median(mean("eyeBlink")) + 0.12
    rows = np.arange(len(seen))
    left, down = (np.interp(rows, rows[seen], curve[seen]) for curve in (left, down))
    values = looks(left - np.median(left), down - np.median(down))
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    ends, known = np.cumsum(lengths), _known(_LOOKS, True)
    for _, length, end in sorted(zip(clips, lengths, ends, strict=True)):
        part = values[end - length : end]
        part[:, len(FACE_NAMES) :] = np.degrees(euler.to_yaw_pitch_roll(turns[end - length : end]))
        part[:, len(FACE_NAMES) :] -= np.median(part[:, len(FACE_NAMES) :], axis=0)
        yield part, known


def _take(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """All shapes of a range of motion; its head was not recorded."""
    with np.load(folder / "face" / "arkit_rom" / f"{name}.npz") as data:
        times, names = data["time_s"], [str(channel).lower() for channel in data["names"]]
        steps = np.append(True, np.diff(times) > 0)
        moved = at_rate(data["values"].astype(np.float64)[steps], times[steps])
    values = np.zeros((len(moved), CHANNELS), np.float32)
    shapes = tuple(shape for shape in FACE_NAMES if shape.lower() in names)
    for shape in shapes:
        values[:, FACE_INDEX[shape]] = np.clip(moved[:, names.index(shape.lower())], 0.0, 1.0)
    return values, _known(shapes, False)


def _spoken(store: FaceStore) -> Iterator[Motion]:
    """Lips that the speech model gives the recorded speech of the store, which nobody saw."""
    seen = np.zeros(len(store.lips), bool)
    for begin, length in zip(store.sounds, store.lengths, strict=True):
        if begin >= 0:
            seen[begin : begin + length] = True
    first = int(np.flatnonzero(seen)[-1]) + 2
    known = np.zeros(CHANNELS, bool)
    known[_COLUMNS] = spoken_shapes()
    frames = int(_SPEECH_S * RATE_HZ)
    for begin in range(first, len(store.lips) - frames, frames):
        trains = store.trains[begin : begin + frames]
        if trains.all() == trains.any():
            values = np.zeros((frames, CHANNELS), np.float32)
            values[:, _COLUMNS] = store.lips[begin : begin + frames]
            yield Motion(values, known, "spoken", "train" if trains.all() else "validation", begin)


def _gazers(folder: Path) -> Iterator[Motion]:
    """Where people looked in conversation; the eyes jump from place to place in a frame, as they did within 40 ms."""
    with np.load(folder / "face" / "gaze_conversation" / "fixations.npz") as data:
        person, _, segment, start, duration, _, x, y = data["rows"].T.astype(np.float64)
    people = np.unique(person)
    used, known = {"train": 0.0, "validation": 0.0}, _known(_LOOKS, False)
    for who in np.random.default_rng(0).permutation(people):
        split = "validation" if who in people[-HELD_GAZERS:] else "train"
        centre = np.median(x[person == who]), np.median(y[person == who])
        for stretch in np.unique(segment[person == who]):
            mine = np.flatnonzero((person == who) & (segment == stretch))
            times_s = (start[mine] - start[mine[0]]) / 90.0
            frames = int((times_s[-1] + duration[mine[-1]] / 1000.0) * RATE_HZ)
            if frames < 150 or used[split] > GAZE_MINUTES[split] * 60.0:
                continue
            used[split] += frames / RATE_HZ
            at = np.searchsorted(times_s, np.arange(frames) / RATE_HZ, side="right") - 1
            left = np.radians(-(x[mine] - centre[0]) * DEG_PER_PX)[at]  # the screen's right is the person's right
            down = np.radians((y[mine] - centre[1]) * DEG_PER_PX)[at]
            yield Motion(looks(left, down), known, "gaze", split)
