# SPDX-License-Identifier: GPL-3.0-or-later
"""How each channel of a character turns into its prompts: how fast, and how long it stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...audio.lip_classes import LIP_CLASS, LIP_CLASSES
from ...motion.face_track import Phone
from ...prompts.expressions import easing_of_shape
from ...prompts.fixed_window import WINDOW_S, FixedWindow
from ...prompts.pacing import FACE, Paces, PromptPaces
from ...prompts.under_speech import UnderSpeech
from ...rigs.description import RigDescription
from ...rigs.sliders import Slider
from .body_groups import group_of
from .bone_easing import BoneEasing
from .held_limbs import HeldLimbs
from .prompt_blending import Acting
from .timing import Timing

_OPENING = ("jawOpen", "mouthLowerDown", "mouthUpperUp", "mouthFunnel")  # shapes that part the lips
_OPENING_BONES = ("jaw", "lip_upper", "lip_lower")
_LEAST_S = 0.03  # of a way into a prompt on lips: about a frame


@dataclass(frozen=True)
class ChannelActing:
    """bones: what each bone stands for. keys: shape key → {canonical shape: weight}. paces: of the prompts. closures: (n, 2)
    frames, from when to when lips are closed for a sound, ascending. frames_per_second: the scene's. limbs: what of the body
    is held while prompts move the rest."""

    bones: BoneEasing
    keys: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    paces: PromptPaces = field(default_factory=PromptPaces)
    closures: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))
    frames_per_second: float = 24.0
    limbs: HeldLimbs | None = None

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

    def around_closures(self, phones: Sequence[Phone], timing: Timing) -> ChannelActing:
        """Letting lips close for the sounds that need it, whatever is keyed beside them."""
        closed = [phone for phone in phones if LIP_CLASSES[LIP_CLASS[phone.symbol]] == "closed"]
        frames = [[timing.frame(phone.start_s), timing.frame(phone.end_s)] for phone in closed]
        return replace(
            self, closures=np.array(frames, np.float64).reshape(-1, 2), frames_per_second=timing.frames_per_second
        )

    @property
    def description(self) -> RigDescription:
        return self.bones.description

    def of_shape(self, key: str) -> Acting:
        """For a shape key: what it mostly shows decides."""
        mix = self.keys.get(key, {})
        shown = max(mix, key=lambda name: abs(mix[name])) if mix else ""
        if shown.startswith(_OPENING):
            return Acting(easing_of_shape(shown), self._paces_of_lips)
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
        if self.bones.joints.get(bone, "").removeprefix("left_").removeprefix("right_") in _OPENING_BONES:
            return self._paces_of_lips
        group = group_of(self.bones.joint(bone))
        return lambda frames: paces.of(group, frames)

    def _paces_of_lips(self, frames: np.ndarray) -> Paces:
        """Where lips close nearby, the way to a prompt and back is so short that they do."""
        paces = self.paces.of(FACE, frames)
        if not len(self.closures) or not len(frames):
            return paces
        first, last = self.closures.T
        away = np.maximum(first[None] - frames[:, None], frames[:, None] - last[None]).min(1)
        usual_s = np.where(paces.exact, paces.ease_s, WINDOW_S)
        # a prompt in a closure is what the animator wants
        room_s = np.where(away > 0.0, away / self.frames_per_second, np.inf)
        near = room_s < usual_s
        return replace(
            paces, ease_s=np.where(near, np.maximum(room_s, _LEAST_S), paces.ease_s), exact=paces.exact | near
        )

    def _paces(self, group: str) -> Callable[[np.ndarray], Paces]:
        return lambda frames: self.paces.of(group, frames)
