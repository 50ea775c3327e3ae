# SPDX-License-Identifier: GPL-3.0-or-later
"""A face comes from rest into a line and comes back to rest after it: a generated key before and behind it, on the channels that the
face moves. The line itself is left as it is, and so is what the animator set by hand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ...motion import euler
from ...motion.rotations import angle_between_deg
from .blended_curve import BlendedCurve
from .channels import Channel, location_channel, rotation_channel, shape_channel, slider_channel
from .fcurves import CurveKeys, Keys, enum_value
from .lines import Line, LineEnds
from .rotation_modes import from_quaternions, to_quaternions

if TYPE_CHECKING:
    from ...rigs.animation import Controls
    from ...rigs.description import RigDescription
    from .grid import Grid

_SAME_FRAME = 0.5  # a line's first and last frame are whole ones, and so are the generated keys there
_NEAR_DEG = 2.0  # a prompt that turns the last frame of a line by more than this holds there
_NO_TURN, _NO_PLACE = np.array([[1.0, 0.0, 0.0, 0.0]]), np.zeros((1, 3))
# A channel that is this near to rest needs no key: shape value; radians or quaternion component; share of a metre.
_SHAPE, _TURN, _PLACE_M = 0.01, 2e-3, 2e-4


@dataclass(frozen=True)
class Rest:
    """How a channel rests.

    values: float64 (size,) in its own terms; generated: (2, size), what was generated for the first and the last frame, before
    prompts changed it; both quaternions wxyz for a rotation, beside the bone's mode. near: how far off still is at rest.
    """

    values: np.ndarray
    generated: np.ndarray
    near: float
    mode: str = ""


def resting(controls: Controls, rows: np.ndarray, description: RigDescription) -> dict[Channel, Rest]:
    """How every channel rests that has to come to rest. rows: of the controls, those that are written."""
    still = controls.resting
    if still is None:
        return {}
    ends = rows[[0, -1]]
    found: dict[Channel, Rest] = {}
    for mesh, keys in still.shapes.items():
        for key in keys.keys() & controls.shapes.get(mesh, {}).keys():
            values = np.asarray(keys[key][:1], np.float64)
            found[shape_channel(mesh, key)] = Rest(values, controls.shapes[mesh][key][ends, None], _SHAPE)
    for slider in still.sliders.keys() & controls.sliders.keys():
        values, moved = np.asarray(still.sliders[slider][:1], np.float64), controls.sliders[slider]
        found[slider_channel(slider)] = Rest(values, moved[ends, None], _SHAPE * max(float(np.ptp(moved)), 1e-6))
    for bone in still.rotations.keys() | still.locations.keys():
        if bone in controls.rotations:
            mode = description.bones[bone].rotation_mode
            turn = np.asarray(still.rotations.get(bone, _NO_TURN)[0], np.float64)
            channel = rotation_channel(description.armature, bone, mode)
            found[channel] = Rest(turn, controls.rotations[bone][ends], _TURN, mode)
        if bone in controls.locations:
            place = np.asarray(still.locations.get(bone, _NO_PLACE)[0], np.float64)
            channel = location_channel(description.armature, bone)
            found[channel] = Rest(place, controls.locations[bone][ends], _PLACE_M / description.unit_m)
    return found


def come_to_rest(
    written: Iterable[tuple[Channel, CurveKeys]],
    rest: Mapping[Channel, Rest],
    blended: Iterable[BlendedCurve],
    grid: Grid,
) -> Iterator[tuple[Channel, CurveKeys]]:
    """The curves with keys at rest before and behind every line of the take, where there is room for them.

    written: the components of a channel one after the other. blended: the curves of the newest line, as prompts changed them.
    """
    by_channel = {curve.channel: curve for curve in blended}
    open_ends = [] if grid.timing.region is not None else _open_ends(grid)
    ends = grid.timing.ends
    for channel, some in groupby(written, key=lambda one: one[0]):
        curves = [curve for _, curve in some]
        for line, is_end, is_newest in open_ends if channel in rest else ():
            newest = by_channel[channel].values[[0, -1]] if is_newest else None
            curves = _at_end(curves, rest[channel], line, ends, is_end, newest)
        yield from ((channel, curve) for curve in curves)


def _open_ends(grid: Grid) -> list[tuple[Line, bool, bool]]:
    """Where a face may rest: a line, whether it is its end (not its beginning), and whether it is the one that is written now. Lines
    that have nothing to do with what is written are left as they are."""
    ends = grid.timing.ends
    lines = grid.timing.lines_after(grid.first, grid.last)
    *_, newest = lines
    return [
        (line, is_end, line == newest)
        for line in lines
        for is_end in (False, True)
        if ends.has_room(line, lines, is_end) and (line == newest or ends.are_near(line, grid.replaced.spans))
    ]


def _at_end(
    curves: list[CurveKeys], rest: Rest, line: Line, ends: LineEnds, is_end: bool, newest: np.ndarray | None
) -> list[CurveKeys]:
    """The components of a channel with a key at rest beside one end of a line, if it needs one.

    newest: (2, size), the first and last values of the line with its prompts, if it is the one that is written now.
    """
    edge, sign = (line.last, 1.0) if is_end else (line.first, -1.0)
    if newest is None and not any(_speaks(curve.keys, line) for curve in curves):
        return curves  # the line was generated without this part
    for curve in curves:
        beyond = (curve.keys.frames - edge) * sign
        if not len(beyond) or ((beyond > _SAME_FRAME) & (beyond <= ends.window + _SAME_FRAME)).any():
            return curves  # a prompt, which the line flows into, or rest already
    values = np.array([_value_at(curve.keys, edge) for curve in curves])
    if newest is not None:
        values = newest[int(is_end)].astype(np.float64)
    target = _target(rest, values, newest, int(is_end))
    if target is None:
        return curves
    moves = np.abs(target - values) > rest.near
    if rest.mode == "QUATERNION":  # its components mean nothing one by one
        moves[:] = moves.any()
    frame = ends.at_rest(line, is_end)
    if abs(frame - edge) < _SAME_FRAME:
        return curves
    return [
        _eased(curve, (edge, values[part]), (frame, target[part])) if moves[part] else curve
        for part, curve in enumerate(curves)
    ]


def _speaks(keys: Keys, line: Line) -> bool:
    return bool(((keys.frames > line.first - _SAME_FRAME) & (keys.frames < line.last + _SAME_FRAME)).any())


def _value_at(keys: Keys, frame: float) -> float:
    """What a curve has there; a component that keeps still has no key at the end of its line."""
    return float(np.interp(frame, keys.frames, keys.values))


def _target(rest: Rest, values: np.ndarray, newest: np.ndarray | None, row: int) -> np.ndarray | None:
    """What the channel comes to rest at, float64 (size,), from its values at the end of a line; None: it stays as it is.

    What prompts changed at that end stays changed, as far as it lies between rest and where the line ends.
    """
    if not rest.mode:
        target = rest.values if newest is None else rest.values + newest[row] - rest.generated[row]
        return np.clip(target, np.minimum(rest.values, values), np.maximum(rest.values, values))
    if newest is not None:
        blended = to_quaternions(newest[[row]], rest.mode)[0]
        if angle_between_deg(blended, np.asarray(rest.generated[row], np.float64)) > _NEAR_DEG:
            return None
    return _in_mode(rest.values, rest.mode, values)


def _in_mode(quaternion: np.ndarray, mode: str, near: np.ndarray) -> np.ndarray:
    """A rotation in a bone's own mode, as near as can be to how it is written at another moment."""
    if mode == "QUATERNION":
        return quaternion * (-1.0 if quaternion @ near < 0.0 else 1.0)
    if mode != "AXIS_ANGLE":
        return euler.from_quaternions(quaternion[None], mode, near)[0]
    if abs(quaternion[0]) > 1.0 - 1e-7:  # no turn at all: about the same axis
        return np.array([0.0, *near[1:]])
    turned = from_quaternions(quaternion[None], mode)[0].astype(np.float64)
    return -turned if turned[1:] @ near[1:] < 0.0 else turned


def _eased(curve: CurveKeys, edge: tuple[float, float], rest: tuple[float, float]) -> CurveKeys:
    """The curve with a generated key at rest, into which it eases from the end of a line. Both: (frame, value)."""
    keys, side = curve.keys, "right" if rest[0] > edge[0] else "left"
    if np.abs(keys.frames - edge[0]).min() > _SAME_FRAME:
        keys = Keys.merged([keys, Keys.simple(np.array([edge[0]]), np.array([edge[1]]))])
    index = int(np.argmin(np.abs(keys.frames - edge[0])))
    if not keys.by_hand[index]:
        places, types = getattr(keys, side).copy(), getattr(keys, f"{side}_type").copy()
        places[index] = edge[0] + (rest[0] - edge[0]) / 3.0, keys.values[index]
        types[index] = enum_value(f"handle_{side}_type", "FREE")
        keys = replace(keys, **{side: places, f"{side}_type": types})
    return replace(curve, keys=Keys.merged([keys, Keys.simple(np.array([rest[0]]), np.array([rest[1]]))]))
