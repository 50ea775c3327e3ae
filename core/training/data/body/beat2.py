# SPDX-License-Identifier: GPL-3.0-or-later
"""BEAT2's recordings as performances: motion really paired with the voice that it was made to.

The body comes from the recording: on the canonical skeleton, feet standing, its gesture units segmented. The voice gives what
it gives in use: energy, speech and pauses, lip classes of our own speech model's phones. BEAT2's faces are 100 coefficients of
FLAME, not the 55 shapes of this project, and no table between them comes with it: the face is what our own pipeline makes of
the voice, unless the user gives such a table. Each recording is prepared once and kept in a cache.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ....audio import decoding, prosody
from ....errors import UserError
from ....models.emage.body_parts import ROTATION_CHANNELS
from ....motion.clip import Clip
from ....motion.face_track import FACE_NAMES
from ....motion.gesture_plan import GestureUnit
from ....motion.joints import FACE_JOINTS, JOINT_INDEX, JOINT_NAMES
from ....motion.recorded.segmentation import REST_M, segment, wrists_of
from ....motion.recorded.standing import fingers_recorded, standing
from ....motion.rotations import to_rot6d
from ....performance.body.conditioning_features import conditioning_features
from ....performance.frames import at_frames
from ....performance.parts import EXPRESSION, EYES, HEAD, LIPS, PART_OF_SHAPE
from ....performance.speech import Speaker, perform
from ....settings import EMOTIONS, GenerateSettings
from ...body.face import FaceFrames
from ...body.frames import BodyFrames
from ..recorded_motion import load_beat2
from .beat2_folder import EXPRESSIONS, LONGEST_MISMATCH_S, Entry
from .corpus import RATE_HZ
from .performances import BodyPerformance

log = logging.getLogger(__name__)

VERSION = 1
_FACE = [JOINT_INDEX[name] for name in FACE_JOINTS]
_LONGEST_WAIT_S = 10.0  # recordings begin where the hands first rest, if they do so by then
_EYE_SHAPES = np.array([PART_OF_SHAPE[name] == EYES for name in FACE_NAMES])


@dataclass(frozen=True)
class Paired:
    """One recording, ready. clip at 30 Hz, face joints as the face has them; face float32 (T, 55); content (T, C), rhythm (T, R)
    as `streams` gives them; fingers: they were recorded."""

    name: str
    speaker: str
    split: str
    clip: Clip
    units: tuple[GestureUnit, ...]
    content: np.ndarray
    rhythm: np.ndarray
    face: np.ndarray
    fingers: bool


def expression_map(path: Path | str | None) -> np.ndarray | None:
    """A user's table from FLAME's expression to our shapes: an .npz whose only or "map" array is (100, 55), so that
    expressions @ map are shapes of 0..1 in the order of `FACE_NAMES`; None for none. Raises UserError."""
    if path is None:
        return None
    path = Path(path)
    hint = 'It must be an .npz with an array "map" of (100, 55): rows are FLAME\'s coefficients, columns our shapes.'
    if not path.is_file():
        raise UserError(f"There is no file {path}.", hint)
    try:
        with np.load(path, allow_pickle=False) as file:
            names = list(file.files)
            table = file["map" if "map" in names else names[0]]
    except (OSError, ValueError, EOFError, IndexError, TypeError, AttributeError) as error:
        raise UserError(f"{path.name} cannot be read: {error}.", hint) from error
    if table.shape != (EXPRESSIONS, len(FACE_NAMES)) or not np.isfinite(table).all():
        raise UserError(
            f"{path.name} holds {table.shape} instead of ({EXPRESSIONS}, {len(FACE_NAMES)}) finite numbers.", hint
        )
    return table.astype(np.float32)


def pair(entry: Entry, table: np.ndarray | None = None, model: Speaker | None = None) -> Paired:
    """Prepare one recording. table: of `expression_map`. model: instead of our speech model. Raises UserError."""
    recording = load_beat2(entry.motion)
    sound = decoding.load(entry.sound)
    moving_s = len(recording) / recording.rate_hz
    if abs(moving_s - sound.duration_s) > LONGEST_MISMATCH_S:
        raise UserError(
            f"{entry.name} has {moving_s:.2f} s of motion and {sound.duration_s:.2f} s of sound.",
            "They must be of one recording: differences of up to half a second are cut off.",
        )
    if not np.isfinite(recording.rotations).all() or not np.isfinite(recording.root_translation_m).all():
        raise UserError(
            f"{entry.motion.name} holds numbers that are not finite.", "The file is damaged: unpack it again."
        )
    recording = recording.resampled(RATE_HZ)
    frames = min(len(recording), int(sound.duration_s * RATE_HZ) + 1)
    clip = recording.to_clip()
    clip = standing(
        replace(
            clip,
            rotations=clip.rotations[:frames],
            root_translation_m=clip.root_translation_m[:frames],
            contacts=clip.contacts[:frames],
        )
    )
    draws = np.random.default_rng(zlib.crc32(entry.name.encode()))
    emotion = EMOTIONS[int(draws.integers(len(EMOTIONS)))][0] if table is None and draws.random() < 0.4 else "NEUTRAL"
    settings = GenerateSettings(
        seed=int(draws.integers(1 << 16)), parts=frozenset({LIPS, EXPRESSION, EYES, HEAD}), emotion=emotion, threads=1
    )
    spoken = perform(sound, settings, model=model)
    curves = prosody.analyse(sound, spoken.phones).at(RATE_HZ, frames)
    faces = at_frames(spoken, RATE_HZ, frames=frames)
    shapes, own = faces.face.values.copy(), list(_FACE)
    if table is not None:  # FLAME's coefficients know neither lids nor gaze: these stay ours, as the eyes do
        shapes = np.where(_EYE_SHAPES, shapes, np.clip(recording.expressions[:frames] @ table, 0.0, 1.0)).astype(
            np.float32
        )
        own = _FACE[1:]
    clip.rotations[:, own] = faces.body.rotations[:, own]
    units = segment(clip, curves.speaking)
    content, heard = conditioning_features(units, curves, spoken.phones)
    return _from_rest(
        Paired(entry.name, entry.speaker, entry.split, clip, units, content, heard, shapes, fingers_recorded(clip)),
        curves.speaking,
    )


def _from_rest(paired: Paired, speaking: np.ndarray) -> Paired:
    """Without what comes before both hands rest for the first time (T-poses, claps): a generation begins from such a posture."""
    wrists = wrists_of(paired.clip, speaking)
    resting = (wrists.away_m.max(axis=1) < REST_M) & (wrists.speed_mps < 0.2)
    first = int(resting[: int(_LONGEST_WAIT_S * RATE_HZ)].argmax())
    if first == 0:
        return paired
    units = tuple(unit.moved(-first / RATE_HZ) for unit in paired.units if unit.start_s * RATE_HZ >= first)
    clip = replace(
        paired.clip,
        rotations=paired.clip.rotations[first:],
        root_translation_m=paired.clip.root_translation_m[first:],
        contacts=paired.clip.contacts[first:],
    )
    return replace(
        paired,
        clip=clip,
        units=units,
        content=paired.content[first:],
        rhythm=paired.rhythm[first:],
        face=paired.face[first:],
    )


def prepared(
    entries: list[Entry],
    cache: Path | str,
    table: np.ndarray | None = None,
    model: Speaker | None = None,
    leave_out_bad: bool = False,
) -> list[Paired]:
    """All of them, from the cache where it has them; a preparation that was stopped goes on. Raises UserError, or leaves the
    recording out with a warning if so wanted."""
    cache = Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    found = []
    for number, entry in enumerate(entries):
        key = _key(entry, table)
        path = cache / f"{entry.motion.parent.parent.name}__{entry.name}.npz"
        paired = _read(path, entry, key)
        if paired is None:
            try:
                paired = pair(entry, table, model)
            except UserError as error:
                if not leave_out_bad:
                    raise
                log.warning("left out: %s", error)
                continue
            _write(path, paired, key)
        found.append(paired)
        if number % 20 == 19:
            log.info("BEAT2: %d of %d recordings", number + 1, len(entries))
    return found


def _key(entry: Entry, table: np.ndarray | None) -> str:
    """Changes when the files, the user's table or our preparation do."""
    stats = [(path.stat().st_size, int(path.stat().st_mtime)) for path in (entry.motion, entry.sound)]
    return json.dumps([VERSION, stats, 0 if table is None else zlib.crc32(table.tobytes())])


