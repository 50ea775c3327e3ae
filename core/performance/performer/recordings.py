# SPDX-License-Identifier: GPL-3.0-or-later
"""A performer's folder: sounds and the faces and bodies captured with them, made to fit one another; what does not is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...audio.clip import AudioClip
from ...audio.contours import Contours, measure
from ...audio.decoding import load
from ...capture import read
from ...errors import UserError
from ...input_files import is_folder, listed_folder, shown
from ...motion.face_motion import FaceMotion
from ...motion.face_track import FACE_INDEX, FACE_RATE_HZ
from ...motion.spans import spans
from ...progress import Progress
from ...wording import count, listed
from .body_measures import RATE_HZ as BODY_RATE_HZ
from .body_recordings import BodyRecording, body_recording

SOUNDS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".mp4", ".mov", ".aif", ".aiff")
CAPTURES = (".csv", ".json", ".jsonl")
BODIES = (".bvh",)
OTHER_BODIES = (".fbx", ".c3d", ".trc", ".glb")
_HOW = (
    "Put each sound beside its capture under the same name: take1.wav with a face, take1.csv (Live Link Face), take1.json (shapes or "
    "keypoints) or a folder take1 of OpenPose's files, or with a body, take1.bvh, or with both."
)
LEAST_S = 20.0  # of all recordings together
MOST_S = 3 * 3600.0  # likewise; ten minutes make a good likeness
_MOST_LAG_S = 0.5
_LEAST_FIT = (
    0.12  # correlation of jaw and loudness from which a face goes with a sound; recorded ones have 0.6 and more
)
_UNEQUAL_S = 0.5
_LEAST_DB = 3.0  # from the quietest to the loudest moment of a sound
_BLOCK_S = 10.0
_ANOTHER_SEMITONES = 7.0  # by which another's voice is higher or lower; a man's and a woman's are some 10 apart


@dataclass(frozen=True, eq=False)
class Recording:
    """One sound with its face. clip: at 16 kHz. motion: at FACE_RATE_HZ, its frame 0 where the sound begins. used: bool (frames,)."""

    name: str
    clip: AudioClip
    motion: FaceMotion
    used: np.ndarray

    @property
    def seconds(self) -> float:
        return float(self.used.sum()) / FACE_RATE_HZ


@dataclass(frozen=True)
class Takes:
    """What a folder holds: faces and bodies with their sounds, and sentences about what was left out or had to be done."""

    faces: list[Recording]
    bodies: list[BodyRecording]
    notes: list[str]

    @property
    def longest_s(self) -> float:
        """Seconds of faces or of bodies, whichever are more."""
        return max(sum(one.seconds for one in self.faces), sum(one.seconds for one in self.bodies))


def require_enough(seconds: float, whose: str) -> None:
    """Raise UserError if so many seconds of capture are too few to learn from; whose: as in "of anna's body"."""
    if seconds < LEAST_S:
        raise UserError(
            f"There are {seconds:.0f} s of {whose} that can be used.",
            f"{LEAST_S:.0f} s are the least; one to ten minutes make a good likeness.",
        )


def require_folder(folder: Path) -> None:
    """Raises UserError unless there is a folder."""
    if not is_folder(folder):
        raise UserError(f"There is no folder {shown(folder)}.", _HOW)


def read_folder(folder: Path, progress: Progress) -> Takes:
    """The recordings in a folder.

    Args:
        folder: sounds and captures of one name.
        progress: is told how far it is.

    Raises:
        UserError: where nothing can be used; says why.
        Cancelled: when progress says so.
    """
    require_folder(folder)
    there = sorted(path for path in listed_folder(folder, _HOW) if not path.name.startswith("."))
    files, called = [path for path in there if path.is_file()], shown(folder.name)
    sounds, faces, bodies = (_by_name(files, suffixes) for suffixes in (SOUNDS, CAPTURES, BODIES))
    for path in there:
        if path.is_dir() and next(path.glob("*_keypoints.json"), None) is not None:
            faces.setdefault(path.name, path)
    notes = [
        *_alone(sounds, {**faces, **bodies}, "captured face or body"),
        *_alone(faces, sounds, "sound"),
        *_alone(bodies, sounds, "sound"),
        *_twice(files, sounds, faces, bodies),
    ]
    notes += [
        f"{shown(path.name)} was left out: of bodies BVH is read. Export it as that."
        for path in files
        if path.suffix.lower() in OTHER_BODIES
    ]
    names = [name for name in sounds if name in faces or name in bodies]
    if not names:
        raise UserError(f"{called} holds no sound with its captured face or body. {' '.join(notes)}".strip(), _HOW)
    found = Takes([], [], notes)
    for number, name in enumerate(names):
        progress.report(number / len(names), f"Reading {shown(name)}")
        if found.longest_s > MOST_S:
            notes.append(f"{MOST_S / 3600:.0f} hours were used; {shown(name)} and what comes after it was left out.")
            break
        part = progress.part(number / len(names), (number + 1) / len(names))
        _add(found, shown(name), (sounds[name], faces.get(name), bodies.get(name)), part)
    if not found.faces and not found.bodies:
        raise UserError(f"No recording in {called} can be used. {' '.join(notes)}", _HOW)
    return found


def _add(found: Takes, name: str, files: tuple[Path, Path | None, Path | None], progress: Progress) -> None:
    """The face and the body of a sound, or a sentence about what cannot be used. files: sound, face, body."""
    sound, face, body = files
    try:
        clip = load(sound)
        contours = measure(clip)
        if np.ptp(contours.loudness_db) < _LEAST_DB:
            raise UserError("Its sound is silent, or always equally loud.", "Record the voice along with the capture.")
    except UserError as error:
        found.notes.append(f"{name} was left out: {error}")
        return
    several = face is not None and body is not None
    if face is not None:
        try:
            recording, said = _recording(name, clip, contours, face)
            found.faces.append(recording)
            found.notes.extend(f"{name}: {sentence}" for sentence in said)
        except UserError as error:
            found.notes.append(f"{f'{name}: its face' if several else name} was left out: {error}")
    if body is not None:
        try:
            moving, said = body_recording(name, clip, body, progress)
            used = _same_voice(contours, len(moving.motion), BODY_RATE_HZ)
            if not used.all() and face is None:
                said.append(_where(used, BODY_RATE_HZ))
            found.bodies.append(replace(moving, used=used))
            found.notes.extend(f"{name}: {sentence}" for sentence in said)
        except UserError as error:
            found.notes.append(f"{f'{name}: its body' if several else name} was left out: {error}")


def _by_name(files: Iterable[Path], suffixes: tuple[str, ...]) -> dict[str, Path]:
    """{name: the first file of it with one of these suffixes}."""
    found: dict[str, Path] = {}
    for path in files:
        if path.suffix.lower() in suffixes:
            found.setdefault(path.stem, path)
    return found


def _twice(files: Iterable[Path], *used: dict[str, Path]) -> Iterator[str]:
    """A sentence for every file in whose place another one of its name is used."""
    for path in files:
        for one, suffixes in zip(used, (SOUNDS, CAPTURES, BODIES)):
            if path.suffix.lower() in suffixes and one[path.stem] != path:
                yield f"{shown(path.name)} was left out: {shown(one[path.stem].name)} has the same name."


def _alone(these: dict[str, Path], others: dict[str, Path], lacking: str) -> Iterator[str]:
    names = [shown(these[name].name) for name in these if name not in others]
    if names:
        yield f"Left out, for want of a {lacking} of the same name: {listed(names[:5])}{' and more' if len(names) > 5 else ''}."


def _recording(name: str, clip: AudioClip, contours: Contours, face: Path) -> tuple[Recording, list[str]]:
    """Raises UserError for what cannot be used."""
    motion, said = read(face)
    notes = list(said)
    apart_s = len(motion) / FACE_RATE_HZ - clip.duration_s
    if abs(apart_s) > _UNEQUAL_S:
        longer = "face is" if apart_s > 0 else "sound is"
        notes.append(f"The {longer} {abs(apart_s):.1f} s longer: what both have was used.")
    motion, lag_s = _beside(motion, contours)
    if lag_s:
        notes.append(f"The face was {abs(lag_s) * 1000:.0f} ms {'late' if lag_s > 0 else 'early'} and was moved.")
    frames = min(len(motion), int(clip.duration_s * FACE_RATE_HZ))
    motion = replace(motion, values=motion.values[:frames], head_deg=motion.head_deg[:frames])
    used = _same_voice(contours, frames)
    if not used.all():
        notes.append(_where(used))
    return Recording(name, clip, motion, used), notes


def _beside(motion: FaceMotion, contours: Contours) -> tuple[FaceMotion, float]:
    """The face where the sound has it, and by how many seconds it was late. Raises UserError if it does not go with it."""
    if not motion.known[FACE_INDEX["jawOpen"]]:
        raise UserError("Its face has no jaw.", "Record with all shapes of the face.")
    loud = np.clip(contours.loudness_db - np.percentile(contours.loudness_db, 95) + 40.0, 0.0, 40.0)
    if loud.std() < 1.0:
        raise UserError("Its sound is silent, or always equally loud.", "Record the voice along with the face.")
    times = np.arange(len(motion)) / FACE_RATE_HZ
    jaw = np.interp(np.arange(len(loud)) / 100.0, times, motion.values[:, FACE_INDEX["jawOpen"]])
    if jaw.std() < 1e-3:
        raise UserError("Its jaw does not move.", "Look at the capture.")
    reach = int(_MOST_LAG_S * 100)
    fits = [_correlation(np.roll(jaw, -lag)[reach:-reach], loud[reach:-reach]) for lag in range(-reach, reach + 1)]
    best = int(np.argmax(fits)) - reach
    if fits[best + reach] < _LEAST_FIT:
        raise UserError("Its face does not move with its sound.", "Check that both are of the same take.")
    if abs(best) <= 8 or fits[best + reach] < fits[reach] + 0.05:  # a jaw opens a little before and after it is heard
        return motion, 0.0
    moved = int(round(best / 100.0 * FACE_RATE_HZ))
    rows = np.clip(np.arange(len(motion)) + moved, 0, len(motion) - 1)
    return replace(motion, values=motion.values[rows], head_deg=motion.head_deg[rows]), best / 100.0


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    if min(one.size, other.size) < 100 or one.std() < 1e-6 or other.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _same_voice(contours: Contours, frames: int, rate_hz: float = FACE_RATE_HZ) -> np.ndarray:
    """bool (frames,): not where for ten seconds a voice speaks that is far higher or lower than most of the recording's."""
    voiced = contours.voicing > 0.5
    if voiced.sum() < 200:
        return np.ones(frames, bool)
    pitch = 12.0 * np.log2(np.maximum(contours.pitch_hz, 1.0))
    usual = np.median(pitch[voiced])
    used, block = np.ones(frames, bool), int(_BLOCK_S * 100)
    for start in range(0, len(pitch), block):
        part = slice(start, start + block)
        if voiced[part].sum() > 100 and abs(np.median(pitch[part][voiced[part]]) - usual) > _ANOTHER_SEMITONES:
            used[int(start / 100 * rate_hz) : int((start + block) / 100 * rate_hz)] = False
    return used


def _where(used: np.ndarray, rate_hz: float = FACE_RATE_HZ) -> str:
    places = [f"{a / rate_hz:.0f} to {b / rate_hz:.0f} s" for a, b in spans(~used)]
    return f"Another voice seems to speak from {listed(places[:4])}: {count(len(places), 'part')} left out."
