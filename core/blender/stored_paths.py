# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths in the saved file begin at its own folder: they hold after it was moved along with its sounds, and do not say whose it was.

What takes remember is whole while a file is open, so that paths can be compared, and relative in the saved file. What a person chose in
the scene's settings stays as it was written, unless Blender's preferences want relative paths.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..setting_fields import settings_of
from ..settings import GenerateSettings
from . import handlers
from .remembered import memories
from .setting_properties import scene_settings

_before: list[tuple[Any, str, str]] = []  # while a file is saved: (group, property, as it was)


def relative(path: str, folder: str) -> str:
    """An absolute path as one that begins at the .blend file's folder; itself where none leads there (another drive)."""
    try:
        return "//" + os.path.relpath(path, folder).replace("\\", "/")
    except ValueError:
        return path


def wants_relative() -> bool:
    """Whether Blender's preferences say that paths are to be relative."""
    preferences = bpy.context.preferences
    return preferences is not None and preferences.filepaths.use_relative_paths


def as_preferred(path: str) -> str:
    """An absolute path as Blender's preferences want it in the open file."""
    return relative(path, os.path.dirname(bpy.data.filepath)) if bpy.data.filepath and wants_relative() else path


def _of_takes() -> Iterator[tuple[Any, str, bpy.types.Library | None]]:
    """(group, property, the library that it came from) of every path that takes remember."""
    for memory in memories():
        library = memory.id_data.library
        for take in memory.takes:
            yield take, "imported", library
            for line in take.lines:
                yield line, "sound", library


def _of_scenes() -> Iterator[tuple[Any, str]]:
    names = [setting.name for setting in settings_of(GenerateSettings) if setting.subtype == "FILE_PATH"]
    for scene in bpy.data.scenes:
        for name in names if scene.library is None else ():
            yield scene_settings(scene), name


def used_files() -> tuple[Path, ...]:
    """The files outside of the opened one that it shows, sounds and links, that are chosen in it, and that its takes were made from."""
    shown = [os.fsdecode(path) for path in bpy.utils.blend_paths(absolute=True)]
    chosen = [getattr(group, name) for group, name in _of_scenes()]
    made_from = [getattr(group, name) for group, name, _ in _of_takes()]
    return tuple(Path(bpy.path.abspath(path)) for path in dict.fromkeys((*shown, *chosen, *made_from)) if path.strip())


@persistent
def _on_saving(target: str = "", *_more: Any) -> None:
    _put_back()
    if not target:  # the startup file
        return
    folder = os.path.dirname(os.path.abspath(target))
    for group, name, library in _of_takes():
        path = getattr(group, name)
        if library is None and _is_whole(path):
            _set(group, name, relative(path, folder))
    moved = bool(bpy.data.filepath) and os.path.dirname(os.path.abspath(bpy.data.filepath)) != folder
    for group, name in _of_scenes():
        path = getattr(group, name)
        if path.startswith("//") and moved:
            _set(group, name, relative(bpy.path.abspath(path), folder))
        elif _is_whole(path) and wants_relative():
            _set(group, name, relative(path, folder))


@persistent
def _on_saved(target: str = "", *_more: Any) -> None:
    is_copy = not target or os.path.abspath(target) != os.path.abspath(bpy.data.filepath)
    chosen = {} if is_copy else {(group, name): getattr(group, name) for group, name in _of_scenes()}
    _put_back()
    for (group, name), path in chosen.items():  # they go on from the folder where the file lies now
        if getattr(group, name) != path:
            setattr(group, name, path)


@persistent
def _on_failure(*_arguments: Any) -> None:
    _put_back()


@persistent
def _on_loaded(*_arguments: Any) -> None:
    _before.clear()
    for group, name, library in _of_takes():
        path = getattr(group, name)
        if path.startswith("//"):
            setattr(group, name, os.path.normpath(bpy.path.abspath(path, library=library)))


def _is_whole(path: str) -> bool:
    return os.path.isabs(path) and not path.startswith("//")


def _set(group: Any, name: str, path: str) -> None:
    _before.append((group, name, getattr(group, name)))
    setattr(group, name, path)


def _put_back() -> None:
    while _before:
        group, name, path = _before.pop()
        setattr(group, name, path)


_HANDLERS = (
    ("save_pre", _on_saving),
    ("save_post", _on_saved),
    ("save_post_fail", _on_failure),
    ("load_post", _on_loaded),
)


def register() -> None:
    handlers.install(*_HANDLERS)


def unregister() -> None:
    handlers.remove(*_HANDLERS)
