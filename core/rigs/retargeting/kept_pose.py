# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a character's own pose a performance keeps: legs that are not generated, a trunk that leans as it was posed, an
arm that holds something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ...motion.joints import HEAD_JOINTS, SIDES, TORSO_JOINTS
from ...motion.rotations import continuous, inverse, multiply, normalised, scaled
from ...performance.parts import kept_joints
from ...settings import GenerateSettings
from ..character import Character
from ..posed_figure import PosedFigure
from .body import BodyCurves

_HOLDING = 0.25  # of its own movement that an upper arm keeps whose hand holds something; by eye


@dataclass(frozen=True)
class KeptPose:
    """rotations: {bone: (4,)}, locations: {bone: (3,)}: how bones stand that are not generated, as in `Controls`. bases:
    {bone: (its own pose (4,) or None, share)}: bones that play that share of their movement about that pose, or about the
    middle of their movement. joints: that are not generated at all."""

    rotations: Mapping[str, np.ndarray] = field(default_factory=dict)
    locations: Mapping[str, np.ndarray] = field(default_factory=dict)
    bases: Mapping[str, tuple[np.ndarray | None, float]] = field(default_factory=dict)
    joints: frozenset[str] = frozenset()

    @classmethod
    def of(cls, posed: PosedFigure, character: Character, settings: GenerateSettings) -> KeptPose:
        """What these settings keep of a posed figure."""
        bases: dict[str, tuple[np.ndarray | None, float]] = {}
        holding = {
            f"{side}_{joint}" for side in SIDES for joint in ("collar", "shoulder") if side.upper() in settings.holds
        }
        posed_on = frozenset((*TORSO_JOINTS, *HEAD_JOINTS)) if settings.stance == "AS_POSED" else frozenset()
        for name, link in character.skeleton.links.items():
            if link.joint in holding:
                bases[name] = posed.own.get(name), _HOLDING
            elif link.joint in posed_on and name in posed.own:
                bases[name] = posed.own[name], 1.0
        rotations = {name: values[0] for name, values in posed.rotations.items()}
        locations = {name: values[0] for name, values in posed.locations.items()}
        return cls(rotations, locations, bases, kept_joints(settings))

    def played_about(self, curves: BodyCurves) -> BodyCurves:
        """The curves with their bases."""
        rotations = dict(curves.rotations)
        for name in self.bases.keys() & rotations.keys():
            own, share = self.bases[name]
            turns = continuous(rotations[name].astype(np.float64))
            middle = normalised(turns.mean(0))
            base = middle if own is None else own
            about = scaled(multiply(inverse(middle)[None], turns), share)
            rotations[name] = continuous(normalised(multiply(base[None], about))).astype(np.float32)
        return replace(curves, rotations=rotations)

    def beside(self, curves: BodyCurves, frames: int) -> BodyCurves:
        """The curves together with what stands still, for whoever asks where the bones are."""
        still = {name: np.tile(value, (frames, 1)) for name, value in self.rotations.items()}
        places = {name: np.tile(value, (frames, 1)) for name, value in self.locations.items()}
        return replace(curves, rotations={**still, **curves.rotations}, locations={**places, **curves.locations})

    def without(self, curves: BodyCurves, own: BodyCurves) -> BodyCurves:
        """The curves of those bones alone that `own` has."""
        rotations = {name: curves.rotations[name] for name in own.rotations}
        locations = {name: curves.locations[name] for name in own.locations}
        return replace(curves, rotations=rotations, locations=locations)