def _write(path: Path, paired: Paired, key: str) -> None:
    part = path.with_suffix(".part")
    about = {"key": key, "units": [asdict(unit) for unit in paired.units], "fingers": paired.fingers}
    with part.open("wb") as file:
        np.savez(
            file,
            rotations=paired.clip.rotations,
            root=paired.clip.root_translation_m,
            contacts=paired.clip.contacts,
            content=paired.content,
            rhythm=paired.rhythm,
            face=paired.face,
            about=json.dumps(about),
        )
    os.replace(part, path)


def _read(path: Path, entry: Entry, key: str) -> Paired | None:
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        if about["key"] != key:
            return None
        clip = Clip(file["rotations"], file["root"], file["contacts"], RATE_HZ)
        units = tuple(GestureUnit(**{**unit, "beats_s": tuple(unit["beats_s"])}) for unit in about["units"])
        return Paired(
            entry.name,
            entry.speaker,
            entry.split,
            clip,
            units,
            file["content"],
            file["rhythm"],
            file["face"],
            about["fingers"],
        )


def chosen(entries: list[Entry], seconds: dict[str, float], split: str, minutes: float) -> list[Entry]:
    """Usable recordings of one split, up to about `minutes`, the speakers in turn so that each gets a like share."""
    queues = {}
    for entry in entries:
        if entry.split == split and entry.name in seconds:
            queues.setdefault(entry.speaker, []).append(entry)
    found: list[Entry] = []
    left_s = 60.0 * minutes
    while left_s > 0 and any(queues.values()):
        for queue in queues.values():
            if queue and left_s > 0:
                found.append(queue.pop(0))
                left_s -= seconds[found[-1].name]
    return found


