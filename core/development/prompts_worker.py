# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench `prompts` does in Blender, in a process of its own: sets keys on one rig, generates, reads back; prints one line of
JSON. What is generated is recorded motion that the bench hands over, through the button's own path, unless a voice is given.

python -m core.development.prompts_worker RIG DATA MOTION.npz SETS SEED [SOUND]; BLENDER_USER_RESOURCES must name a folder of its own.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import numpy as np

from ..blender.keying import rotation_modes
from ..motion import rotations
from ..motion.kinematics.joint_limits import acceleration_limit
from ..prompts.curve_spaces import angular_acceleration
from . import clone
from .answering import end_with
from .generated_rig import FPS
from .prompted_rig import PromptedRig, PromptSet

_AROUND_S = 0.5
_RANGES_EVERY = 4  # sets after which a range is generated anew
_STARTLING = 0.98  # of the limit: samples where the motion itself is as abrupt are told apart


def errors(rig: PromptedRig, made: PromptSet) -> tuple[float, float]:
    """The worst rotation and place at the prompts' frames, as Blender evaluates them: degrees, millimetres."""
    worst = [0.0, 0.0]
    graph = bpy.context.evaluated_depsgraph_get()
    for frame in sorted({key[0] for key in made.keys}):
        rig.scene.frame_set(int(np.floor(frame)), subframe=frame - np.floor(frame))
        pose = rig.armature.evaluated_get(graph).pose
        assert pose is not None  # of an armature
        for at, bone, kind, parts, values in made.keys:
            if at != frame:
                continue
            posed = pose.bones[bone]
            if kind == "location":
                off = np.abs(np.array(posed.location) - values).max() * 1000.0 * rig.metre
                worst[1] = max(worst[1], float(off))
                continue
            mode = posed.rotation_mode
            if len(parts) == len(values):
                wanted = rotation_modes.to_quaternions(values[None], mode)[0]
                found = np.array(posed.matrix_basis.to_quaternion())
                off = float(rotations.angle_between_deg(found, wanted))
            else:
                turn = np.array(posed.rotation_euler)[list(parts)] - values[list(parts)]
                off = float(np.degrees(np.abs((turn + np.pi) % (2 * np.pi) - np.pi)).max())
            worst[0] = max(worst[0], off)
    return worst[0], worst[1]


def limit(rig: PromptedRig, bone: str) -> float:
    return acceleration_limit(rig.links[bone].joint)


def abruptness(rig: PromptedRig, made: PromptSet, unprompted: dict[str, np.ndarray]) -> dict[str, list[float]]:
    """Angular acceleration over mocap's percentile around the prompts: with them, and of the motion without."""
    found: dict[str, list[float]] = {"with": [], "without": [], "calm": []}
    for bone, turns in rig.turning(made.bones).items():
        ratio = angular_acceleration(turns, FPS) / limit(rig, bone)
        own = angular_acceleration(unprompted[bone], FPS) / limit(rig, bone)
        near = np.zeros(len(ratio), bool)
        for frame in made.bones[bone]:
            near[max(0, int(frame - 1 - _AROUND_S * FPS)) : max(0, int(frame + _AROUND_S * FPS))] = True
        near[[0, -1]] = False
        found["with"] += ratio[near].tolist()
        found["without"] += own[near].tolist()
        # where the motion itself keeps to the limit, a frame around included
        widest = np.max([np.roll(own, shift) for shift in (-2, -1, 0, 1, 2)], axis=0)
        found["calm"] += ratio[near & (widest < _STARTLING)].tolist()
    return found


def regenerated(rig: PromptedRig) -> tuple[int, float, float]:
    """Another motion inside a random range: keys outside that changed, largest change of a value outside, abruptness at the
    borders over mocap's percentile."""
    first = int(rig.random.integers(20, rig.frames // 2))
    last = int(first + rig.random.integers(40, rig.frames // 2 - 20))
    before, values = rig.keys(), rig.played()
    rig.run(2, frame_start=first, frame_end=last)
    after, now = rig.keys(), rig.played()
    changed, moved = 0, 0.0
    outside = np.ones(rig.frames, bool)
    outside[first - 1 : last] = False
    for name, old in before.items():
        if name not in after:
            changed += len(old)
            continue
        kept = []
        for keys in (old, after[name]):
            kept.append(keys[(keys.frames < first - 1e-3) | (keys.frames > last + 1e-3)])
        same = len(kept[0]) == len(kept[1]) and all(
            np.array_equal(getattr(kept[0], part), getattr(kept[1], part))
            for part in ("frames", "values", "types", "interpolation")
        )
        changed += 0 if same else 1
        moved = max(moved, float(np.abs(values[name] - now[name])[outside].max()))
    abrupt = 0.0
    for bone, turns in rig.turning(rig.posed.rotations).items():
        ratio = angular_acceleration(turns, FPS) / limit(rig, bone)
        abrupt = max(abrupt, *(float(ratio[max(edge - 4, 1) : edge + 3].max()) for edge in (first, last)))
    return changed, moved, abrupt


@dataclass
class _Figures:
    """Of all sets on one rig. ratios: accelerations over the limit, by kind."""

    degrees: float = 0.0
    mm: float = 0.0
    prompts: int = 0
    changed_keys: int = 0
    outside: float = 0.0
    borders: float = 0.0
    notes: int = 0
    ratios: dict[str, list[float]] = field(default_factory=lambda: {"with": [], "without": [], "calm": []})

    def add_errors(self, degrees: float, mm: float) -> None:
        self.degrees, self.mm = max(self.degrees, degrees), max(self.mm, mm)

    def add_range(self, changed: int, moved: float, abrupt: float) -> None:
        self.changed_keys += changed
        self.outside, self.borders = max(self.outside, moved), max(self.borders, abrupt)

    def as_dict(self) -> dict:
        figures = {name: value for name, value in vars(self).items() if name != "ratios"}
        for name, found in self.ratios.items():
            ratios = np.array(found or [0.0])
            figures |= {
                f"{name}_max": float(ratios.max()),
                f"{name}_p995": float(np.percentile(ratios, 99.5)),
                f"{name}_over": float(np.mean(ratios > 1.0)),
            }
        return figures


def measure(name: str, data: str, motion: str, sets: str, seed: str, sound: str = "") -> dict:
    clone.enable()
    rig = PromptedRig(name, Path(data), Path(motion), int(seed), sound)
    figures = _Figures()
    rig.clear()
    rig.run(1)
    unprompted = rig.turning(rig.posed.rotations)
    for number in range(int(sets)):
        rig.clear()
        made = rig.drawn()
        rig.set_keys(made)
        figures.notes += sum("abrupt" in note for note in rig.run(1).notes)
        figures.prompts += len(made.keys)
        figures.add_errors(*errors(rig, made))
        for kind, found in abruptness(rig, made, unprompted).items():
            figures.ratios[kind] += found
        if number % _RANGES_EVERY == 0:
            figures.add_range(*regenerated(rig))
            figures.add_errors(*errors(rig, made))
    return figures.as_dict()


if __name__ == "__main__":
    end_with(measure(*sys.argv[1:]))
