# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound that is chosen, and where it begins. A file: where the person says; else where the sequencer plays it, where the take speaks
it already, or with the shot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import bpy

from ...settings import GenerateSettings
from ..keying.lines import Line
from . import scene_time, strips, timeline
from .source import SoundSource, from_file


def chosen_sound(
    context: bpy.types.Context, settings: GenerateSettings, is_start_chosen: bool, lines: Sequence[Line]
) -> SoundSource:
    """The strip or the file that the settings choose, at its place in the scene. Raises UserError.

    is_start_chosen: the person said at which frame a file begins. lines: what the take that plays now speaks.
    """
    if settings.audio_source == "STRIP":
        return strips.from_strip(context, settings.strip)
    return _placed_file(context.scene, settings, is_start_chosen, lines)


def _placed_file(
    scene: bpy.types.Scene, settings: GenerateSettings, is_chosen: bool, lines: Sequence[Line]
) -> SoundSource:
    source = from_file(settings.audio_path, float(settings.frame_start))
    played = _played_from(scene, source)
    if is_chosen:
        return replace(source, notes=_elsewhere(source, played))
    if len(played) == 1 and not _left_behind(scene, source, played[0], lines):
        note = f"{source.path.name} begins at frame {played[0]:g}, where the sequencer plays it."
        return replace(source, frame_start=played[0], notes=(note,) if played[0] != scene.frame_start else ())
    start = _spoken_from(scene, source, lines)
    return replace(source, frame_start=float(scene.frame_start) if start is None else start)


def _played_from(scene: bpy.types.Scene, source: SoundSource) -> list[float]:
    """The frames at which the file begins in the scene's own sequencer, where it is heard as it is."""
    found = {strips.start_of_sound(scene, strip) for strip in timeline.strips_of(scene, source.path)}
    return sorted(start for start in found if start is not None)


def _elsewhere(source: SoundSource, played: Sequence[float]) -> tuple[str, ...]:
    if not played or min(abs(start - source.frame_start) for start in played) < 1.0:
        return ()
    return (
        f"The sequencer plays {source.path.name} from frame {played[0]:g}, not from {source.frame_start:g}: choose the strip under "
        "Sound to follow it.",
    )


def _left_behind(scene: bpy.types.Scene, source: SoundSource, start: float, lines: Sequence[Line]) -> bool:
    """Whether the shot has moved away from where the take speaks the file, and so from the strip that came with it."""
    a_frame = scene_time.key_frames_a_frame(scene)
    return any(
        line.sound == str(source.path)
        and abs(line.first / a_frame - start) < 1.0
        and (line.last / a_frame < scene.frame_start or line.first / a_frame > scene.frame_end)
        for line in lines
    )


def _spoken_from(scene: bpy.types.Scene, source: SoundSource, lines: Sequence[Line]) -> float | None:
    """Where the take speaks the file already, if that is inside the shot."""
    a_frame = scene_time.key_frames_a_frame(scene)
    for line in lines:
        if not line.strip and line.sound == str(source.path):
            first, last = line.first / a_frame, line.last / a_frame
            if first <= scene.frame_end and last >= scene.frame_start:
                return float(round(first))
    return None