def as_performance(paired: Paired, speaker: int) -> BodyPerformance:
    """For the body's training. speaker: his number in the model."""
    return BodyPerformance(paired.clip, paired.units, paired.content, paired.rhythm, speaker, paired.fingers)


def as_faces(paired: list[Paired], speakers: list[int]) -> FaceFrames:
    """For the face's training: the face's joints and shapes, each recording with its speaker's number."""
    lengths = np.array([len(one.clip) for one in paired])
    ends = lengths.cumsum()
    motion = np.zeros((int(ends[-1]), 337), np.float32)
    joints = motion[:, :ROTATION_CHANNELS].reshape(-1, len(JOINT_NAMES), 6)
    joints[:] = to_rot6d(np.array([1.0, 0.0, 0.0, 0.0], np.float32))
    for one, start, end in zip(paired, ends - lengths, ends):
        joints[start:end, list(_FACE)] = to_rot6d(one.clip.rotations[:, list(_FACE)])
    frames = BodyFrames(
        motion,
        np.zeros((len(motion), 3), np.float32),
        np.concatenate([one.content for one in paired]),
        np.concatenate([one.rhythm for one in paired]),
        np.repeat(speakers, lengths),
        np.ones(len(motion), bool),
        ends - lengths,
        ends,
    )
    return FaceFrames(frames, np.concatenate([one.face for one in paired]))
