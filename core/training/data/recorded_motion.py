# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded motion from files: BVH, AMASS and BEAT2 .npz, and the .npz of this project's own data pack.

All become a `Recording`: a skeleton, local rotations as quaternions wxyz, root translation in metres, Y up, facing +Z.
`emage_frames` turns one with SMPL-X's joints into the 337 numbers a frame that EMAGE works on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from ...errors import UserError
from ...motion import rotations
from ...motion.clip import Clip
from ...motion.joints import JOINT_NAMES
from ...motion.locomotion.contacts import still_labels
from ...motion.rotation_tensors import quaternion_to_matrix
from ...motion.skeleton import Skeleton, average_adult

FEET = (7, 8, 10, 11)  # ankles and feet of SMPL-X
SMPLH_TO_SMPLX = (*range(22), *range(25, 55))  # where AMASS's 52 joints stand among the 55: no jaw, no eyes
_CHUNK = 2000  # frames whose joint positions are computed at a time


@dataclass(frozen=True)
class Recording:
    """rotations float32 (T, J, 4) wxyz, sign-continuous; root_translation_m float32 (T, 3), added to the root's own offset;
    expressions (T, E) of a face model, or None; glitches: [from, to) frames where some joint jumps."""

    name: str
    skeleton: Skeleton
    rotations: np.ndarray
    root_translation_m: np.ndarray
    rate_hz: float
    expressions: np.ndarray | None = None
    glitches: tuple[tuple[int, int], ...] = ()
    about: dict = field(default_factory=dict)

    def __post_init__(self):
        frames = len(self.rotations)
        if self.rotations.shape != (frames, len(self.skeleton), 4) or self.root_translation_m.shape != (frames, 3):
            raise ValueError(
                f"{self.name}: {self.rotations.shape}, {self.root_translation_m.shape} for {len(self.skeleton)} joints"
            )

    def __len__(self) -> int:
        return len(self.rotations)

    def positions_m(self) -> np.ndarray:
        """float32 (T, J, 3): every joint in the world."""
        parts = []
        for first in range(0, len(self), _CHUNK):
            local = quaternion_to_matrix(torch.from_numpy(self.rotations[first : first + _CHUNK]))
            root = torch.from_numpy(self.root_translation_m[first : first + _CHUNK])
            parts.append(self.skeleton.forward(local, root)[0].numpy())
        return np.concatenate(parts) if parts else np.zeros((0, len(self.skeleton), 3), np.float32)

    def resampled(self, rate_hz: float) -> Recording:
        """At another rate, over the same span: spherical interpolation of rotations, linear of the rest."""
        if rate_hz == self.rate_hz or len(self) < 2:
            return self
        count = int((len(self) - 1) * rate_hz / self.rate_hz + 1e-6) + 1
        at = np.arange(count) * (self.rate_hz / rate_hz)
        low = np.minimum(at.astype(int), len(self) - 2)
        share = (at - low).astype(np.float32)

        def mixed(values: np.ndarray) -> np.ndarray:
            return (values[low] * (1 - share[:, None]) + values[low + 1] * share[:, None]).astype(np.float32)

        turned = rotations.slerp(self.rotations[low], self.rotations[low + 1], share[:, None]).astype(np.float32)
        scale = rate_hz / self.rate_hz
        glitches = tuple((int(start * scale), int(np.ceil(end * scale))) for start, end in self.glitches)
        return Recording(
            self.name,
            self.skeleton,
            turned,
            mixed(self.root_translation_m),
            rate_hz,
            None if self.expressions is None else mixed(self.expressions),
            glitches,
            self.about,
        )

    def to_clip(self) -> Clip:
        """As a canonical clip; the skeleton must have SMPL-X's 55 joints (others are retargeted by core.rigs)."""
        if self.skeleton.names != JOINT_NAMES:
            raise ValueError(f"{self.name} does not have SMPL-X's joints")
        return Clip(self.rotations, self.root_translation_m, foot_contacts(self).astype(np.float32), self.rate_hz)


def _unreadable(path: Path, reason: object) -> UserError:
    return UserError(
        f"{path.name} cannot be read as motion: {reason}.", "It may be damaged or of another kind: check the file."
    )


def _arrays(path: Path, *names: str) -> dict[str, np.ndarray]:
    """Plain arrays only: pickled objects in a file are never opened."""
    if not path.is_file():
        raise UserError(f"There is no file {path}.", "Check the path.")
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in names if name not in file.files]
            if missing:
                raise _unreadable(path, f"it has no {', '.join(missing)}")
            found = {}
            for name in file.files:
                try:
                    found[name] = file[name]
                except ValueError:  # an array of Python objects
                    if name in names:
                        raise
            return found
    except (ValueError, OSError, EOFError, KeyError) as error:
        raise _unreadable(path, error) from error


