# SPDX-License-Identifier: GPL-3.0-or-later
"""A performer's folder: sounds and the faces captured with them, made to fit one another; what does not is said."""

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

SOUNDS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".mp4", ".mov", ".aif", ".aiff")
CAPTURES = (".csv", ".json", ".jsonl")
BODIES = (".bvh", ".fbx", ".c3d")
_HOW = (
    "Put each sound beside its captured face under the same name: take1.wav and take1.csv (Live Link Face), take1.json "
    "(shapes or keypoints), or a folder take1 of OpenPose's files."
)
MOST_S = 3 * 3600.0  # of all recordings together; ten minutes make a good likeness
_MOST_LAG_S = 0.5
_LEAST_FIT = (
    0.12  # correlation of jaw and loudness from which a face goes with a sound; recorded ones have 0.6 and more
)
_UNEQUAL_S = 0.5
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


def require_folder(folder: Path) -> None:
    """Raises UserError unless there is a folder."""
    if not is_folder(folder):
        raise UserError(f"There is no folder {shown(folder)}.", _HOW)


def read_folder(folder: Path, progress: Progress) -> tuple[list[Recording], list[str]]:
    """The recordings in a folder and sentences about what was left out or had to be done.

    Args:
        folder: sounds and captures, in pairs of one name.
        progress: is told how far it is.

    Raises:
        UserError: where nothing can be used; says why.
        Cancelled: when progress says so.
    """
    require_folder(folder)
    there = sorted(path for path in listed_folder(folder, _HOW) if not path.name.startswith("."))
    files, called = [path for path in there if path.is_file()], shown(folder.name)
    sounds, faces = (_by_name(files, suffixes) for suffixes in (SOUNDS, CAPTURES))
    for path in there:
        if path.is_dir() and next(path.glob("*_keypoints.json"), None) is not None:
            faces.setdefault(path.name, path)
    notes = [*_alone(sounds, faces, "captured face"), *_alone(faces, sounds, "sound"), *_twice(files, sounds, faces)]
    notes += [
        f"{shown(path.name)} was left out: bodies are not learned, faces are." for path in files if _is_body(path)
    ]
    pairs = [(name, sounds[name], faces[name]) for name in sounds if name in faces]
    if not pairs:
        raise UserError(f"{called} holds no sound with its captured face. {' '.join(notes)}".strip(), _HOW)
    found: list[Recording] = []
    for number, (name, sound, face) in enumerate(pairs):
        name = shown(name)
        progress.report(number / len(pairs), f"Reading {name}")
        if sum(one.seconds for one in found) > MOST_S:
            notes.append(f"{MOST_S / 3600:.0f} hours were used; {name} and what comes after it was left out.")
            break
        try:
            recording, said = _recording(name, sound, face)
        except UserError as error:
            notes.append(f"{name} was left out: {error}")
            continue
        notes += [f"{name}: {sentence}" for sentence in said]
        found.append(recording)
    if not found:
        raise UserError(f"No recording in {called} can be used. {' '.join(notes)}", _HOW)
    return found, notes


def _is_body(path: Path) -> bool:
    return path.suffix.lower() in BODIES


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
        for one, suffixes in zip(used, (SOUNDS, CAPTURES)):
            if path.suffix.lower() in suffixes and one[path.stem] != path:
                yield f"{shown(path.name)} was left out: {shown(one[path.stem].name)} has the same name."


def _alone(these: dict[str, Path], others: dict[str, Path], lacking: str) -> Iterator[str]:
    names = [shown(these[name].name) for name in these if name not in others]
    if names:
        yield f"Left out, for want of a {lacking} of the same name: {listed(names[:5])}{' and more' if len(names) > 5 else ''}."


def _recording(name: str, sound: Path, face: Path) -> tuple[Recording, list[str]]:
    """Raises UserError for what cannot be used."""
    clip = load(sound)
    motion, said = read(face)
    notes = list(said)
    contours = measure(clip)
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


def _same_voice(contours: Contours, frames: int) -> np.ndarray:
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
            used[int(start / 100 * FACE_RATE_HZ) : int((start + block) / 100 * FACE_RATE_HZ)] = False
    return used


def _where(used: np.ndarray) -> str:
    places = [f"{a / FACE_RATE_HZ:.0f} to {b / FACE_RATE_HZ:.0f} s" for a, b in spans(~used)]
    return f"Another voice seems to speak from {listed(places[:4])}: {count(len(places), 'part')} left out."
