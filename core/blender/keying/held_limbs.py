# SPDX-License-Identifier: GPL-3.0-or-later
"""Blended curves whose limbs are where they are held: planted feet below hips that keys moved, and pins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ...motion.easing import smooth_step
from ...rigs.animation import Controls
from ...rigs.character import Character
from ...rigs.pins import Pin
from ...rigs.retargeting.body import BodyCurves
from ...rigs.retargeting.body_translation import leg_scale
from ...rigs.retargeting.kept_pose import KeptPose
from ...rigs.retargeting.limb_solving import Shortfall, SolvedLimbs, solve_limbs
from .blended_curve import BlendedCurve
from .channels import Channel, location_channel, rotation_channel
from .grid import Grid
from .rotation_modes import to_quaternions

_END_S = 0.4  # from the ends of a range that is generated anew, over which limbs stay as they are outside; by eye
_CM = 100.0


@dataclass(frozen=True)
class HeldLimbs:
    """What make_plan needs to know of a character to hold its limbs. kept: what of its own pose stays."""

    character: Character
    kept: KeptPose = field(default_factory=KeptPose)
    pins: tuple[Pin, ...] = ()

    def solve(
        self, controls: Controls, rows: np.ndarray, grid: Grid, curves: Mapping[Channel, BlendedCurve]
    ) -> SolvedLimbs | None:
        """Limbs solved again, None where nothing moved hips, and nothing is pinned.

        Args:
            controls: what was generated.
            rows: (F,) which of its frames are written.
            grid: the frames.
            curves: as they were blended with what the file has.
        """
        pins = [pin for pin in self.pins if (pin.weights(grid.frames) > 0.0).any()]
        if not pins and not self._is_keyed(curves):
            return None
        description = self.character.description
        made = self._beside(controls.rotations, controls.locations, rows)
        rotations, locations, keyed = dict(made.rotations), dict(made.locations), {}
        for name in controls.rotations:
            mode = description.bones[name].rotation_mode
            curve = curves[rotation_channel(description.armature, name, mode)]
            rotations[name] = to_quaternions(curve.values, mode)
            if curve.existing is not None and len(curve.existing.frames):
                keyed[name] = curve.existing.frames
        for name in controls.locations:
            locations[name] = curves[location_channel(description.armature, name)].values
        driven = frozenset(controls.rotations) | frozenset(controls.locations)
        blended = BodyCurves(rotations, locations, made.scale, made.moved)
        return solve_limbs(
            made, blended, self.character, pins, grid.frames, grid.rate_hz, keyed, self._free(grid), driven
        )

    def _is_keyed(self, curves: Mapping[Channel, BlendedCurve]) -> bool:
        """Whether keys were set by hand on what moves the hips."""
        description, skeleton = self.character.description, self.character.skeleton
        bones = {skeleton.carrier, skeleton.travel, skeleton.bone_of("pelvis")} - {""}
        channels = [location_channel(description.armature, bone) for bone in bones]
        channels += [
            rotation_channel(description.armature, bone, description.bones[bone].rotation_mode)
            for bone in bones
            if bone in description.bones
        ]
        return any(
            (curve := curves.get(channel)) is not None and curve.existing is not None and len(curve.existing.frames)
            for channel in channels
        )

    def _beside(
        self, rotations: Mapping[str, np.ndarray], locations: Mapping[str, np.ndarray], rows: np.ndarray
    ) -> BodyCurves:
        made = BodyCurves(
            {name: values[rows] for name, values in rotations.items()},
            {name: values[rows] for name, values in locations.items()},
            leg_scale(self.character),
            frozenset(),
        )
        return self.kept.beside(made, len(rows))

    def _free(self, grid: Grid) -> np.ndarray:
        """How far each frame may change, (F,): nothing at the ends of a range, where it meets what stays."""
        free = np.ones(len(grid))
        if grid.timing.region is None:
            return free
        frames = max(_END_S * grid.rate_hz, 1.0)
        if grid.outside[0]:
            free = np.minimum(free, smooth_step(grid.frames - grid.first, 0.0, frames))
        if grid.outside[1]:
            free = np.minimum(free, smooth_step(grid.last - grid.frames, 0.0, frames))
        return free

    def notes(self, solved: SolvedLimbs) -> tuple[str, ...]:
        """Sentences for the report about what could not be held."""
        unit = leg_scale(self.character) * self.character.description.unit_m
        notes = [
            f"The {pin.said} {'are' if pin.effector == 'HIPS' else 'is'} pinned ({pin.name}) but not generated here, so the "
            "pin holds nothing. Switch its part on, or mute what poses it."
            for pin in solved.idle
        ]
        return (*notes, *dict.fromkeys(_short_note(short, unit) for short in _worst(solved.short)))


def _worst(short: Iterable[Shortfall]) -> list[Shortfall]:
    """One for each pin and one for the hips: the worst."""
    found: dict[str, Shortfall] = {}
    for one in short:
        key = one.pin.name if one.pin is not None else ""
        known = found.get(key)
        if known is None or (one.lifted, -one.metres) < (known.lifted, -known.metres):
            found[key] = one
    return list(found.values())


def _short_note(short: Shortfall, unit_m: float) -> str:
    missing = f"{max(short.metres * unit_m * _CM, 0.1):.1f}".removesuffix(".0")
    if short.pin is not None:
        return (
            f"The {short.pin.said} does not reach its pin ({short.pin.name}): {missing} cm are missing at frame "
            f"{short.frame:.0f}. Move the pin or the character nearer, or pin the hips too."
        )
    if short.lifted:
        return f"The hips are keyed higher than the legs reach: the heels lift by up to {missing} cm at frame {short.frame:.0f}."
    return (
        f"The hips are keyed higher than the legs reach: the feet leave the floor by {missing} cm at frame "
        f"{short.frame:.0f}, on tiptoe. Key the hips lower to keep them down."
    )
