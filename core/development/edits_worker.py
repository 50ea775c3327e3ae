# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench `prompts` asks of edited keys, in Blender: keys that a take wrote are dragged, keyed again, auto-keyed and scaled at
random on one rig, and another seed is generated; prints one line of JSON.

python -m core.development.edits_worker RIG DATA MOTION.npz EDITS SEED; BLENDER_USER_RESOURCES must name a folder of its own.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..blender import characters, compat
from . import clone
from .answering import end_with
from .prompted_rig import PromptedRig

KINDS = ("drag", "re-key", "auto-key", "scale")
_NEAR = 1e-3  # frames, and values: an angle, a component of a quaternion, an axis
_SPREAD = (0.1, 0.5)  # how far an edit goes, in values


@dataclass(frozen=True)
class Edited:
    """A key as the animator left it: of a curve (path, index), at a frame, with its value."""

    kind: str
    path: str
    index: int
    frame: float
    value: float


class Animator:
    """Edits the keys of a take at random, each property at a frame once."""

    def __init__(self, rig: PromptedRig):
        self.rig, self.random = rig, rig.random
        self.touched: set[tuple[str, float]] = set()

    def curves(self) -> list[bpy.types.FCurve]:
        return [curve for curve in compat.active_curves(self.rig.armature).fcurves if "rotation" in curve.data_path]

    def by(self) -> float:
        return float(self.random.uniform(*_SPREAD) * self.random.choice((-1.0, 1.0)))

    def free_points(self, curve: bpy.types.FCurve) -> list[bpy.types.Keyframe]:
        return [
            point
            for point in curve.keyframe_points
            if 2 < point.co.x < self.rig.frames - 2 and (curve.data_path, round(point.co.x, 3)) not in self.touched
        ]

    def edit(self, kind: str) -> list[Edited]:
        """Edit one key or a few. Returns them; none where nothing is left to edit."""
        curves = [curve for curve in self.curves() if len(self.free_points(curve)) > 3]
        if not curves:
            return []
        curve = curves[int(self.random.integers(len(curves)))]
        points = self.free_points(curve)
        at = int(self.random.integers(len(points)))
        if kind == "drag":
            return self.drag(curve, points[at])
        if kind == "scale":
            return self.scale(curve, points[at : at + int(self.random.integers(2, 6))])
        return self.key(curve, round(points[at].co.x), kind)

    def drag(self, curve: bpy.types.FCurve, point: bpy.types.Keyframe) -> list[Edited]:
        in_time = self.random.uniform() < 0.3
        frame = float(np.float32(point.co.x + (0.35 if in_time else 0.0)))
        value = float(np.float32(point.co.y + (0.0 if in_time else self.by())))
        point.co_ui = (frame, value)
        return [self.noted("drag", curve, frame, value)]

    def scale(self, curve: bpy.types.FCurve, points: list[bpy.types.Keyframe]) -> list[Edited]:
        middle, factor = float(np.mean([point.co.y for point in points])) + 0.3, float(self.random.uniform(1.2, 1.6))
        for point in points:
            point.co_ui = (point.co.x, middle + (point.co.y - middle) * factor)
        return [self.noted("scale", curve, point.co.x, point.co.y) for point in points]

    def key(self, curve: bpy.types.FCurve, frame: int, kind: str) -> list[Edited]:
        """Turn the bone at a frame at which one of its curves has a key, and key it."""
        path, armature = curve.data_path, self.rig.armature
        bone = self.rig.bones[characters.bone_of_path(path)]
        name = path.rpartition(".")[2]
        self.rig.scene.frame_set(frame)
        turn = np.array(getattr(bone, name))
        turn[int(self.random.integers(1, len(turn)))] += self.by()
        setattr(bone, name, turn.tolist())
        if kind == "auto-key":
            self.auto_key(bone)
        else:
            bone.keyframe_insert(name, frame=frame)
        edited = []
        for part, value in enumerate(getattr(bone, name)):
            found: Any = compat.active_curves(armature).fcurves.find(path, index=part)
            if found is not None:
                edited.append(self.noted(kind, found, float(frame), float(value)))
        return edited

    def auto_key(self, bone: bpy.types.PoseBone) -> None:
        """As Blender keys what is turned while the record button is on."""
        armature = self.rig.armature
        window = bpy.context.window_manager.windows[0]
        area = window.screen.areas[0]
        area.type = "VIEW_3D"
        region = next(one for one in area.regions if one.type == "WINDOW")
        for other in self.rig.bones:
            holder: Any = other if hasattr(other, "select") else other.bone
            holder.select = other == bone
        self.rig.scene.tool_settings.use_keyframe_insert_auto = True
        with bpy.context.temp_override(
            window=window, area=area, region=region, object=armature, active_object=armature
        ):
            bpy.ops.object.mode_set(mode="POSE")
            bpy.ops.transform.rotate(value=0.2, orient_axis="Z")
            bpy.ops.object.mode_set(mode="OBJECT")
        self.rig.scene.tool_settings.use_keyframe_insert_auto = False

    def noted(self, kind: str, curve: bpy.types.FCurve, frame: float, value: float) -> Edited:
        self.touched.add((curve.data_path, round(frame, 3)))
        return Edited(kind, curve.data_path, curve.array_index, frame, value)


def lives_on(rig: PromptedRig, one: Edited) -> bool:
    """Whether the key is there as it was left, and looks like the animator's. The same turn may be written otherwise: the other sign
    of a quaternion or of an axis with its angle, full turns of an angle."""
    curve: Any = compat.active_curves(rig.armature).fcurves.find(one.path, index=one.index)
    points = [] if curve is None else [point for point in curve.keyframe_points if abs(point.co.x - one.frame) < _NEAR]
    if not points or points[0].type == "GENERATED":
        return False
    off = points[0].co.y - one.value
    if one.path.endswith("quaternion") or one.path.endswith("axis_angle") and one.index:
        return min(abs(off), abs(points[0].co.y + one.value)) < _NEAR
    is_angle = abs((off + np.pi) % (2 * np.pi) - np.pi) < _NEAR
    return is_angle or one.path.endswith("axis_angle") and abs(points[0].co.y + one.value) < _NEAR


def measure(name: str, data: str, motion: str, edits: str, seed: str) -> dict:
    clone.enable()
    rig = PromptedRig(name, Path(data), Path(motion), int(seed), "")
    bones: Any = rig.bones
    for bone in bones:
        bone.rotation_mode = str(rig.random.choice(("QUATERNION", "XYZ", "AXIS_ANGLE"), p=(0.5, 0.4, 0.1)))
    made, kept, extra = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0), 0
    for kind in KINDS:
        rig.clear()
        rig.run(1)
        animator = Animator(rig)
        found = [one for _ in range(int(edits) // len(KINDS)) if (one := animator.edit(kind))]
        touched = {(one.path, round(one.frame, 3)) for edited in found for one in edited}
        report = rig.run(2)
        made[kind] = len(found)
        kept[kind] = sum(all(lives_on(rig, one) for one in edited) for edited in found)
        extra += abs(report.prompts - len(touched))
    return {"edits": made, "edits_kept": kept, "untouched_kept": extra}


if __name__ == "__main__":
    end_with(measure(*sys.argv[1:]))
