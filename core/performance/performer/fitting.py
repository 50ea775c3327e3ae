# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn a performer from recordings: a ridge regression on the speech model's articulation features, and habits.

How strongly the correction of each shape is held back is chosen by what it gains on recordings that it was not fitted on; where it gains
nothing, the general mouth stays. So a minute of capture changes little, ten minutes more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...models.speech import SpeechModel
from ...motion.face_track import FACE_INDEX, FACE_NAMES
from ...progress import Progress
from ...settings import GenerateSettings
from ...wording import first_few, in_words
from ..parts import EXPRESSION, EYES, HEAD, LIPS, PART_OF_SHAPE
from ..speech import lips_of, perform
from .mouth import articulation
from .performer import Habit, Performer
from .recordings import Recording, require_enough

_PARTS = 5  # in which the recordings are left out in turn
_RIDGES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # times the number of frames
_STILL = 0.01  # a shape that moves and lies less than that is not corrected
_LEAST_GAIN = 0.02  # of the squared error on what was left out; less is chance
_SURE_S = 30.0  # of capture after which half of a habit is believed
_GAINS = (0.3, 2.5)  # by eye: beyond, a shape of another meaning is meant
_PLAIN = 0.06  # of a shape: a habit that one sees


@dataclass(frozen=True)
class Fit:
    """What adapting came to. performer; seconds of capture; before, after: mean error of the corrected shapes on parts left out, in shares
    of a shape; notes: sentences for people."""

    performer: Performer
    seconds: float
    before: float
    after: float
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Heard:
    """A recording's used frames, 60 Hz. features (T, F), closed (T,), general, truth and lively, the whole generated face, (T, 55)."""

    features: np.ndarray
    closed: np.ndarray
    general: np.ndarray
    truth: np.ndarray
    lively: np.ndarray


def adapt(recordings: Sequence[Recording], name: str, model: SpeechModel, progress: Progress) -> Fit:
    """Learn a performer.

    Args:
        recordings: of one person.
        name: of the performer.
        model: the speech model that is corrected.
        progress: is told how far it is.

    Raises:
        UserError: there is too little.
        Cancelled: when progress says so.
    """
    seconds = sum(recording.seconds for recording in recordings)
    require_enough(seconds, name)
    heard = []
    for number, recording in enumerate(recordings):
        part = progress.part(0.8 * number / len(recordings), 0.8 * (number + 1) / len(recordings))
        part.report(0.0, f"Listening to {recording.name}")
        heard.append(_hear(recording, model, part))
    progress.report(0.8, f"Learning how {name} speaks")
    known = np.all([recording.motion.known[: len(FACE_NAMES)] for recording in recordings], 0)
    everything = _Heard(*(np.concatenate([vars(one)[field] for one in heard]) for field in _Heard.__annotations__))
    shapes = [k for k, name_ in enumerate(FACE_NAMES) if known[k] and PART_OF_SHAPE[name_] == LIPS]
    performer, before, after = _lips(everything, shapes, name, seconds / 60.0, progress.part(0.8, 1.0))
    performer = replace(performer, habits=_habits(everything, known, seconds))
    return Fit(performer, seconds, before, after, _notes(performer, len(shapes)))


def _hear(recording: Recording, model: SpeechModel, progress: Progress) -> _Heard:
    frames, used = len(recording.motion), recording.used
    features, closed = articulation(model, recording.clip, frames, progress.part(0.0, 0.3))
    general, _ = lips_of(model, recording.clip, frames, progress.part(0.3, 0.6))
    settings = GenerateSettings(parts=frozenset({EXPRESSION, EYES, HEAD}))
    lively = perform(recording.clip, settings, progress.part(0.6, 1.0)).face.values[:frames]
    return _Heard(features[used], closed[used], general[used], recording.motion.values[used], lively[used])


