# SPDX-License-Identifier: GPL-3.0-or-later
"""What was learned of a performer, face, body or both, as one file, and how a face takes it on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ... import json_text
from ...errors import UserError
from ...input_files import require_file, shown
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...output_files import Kind, replacing
from . import body_file
from .body_ways import BodyWays

SCHEMA = 1  # of faces alone, as the first version wrote them
SCHEMA_WITH_BODY = 2
_KEY = "audio2rig_performer"  # of what is said beside the arrays
KIND = Kind("a performer's file", (".safetensors",), marks=(_KEY.encode(),))
LONGEST_NAME = 80  # characters
_ANOTHER = "Choose a file that Adapt to Performer wrote."
_MOST_BYTES = 50_000_000  # ours have some hundred thousand
_MOST, _LEAST_SPREAD = 1e6, 1e-6  # of what is learned; numbers beyond would overflow in a face
_MOST_HABIT = 100.0
_FACE = ("mean", "spread", "weights", "offset")


@dataclass(frozen=True)
class Habit:
    """A shape that does not speak: it becomes gain times ours plus offset, in shares of the shape."""

    gain: float
    offset: float


@dataclass(frozen=True, eq=False)
class Performer:
    """A performer's ways beside those of the general models.

    name: of the performer. minutes: of captured face that it was learned from. shapes: which speaking shapes are corrected, L of them.
    mean, spread: float32 (F,) of the speech model's articulation features. weights: float32 (F, L), offset: float32 (L,), the correction
    for features that are 0 after standardizing. habits: {shape: how it differs}, for shapes that do not speak. body: how the body moves, if
    it was captured; minutes are those of the face, 0 if only the body was.
    """

    name: str
    minutes: float
    shapes: tuple[str, ...]
    mean: np.ndarray
    spread: np.ndarray
    weights: np.ndarray
    offset: np.ndarray
    habits: Mapping[str, Habit]
    body: BodyWays | None = None

    @classmethod
    def of_body(cls, name: str, body: BodyWays) -> Performer:
        """A performer of whose face nothing is known."""
        nothing = np.zeros(0, np.float32)
        return cls(name, 0.0, (), nothing, nothing, np.zeros((0, 0), np.float32), nothing, {}, body)

    @property
    def has_face(self) -> bool:
        return self.minutes > 0.0

    def correct_lips(self, values: np.ndarray, features: np.ndarray, closed: np.ndarray) -> None:
        """A speaking mouth as the performer's, in place.

        Args:
            values: float32 (T, 55) at FACE_RATE_HZ, of the general model.
            features: (T, F), the articulation features there.
            closed: (T,), 0..1, how surely the lips meet; there the general mouth stays, so that a p still closes.
        """
        correction = (features - self.mean) / self.spread @ self.weights + self.offset
        columns = [FACE_INDEX[name] for name in self.shapes]
        values[:, columns] = np.clip(values[:, columns] + correction * (1.0 - closed)[:, None], 0.0, 1.0)

    def take_habits(self, values: np.ndarray, shapes: frozenset[str], strength: np.ndarray | float = 1.0) -> None:
        """The habits of a face (T, 55), in place: of these shapes alone, strength (T,) or one number of the way there."""
        for name in shapes.intersection(self.habits):
            habit, column = self.habits[name], values[:, FACE_INDEX[name]]
            moved = (habit.gain - 1.0) * column + habit.offset * np.asarray(strength)
            column[:] = np.clip(column + moved, 0.0, 1.0)


def save(performer: Performer, path: Path) -> None:
    """Write the file, which takes the place of an older one when it is whole. Raises UserError if it cannot be written."""
    from safetensors.numpy import save as as_bytes

    arrays = {name: getattr(performer, name).astype(np.float32) for name in _FACE}
    said: dict[str, Any] = {
        "schema": SCHEMA,
        "name": performer.name,
        "minutes": round(performer.minutes, 3),
        "shapes": performer.shapes,
        "habits": {name: asdict(habit) for name, habit in performer.habits.items()},
    }
    if performer.body is not None:
        body, own = body_file.as_stored(performer.body)
        said |= {"schema": SCHEMA_WITH_BODY, "body": body}
        arrays |= own
    try:
        with replacing(path, KIND) as unfinished:
            unfinished.write_bytes(as_bytes(arrays, {_KEY: json.dumps(said)}))
    except OSError as error:
        raise UserError(
            f"{shown(path)} could not be written: {error.strerror or error}.",
            "Is the disk full, or the place read-only?",
        ) from error


def load(path: Path) -> Performer:
    """Read what `save` wrote. Raises UserError."""
    from safetensors import SafetensorError, safe_open

    require_file(path, "performer's file", _ANOTHER)
    name = shown(path.name)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(f"{name} has more than {_MOST_BYTES / 1e6:.0f} MB: it holds no performer.", _ANOTHER)
        with safe_open(str(path), "numpy") as file:
            said = (file.metadata() or {}).get(_KEY, "")
            arrays = {one: file.get_tensor(one) for one in _FACE}
            own = {one: file.get_tensor(one) for one in body_file.ARRAYS if one in file.keys()}
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError) as error:
        raise UserError(f"{name} holds no performer, or cannot be read: {error}.", _ANOTHER) from error
    try:
        stored = json_text.stored(said, f"What {name} says", _ANOTHER)
        if isinstance(stored["schema"], int) and stored["schema"] > SCHEMA_WITH_BODY:
            raise UserError(
                f"{name} was written by a newer Audio2Rig than this one.", "Install that one, or adapt again."
            )
        performer = _performer(stored, arrays)
        return replace(performer, body=body_file.stored(stored["body"], own)) if "body" in stored else performer
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{name} holds no performer.", _ANOTHER) from error


def _performer(said: Mapping, arrays: Mapping[str, np.ndarray]) -> Performer:
    """Raises ValueError, KeyError, TypeError or AttributeError where something does not fit."""
    if said["schema"] != (SCHEMA_WITH_BODY if "body" in said else SCHEMA):
        raise ValueError(said["schema"])
    shapes = tuple(str(name) for name in said["shapes"])
    habits = {str(name): Habit(float(one["gain"]), float(one["offset"])) for name, one in said["habits"].items()}
    mean, spread, weights, offset = (arrays[name] for name in _FACE)
    fits = mean.shape == spread.shape == (len(weights),) and weights.shape == (len(mean), *offset.shape)
    usual = all((np.abs(array) <= _MOST).all() for array in arrays.values()) and (spread >= _LEAST_SPREAD).all()
    numbers = np.array([(habit.gain, habit.offset) for habit in habits.values()])
    minutes = float(said["minutes"])
    if not fits or offset.shape != (len(shapes),) or not usual or not (np.abs(numbers) <= _MOST_HABIT).all():
        raise ValueError("numbers")  # NaN is not small, either
    if not math.isfinite(minutes):
        raise ValueError("minutes")
    if unknown := {*shapes, *habits} - set(FACE_INDEX):
        raise ValueError(unknown)
    return Performer(_one_line(said["name"]), minutes, shapes, mean, spread, weights, offset, habits)


def _one_line(name: object) -> str:
    """A name as reports can say it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(name)).split())[:LONGEST_NAME]


def at_face_rate(features: np.ndarray, rate_hz: float, frames: int) -> np.ndarray:
    """(T', …) at rate_hz → float32 (frames, …) at FACE_RATE_HZ, its ends held."""
    times, source = np.arange(frames) / FACE_RATE_HZ, np.arange(len(features)) / rate_hz
    flat = features.reshape(len(features), -1)
    columns = [np.interp(times, source, column) for column in flat.T]
    return np.stack(columns, 1).astype(np.float32).reshape(frames, *features.shape[1:])
