# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed in the sequencer since the lines of a take were generated: strips that moved or play another sound."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..keying.lines import Line
from ..keying.timing import Timing
from . import scene_time, strips
from .source import SoundSource

_MOVED = 1.0  # frames


def notes(scene: bpy.types.Scene, source: SoundSource, timing: Timing) -> tuple[str, ...]:
    """Sentences for the report: lines of the take that are not spoken as they sound any more, and a range beside a line that moved."""
    said = list(_of_range(source, timing)) if timing.region is not None else []
    by_name = {strip.name: strip for strip in strips.sounds_of(scene)}
    anew = {line.strip for line in timing.spoken}
    for line in timing.lines:
        strip = by_name.get(line.strip)
        if strip is None or line.strip == source.strip or line.strip in anew:
            continue
        if str(strips.path_of(strip)) != line.sound:
            said.append(
                f'The strip "{strip.name}" plays another sound since its line was generated: generate it again.'
            )
        elif _has_moved(scene, strip, line):
            said.append(
                f'The strip "{strip.name}" was moved or trimmed since its line was generated: generate it again.'
            )
    return tuple(said)


def _of_range(source: SoundSource, timing: Timing) -> Sequence[str]:
    """About the line that a range is generated of."""
    name = f'The strip "{source.strip}"' if source.strip else source.path.name
    for line in timing.lines:
        if line.strip != source.strip or not source.strip and line.sound != str(source.path):
            continue
        if source.strip and line.sound != str(source.path):
            return (f"{name} plays another sound since the rest of the take was generated: generate the whole line.",)
        if abs(float(timing.grid(0.0)[0]) - line.first) > _MOVED:
            return (
                f"{name} was moved since the rest of the take was generated, from frame {line.first:g} to "
                f"{timing.frame_start:g}: only this range follows it. Generate the whole line again.",
            )
    return ()


def _has_moved(scene: bpy.types.Scene, strip: bpy.types.SoundStrip, line: Line) -> bool:
    a_frame = scene_time.key_frames_a_frame(scene)
    first, last = (frame * a_frame for frame in strips.bounds(strip))
    return abs(first - line.first) > _MOVED + abs(strips.importers_offset(scene, strip)) or line.last > last + _MOVED
