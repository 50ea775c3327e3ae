# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening to the chosen sound before anything is generated from it. Registering reaches it, so what reads sounds is imported late."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.handlers import persistent

from ...errors import UserError
from ...output_files import temporary_folder
from .. import handlers, properties

if TYPE_CHECKING:
    from .source import SoundSource


class _Playing:
    """What plays now: audaspace's handle, and the folder of what had to be unpacked for it."""

    handle: Any = None
    folder: ExitStack | None = None


def play(context: bpy.types.Context) -> None:
    """Play the part of the chosen sound that a generation would hear. Raises UserError."""
    from .host_decoder import audaspace
    from .start import chosen_sound

    stop()
    source = chosen_sound(context, properties.read(context.scene), True, ())
    if source.data is None and not os.path.isfile(source.path):
        raise UserError(f"{source.path} is not there.", "Choose a sound that is.")
    aud = audaspace()
    if aud is None:
        raise UserError("This Blender was built without sound.", "Listen to it in another program.")
    try:
        sound = aud.Sound(str(_file(source)))
        if source.end_s is not None:
            sound = sound.limit(source.start_s, source.end_s)
        _Playing.handle = aud.Device().play(sound)
    except aud.error as error:
        stop()
        raise UserError(
            f"{source.name} cannot be played: {error}.", "Is a sound device chosen in Preferences?"
        ) from error


def _file(source: SoundSource) -> Path:
    if source.data is None:
        return source.path
    _Playing.folder = ExitStack()
    path = _Playing.folder.enter_context(temporary_folder()) / f"sound{source.path.suffix or '.wav'}"
    path.write_bytes(source.data)
    return path


def is_playing() -> bool:
    """Whether it is still heard."""
    return _Playing.handle is not None and bool(_Playing.handle.status)


def stop() -> bool:
    """Be silent. Returns whether something was heard until now."""
    was_playing = is_playing()
    if was_playing:
        _Playing.handle.stop()
    _Playing.handle = None
    if _Playing.folder is not None:
        _Playing.folder.close()
        _Playing.folder = None
    return was_playing


@persistent
def _on_load(*_arguments: Any) -> None:
    stop()


_HANDLER = ("load_pre", _on_load)


def register() -> None:
    handlers.install(_HANDLER)


def unregister() -> None:
    stop()
    handlers.remove(_HANDLER)
