# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded motion from files: AMASS and BEAT2 .npz, and the .npz of this project's own data pack.

All become a `Recording`: a skeleton, local rotations as quaternions wxyz, root translation in metres, Y up, facing +Z.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from ...errors import UserError
from ...motion import rotations
from ...motion.joints import JOINT_NAMES
from ...motion.recorded.recording import Recording
from ...motion.skeleton import Skeleton, average_adult

SMPLH_TO_SMPLX = (*range(22), *range(25, 55))  # where AMASS's 52 joints stand among the 55: no jaw, no eyes


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
