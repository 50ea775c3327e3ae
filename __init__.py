# SPDX-License-Identifier: GPL-3.0-or-later
"""Audio2Rig: sound becomes a performance on the animator's own character.

Where things are:

    operators/          what a click does: poll, gather, call core, report
    panels/             the sidebar tab "Audio2Rig"
    core/blender/       the only other place that knows Blender: settings, characters, sound strips, keys, takes, jobs, CLI
    core/audio/         sound: decoding, prosody, music
    core/capture/       captured faces and keypoints of videos, in and out
    core/models/        the networks, one folder each; their weights lie in weights/
    core/networks/      what several of them share
    core/prompts/       what the animator set by hand, and how motion flows through it
    core/performance/   sound + settings → what a character does, whoever it is
    core/rigs/          what a character is, and how a performance meets it
    core/motion/        curves: rotations, smoothing, simplification
    core/training/      how the networks were trained, for training them again
    core/evaluation/    benches
    core/development/   what developers run inside Blender; not in the zip

This file registers and unregisters, nothing else. Nothing that it reaches imports PyTorch.
"""

from __future__ import annotations

# For a clone that is used as a plain add-on folder; an installed extension has blender_manifest.toml instead.
bl_info = {
    "name": "Audio2Rig",
    "author": "Audio2Rig developers",
    "version": (0, 1, 0),
    "blender": (4, 2, 0),
    "location": "3D View > Sidebar > Audio2Rig",
    "description": "Turn sound into a performance on your own character",
    "category": "Animation",
}


def _registered_modules() -> tuple:
    from . import operators, panels
    from .core.blender import (
        byte_code,
        command,
        jobs,
        leftovers,
        preferences,
        prompt_listing,
        properties,
        stored_paths,
        trial,
        warming,
    )
    from .core.blender.reading import instances
    from .core.blender.sounds import listening
    from .core.blender.viewport import overlay

    return (
        preferences,
        properties,
        leftovers,
        stored_paths,
        jobs,
        warming,
        byte_code,
        instances,
        listening,
        prompt_listing,
        trial,
        overlay,
        operators,
        panels,
        command,
    )


def register() -> None:
    for module in _registered_modules():
        module.register()


def unregister() -> None:
    for module in reversed(_registered_modules()):
        module.unregister()
