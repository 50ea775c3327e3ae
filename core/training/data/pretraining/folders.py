# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders as people have them on disk: AMASS, BEAT2, voices by speaker (VoxCeleb), voices by emotion (RAVDESS), captured faces with sound.

What is kept out of training: where a collection has a table of its split, its validation and test part; else a tenth of its people, or of
its files where nobody is named, by the hash of the name.
"""

from __future__ import annotations

import csv
import logging
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ....audio import decoding
from ....capture.recordings import read_recording
from ....errors import UserError
from ....models.pretraining.motion_channels import RATE_HZ, face_frames
from ....models.speech.frontend import levelled_mel
from ....motion.clip import Clip
from ....motion.recorded.recording import Recording
from ....motion.recorded.standing import standing
from ..body.beat2_folder import find
from ..recorded_motion import load_amass, load_beat2
from .recording import SPEECH, MultimodalClip
from .sources import of_body, pieces

log = logging.getLogger(__name__)

HELD_OUT = 0.1
SOUNDS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a")
CAPTURES = (".csv", ".json")
_LONGEST_MISMATCH_S = 1.0  # between a capture and its sound: more, and they are not of one take
EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")  # RAVDESS's third number
_RAVDESS_NUMBERS = 7


def split_of(name: str) -> str:
    """ "train" or "validation", always the same for a name."""
    return "validation" if zlib.crc32(f"split {name}".encode()) / 2**32 < HELD_OUT else "train"


def _files(folder: Path, suffixes: tuple[str, ...], what: str) -> list[Path]:
    """Files below a folder in order. Raises UserError where there are none."""
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", f"Give a folder with {what}.")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in suffixes and path.is_file())
    if not found:
        raise UserError(f"{folder} holds no {what}.", f"They end with {', '.join(suffixes)}.")
    return found


def _heard(path: Path) -> np.ndarray:
    return levelled_mel(decoding.load(path).samples)


def _usable(
    paths: list[Path], make: Callable[[Path], Iterator[MultimodalClip]], folder: Path
) -> Iterator[MultimodalClip]:
    """What can be made of the files; a file that cannot be read is left out with a word in the log. Raises UserError if none can."""
    made, refused = 0, ""
    for path in paths:
        try:
            for clip in make(path):
                made += 1
                yield from pieces(clip)
        except UserError as error:
            refused = refused or str(error)
            log.warning("left out: %s: %s", path.name, error)
    if not made:
        raise UserError(f"Nothing in {folder} can be used. {refused}".strip(), "Look whether it is the right folder.")


# ---------------------------------------------------------------------------------------------------------------- voices


def voxceleb(folder: Path) -> Iterator[MultimodalClip]:
    """Voices as <speaker>/…/<utterance>.wav; their sexes if a vox*_meta.csv lies in the folder. Whole speakers are kept out."""
    sexes = _sexes(folder)

    def make(path: Path) -> Iterator[MultimodalClip]:
        speaker = path.relative_to(folder).parts[0] if path.parent != folder else path.stem
        told = (("speaker", speaker), ("sex", sexes.get(speaker, "")), ("kind", SPEECH))
        name = "/".join(path.relative_to(folder).with_suffix("").parts)
        yield MultimodalClip(name, "voxceleb", split_of(speaker), mel=_heard(path), told=told)

    yield from _usable(_files(folder, SOUNDS, "sounds"), make, folder)


def _sexes(folder: Path) -> dict[str, str]:
    """{speaker: "f" or "m"} of the collection's table."""
    found: dict[str, str] = {}
    for table in sorted(folder.glob("*meta*.csv")):
        text = table.read_text(encoding="utf-8", errors="replace")
        for row in csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in text else ","):
            cells = {str(key).strip().lower(): str(value).strip() for key, value in row.items()}
            speaker = next(
                (cells[key] for key in ("voxceleb1 id", "voxceleb2 id", "id", "speaker") if key in cells), ""
            )
            found[speaker] = cells.get("gender", cells.get("sex", ""))[:1].lower()
    return found


