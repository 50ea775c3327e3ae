# SPDX-License-Identifier: GPL-3.0-or-later
"""What a performance becomes on one character: the curves to write."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from .sliders import Slider


@dataclass(frozen=True)
class RigSwitch:
    """A property of a control rig that must have this value for the curves to be seen, such as from IK to FK.

    bone, path: the property is `pose.bones[bone]` + path, e.g. '["IK_FK"]' or ".mmd_ik_toggle". Its value before is to
    be given back when the take is taken off.
    """

    bone: str
    path: str
    value: float


@dataclass(frozen=True)
class Controls:
    """Curves of one character, all with the same frames: frame t is at start_s + t / rate_hz seconds of the sound.

    shapes: {mesh name: {key name: float32 (T,)}} in the key's own range.
    rotations: {bone name: float32 (T, 4)}, unit quaternions wxyz relative to the bone's rest pose, in bone space
    (what Blender calls the pose bone's basis), sign-continuous.
    locations: {bone name: float32 (T, 3)}, units of the armature (metres, unless its object is scaled), in bone space
    relative to rest.
    sliders: {slider: float32 (T,)}, where shapes follow one (see `retargeting.slider_curves`).
    switches: properties of a control rig that must be set, and keyed, with the curves.
    resting: one frame of what has to come to rest before and after a line, at rest; None if nothing has.
    notes: what could not be driven and why, one sentence each.
    blinks: {mesh name: {key name: int (n, 4)}}, frames of the blinks of keys that shut an eye: open, first and last shut, open again.
    """

    rate_hz: float
    start_s: float = 0.0
    shapes: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    rotations: dict[str, np.ndarray] = field(default_factory=dict)
    locations: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    switches: tuple[RigSwitch, ...] = ()
    resting: Controls | None = None
    blinks: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    sliders: dict[Slider, np.ndarray] = field(default_factory=dict)

    def held(self, frames_each: int, count: int) -> Controls:
        """The curves with every frame held for some frames, `count` in all. Blinks go: they are in the poses that are held."""

        def hold(values: np.ndarray) -> np.ndarray:
            return np.repeat(values, frames_each, 0)[:count]

        return replace(
            self,
            rate_hz=self.rate_hz * frames_each,
            shapes={mesh: {key: hold(values) for key, values in keys.items()} for mesh, keys in self.shapes.items()},
            rotations={bone: hold(values) for bone, values in self.rotations.items()},
            locations={bone: hold(values) for bone, values in self.locations.items()},
            sliders={slider: hold(values) for slider, values in self.sliders.items()},
            blinks={},
        )
