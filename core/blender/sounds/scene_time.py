# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's time: how fast its frames pass, how far keys lie apart where its time is stretched, and another scene's frames in its own."""

from __future__ import annotations

import math

import bpy

from ...errors import UserError
from ...settings import LAST_FRAME
from .. import compat

LEAST_RATE, MOST_RATE = 1.0, 1000.0  # keys a second: faster than every camera that films a face


def frames_per_second(scene: bpy.types.Scene) -> float:
    """How many of the scene's frames pass in a second of its sound."""
    return scene.render.fps / scene.render.fps_base


def key_frames_a_frame(scene: bpy.types.Scene) -> float:
    """How far the animation goes on while the scene goes on by one frame: 1 unless its time is stretched (Output, Time Stretching).

    Sound does not follow that stretching: what sounds at frame f is shown by the keys at f times this.
    """
    return scene.render.frame_map_old / scene.render.frame_map_new


def require_possible(scene: bpy.types.Scene) -> None:
    """Raises UserError if the scene's frames pass so fast or so slowly that no motion can be keyed at that pace."""
    rate = frames_per_second(scene) * key_frames_a_frame(scene)
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise UserError(
            f'"{scene.name}" has {rate:.6g} frames a second.',
            f"Set {LEAST_RATE:g} to {MOST_RATE:g} under Output, Format (Frame Rate), and no more under Time Stretching.",
        )


def require_room(first: float, last: float) -> None:
    """Raises UserError if a take would reach beyond the frames that Blender has."""
    if not (-LAST_FRAME <= first and last <= LAST_FRAME):  # also NaN
        raise UserError(
            f"The take would reach from frame {first:.0f} to {last:.0f}; Blender plays none beyond {LAST_FRAME}.",
            "Let it begin elsewhere, or choose a lower frame rate.",
        )


def key_range(scene: bpy.types.Scene, frames: tuple[int, int] | None) -> tuple[float, float] | None:
    """The first and the last key frame of a range of the scene's frames; None for none."""
    if frames is None:
        return None
    first, last = (frame * key_frames_a_frame(scene) for frame in frames)
    return float(math.floor(first + 1e-6)), float(math.ceil(last - 1e-6))


def stretching_note(scene: bpy.types.Scene) -> tuple[str, ...]:
    """A sentence for the report if keys do not lie at the frames at which they show."""
    if key_frames_a_frame(scene) == 1.0:
        return ()
    return (
        f"The scene's time is stretched ({scene.render.frame_map_old} to {scene.render.frame_map_new}), which its sound does not follow: "
        "the keys lie where they meet the sound when it plays.",
    )


def in_scene(scene: bpy.types.Scene, other: bpy.types.Scene, frame: float) -> tuple[float, tuple[str, ...]]:
    """Where a frame of another scene's sequencer lies in this scene, and sentences for the report about what had to be assumed."""
    if other == scene:
        return frame, ()
    notes = []
    rate, own = frames_per_second(other), frames_per_second(scene)
    if abs(rate - own) > 1e-3:
        notes.append(
            f'"{other.name}" has {rate:g} frames a second and "{scene.name}" has {own:g}: the line lasts as many seconds as there.'
        )
    shot = _shot(scene, other, frame)
    if shot is not None:
        content = compat.strip_frames(shot)[2]
        skipped = compat.strip_skipped_frames(shot)
        return scene.frame_start + skipped + (frame - content) / rate * own, tuple(notes)
    if other.frame_start != scene.frame_start:
        notes.append(
            f'The strip is in the sequencer of "{other.name}", where nothing shows "{scene.name}": it was assumed that both begin '
            f"together, at frames {other.frame_start} and {scene.frame_start}."
        )
    return scene.frame_start + (frame - other.frame_start) / rate * own, tuple(notes)


def _shot(scene: bpy.types.Scene, other: bpy.types.Scene, frame: float) -> bpy.types.Strip | None:
    """The strip of another scene's sequencer that shows this scene at a frame, or else next."""
    shots = [
        strip for strip in compat.strips(other) if strip.type == "SCENE" and strip.scene == scene and not strip.mute
    ]
    until = {shot: compat.strip_frames(shot)[1] for shot in shots}
    coming = [shot for shot in shots if until[shot] > frame]
    return min(coming, key=until.__getitem__, default=None)
