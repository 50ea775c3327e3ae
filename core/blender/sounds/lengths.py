# SPDX-License-Identifier: GPL-3.0-or-later
"""How long chosen sound files are, measured once: what panels show must be known without reading files."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

from ...audio.checks import LONGEST_S
from ...audio.unfinished import readable
from .. import later
from .host_decoder import length_s
from .source import absolute_path

_AGAIN_S = 2.0
_known: dict[
    tuple[str, str], float | None
] = {}  # by the path as written, and the .blend file that it may be relative to


def of(written: str) -> float | None:
    """Seconds of a sound file; None while it is not known, or for no sound. What was not there is looked for again: it may come."""
    key = written, bpy.data.filepath
    if _known.get(key) is None:
        later.soon(f"length of {written}", lambda: measure(written), _AGAIN_S if key in _known else 0.0)
    return _known.get(key)


def is_no_sound(written: str) -> bool:
    """Whether it was looked for, and is not there or nothing that is heard."""
    return _known.get((written, bpy.data.filepath), 0.0) is None


def measure(written: str) -> None:
    """Look at a sound file, anew if it was looked at already."""
    _known[written, bpy.data.filepath] = measured(absolute_path(written)) if written.strip() else None


def measured(path: Path) -> float | None:
    """Seconds of a sound file, by its header; None for no sound."""
    if not os.path.isfile(path):
        return None
    try:
        import soundfile

        with readable(path) as given:
            found = float(soundfile.info(given).duration)
    except (ImportError, OSError, RuntimeError):  # no package, or a film: Blender reads more kinds
        found = length_s(path)
    return found if found is not None and 0.0 < found <= LONGEST_S else None  # a header may say anything
