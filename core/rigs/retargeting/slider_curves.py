# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes that follow sliders: the curves of the sliders in place of the shapes' own.

One slider may serve several shapes (a smile to the right of a board, a frown to the left): what each of them asks for is
taken as a way from rest; ways to the same side are averaged, by how much a shape follows, and both sides are added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ...motion import euler
from ...motion.rotations import continuous
from ...wording import count
from ..animation import Controls
from ..description import RigDescription
from ..sliders import Response, Slider

_STILL = 1e-9
_Followers = dict[Slider, list[tuple[Response, np.ndarray]]]


def through_sliders(controls: Controls, description: RigDescription) -> Controls:
    """The controls, with curves of sliders in place of those of shapes that follow them."""
    responses = {(mesh.name, key.name): key.slider for mesh in description.meshes for key in mesh.keys if key.slider}
    if not responses:
        return controls
    shapes: dict[str, dict[str, np.ndarray]] = {}
    followers: _Followers = {}
    following: set[str] = set()
    for mesh, keys in controls.shapes.items():
        for key, values in keys.items():
            found = responses.get((mesh, key))
            if found is None:
                shapes.setdefault(mesh, {})[key] = values
            else:
                followers.setdefault(found.slider, []).append((found, values))
                following.add(key)
    sliders = _in_own_modes({slider: _curve(slider, some) for slider, some in followers.items()})
    notes = (*controls.notes, *_said(followers, following))
    resting = through_sliders(controls.resting, description) if controls.resting is not None else None
    return replace(controls, shapes=shapes, sliders=sliders, notes=notes, resting=resting)


def _said(followers: _Followers, following: set[str]) -> list[str]:
    if not followers:
        return []
    owners = ", ".join(f"“{name}”" for name in dict.fromkeys(slider.owner for slider in followers))
    shapes = count(len(following), "shape follows", "shapes follow")
    sliders = "a slider" if len(followers) == 1 else "sliders"
    return [f"{shapes} {sliders} of {owners} by drivers, so the keys are on {'it' if len(followers) == 1 else 'them'}."]


def _curve(slider: Slider, followers: Iterable[tuple[Response, np.ndarray]]) -> np.ndarray:
    """The slider's values, float32 (T,), that show the shapes' values best."""
    ways: dict[int, list[tuple[float, np.ndarray]]] = {}
    for found, values in followers:
        way = found.setting(np.asarray(values, np.float64)) - slider.rest
        ways.setdefault(found.side, []).append((found.slope**2, way))
    total: np.ndarray | float = slider.rest
    for of_side in ways.values():
        weights, moved = zip(*of_side)
        total = total + np.average(np.stack(moved), 0, weights)
    return np.asarray(total, np.float32)


def _in_own_modes(sliders: dict[Slider, np.ndarray]) -> dict[Slider, np.ndarray]:
    """Angles of bones that write their turns as quaternions or about an axis become the components of those."""
    found: dict[Slider, np.ndarray] = {}
    turns: dict[tuple[str, str, str], list[tuple[Slider, np.ndarray]]] = {}
    for slider, values in sliders.items():
        if slider.rotation_mode in ("QUATERNION", "AXIS_ANGLE"):
            turns.setdefault((slider.owner, slider.bone, slider.path), []).append((slider, values))
        else:
            found[slider] = values
    for some in turns.values():
        first = some[0][0]
        angles = np.zeros((len(some[0][1]), 3))
        for slider, values in some:
            angles[:, slider.index] = values
        quaternions = continuous(euler.to_quaternions(angles, "XYZ"))
        components = quaternions if first.rotation_mode == "QUATERNION" else _about_an_axis(quaternions, first.index)
        found.update({slider: components[:, slider.index].astype(np.float32) for slider in first.written})
    return found


def _about_an_axis(quaternions: np.ndarray, nearest: int) -> np.ndarray:
    """Turns (T, 4) as an angle with an axis (T, 4) on the side of one of x, y, z."""
    axis = np.eye(3)[nearest]
    sines = np.linalg.norm(quaternions[:, 1:], axis=1)
    axes = np.where(sines[:, None] > _STILL, quaternions[:, 1:] / np.maximum(sines, _STILL)[:, None], axis)
    sign = np.where(axes @ axis < 0.0, -1.0, 1.0)
    angles = 2.0 * np.arctan2(sines, quaternions[:, 0]) * sign
    return np.concatenate([angles[:, None], axes * sign[:, None]], 1)
