# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench `prompts` measures of held limbs, in a process of its own: hips are keyed lower and aside, hands, feet and hips are
pinned at random, the shipped models speak; prints one line of JSON.

python -m core.development.held_limbs_worker RIG DATA SETS SEED; BLENDER_USER_RESOURCES must name a folder of its own.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import bpy  # noqa: F401 - mathutils is known only once it is there
import numpy as np
from mathutils import Matrix, Vector

from ..blender import characters
from ..evaluation.material.babble import babble, write_sound
from ..rigs.pin_effectors import EFFECTOR_JOINTS
from ..rigs.retargeting.body_translation import leg_scale
from ..rigs.spaces import bone_offset
from . import clone
from .answering import end_with
from .generated_rig import FPS, GeneratedRig

SECONDS = 5.0
_LOWER, _ASIDE = (0.02, 0.45), 0.1  # metres of an adult that hips are keyed down, and aside
_CM = 100.0
_REACH = 0.75  # of the arm's length, from the resting shoulder
_EASE = 12


class HeldLimbs(GeneratedRig):
    """A rig that speaks."""

    def __init__(self, rig: str, data: Path, seed: int):
        super().__init__(rig, data, seed)
        # the bones that are driven: what a control rig's switches make of them is measured by `retargeting`
        self.shown = self.character.roles
        self.frames = range(1, int(SECONDS * FPS) + 1)
        self.sound = str(Path(tempfile.mkdtemp(prefix="audio2rig-held-")) / "line.wav")
        write_sound(Path(self.sound), babble(SECONDS), 16000, 1)

    def places(self, bone: str) -> np.ndarray:
        """Where a bone starts at every frame, armature space: (F, 3)."""
        found = []
        for frame in self.frames:
            self.scene.frame_set(frame)
            found.append(self.bones[bone].matrix.translation.to_tuple())
        return np.array(found)

    def key_hips(self) -> None:
        """Some keys on the bone that carries the body: down and aside."""
        carrier, scale = self.character.skeleton.carrier, leg_scale(self.character)
        frame = float(self.random.integers(1, 30))
        while frame < self.frames[-1]:
            down, ways = self.random.uniform(*_LOWER), self.random.uniform(-_ASIDE, _ASIDE, 2)
            offset = np.array([[ways[0], -down, ways[1]]]) * scale
            bone = self.character.description.bones[carrier]
            self.bones[carrier].location = bone_offset(offset, bone, self.character.axes)[0].tolist()
            self.bones[carrier].keyframe_insert("location", frame=frame)
            frame += float(self.random.integers(20, 70))
        self.bones[carrier].location = (0.0, 0.0, 0.0)

    def feet_cm(self) -> tuple[float, float]:
        """How far balls of the feet are from the floor at worst, and how far heels are above it."""
        up, worst = self.character.axes[:, 1], [0.0, 0.0]
        for side in ("left", "right"):
            for at, joint in enumerate((f"{side}_foot", f"{side}_ankle")):
                name = self.shown.get(joint)
                if name:
                    rest = np.array(self.bones[name].bone.matrix_local.translation)
                    off = np.abs((self.places(name) - rest) @ up).max()
                    worst[at] = max(worst[at], float(off) * self.metre * _CM)
        return worst[0], worst[1]

    def pin(self) -> list[tuple[str, int, int, np.ndarray]]:
        """Pin a hand, a foot and the hips somewhere in reach: (bone, first, last, place in armature space)."""
        scale, axes, made = leg_scale(self.character), self.character.axes, []
        side = ("LEFT", "RIGHT")[int(self.random.integers(2))]
        aside = 1.0 if side == "LEFT" else -1.0
        wrist, shoulder = (self.character.roles[f"{side.lower()}_{joint}"] for joint in ("wrist", "shoulder"))
        length = (self._rest(wrist) - self._rest(shoulder)).length
        way = np.array(
            [aside * self.random.uniform(0.0, 0.4), self.random.uniform(-0.7, 0.1), self.random.uniform(0.4, 0.9)]
        )
        hand = np.array(self._rest(shoulder)) + axes @ (way / np.linalg.norm(way)) * _REACH * length
        down = np.array([self.random.uniform(-0.05, 0.05), -self.random.uniform(0.03, 0.2), 0.0]) * scale
        foot = np.array([-aside * 0.05, self.random.uniform(0.0, 0.1), self.random.uniform(0.0, 0.12)]) * scale
        other = "RIGHT" if side == "LEFT" else "LEFT"
        places = {f"{side}_HAND": hand + axes @ down}
        if self.random.uniform() < 0.6:
            places["HIPS"] = np.array(self._rest(self._effector("HIPS"))) + axes @ down
        if self.random.uniform() < 0.6:
            places[f"{other}_FOOT"] = np.array(self._rest(self._effector(f"{other}_FOOT"))) + axes @ foot
        for effector, place in places.items():
            first = int(self.random.integers(20, 60))
            last = first + int(self.random.integers(20, 70))
            clone.operators().add_pin(effector=effector, first=first, last=last)
            pin = characters.memory(self.armature).pins[-1]
            world = Matrix.Translation((self.armature.matrix_world @ Vector(place.tolist())).to_tuple())
            pin.use_turn, pin.ease = False, _EASE
            pin.world = pin.offset = [value for column in world.transposed() for value in column]
            made.append((self._effector(effector), first, last, place))
        return made

    def _effector(self, effector: str) -> str:
        return self.shown[EFFECTOR_JOINTS[effector]]

    def _rest(self, bone: str) -> Vector:
        return self.bones[bone].bone.matrix_local.translation

    def pins_cm(self, made: list[tuple[str, int, int, np.ndarray]]) -> float:
        worst = 0.0
        for bone, first, last, place in made:
            off = np.linalg.norm(self.places(bone)[first - 1 : last] - place, axis=1).max()
            worst = max(worst, float(off) * self.metre * _CM)
        return worst


def measure(name: str, data: str, sets: str, seed: str) -> dict:
    clone.enable()
    rig = HeldLimbs(name, Path(data), int(seed))
    feet, heels, pins, out_of_reach, count = [], [], [], 0, 0
    for number in range(int(sets)):
        rig.clear()
        rig.key_hips()
        rig.run(number)
        ball, heel = rig.feet_cm()
        feet.append(ball)
        heels.append(heel)
        rig.clear()
        made = rig.pin()
        count += len(made)
        if any("does not reach its pin" in note for note in rig.run(number).notes):
            out_of_reach += 1
        else:
            pins.append(rig.pins_cm(made))
    return {
        "feet_cm": max(feet),
        "heels_cm": max(heels),
        "pins_cm": max(pins, default=0.0),
        "pins": count,
        "out_of_reach": out_of_reach,
    }


if __name__ == "__main__":
    end_with(measure(*sys.argv[1:]))
