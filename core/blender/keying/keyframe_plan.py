# SPDX-License-Identifier: GPL-3.0-or-later
"""From a character's controls to the keys of its curves: prompts and simplification.

`kept_keys` reads what the file has; `bent_curves` bends what is generated to it; here it becomes keys. All but the reading is
arithmetic that any thread may do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...errors import UserError
from ...motion.simplification import LOCATION_TOLERANCE_M, simplify_many, simplify_rotations
from ...progress import Progress
from ...rigs.animation import Controls
from ...rigs.description import RigDescription
from . import existing_keys
from .channels import Channel, location_channel, rotation_channel, shape_channel
from .existing_keys import Fixed
from .fcurves import CurveKeys, Keys, enum_value
from .prompt_blending import Bender, Bent
from .timing import Timing

SHAPE_GROUP = "Shape Keys"
_SAME = 1e-3  # frames
_PROMPTED_SHARE = 0.25  # of the tolerance, for bones with prompts


@dataclass(frozen=True)
class PlannedTrack:
    """What to write on one data-block, by name."""

    target: str
    on_shape_keys: bool
    keys: tuple[CurveKeys, ...]


@dataclass(frozen=True)
class Plan:
    """tracks: what to write. shapes, bones, prompts: counts for the report. frame_range: first and last generated frame.
    notes: sentences about prompts that ask for more than people do."""

    tracks: tuple[PlannedTrack, ...]
    shapes: int
    bones: int
    prompts: int
    frame_range: tuple[float, float]
    notes: tuple[str, ...] = ()


def make_plan(
    controls: Controls,
    description: RigDescription,
    timing: Timing,
    existing: dict[Channel, Fixed],
    shape_tolerance: float,
    rotation_tolerance_deg: float,
    progress: Progress,
    roles: Mapping[str, str] | None = None,
) -> Plan:
    """The keys of every curve that the controls move. Raises Cancelled, and UserError if the region has none of it.

    controls: at the scene's rate, one frame for each of the scene's, the first at a whole one. roles: joint or part of the face →
    bone name, as `CharacterMapping.bones`: says how fast each bone may turn into a prompt.
    """
    planner = _Planner(controls, description, timing, existing, roles or {})
    bender = planner.bender
    shapes, angles, locations, turns = [], [], [], []
    for mesh, keys in controls.shapes.items():
        progress.report(0.1, "Setting keys")
        for key, values in keys.items():
            shapes.append(bender.values(shape_channel(mesh, key), SHAPE_GROUP, "", values[:, None]))
    progress.report(0.3)
    for bone, quaternions in controls.rotations.items():
        mode = description.bones[bone].rotation_mode
        bent = bender.rotations(rotation_channel(description.armature, bone, mode), bone, quaternions, mode)
        (turns if mode == "QUATERNION" else angles).append(bent)
    progress.report(0.5)
    for bone, metres in controls.locations.items():
        locations.append(bender.values(location_channel(description.armature, bone), bone, bone, metres))
    progress.report(0.6)
    written = [
        *planner.simplified(shapes, shape_tolerance),
        *planner.simplified(angles, float(np.radians(rotation_tolerance_deg))),
        *planner.simplified(
            locations, LOCATION_TOLERANCE_M / (np.cbrt(abs(np.linalg.det(description.world[:3, :3]))) or 1.0)
        ),
        *planner.simplified_rotations(turns, rotation_tolerance_deg),
    ]
    progress.report(0.9)
    tracks: dict[tuple[str, bool], list[CurveKeys]] = {}
    for channel, curve in written:
        tracks.setdefault((channel.target, channel.on_shape_keys), []).append(curve)
    return Plan(
        tuple(PlannedTrack(target, on_keys, tuple(keys)) for (target, on_keys), keys in tracks.items()),
        shapes=len({key for keys in controls.shapes.values() for key in keys}),
        bones=len(controls.rotations.keys() | controls.locations.keys()),
        prompts=bender.prompts_kept,
        frame_range=(float(planner.grid[0]), float(planner.grid[-1])),
        notes=bender.notes(),
    )


class _Planner:
    """Simplifies what the bender made, and puts the keys that are kept in their places."""

    def __init__(
        self,
        controls: Controls,
        description: RigDescription,
        timing: Timing,
        existing: dict[Channel, Fixed],
        roles: Mapping[str, str],
    ):
        series = [values for shapes in controls.shapes.values() for values in shapes.values()]
        count = len((series or [*controls.rotations.values()] or [*controls.locations.values()])[0])
        self.timing = timing
        frames = np.rint(timing.frame(controls.start_s)) + np.arange(count)
        first, last = timing.region or (frames[0], frames[-1])
        rows = np.flatnonzero((frames >= first) & (frames <= last))
        if len(rows) == 0:
            raise UserError("The sound is not heard between the given frames.", "Choose frames inside the sound.")
        self.grid = frames[rows]
        self.replaced = timing.replaced(float(self.grid[0]), float(self.grid[-1]))
        self.bender = Bender(description, roles, existing, rows, self.grid, self.replaced, timing)

    def simplified(self, series: list[Bent], tolerance: float) -> Iterator[tuple[Channel, CurveKeys]]:
        if not series:
            return
        values = np.concatenate([one.values for one in series], 1)
        pinned = np.concatenate([one.pinned for one in series], 1)
        curves = iter(simplify_many(self.grid, values, tolerance, pinned if pinned.any() else None))
        for one in series:
            for part in range(one.channel.size):
                keys = next(curves)
                left, right = keys.handles()
                yield (
                    one.channel,
                    self._finished(one, part, Keys.simple(keys.times, keys.values, left=left, right=right)),
                )

    def simplified_rotations(self, series: list[Bent], tolerance_deg: float) -> Iterator[tuple[Channel, CurveKeys]]:
        """The components of a quaternion share their keys: none of them means anything on its own."""
        if not series:
            return
        values = np.stack([one.values for one in series], 1)
        pinned = np.stack([one.pinned.any(1) for one in series], 1)
        for one, keys in zip(
            series, simplify_rotations(self.grid, values, tolerance_deg, pinned if pinned.any() else None)
        ):
            for part in range(4):
                left, right = keys.handles(part)
                yield (
                    one.channel,
                    self._finished(one, part, Keys.simple(keys.times, keys.values[:, part], left=left, right=right)),
                )

    def _finished(self, bent: Bent, part: int, generated: Keys) -> CurveKeys:
        """The curve with the keys that are kept in their places: those outside of what is written anew, and the prompts, as the
        animator set them (type, handles and interpolation; between them and the next generated keys lies no whole frame)."""
        channel, fixed = bent.channel, bent.fixed
        if fixed is None:
            return CurveKeys(channel.path, part, bent.group, generated)
        old = fixed.keys[part]
        if bent.borders:
            generated, outside, first, last = self._bordered(bent.borders[part], old, generated)
            inside = (old.frames > first + _SAME) & (old.frames < last - _SAME)
        else:
            inside = self.replaced.holds(old.frames)
            outside = old[~inside]
        mine = np.flatnonzero(fixed.keyed[:, part])
        at = np.searchsorted(old.frames, fixed.frames[mine] - _SAME)
        kept = inside[np.minimum(at, max(len(old) - 1, 0))] if len(old) else np.zeros(len(mine), bool)
        mine, by_hand = mine[kept], old[at[kept]]
        # the same rotation may have to be written otherwise: the other side of a quaternion, a full turn of an angle
        factor, shift = bent.rewritten(mine, part)
        by_hand = replace(
            by_hand,
            values=by_hand.values * factor + shift,
            left=_moved(by_hand.left, factor, shift),
            right=_moved(by_hand.right, factor, shift),
        )
        return CurveKeys(channel.path, part, bent.group, Keys.merged([generated, outside, by_hand]))

    def _bordered(self, border: existing_keys.Border, old: Keys, generated: Keys) -> tuple[Keys, Keys, float, float]:
        """The generated keys inside a border, the old ones outside and on it, and the first and last frame between them."""
        first = -np.inf if border.first is None else border.first
        last = np.inf if border.last is None else border.last
        generated = generated[(generated.frames >= first - _SAME) & (generated.frames <= last + _SAME)]
        low, high = (first if np.isfinite(first) else self.grid[0]), (last if np.isfinite(last) else self.grid[-1])
        stays = (old.frames < low - _SAME) | (old.frames > high + _SAME)
        outer = old
        for frame, index, row, side in (
            (border.first, border.first_key, 0, "left"),
            (border.last, border.last_key, -1, "right"),
        ):
            if frame is None or len(old) == 0:
                continue
            other = "right" if side == "left" else "left"
            if index >= 0:  # the old key stays, and takes the new handle on its inner side
                outer = existing_keys.free_handle(outer, index, side, getattr(old, side)[index])
                outer = existing_keys.free_handle(outer, index, other, getattr(generated, other)[row])
                if side == "left":
                    outer = replace(
                        outer, interpolation=_with(outer.interpolation, index, enum_value("interpolation", "BEZIER"))
                    )
                stays[index] = True
                generated = generated[1:] if side == "left" else generated[:-1]
            elif (found := existing_keys.cut(old, frame)) is not None:
                before, right_of_before, left, right, left_of_after = found
                if side == "left":
                    outer = existing_keys.settled(
                        existing_keys.free_handle(outer, before, "right", right_of_before), before, "left"
                    )
                    generated = existing_keys.free_handle(generated, row, "left", left)
                else:
                    outer = existing_keys.settled(
                        existing_keys.free_handle(outer, before + 1, "left", left_of_after), before + 1, "right"
                    )
                    generated = existing_keys.free_handle(generated, row, "right", right)
            elif side == "right" and 0 < (after := int(np.searchsorted(old.frames, frame + _SAME))) < len(old):
                generated = replace(
                    generated, interpolation=_with(generated.interpolation, row, old.interpolation[after - 1])
                )
        return generated, outer[stays], low, high


def _moved(handles: np.ndarray, factor: np.ndarray, shift: np.ndarray) -> np.ndarray:
    return np.stack([handles[:, 0], handles[:, 1] * factor + shift], 1).astype(np.float32)


def _with(values: np.ndarray, index: int, value: int) -> np.ndarray:
    changed = values.copy()
    changed[index] = value
    return changed
