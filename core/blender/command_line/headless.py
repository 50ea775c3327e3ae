# SPDX-License-Identifier: GPL-3.0-or-later
"""One generation without a window: open, set, generate, save, render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy

from ...errors import UserError
from ...input_files import read_text, require_file, shown
from ...setting_fields import Place, settings_of
from ...settings import GenerateSettings
from .. import characters, generate, inspection, properties, saving
from ..report import Report
from ..stored_paths import used_files
from ..takes import take_memory

_TRANSCRIPT_BYTES = 10_000_000  # some 30 days of talk


@dataclass(frozen=True)
class Task:
    """What to do with one file; None: as it is there.

    settings: {setting: value}. They are put into the scene, so that the saved file generates the same again, but for those that a
    scene does not hold; first: what is put there before, as if the file had come with it. listed_in: the jobs file.
    """

    file: Path | None = None
    character: str | None = None
    demo_character: bool = False
    save: Path | None = None
    render: Path | None = None
    engine: str | None = None
    resolution: tuple[int, int] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, Any] = field(default_factory=dict)
    listed_in: Path | None = None

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files that are read for it, but for the .blend file, which may be saved in its own place."""
        names = [setting.name for setting in settings_of(GenerateSettings) if setting.subtype == "FILE_PATH"]
        given = (self.first, self.settings)
        named = [some.get(name) for some in given for name in names] + [_transcript_file(some) for some in given]
        files = [_absolute(text, self.file) for text in named if text]
        return (*files, *((self.listed_in,) if self.listed_in is not None else ()))

    @property
    def outputs(self) -> tuple[Path, ...]:
        return tuple(path for path in (self.save, self.render) if path is not None)


def _transcript_file(settings: Mapping[str, Any]) -> str:
    given = settings.get("transcript") or ""
    return given if given.lower().endswith(".txt") else ""


def _absolute(text: str, blend: Path | None) -> Path:
    """A path as it was given; `//` begins one from the folder of the .blend file."""
    if text.startswith("//"):
        folder = blend.parent if blend is not None else Path(bpy.data.filepath or ".").absolute().parent
        return folder / text[2:]
    return Path(text).expanduser().absolute()


def run(task: Task) -> Report:
    """Generate, save, render. Raises UserError; a file on disk is only replaced by a complete one."""
    saving.require_place(task.save, task.render, task.inputs)
    if task.file is not None:
        _open(task.file)
    saving.require_place(task.save, task.render, (*task.inputs, *used_files()))
    context = bpy.context
    scene = context.scene
    overrides = _put(scene, task.first) | _put(scene, task.settings)
    if task.demo_character:
        inspection.add_demo_character(context)
    report = generate.generate(context, overrides, character=find_character(scene, task.character))
    if task.save is not None:
        saving.save(task.save)
    if task.render is not None:
        root = scene.objects[report.character]
        saving.render_take(scene, take_memory.current(root), task.render, task.engine, task.resolution)
    return report


def _put(scene: bpy.types.Scene, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Put settings into the scene. Returns those that it does not hold, for this generation only. Raises UserError."""
    values = {name: value for name, value in settings.items() if value is not None}
    for setting in settings_of(GenerateSettings):
        given = values.get(setting.name, "") if setting.subtype == "FILE_PATH" else ""
        if given.strip() and not given.startswith("//"):
            values[setting.name] = str(Path(given).expanduser().absolute())
    if "transcript" in values:
        values["transcript"] = _transcript(values["transcript"])
    held = {setting.name for setting in settings_of(GenerateSettings, Place.SCENE)}
    if "frame_end" in values:  # then frame_start is the first frame to generate anew, not where the sound begins
        held -= {"frame_start"}
    properties.write(scene, {name: value for name, value in values.items() if name in held})
    return {name: value for name, value in values.items() if name not in held}


def _transcript(given: str) -> str:
    """The words that are said: of a text file, or as they are given. Raises UserError."""
    if not given.lower().endswith(".txt"):
        return given
    hint = "Give a text file in UTF-8, or the words."
    try:
        return read_text(_absolute(given, None), "transcript", hint, _TRANSCRIPT_BYTES)
    except UserError as error:
        raise UserError(f"The transcript {shown(given)} cannot be read: {error.message}", hint) from error


def _open(path: Path) -> None:
    require_file(path, ".blend file", "Check the path of the .blend file.")
    try:
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    except RuntimeError as error:
        raise UserError(
            f"{shown(path)} cannot be opened: {str(error).strip()}.", "Is it a .blend file of this Blender or older?"
        ) from error


def find_character(scene: bpy.types.Scene, name: str | None) -> bpy.types.Object | None:
    """The character of which this object is one; None for none. Raises UserError that names those that there are."""
    if name is None:
        return None
    found = scene.objects.get(name)
    if found is None:
        names = ", ".join(root.name for root in characters.candidates(scene)) or "none"
        raise UserError(f'There is no object "{name}" in the scene.', f"Characters here: {names}.")
    root = characters.root_of(found)
    if root is None:
        raise UserError(f'"{name}" has no shape keys and no armature.', "Name the character's armature or its face.")
    return root
