# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips of motion in files."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ...errors import UserError
from ...motion.clip import Clip


def save_clip(path: Path | str, clip: Clip) -> None:
    """A clip as .npz, which `load_clip` and the command `stick_figure` read."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        rotations=clip.rotations,
        root_translation_m=clip.root_translation_m,
        contacts=clip.contacts,
        rate_hz=clip.rate_hz,
        start_s=clip.start_s,
        driven=np.array(sorted(clip.driven)),
    )


def load_clip(path: Path | str) -> Clip:
    """What `save_clip` wrote. Raises UserError."""
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return Clip(
            arrays["rotations"].astype(np.float32),
            arrays["root_translation_m"].astype(np.float32),
            arrays["contacts"].astype(np.float32),
            float(arrays["rate_hz"]),
            frozenset(str(name) for name in arrays["driven"]),
            float(arrays["start_s"]),
        )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise UserError(
            f"{path.name} cannot be read as a clip: {error}.",
            "Give a file that core.evaluation.material.clip_files.save_clip wrote, or a clip of the data pack.",
        ) from error
