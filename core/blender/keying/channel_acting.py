# SPDX-License-Identifier: GPL-3.0-or-later
"""How each channel of a character turns into its prompts: how fast, and how long it stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ...prompts.expressions import easing_of_shape
from ...prompts.fixed_window import FixedWindow
from ...prompts.pacing import FACE, Paces, PromptPaces
from ...prompts.under_speech import UnderSpeech
from ...rigs.description import RigDescription
from ...rigs.sliders import Slider
from .body_groups import group_of
from .bone_easing import BoneEasing
from .prompt_blending import Acting


@dataclass(frozen=True)
class ChannelActing:
    """bones: what each bone stands for. keys: shape key → {canonical shape: weight}. paces: of the prompts."""

    bones: BoneEasing
    keys: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    paces: PromptPaces = field(default_factory=PromptPaces)

    @classmethod
    def of(
        cls,
        description: RigDescription,
        roles: Mapping[str, str],
        keys: Mapping[str, Mapping[str, float]],
        paces: PromptPaces,
    ) -> ChannelActing:
        """roles: joint or part of the face → bone, as `CharacterMapping.bones`. keys: as `CharacterMapping.keys`."""
        return cls(BoneEasing.of(description, roles), keys, paces)

    @property
    def description(self) -> RigDescription:
        return self.bones.description

    def of_shape(self, key: str) -> Acting:
        """For a shape key: what it mostly shows decides."""
        mix = self.keys.get(key, {})
        shown = max(mix, key=lambda name: abs(mix[name])) if mix else ""
        return Acting(easing_of_shape(shown), self._paces(FACE))

    def of_slider(self, slider: Slider) -> Acting:
        """For a slider that shapes follow, in its own units."""
        followers = {
            key.name
            for mesh in self.description.meshes
            for key in mesh.keys
            if key.slider is not None and slider == key.slider.slider
        }
        easings = [self.of_shape(key).easing for key in followers]
        if easings and all(isinstance(easing, UnderSpeech) for easing in easings):
            return Acting(UnderSpeech(limits=None), self._paces(FACE))
        return Acting(FixedWindow(), self._paces(FACE))

    def of_rotation(self, bone: str) -> Acting:
        """For a bone's rotation."""
        return Acting(self.bones.of_rotation(bone), self._paces_of_bone(bone))

    def of_location(self, bone: str) -> Acting:
        """For a bone's place."""
        return Acting(self.bones.of_location(bone), self._paces_of_bone(bone))

    def _paces_of_bone(self, bone: str) -> Callable[[np.ndarray], Paces]:
        paces = replace(self.paces, body=self.paces.face) if self.bones.is_face(bone) else self.paces
        group = group_of(self.bones.joint(bone))
        return lambda frames: paces.of(group, frames)

    def _paces(self, group: str) -> Callable[[np.ndarray], Paces]:
        return lambda frames: self.paces.of(group, frames)
