# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what was generated lies inside the shot."""

from __future__ import annotations

import bpy

from . import scene_time


def notes(scene: bpy.types.Scene, first: float, last: float) -> list[str]:
    """Sentences for the report if keys lie outside of the scene's frames. first, last: the frames of the keys."""
    a_frame = scene_time.key_frames_a_frame(scene)
    first, last = first / a_frame, last / a_frame
    shot = f"{scene.frame_start} to {scene.frame_end}"
    if last < scene.frame_start or first > scene.frame_end:
        return [
            f"The take lies outside of the shot: it has frames {first:.0f} to {last:.0f}, the scene {shot}. Move the sound (Start "
            "Frame, or the strip), or change the scene's range."
        ]
    said = []
    if first < scene.frame_start - 1.0:
        said.append(f"The take begins at frame {first:.0f}, before the scene does ({scene.frame_start}).")
    if last > scene.frame_end:
        said.append(f"The take ends at frame {last:.0f}, the scene at {scene.frame_end}.")
    return said + _preview_range(scene, first, last)


def _preview_range(scene: bpy.types.Scene, first: float, last: float) -> list[str]:
    """A sentence if a preview range that is on keeps a part of the take from playing."""
    if not scene.use_preview_range:
        return []
    shown = scene.frame_preview_start, scene.frame_preview_end
    if shown[0] <= first + 1.0 and last - 1.0 <= shown[1]:
        return []
    return [
        f"The preview range is on: only frames {shown[0]} to {shown[1]} play, and the take has frames {first:.0f} to {last:.0f}. "
        "To see all of it, switch the range off (the clock in the timeline's header, or Alt P there)."
    ]
