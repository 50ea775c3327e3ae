# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be said on the command line and in the columns of a batch: every setting, and what to do with the file."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ...errors import UserError
from ...input_files import shown
from ...setting_fields import Place, Setting, require_text, settings_of
from ...settings import GenerateSettings

MOST_PIXELS = 16384  # a side of a picture; H.264 goes no further


@dataclass(frozen=True)
class FileOption:
    """An option that is no setting: a field of `headless.Task`. parse raises UserError."""

    name: str
    value: str
    meaning: str
    parse: Callable[[str], Any] = require_text


def yes_or_no(text: str) -> bool:
    return Setting(False, "", "", bool, option="demo_character").parse(text)


def path(text: str, blend: str | None = None) -> Path:
    """A path; `//` begins one from the folder of the .blend file, the opened one unless another is named. Raises UserError."""
    require_text(text)
    if not text.strip():  # a variable of the shell that is not set, perhaps
        raise UserError("An empty path was given.", "Write which file is meant, or leave the option out.")
    if text.startswith("//"):
        opened = bpy.data.filepath if blend is None else blend
        if not opened:
            raise UserError(f"{text} is relative to the .blend file, which was never saved.", "Write the full path.")
        text = os.path.join(os.path.dirname(opened), text[2:])
    try:
        return Path(os.path.abspath(Path(text).expanduser()))
    except (RuntimeError, ValueError, OSError) as error:  # ~somebody who is not known here
        raise UserError(f"{shown(text)} is no path: {error}.", "Write all of it.") from error


def resolution(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and int(width) > 0 and int(height) > 0):
        raise UserError(f"{shown(text)[:40]} is no size.", "Give one like 960x540.")
    size = int(width[:9]), int(height[:9])
    if max(size) > MOST_PIXELS:
        raise UserError(f"{text[:40]} is too large.", f"A side has up to {MOST_PIXELS} pixels.")
    return size


FILE_OPTIONS = (
    FileOption("character", "OBJECT", "its armature or face (else the scene's only one)"),
    FileOption("demo_character", "", "add the demo character first", yes_or_no),
    FileOption("save", "FILE.blend", "save the result there", path),
    FileOption("render", "FILE.mp4", "render the take with its sound to a video", path),
    FileOption("engine", "NAME", "render engine instead of the scene's, e.g. BLENDER_WORKBENCH"),
    FileOption("resolution", "WxH", "size of the video instead of the scene's", resolution),
)
PATHS = ("file", "save", "render")  # of the columns


def flag(name: str) -> str:
    """What is typed for an option."""
    return f"--{name.replace('_', '-')}"


def find(name: str, settings: type = GenerateSettings) -> Setting:
    """The setting of this name, as a field or as an option. Raises UserError that lists what there is."""
    offered = settings_of(settings, Place.COMMAND)
    for one in offered:
        if name in (one.name, one.option):
            return one
    raise UserError(f'There is no setting "{name}".', f"There are {', '.join(one.option for one in offered)}.")


def columns(settings: type = GenerateSettings) -> tuple[str, ...]:
    """What the columns of a batch may be called."""
    options = tuple(option.name for option in FILE_OPTIONS)
    return ("file", *options, *(one.option for one in settings_of(settings, Place.COMMAND)))
