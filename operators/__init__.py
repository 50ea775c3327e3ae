# SPDX-License-Identifier: GPL-3.0-or-later
"""What a click does. Thin: poll, gather, call core.blender, report."""

from __future__ import annotations

from . import (
    character,
    dialogue,
    face_files,
    find_takes,
    generate,
    kept_phrases,
    mapping,
    packages,
    performer,
    pins,
    prompts,
    sound,
    takes,
    variations,
)

_MODULES = (
    generate,
    dialogue,
    sound,
    character,
    takes,
    find_takes,
    variations,
    face_files,
    prompts,
    pins,
    kept_phrases,
    performer,
    mapping,
    packages,
)


def register() -> None:
    for module in _MODULES:
        module.register()


def unregister() -> None:
    for module in reversed(_MODULES):
        module.unregister()