def load_pack(path: Path | str, glitches: tuple[tuple[int, int], ...] = (), about: dict | None = None) -> Recording:
    """One clip of the data pack's motion folder (its README says what the file holds)."""
    path = Path(path)
    arrays = _arrays(path, "names", "parents", "offsets_m", "fps", "rotations", "root_translation_m")
    skeleton = Skeleton(
        tuple(str(name) for name in arrays["names"]),
        tuple(int(parent) for parent in arrays["parents"]),
        torch.from_numpy(arrays["offsets_m"].astype(np.float32)),
    )
    turned = rotations.continuous(rotations.normalised(arrays["rotations"].astype(np.float32)))
    # There the translation is the root's position itself.
    root = arrays["root_translation_m"].astype(np.float32) - skeleton.offsets_m[0].numpy()
    return Recording(path.stem, skeleton, turned, root, float(arrays["fps"]), None, glitches, about or {})


def pack_clips(data_dir: Path | str, **wanted: object) -> Iterator[Recording]:
    """The data pack's clips whose manifest entries have the given values, e.g. source="smartbody", split="train"."""
    data_dir = Path(data_dir)
    path = data_dir / "motion" / "manifest.json"
    if not path.is_file():
        raise UserError(f"There is no {path}.", "Set AUDIO2RIG_DATA to the folder of the data pack.")
    for entry in json.loads(path.read_text(encoding="utf-8")):
        if all(entry.get(key) == value for key, value in wanted.items()):
            spans = tuple((int(start), int(end)) for start, end in entry.get("glitch_spans") or ())
            yield load_pack(data_dir / entry["path"], spans, entry)


def _from_axis_angles(poses: np.ndarray) -> np.ndarray:
    turned = rotations.from_axis_angle(poses.reshape(len(poses), -1, 3).astype(np.float64))
    return rotations.continuous(turned.astype(np.float32))


def load_beat2(path: Path | str, skeleton: Skeleton | None = None) -> Recording:
    """A BEAT2 .npz: poses (T, 165), expressions (T, 100), trans (T, 3), mocap_frame_rate. Y up already.

    skeleton: the speaker's, by `smplx_adapter.skeleton(file, betas)`; an average adult's if None. `about["betas"]` has the shape.
    """
    path = Path(path)
    arrays = _arrays(path, "poses", "trans", "expressions")
    if arrays["poses"].shape[-1] != 165:
        raise _unreadable(path, f"poses have {arrays['poses'].shape[-1]} numbers a frame instead of 165")
    frames = min(len(arrays[name]) for name in ("poses", "trans", "expressions"))
    return Recording(
        path.stem,
        skeleton or average_adult(),
        _from_axis_angles(arrays["poses"][:frames]),
        arrays["trans"][:frames].astype(np.float32),
        float(arrays.get("mocap_frame_rate", 30)),
        arrays["expressions"][:frames].astype(np.float32),
        (),
        {"betas": arrays.get("betas")},
    )


def load_amass(path: Path | str, skeleton: Skeleton | None = None) -> Recording:
    """An AMASS .npz of SMPL-H (poses (T, 156)) or SMPL-X (165), trans (T, 3), mocap_framerate or mocap_frame_rate. AMASS is
    Z up: the root is turned by a quarter about X."""
    path = Path(path)
    arrays = _arrays(path, "poses", "trans")
    rate = arrays.get("mocap_framerate", arrays.get("mocap_frame_rate"))
    joints = arrays["poses"].shape[-1] // 3
    if rate is None or joints not in (52, 55):
        raise _unreadable(
            path, "it has no frame rate" if rate is None else f"poses have {joints} joints instead of 52 or 55"
        )
    turned = np.zeros((len(arrays["poses"]), len(JOINT_NAMES), 4), np.float32)
    turned[..., 0] = 1.0
    turned[:, list(SMPLH_TO_SMPLX) if joints == 52 else slice(None)] = _from_axis_angles(arrays["poses"])
    upright = rotations.from_axis_angle(np.array([-np.pi / 2, 0.0, 0.0]))
    turned[:, 0] = rotations.multiply(upright, turned[:, 0])
    body = skeleton or average_adult()
    pelvis = body.offsets_m[0].numpy()
    root = (
        rotations.rotate(upright, arrays["trans"] + pelvis) - pelvis
    )  # SMPL turns about the pelvis, the world about the origin
    return Recording(
        path.stem,
        body,
        rotations.continuous(turned),
        root.astype(np.float32),
        float(rate),
        None,
        (),
        {"betas": arrays.get("betas")},
    )


