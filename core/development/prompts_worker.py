# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench `prompts` does in Blender, in a process of its own: sets keys on one rig, generates, reads back; prints one line of
JSON. What is generated is recorded motion that the bench hands over, through the button's own path, unless a voice is given.

python -m core.development.prompts_worker RIG DATA MOTION.npz SETS SEED [SOUND]
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import clone

FPS = 30
_MODES = ("QUATERNION", "XYZ", "ZYX", "YXZ", "AXIS_ANGLE")
_AROUND_S = 0.5
_OFFSET_RAD = 0.14  # of each component of a random turn on top of a recorded pose
_GAP_S = (0.5, 2.5)  # between the poses that an animator blocks
_HOLD_SHARE, _PARTIAL_SHARE, _BETWEEN_SHARE = 0.3, 0.1, 0.1
_RANGES_EVERY = 4  # sets after which a range is generated anew
_STARTLING = 0.98  # of the limit: samples where the motion itself is as abrupt are told apart


@dataclass
class _Set:
    """One set of prompts. keys: (frame, bone, kind "rotation" or "location", components keyed, values as written)."""

    keys: list[tuple[float, str, str, tuple[int, ...], np.ndarray]] = field(default_factory=list)

    @property
    def bones(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for frame, bone, kind, _, _ in self.keys:
            if kind == "rotation":
                found.setdefault(bone, []).append(frame)
        return found


class _Bench:
    def __init__(self, rig: str, data: Path, motion: Path, seed: int, sound: str):
        import bpy

        self.bpy, part = bpy, clone.part
        self.bench_rigs, self.generate, self.reading = (
            part("core.development.bench_rigs"),
            part("core.blender.generate"),
            part("core.blender.rig_reading"),
        )
        self.modes, self.curve_spaces, self.limits = (
            part("core.blender.keying.rotation_modes"),
            part("core.prompts.curve_spaces"),
            part("core.motion.kinematics.joint_limits"),
        )
        self.rotations, self.clips, self.actions, self.compat = (
            part("core.motion.rotations"),
            part("core.motion.clip"),
            part("core.blender.keying.fcurves"),
            part("core.blender.compat"),
        )
        self.characters = part("core.blender.characters")
        self.random = np.random.default_rng(seed)
        with np.load(motion, allow_pickle=False) as found:
            self.motion = dict(found)
        self.armature = self.bench_rigs.load(rig, data)
        self.scene = bpy.context.scene
        self.scene.render.fps, self.scene.render.fps_base = FPS, 1.0
        self.frames = self.motion["rotations"].shape[1]
        self.sound = sound or self._silence()
        self.scene.audio2rig.frame_start = 1
        self.scene.audio2rig.character = self.armature
        self.links, self.posed = self._links()
        modes = sorted(self.links.links)
        for name, mode in zip(modes, self.random.choice(_MODES, len(modes), p=(0.4, 0.25, 0.1, 0.1, 0.15))):
            self.armature.pose.bones[name].rotation_mode = str(mode)
        if not sound:
            self._stand_in()
        self.scale_mm = 1000.0 * float(np.mean(self.armature.matrix_world.to_scale()))

    def _silence(self) -> str:
        path = str(Path(tempfile.mkdtemp(prefix="audio2rig-prompts-")) / "line.wav")
        with wave.open(path, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16000)
            noise = np.random.default_rng(0).normal(0, 300, int(self.frames / FPS * 16000))
            file.writeframes(noise.astype("<i2").tobytes())
        return path

    def _links(self):
        body = clone.part("core.rigs.retargeting.body")
        description = self.reading.describe(self.armature, self.scene)
        character = clone.part("core.rigs.character").Character.of(description)
        rotations = self.motion["poses"].astype(np.float64)
        offsets = self.random.normal(0, _OFFSET_RAD, (*rotations.shape[:2], 3))
        turned = self.rotations.multiply(rotations, self.rotations.from_axis_angle(offsets))
        clip = self.clips.Clip(turned, self.motion["pose_roots"], np.zeros((len(turned), 4), np.float32), 1.0)
        made = body.body_curves(clip, np.arange(len(turned), dtype=float), character, None, False)
        self.roles = {bone: joint for joint, bone in character.roles.items()}
        return character.skeleton, made

    def _stand_in(self) -> None:
        """Recorded motion instead of a model, the seed says which; the rest of the path is the button's."""
        speech, performances, prompts, parts, face = (
            clone.part(f"core.{name}")
            for name in (
                "performance.speech",
                "performance.performance",
                "prompts.blending",
                "performance.parts",
                "motion.face_track",
            )
        )
        feet, skeleton = (
            clone.part("core.motion.locomotion.foot_planting"),
            clone.part("core.motion.skeleton").average_adult(),
        )
        standing = clone.part("core.performance.body.prompted_feet")

        def perform(clip, settings, progress=None, model=None, **more):
            chosen = settings.seed % len(self.motion["rotations"])
            body = self.clips.Clip(
                self.motion["rotations"][chosen],
                self.motion["roots"][chosen],
                self.motion["contacts"][chosen],
                float(self.motion["rate_hz"]),
                parts.driven_joints(settings.parts & {"BODY", "HANDS", "HEAD"}),
            )
            still = face.FaceTrack(np.zeros((2 * len(body), len(face.FACE_NAMES)), np.float32))
            asked = more.get("prompts")
            body = standing.stand_by_prompts(
                feet.plant_feet(prompts.blend_clip_through(body, asked), skeleton), asked, skeleton
            )
            return performances.Performance(clip.name, clip.duration_s, still, body)

        speech.perform = perform

    # ------------------------------------------------------------------------------------------------------------- one set

    def clear(self) -> None:
        self.armature.animation_data_clear()
        self.armature.audio2rig.takes.clear()
        for action in list(self.bpy.data.actions):
            self.bpy.data.actions.remove(action)
        for bone in self.armature.pose.bones:
            bone.matrix_basis.identity()

    def run(self, seed: int, **more: Any):
        settings = {"audio_path": self.sound, "seed": seed, "parts": frozenset({"BODY", "HANDS", "HEAD"}), **more}
        return self.generate.generate(self.bpy.context, settings, character=self.armature)

    def drawn(self) -> _Set:
        """A random subset of bones and frames, poses of recorded people and random turns on top."""
        rng, made = self.random, _Set()
        bones = [name for name in self.posed.rotations]
        chains = [
            [name for name in bones if word in self.links.links[name].joint]
            for word in ("left_", "right_", "spine", "hip")
        ]
        time = float(rng.uniform(-0.4, 1.0))
        while time < self.frames / FPS + 0.4:
            which = rng.integers(5)
            if which == 0:
                chosen = bones
            elif which == 1:
                chosen = chains[rng.integers(len(chains))] or bones
            else:
                chosen = list(rng.choice(bones, min(len(bones), int(rng.integers(1, 9))), replace=False))
            pose = int(rng.integers(len(self.motion["poses"])))
            frame = 1 + time * FPS if rng.uniform() < _BETWEEN_SHARE else float(round(1 + time * FPS))
            frames = [frame]
            if rng.uniform() < _HOLD_SHARE:
                frames.append(frame + float(rng.integers(6, 30)))
            for at in frames:
                for bone in chosen:
                    mode = self.armature.pose.bones[bone].rotation_mode
                    values = self.modes.from_quaternions(self.posed.rotations[bone][[pose]].astype(float), mode)[0]
                    parts = tuple(range(len(values)))
                    if len(values) == 3 and rng.uniform() < _PARTIAL_SHARE:
                        parts = (int(rng.integers(3)),)
                    made.keys.append((at, bone, "rotation", parts, values))
                if which == 0:
                    made.keys += [
                        (at, bone, "location", (0, 1, 2), places[pose]) for bone, places in self.posed.locations.items()
                    ]
            time = (frames[-1] - 1) / FPS + float(rng.uniform(*_GAP_S))
        return made

    def set_keys(self, made: _Set) -> None:
        for frame, bone, kind, parts, values in made.keys:
            posed = self.armature.pose.bones[bone]
            name = "location" if kind == "location" else self.characters.rotation_property(posed.rotation_mode)
            setattr(posed, name, values.tolist())
            for part in parts:
                posed.keyframe_insert(name, index=part, frame=frame, keytype="KEYFRAME")

    def errors(self, made: _Set) -> tuple[float, float]:
        """The worst rotation and place at the prompts' frames, as Blender evaluates them: degrees, millimetres."""
        worst = [0.0, 0.0]
        graph = self.bpy.context.evaluated_depsgraph_get()
        for frame in sorted({key[0] for key in made.keys}):
            self.scene.frame_set(int(np.floor(frame)), subframe=frame - np.floor(frame))
            bones = self.armature.evaluated_get(graph).pose.bones
            for at, bone, kind, parts, values in made.keys:
                if at != frame:
                    continue
                posed = bones[bone]
                if kind == "location":
                    off = np.abs(np.array(posed.location) - values).max() * self.scale_mm
                    worst[1] = max(worst[1], float(off))
                    continue
                mode = posed.rotation_mode
                if len(parts) == len(values):
                    wanted = self.modes.to_quaternions(values[None], mode)[0]
                    found = np.array(posed.matrix_basis.to_quaternion())
                    off = float(self.rotations.angle_between_deg(found, wanted))
                else:
                    turn = np.array(posed.rotation_euler)[list(parts)] - values[list(parts)]
                    off = float(np.degrees(np.abs((turn + np.pi) % (2 * np.pi) - np.pi)).max())
                worst[0] = max(worst[0], off)
        return worst[0], worst[1]

    def turning(self, bones: Any) -> dict[str, np.ndarray]:
        """{bone: quaternions (F, 4)} at every frame of the sound, by the curves."""
        curves: dict[str, dict[int, Any]] = {}
        for curve in self.compat.active_curves(self.armature).fcurves:
            curves.setdefault(curve.data_path, {})[curve.array_index] = curve
        result = {}
        for bone in bones:
            mode = self.armature.pose.bones[bone].rotation_mode
            path = self.characters.bone_path(bone, self.characters.rotation_property(mode))
            size = 3 if path.endswith("euler") else 4
            if len(curves.get(path, {})) == size:
                values = np.array(
                    [
                        [curves[path][part].evaluate(frame) for part in range(size)]
                        for frame in range(1, self.frames + 1)
                    ]
                )
                result[bone] = self.rotations.continuous(self.modes.to_quaternions(values, mode))
        return result

    def limit(self, bone: str) -> float:
        return self.limits.acceleration_limit(self.links.links[bone].joint)

    def abruptness(self, made: _Set, unprompted: dict[str, np.ndarray]) -> dict[str, list[float]]:
        """Angular acceleration over mocap's percentile around the prompts: with them, and of the motion without."""
        found: dict[str, list[float]] = {"with": [], "without": [], "calm": []}
        for bone, turns in self.turning(made.bones).items():
            ratio = self.curve_spaces.angular_acceleration(turns, FPS) / self.limit(bone)
            own = self.curve_spaces.angular_acceleration(unprompted[bone], FPS) / self.limit(bone)
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

    def keys(self) -> dict[tuple[str, int], Any]:
        return {
            (curve.data_path, curve.array_index): self.actions.read_keys(curve)
            for curve in self.compat.active_curves(self.armature).fcurves
        }

    def played(self) -> dict[tuple[str, int], np.ndarray]:
        return {
            (curve.data_path, curve.array_index): np.array(
                [curve.evaluate(frame) for frame in range(1, self.frames + 1)]
            )
            for curve in self.compat.active_curves(self.armature).fcurves
        }

    def regenerated(self) -> tuple[int, float, float]:
        """Another motion inside a random range: keys outside that changed, largest change of a value outside, abruptness at the
        borders over mocap's percentile."""
        first = int(self.random.integers(20, self.frames // 2))
        last = int(first + self.random.integers(40, self.frames // 2 - 20))
        before, values = self.keys(), self.played()
        self.run(2, frame_start=first, frame_end=last)
        after, now = self.keys(), self.played()
        changed, moved = 0, 0.0
        outside = np.ones(self.frames, bool)
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
        for bone, turns in self.turning(self.posed.rotations).items():
            ratio = self.curve_spaces.angular_acceleration(turns, FPS) / self.limit(bone)
            abrupt = max(abrupt, *(float(ratio[max(edge - 4, 1) : edge + 3].max()) for edge in (first, last)))
        return changed, moved, abrupt


def measure(rig: str, data: str, motion: str, sets: str, seed: str, sound: str = "") -> dict:
    clone.enable()
    bench = _Bench(rig, Path(data), Path(motion), int(seed), sound)
    ratios: dict[str, list[float]] = {"with": [], "without": [], "calm": []}
    figures = {"degrees": 0.0, "mm": 0.0, "prompts": 0, "changed_keys": 0, "outside": 0.0, "borders": [], "notes": 0}
    bench.clear()
    bench.run(1)
    unprompted = bench.turning(bench.posed.rotations)
    for number in range(int(sets)):
        bench.clear()
        made = bench.drawn()
        bench.set_keys(made)
        report = bench.run(1)
        figures["notes"] += sum("abrupt" in note for note in report.notes)
        figures["prompts"] += len(made.keys)
        degrees, millimetres = bench.errors(made)
        figures["degrees"], figures["mm"] = max(figures["degrees"], degrees), max(figures["mm"], millimetres)
        for name, found in bench.abruptness(made, unprompted).items():
            ratios[name] += found
        if number % _RANGES_EVERY:
            continue
        changed, moved, abrupt = bench.regenerated()
        figures["changed_keys"] += changed
        figures["outside"] = max(figures["outside"], moved)
        figures["borders"].append(abrupt)
        degrees, millimetres = bench.errors(made)
        figures["degrees"], figures["mm"] = max(figures["degrees"], degrees), max(figures["mm"], millimetres)
    for name, found in ratios.items():
        found = np.array(found or [0.0])
        figures |= {
            f"{name}_max": float(found.max()),
            f"{name}_p995": float(np.percentile(found, 99.5)),
            f"{name}_over": float(np.mean(found > 1.0)),
        }
    figures["borders"] = float(np.max(figures["borders"] or [0.0]))
    return figures


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="audio2rig-prompts-", ignore_cleanup_errors=True) as resources:
        os.environ["BLENDER_USER_RESOURCES"] = resources  # before bpy is imported: nobody's own settings are touched
        print("FIGURES " + json.dumps(measure(*sys.argv[1:])), flush=True)
    sys.stdout.flush()
    os._exit(0)  # Blender's module can hang at the end of the interpreter


if __name__ == "__main__":
    main()
