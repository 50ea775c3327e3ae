# SPDX-License-Identifier: GPL-3.0-or-later
"""Sliders of a face rig: numbers that an animator moves and that shapes follow, and the way back from a shape to its slider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]

_SCAN = np.geomspace(1e-4, 1e4, 400)  # how far from rest a slider is looked at; bones of any scale, degrees, percents
_SAMPLES = 129
_MOVES = 0.02  # of a shape's value: less is no beginning of a movement
_LEAST = 0.05  # of a shape's value: what a slider must be able to show
_SAME = 1e-9


@dataclass(frozen=True)
class Slider:
    """A custom property, or one component of where a bone or an object is, how it is turned or how large it is.

    owner: object name. on_shape_keys: it belongs to the object's shape keys. path, index: Blender's data path and array index. rest: its
    value where nobody moved it. bone: the bone whose it is, or "". rotation_mode: how the bone writes its turns, if this is one.
    """

    owner: str
    on_shape_keys: bool
    path: str
    index: int = 0
    rest: float = field(default=0.0, compare=False)
    bone: str = field(default="", compare=False)
    rotation_mode: str = field(default="", compare=False)

    @property
    def written(self) -> tuple[Slider, ...]:
        """What gets keys: itself, or the components of the quaternion or of the axis with an angle that hold the turn."""
        name = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(self.rotation_mode)
        if name is None:
            return (self,)
        path = self.path.removesuffix("rotation_euler") + name
        rest = (1.0, 0.0, 0.0, 0.0) if name == "rotation_quaternion" else (0.0, *np.eye(3)[self.index])
        return tuple(
            replace(self, path=path, index=index, rest=float(value), rotation_mode="")
            for index, value in enumerate(rest)
        )


@dataclass(frozen=True, eq=False)
class Response:
    """How a shape follows a slider, as far as it does so one to one.

    inputs: float64 (N,), the slider's values, ascending. outputs: float64 (N,), the shape's, strictly rising or falling.
    """

    slider: Slider
    inputs: np.ndarray
    outputs: np.ndarray

    @property
    def side(self) -> int:
        """Where from rest the slider moves the shape: 1 above it, -1 below it, 0 both ways."""
        low, high = self.inputs[[0, -1]] - self.slider.rest
        return 1 if low > -_SAME else -1 if high < _SAME else 0

    @property
    def slope(self) -> float:
        """How much of the shape one unit of the slider moves."""
        return float(np.ptp(self.outputs) / max(np.ptp(self.inputs), _SAME))

    def shape(self, settings: np.ndarray) -> np.ndarray:
        """The shape's values at the slider's, both float (T,)."""
        return np.interp(settings, self.inputs, self.outputs)

    def setting(self, shapes: np.ndarray) -> np.ndarray:
        """The slider's values that give the shape's, or come as near as they can; both float (T,)."""
        order = np.argsort(self.outputs)
        return np.interp(shapes, self.outputs[order], self.inputs[order])


def response(
    slider: Slider,
    function: Function,
    limits: tuple[float, float] = (-np.inf, np.inf),
    reach: tuple[float, float] = (0.0, 1.0),
) -> Response | None:
    """How a shape follows a slider, from a function of its values; None if it hardly does, or not one to one near rest.

    limits: what the slider may be. reach: what the shape may be.
    """
    limits = min(limits[0], slider.rest), max(limits[1], slider.rest)
    up, down = (_section(slider.rest, function, sign, limits, reach) for sign in (1.0, -1.0))
    chosen = max((up, down), key=lambda section: (np.round(np.ptp(section[1]), 1), -np.ptp(section[0])))
    if len(up[0]) > 1 and len(down[0]) > 1 and (up[1][-1] - up[1][0]) * (down[1][-1] - down[1][0]) < 0.0:
        chosen = np.append(down[0][:0:-1], up[0]), np.append(down[1][:0:-1], up[1])
    inputs, outputs = chosen
    if len(inputs) < 2 or np.ptp(outputs) < _LEAST:
        return None
    order = np.argsort(inputs)
    return Response(slider, inputs[order], outputs[order])


def _section(
    rest: float, function: Function, sign: float, limits: tuple[float, float], reach: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """The inputs from rest on in one direction, and the outputs there, as long as these go one way, within reach."""
    room = (limits[1] - rest) if sign > 0 else (rest - limits[0])
    steps = np.append(_SCAN[_SCAN < room], room if np.isfinite(room) else [])
    begin = np.clip(function(np.array([rest])), *reach)
    if not len(steps) or np.isnan(begin[0]):
        return np.array([rest]), begin
    seen = np.clip(function(rest + sign * steps), *reach)
    far = _last_of_the_way(np.append(begin, seen))
    if far == 0:
        return np.array([rest]), begin
    inputs = rest + sign * np.linspace(0.0, steps[far - 1], _SAMPLES)
    outputs = function(inputs)
    return _strict(inputs, outputs, 1.0 if seen[far - 1] > begin[0] else -1.0, reach)


def _last_of_the_way(seen: np.ndarray) -> int:
    """The place where values, beginning at rest, no longer go on in the direction that they took first; 0 if they took none."""
    moved = np.flatnonzero(np.abs(seen - seen[0]) > _MOVES)
    if not len(moved):
        return 0
    way = np.sign(seen[moved[0]] - seen[0])
    along = np.where(np.isnan(seen), -np.inf, way * (seen - seen[0]))
    back = np.flatnonzero(along < np.maximum.accumulate(along) - _MOVES)
    end = int(back[0]) if len(back) else len(seen)
    return int(np.argmax(along[:end] > along[:end].max() - 1e-6))


def _strict(
    inputs: np.ndarray, outputs: np.ndarray, way: float, reach: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Those samples whose outputs go on clearly, up to where the shape's reach ends."""
    bound = reach[1] if way > 0 else reach[0]
    past = np.flatnonzero(way * (outputs - bound) > 0.0)
    if len(past) and past[0] > 0:  # the sample where the reach ends, exactly
        last = past[0]
        share = (bound - outputs[last - 1]) / (outputs[last] - outputs[last - 1])
        end = inputs[last - 1] + share * (inputs[last] - inputs[last - 1])
        inputs, outputs = np.append(inputs[:last], end), np.append(outputs[:last], bound)
    outputs = np.clip(outputs, *reach)
    least = 1e-3 * max(np.ptp(outputs), _SAME)
    kept = [0]
    for place in range(1, len(outputs)):
        if way * (outputs[place] - outputs[kept[-1]]) > least:
            kept.append(place)
    if len(kept) > 1 and way * (outputs[-1] - outputs[kept[-1]]) > 0.0:
        kept[-1] = len(outputs) - 1
    return inputs[kept], outputs[kept]