def load_bvh(path: Path | str, metres: float = 0.01) -> Recording:
    """A Biovision file. metres: length of its unit (centimetres if nothing is known). Ends of chains become joints <name>_end.

    Rotations are composed in the order in which the file lists a joint's channels; of positions only the root's count.
    """
    path = Path(path)
    try:
        head, _, tail = path.read_text(encoding="utf-8", errors="replace").partition("MOTION")
        names, parents, offsets, channels = _hierarchy(head.split())
        lines = [line for line in tail.splitlines() if line.strip()]
        frames, seconds = int(lines[0].split(":")[1]), float(lines[1].split(":")[1])
        values = np.array(" ".join(lines[2 : 2 + frames]).split(), np.float64).reshape(frames, -1)
    except OSError as error:
        raise UserError(f"There is no file {path}.", "Check the path.") from error
    except (IndexError, ValueError) as error:
        raise _unreadable(path, error) from error
    if values.shape[1] != sum(map(len, channels)) or seconds <= 0:
        raise _unreadable(path, f"{values.shape[1]} numbers a frame instead of {sum(map(len, channels))}")
    turned = np.zeros((frames, len(names), 4))
    turned[..., 0] = 1.0
    root, column = np.zeros((frames, 3)), 0
    for joint, listed in enumerate(channels):
        for channel in listed:
            axis = "XYZ".index(channel[0].upper())
            if channel.lower().endswith("rotation"):
                angle = np.zeros((frames, 3))
                angle[:, axis] = np.radians(values[:, column])
                turned[:, joint] = rotations.multiply(turned[:, joint], rotations.from_axis_angle(angle))
            elif parents[joint] < 0:
                root[:, axis] = values[:, column]
            column += 1
    offsets = np.array(offsets, np.float32) * metres
    root = root * metres - (offsets[0] if any("position" in channel.lower() for channel in channels[0]) else 0.0)
    skeleton = Skeleton(tuple(names), tuple(parents), torch.from_numpy(offsets))
    return Recording(
        path.stem, skeleton, rotations.continuous(turned.astype(np.float32)), root.astype(np.float32), 1.0 / seconds
    )


def _hierarchy(tokens: list[str]) -> tuple[list[str], list[int], list[list[float]], list[list[str]]]:
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[list[str]] = []
    open_joints: list[int] = []
    position = 0
    while position < len(tokens):
        word = tokens[position].upper()
        if word in ("ROOT", "JOINT", "END"):
            parent = open_joints[-1] if open_joints else -1
            names.append(f"{names[parent]}_end" if word == "END" else tokens[position + 1])
            parents.append(parent)
            offsets.append([0.0, 0.0, 0.0])
            channels.append([])
            position += 2
        elif word == "{":
            open_joints.append(len(names) - 1)
            position += 1
        elif word == "}":
            open_joints.pop()
            position += 1
        elif word == "OFFSET":
            offsets[open_joints[-1]] = [float(value) for value in tokens[position + 1 : position + 4]]
            position += 4
        elif word == "CHANNELS":
            count = int(tokens[position + 1])
            channels[open_joints[-1]] = tokens[position + 2 : position + 2 + count]
            position += 2 + count
        elif word == "HIERARCHY":
            position += 1
        else:
            raise ValueError(f"unexpected {tokens[position]!r}")
    if not names:
        raise ValueError("it has no HIERARCHY")
    return names, parents, offsets, channels


def foot_contacts(recording: Recording) -> np.ndarray:
    """uint8 (T, 4): ankles and feet of an SMPL-X recording that move less than 1 cm to the next frame at 30 frames a second."""
    feet = recording.positions_m()[:, list(FEET)]
    return still_labels(feet, 0.01 * 30.0 / recording.rate_hz)


def emage_frames(recording: Recording, rate_hz: float = 30.0) -> np.ndarray:
    """float32 (T, 337) of an SMPL-X recording at EMAGE's rate: 55 × rot6d by rows | translation | contact."""
    if recording.skeleton.names != JOINT_NAMES:
        raise ValueError(f"{recording.name} does not have SMPL-X's joints")
    recording = recording.resampled(rate_hz)
    turned = rotations.to_rot6d(recording.rotations).reshape(len(recording), -1)
    return np.concatenate((turned, recording.root_translation_m, foot_contacts(recording)), axis=1).astype(np.float32)


def windows(
    frames: np.ndarray, length: int = 64, stride: int = 20, glitches: tuple[tuple[int, int], ...] = ()
) -> np.ndarray:
    """(T, C) → (n, length, C): EMAGE's training windows; those that touch a glitch are left out."""
    starts = [
        start
        for start in range(0, len(frames) - length + 1, stride)
        if not any(start < end and begin < start + length for begin, end in glitches)
    ]
    return (
        np.stack([frames[start : start + length] for start in starts])
        if starts
        else np.zeros((0, length, frames.shape[1]), np.float32)
    )
