# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded motion from files: AMASS and BEAT2 .npz, and the .npz of this project's own data pack.

All become a `Recording`: a skeleton, local rotations as quaternions wxyz, root translation in metres, Y up, facing +Z.
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


def foot_contacts(recording: Recording) -> np.ndarray:
    """uint8 (T, 4): ankles and feet of an SMPL-X recording that move less than 1 cm to the next frame at 30 frames a second."""
    feet = recording.positions_m()[:, list(FEET)]
    return still_labels(feet, 0.01 * 30.0 / recording.rate_hz)