def _lips(
    heard: _Heard, shapes: list[int], name: str, minutes: float, progress: Progress
) -> tuple[Performer, float, float]:
    """The performer without habits, and mean errors before and after on what was left out."""
    x, y = heard.features, (heard.truth - heard.general)[:, shapes]
    shown = (1.0 - heard.closed)[:, None]
    mean, spread = x.mean(0), x.std(0) + 1e-3
    x = (x - mean) / spread
    parts = np.array_split(np.arange(len(x)), _PARTS)
    errors = np.zeros((len(_RIDGES) + 2, len(shapes)))  # none, a constant alone, then by ridge
    absolute = np.zeros_like(errors)
    for number, part in enumerate(parts):
        progress.report(number / (_PARTS + 1))
        rest = np.setdiff1d(np.arange(len(x)), part)
        constant = y[rest].mean(0)
        guesses = [np.zeros_like(constant), constant]
        guesses += [x[part] @ weights + constant for weights in _ridges(x[rest], y[rest] - constant)]
        for row, guess in enumerate(guesses):
            general = heard.general[part][:, shapes]
            left = np.clip(general + shown[part] * guess, 0.0, 1.0) - heard.truth[part][:, shapes]
            errors[row] += np.square(left).sum(0) / len(x)
            absolute[row] += np.abs(left).sum(0) / len(x)
    best = errors.argmin(0)
    useless = errors[best, np.arange(len(shapes))] > (1.0 - _LEAST_GAIN) * errors[0]
    best[useless | (np.sqrt(errors[0]) < _STILL)] = 0
    constant = y.mean(0)
    fits = [np.zeros((x.shape[1], len(shapes)))] * 2 + _ridges(x, y - constant)
    weights = np.stack([fits[row][:, k] for k, row in enumerate(best)], 1)
    offset = np.where(best > 0, constant, 0.0)
    kept = [k for k, row in enumerate(best) if row > 0]
    moving = absolute[0] > _STILL
    before = float(absolute[0][moving].mean()) if moving.any() else 0.0
    after = float(absolute[best, np.arange(len(shapes))][moving].mean()) if moving.any() else 0.0
    performer = Performer(
        name,
        minutes,
        tuple(FACE_NAMES[shapes[k]] for k in kept),
        mean.astype(np.float32),
        spread.astype(np.float32),
        weights[:, kept].astype(np.float32),
        offset[kept].astype(np.float32),
        {},
    )
    return performer, before, after


def _ridges(x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Ridge regressions of y (T, L) on x (T, F), one (F, L) for each of _RIDGES."""
    values, vectors = np.linalg.eigh(x.T @ x)
    turned = vectors.T @ (x.T @ y)
    return [vectors @ (turned / (values + ridge * len(x))[:, None]) for ridge in _RIDGES]


def _habits(heard: _Heard, known: np.ndarray, seconds: float) -> dict[str, Habit]:
    """How shapes that do not speak differ in mean and in spread, believed the more the longer the capture is."""
    believed = seconds / (seconds + _SURE_S)
    found = {}
    for name, part in PART_OF_SHAPE.items():
        column = FACE_INDEX[name]
        if part != EXPRESSION or not known[column]:
            continue
        ours, theirs = heard.lively[:, column], heard.truth[:, column]
        gain = float(np.clip(theirs.std() / max(ours.std(), 0.02), *_GAINS)) if theirs.std() > 1e-3 else 1.0
        gain = 1.0 + believed * (gain - 1.0)
        offset = believed * float(theirs.mean() - gain * ours.mean())
        found[name] = Habit(round(gain, 4), round(offset, 4))
    return found


def _notes(performer: Performer, shapes: int) -> tuple[str, ...]:
    notes = [f"{len(performer.shapes)} of {shapes} speaking shapes are moved as {performer.name} moves them."]
    plain = [(name, habit.offset) for name, habit in performer.habits.items()]
    plain += list(zip(performer.shapes, performer.offset.tolist()))
    plain = sorted((one for one in plain if abs(one[1]) > _PLAIN), key=lambda one: -abs(one[1]))
    if plain:
        said = [f"{in_words(name)} {'+' if offset > 0 else '−'}{abs(offset):.2f}" for name, offset in plain]
        notes.append(f"Habits: {first_few(said, 6)}.")
    return tuple(notes)
