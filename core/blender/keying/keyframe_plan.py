# SPDX-License-Identifier: GPL-3.0-or-later
"""From a character's controls to the keys of its curves: blended with what the file has, simplified, and put together.

`existing_keys` reads what the file has; `prompt_blending` blends what is generated with it; here it becomes keys. All
but the reading is arithmetic that any thread may do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...errors import UserError
from ...motion.simplification import LOCATION_TOLERANCE_M, simplify_curves, simplify_rotations
from ...progress import Progress
from ...prompts.pacing import PromptPaces
from ...rigs.animation import Controls
from ...rigs.description import RigDescription
from ...rigs.retargeting.limb_solving import SolvedLimbs
from ...rigs.retargeting.locks import locked_components
from .blended_curve import BlendedCurve
from .channel_acting import ChannelActing
from .channels import Channel, location_channel, rotation_channel, shape_channel, slider_channel
from .existing_keys import ExistingChannel
from .fcurves import CurveKeys, Keys
from .grid import Grid
from .line_ends import come_to_rest, resting
from .merged_keys import with_kept_keys
from .plan import Plan, PlannedTrack
from .prompt_blending import blend_rotations, blend_values
from .shape_keying import ShapeRules, simplified_shapes
from .stepped_keys import hold_ends, stepped
from .strain import strain_notes
from .timing import Timing

SHAPE_GROUP, SLIDER_GROUP = "Shape Keys", "Sliders"
_PRECISE = 0.2  # of the tolerance, for curves on which a limb depends that is held somewhere; by eye
_STILL = 1e-6  # a slider that moves less has one key


@dataclass(frozen=True)
class _Blended:
    """Curves that share a tolerance and a way to be simplified. angles: Euler angles, and axes with an angle."""

    shapes: list[BlendedCurve]
    angles: list[BlendedCurve]
    quaternions: list[BlendedCurve]
    locations: list[BlendedCurve]
    sliders: list[BlendedCurve]

    def __iter__(self) -> Iterator[BlendedCurve]:
        return iter((*self.shapes, *self.angles, *self.quaternions, *self.locations, *self.sliders))


def make_plan(
    controls: Controls,
    description: RigDescription,
    timing: Timing,
    existing: Mapping[Channel, ExistingChannel],
    shape_tolerance: float,
    rotation_tolerance_deg: float,
    progress: Progress,
    acting: ChannelActing | None = None,
) -> Plan:
    """The keys of every curve that the controls move. Raises Cancelled, and UserError if the region has none of it.

    controls: at the scene's rate, one frame for each of the scene's, the first at a whole one. acting: how channels turn
    into their prompts; None: nothing is known of the character.
    """
    frames, rows = _frames_and_rows(controls, timing)
    grid = Grid.of(frames, timing, existing.values())
    acting = acting or ChannelActing.of(description, {}, {}, PromptPaces())
    blended = _blended(controls, rows, grid, existing, acting, progress)
    limbs, precise, limb_notes = acting.limbs, frozenset[Channel](), ()
    if limbs and (solved := limbs.solve(controls, rows, grid, {curve.channel: curve for curve in blended})):
        blended, precise = _held(blended, solved, grid, existing, acting)
        limb_notes = limbs.notes(solved)
    tolerances = shape_tolerance, rotation_tolerance_deg
    is_stepped = timing.step_frames > 1
    smooth = _smooth(blended, grid, controls, rows, description, tolerances, precise)
    written = stepped(blended, grid) if is_stepped else smooth
    written = [*come_to_rest(written, resting(controls, rows, description), blended, grid)]
    written = [*hold_ends(written, grid)] if is_stepped else written
    progress.report(0.9)
    tracks: dict[tuple[str, bool], list[CurveKeys]] = {}
    for channel, curve in written:
        tracks.setdefault((channel.target, channel.on_shape_keys), []).append(curve)
    return Plan(
        tuple(PlannedTrack(target, on_keys, tuple(keys)) for (target, on_keys), keys in tracks.items()),
        shapes=len({key for keys in controls.shapes.values() for key in keys}) + len(controls.sliders),
        bones=len(controls.rotations.keys() | controls.locations.keys()),
        frame_range=(grid.first, grid.last),
        notes=(*strain_notes(curve.strain for curve in blended if curve.strain is not None), *limb_notes),
    )


def _smooth(
    blended: _Blended,
    grid: Grid,
    controls: Controls,
    rows: np.ndarray,
    description: RigDescription,
    tolerances: tuple[float, float],
    precise: frozenset[Channel],
) -> Iterator[tuple[Channel, CurveKeys]]:
    """Few keys with handles, within these tolerances: shape value, degrees. precise: channels on which limbs depend that are held
    somewhere: their tolerance is smaller."""
    yield from simplified_shapes(blended.shapes, grid, ShapeRules.of(controls, rows, description), tolerances[0])
    for simplified, curves, tolerance in (
        (_simplified, blended.angles, float(np.radians(tolerances[1]))),
        (_simplified, blended.locations, LOCATION_TOLERANCE_M / description.unit_m),
        (_simplified_quaternions, blended.quaternions, tolerances[1]),
    ):
        yield from simplified([curve for curve in curves if curve.channel in precise], grid, tolerance * _PRECISE)
        yield from simplified([curve for curve in curves if curve.channel not in precise], grid, tolerance)
    yield from _simplified_sliders(blended.sliders, grid, tolerances[0])


def _frames_and_rows(controls: Controls, timing: Timing) -> tuple[np.ndarray, np.ndarray]:
    """The scene's frames that are written, float64 (F,), and which of the controls' they are."""
    series = [values for shapes in controls.shapes.values() for values in shapes.values()]
    count = len(
        (series or [*controls.sliders.values()] or [*controls.rotations.values()] or [*controls.locations.values()])[0]
    )
    frames = np.rint(timing.frame(controls.start_s)) + np.arange(count)
    first, last = timing.region or (frames[0], frames[-1])
    rows = np.flatnonzero((frames >= first) & (frames <= last))
    if len(rows) == 0:
        raise UserError("The sound is not heard between the given frames.", "Choose frames inside the sound.")
    return frames[rows], rows


def _blended(
    controls: Controls,
    rows: np.ndarray,
    grid: Grid,
    existing: Mapping[Channel, ExistingChannel],
    acting: ChannelActing,
    progress: Progress,
) -> _Blended:
    description = acting.description
    blended = _Blended([], [], [], [], [])
    for mesh, keys in controls.shapes.items():
        progress.report(0.1, "Setting keys")
        for key, values in keys.items():
            channel = shape_channel(mesh, key)
            blended.shapes.append(
                blend_values(
                    grid, channel, SHAPE_GROUP, values[rows, None], existing.get(channel), acting.of_shape(key)
                )
            )
    for slider, values in controls.sliders.items():
        channel = slider_channel(slider)
        group = slider.bone or SLIDER_GROUP
        blended.sliders.append(
            blend_values(grid, channel, group, values[rows, None], existing.get(channel), acting.of_slider(slider))
        )
    progress.report(0.3)
    for bone, quaternions in controls.rotations.items():
        mode = description.bones[bone].rotation_mode
        channel = rotation_channel(description.armature, bone, mode)
        curve = blend_rotations(
            grid, channel, bone, quaternions[rows], mode, existing.get(channel), acting.of_rotation(bone)
        )
        (blended.quaternions if mode == "QUATERNION" else blended.angles).append(curve)
    progress.report(0.5)
    for bone, places in controls.locations.items():
        channel = location_channel(description.armature, bone)
        blended.locations.append(
            blend_values(grid, channel, bone, places[rows], existing.get(channel), acting.of_location(bone))
        )
    progress.report(0.6)
    return blended


def _held(
    blended: _Blended,
    solved: SolvedLimbs,
    grid: Grid,
    existing: Mapping[Channel, ExistingChannel],
    acting: ChannelActing,
) -> tuple[_Blended, frozenset[Channel]]:
    """The curves with limbs that were solved again, passing through the same keys, and the channels that have to be
    precise for these limbs to be where they are held."""
    bones, armature = acting.description.bones, acting.description.armature
    again: dict[Channel, BlendedCurve] = {}
    for bone, quaternions in solved.rotations.items():
        mode = bones[bone].rotation_mode
        channel = rotation_channel(armature, bone, mode)
        again[channel] = blend_rotations(
            grid, channel, bone, quaternions, mode, existing.get(channel), acting.of_rotation(bone)
        )
    for bone, places in solved.locations.items():
        channel = location_channel(armature, bone)
        again[channel] = blend_values(grid, channel, bone, places, existing.get(channel), acting.of_location(bone))
    precise = {rotation_channel(armature, bone, bones[bone].rotation_mode) for bone in solved.bones}
    precise |= {location_channel(armature, bone) for bone in solved.bones}
    angles, quaternions, locations = (
        [again.get(curve.channel, curve) for curve in curves]
        for curves in (blended.angles, blended.quaternions, blended.locations)
    )
    held = replace(blended, angles=angles, quaternions=quaternions, locations=locations)
    return held, frozenset(precise)


def _simplified(curves: Sequence[BlendedCurve], grid: Grid, tolerance: float) -> Iterator[tuple[Channel, CurveKeys]]:
    if not curves:
        return
    values = np.concatenate([curve.values for curve in curves], 1)
    pinned = np.concatenate([curve.pinned for curve in curves], 1)
    simplified = iter(simplify_curves(grid.frames, values, tolerance, pinned if pinned.any() else None))
    for curve in curves:
        for part in range(curve.channel.size):
            keys = next(simplified)
            left, right = keys.handles()
            generated = Keys.simple(keys.times, keys.values, left=left, right=right)
            yield curve.channel, with_kept_keys(curve, part, generated, grid)


def _simplified_sliders(
    curves: Sequence[BlendedCurve], grid: Grid, shape_tolerance: float
) -> Iterator[tuple[Channel, CurveKeys]]:
    """Each has a unit of its own, so the tolerance is a share of how far it moves."""
    for curve in curves:
        yield from _simplified([curve], grid, shape_tolerance * max(float(np.ptp(curve.values)), _STILL))


def _simplified_quaternions(
    curves: Sequence[BlendedCurve], grid: Grid, tolerance_deg: float
) -> Iterator[tuple[Channel, CurveKeys]]:
    """The components of a quaternion share their keys: none of them means anything on its own."""
    if not curves:
        return
    values = np.stack([curve.values for curve in curves], 1)
    pinned = np.stack([curve.pinned.any(1) for curve in curves], 1)
    simplified = simplify_rotations(grid.frames, values, tolerance_deg, pinned if pinned.any() else None)
    for curve, keys in zip(curves, simplified):
        for part in range(4):
            left, right = keys.handles(part)
            generated = Keys.simple(keys.times, keys.values[:, part], left=left, right=right)
            yield curve.channel, with_kept_keys(curve, part, generated, grid)


def leave_locked(plan: Plan, description: RigDescription) -> Plan:
    """The plan without curves of axes that an animator has locked; `rigs.retargeting.locks` has turned the others so
    that they make the best of it."""
    locked: set[tuple[str, int]] = set()
    for bone in description.bones.values():
        if not any(bone.locked) and not any(bone.locked_location):
            continue
        rotation = rotation_channel(description.armature, bone.name, bone.rotation_mode).path
        location = location_channel(description.armature, bone.name).path
        locked |= {(rotation, part) for part in locked_components(bone)}
        locked |= {(location, axis) for axis in range(3) if bone.locked_location[axis]}
    if not locked:
        return plan
    tracks = tuple(
        track
        if track.on_shape_keys or track.target != description.armature
        else replace(track, keys=tuple(keys for keys in track.keys if (keys.path, keys.index) not in locked))
        for track in plan.tracks
    )
    return replace(plan, tracks=tracks)