def ravdess(folder: Path) -> Iterator[MultimodalClip]:
    """Acted voices named as RAVDESS does: modality-channel-emotion-intensity-statement-repetition-actor. Songs are left out."""

    def make(path: Path) -> Iterator[MultimodalClip]:
        numbers = path.stem.split("-")
        if len(numbers) != _RAVDESS_NUMBERS or not all(number.isdigit() for number in numbers):
            raise UserError(
                f"{path.name} is not named as RAVDESS names its files.", "An example: 03-01-05-02-01-01-12.wav."
            )
        _, channel, emotion, _, _, _, actor = (int(number) for number in numbers)
        if channel != 1 or not 1 <= emotion <= len(EMOTIONS):
            return
        told = {
            "speaker": f"actor {actor:02d}",
            "sex": "f" if actor % 2 == 0 else "m",
            "language": "en",
            "kind": SPEECH,
        }
        told["emotion"] = EMOTIONS[emotion - 1]
        yield MultimodalClip(
            path.stem, "ravdess", split_of(told["speaker"]), mel=_heard(path), told=tuple(told.items())
        )

    yield from _usable(_files(folder, SOUNDS, "sounds"), make, folder)


# ---------------------------------------------------------------------------------------------------------------- faces


def captures(folder: Path) -> Iterator[MultimodalClip]:
    """Captured faces (Live Link Face CSV, our JSON, keypoints as JSON), each with the sound of the same name beside it if there is one."""

    def make(path: Path) -> Iterator[MultimodalClip]:
        face, notes = read_recording(path)
        for note in notes:
            log.info("%s: %s", path.name, note)
        sound = next((path.with_suffix(suffix) for suffix in SOUNDS if path.with_suffix(suffix).is_file()), None)
        mel = None
        if sound is not None:
            heard = decoding.load(sound)
            if abs(heard.duration_s - face.duration_s) > _LONGEST_MISMATCH_S:
                raise UserError(
                    f"{path.name} lasts {face.duration_s:.1f} s and {sound.name} {heard.duration_s:.1f} s.",
                    "They must be of one take and begin together.",
                )
            mel = levelled_mel(heard.samples)
        motion = face.motion
        told = (("speaker", path.parent.name), ("kind", SPEECH if mel is not None else ""))
        name = "/".join(path.relative_to(folder).with_suffix("").parts)
        yield MultimodalClip(
            name, "captures", split_of(name), mel=mel, face=face_frames(motion), face_known=motion.known, told=told
        )

    yield from _usable(_files(folder, CAPTURES, "captured faces"), make, folder)


# ---------------------------------------------------------------------------------------------------------------- bodies


def amass(folder: Path) -> Iterator[MultimodalClip]:
    """Bodies as <subset>/<subject>/<name>.npz; whole subjects are kept out."""

    def make(path: Path) -> Iterator[MultimodalClip]:
        subject = path.parent.name
        clip = _standing(load_amass(path))
        name = "/".join(path.relative_to(folder).with_suffix("").parts)
        yield of_body(name, "amass", split_of(subject), clip, speaker=f"body {subject}")

    paths = [path for path in _files(folder, (".npz",), "files of AMASS") if not path.stem.endswith("shape")]
    yield from _usable(paths, make, folder)


def beat2(folder: Path) -> Iterator[MultimodalClip]:
    """Bodies with the voices that they moved to; the folder's own table says what is kept out. Faces are FLAME's and are left out."""
    entries = {entry.motion: entry for entry in find(folder)}

    def make(path: Path) -> Iterator[MultimodalClip]:
        entry = entries[path]
        split = "train" if entry.split in ("train", "additional") else "validation"
        clip = _standing(load_beat2(path))
        body = of_body(entry.name, "beat2", split, clip, speaker=f"body {entry.speaker}")
        yield replace(body, mel=_heard(entry.sound), told=(*body.told, ("kind", SPEECH)))

    yield from _usable(list(entries), make, folder)


def _standing(recording: Recording) -> Clip:
    if not np.isfinite(recording.rotations).all() or not np.isfinite(recording.root_translation_m).all():
        raise UserError(f"{recording.name} holds numbers that are not finite.", "The file is damaged: unpack it again.")
    if len(recording) < recording.rate_hz:
        raise UserError(f"{recording.name} is shorter than a second.", "Nothing is wrong; it is left out.")
    return standing(recording.resampled(RATE_HZ).to_clip())


READERS = {"amass": amass, "beat2": beat2, "voxceleb": voxceleb, "ravdess": ravdess, "captures": captures}
