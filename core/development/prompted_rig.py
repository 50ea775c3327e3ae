# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig of the bench `prompts` in Blender: motion is generated on it, poses are keyed on it, its curves are read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from ..blender import characters, compat
from ..blender.keying import fcurves, rotation_modes
from ..evaluation.material.babble import write_sound
from ..motion import rotations
from ..motion.clip import Clip
from ..rigs.retargeting import body
from . import clone
from .generated_rig import FPS, GeneratedRig

_MODES = ("QUATERNION", "XYZ", "ZYX", "YXZ", "AXIS_ANGLE")
_OFFSET_RAD = 0.14  # of each component of a random turn on top of a recorded pose
_GAP_S = (0.5, 2.5)  # between the poses that an animator blocks
_HOLD_SHARE, _PARTIAL_SHARE, _BETWEEN_SHARE = 0.3, 0.1, 0.1


# (frame, bone, kind "rotation" or "location", components keyed, values as written)
Key = tuple[float, str, str, tuple[int, ...], np.ndarray]


@dataclass
class PromptSet:
    """One set of prompts."""

    keys: list[Key] = field(default_factory=list)

    @property
    def bones(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for frame, bone, kind, _, _ in self.keys:
            if kind == "rotation":
                found.setdefault(bone, []).append(frame)
        return found


class PromptedRig(GeneratedRig):
    """A rig in an empty scene with modes of rotation at random, motion to generate, and poses to key."""

    def __init__(self, rig: str, data: Path, motion: Path, seed: int, sound: str):
        super().__init__(rig, data, seed)
        with np.load(motion, allow_pickle=False) as found:
            self.motion = dict(found)
        self.frames = self.motion["rotations"].shape[1]
        self.sound = sound or _silence(self.frames)
        self.links, self.posed = self.character.skeleton.links, self._posed()
        names, bones = sorted(self.links), cast(Any, self.bones)  # a mode is any of Blender's words
        for name, mode in zip(names, self.random.choice(_MODES, len(names), p=(0.4, 0.25, 0.1, 0.1, 0.15))):
            bones[name].rotation_mode = str(mode)
        if not sound:
            generate_recorded(self.motion)

    def _posed(self) -> Any:
        """Curves of poses of recorded people with random turns on top, one a frame."""
        recorded = self.motion["poses"].astype(np.float64)
        offsets = self.random.normal(0, _OFFSET_RAD, (*recorded.shape[:2], 3))
        turned = rotations.multiply(recorded, rotations.from_axis_angle(offsets))
        clip = Clip(turned, self.motion["pose_roots"], np.zeros((len(turned), 4), np.float32), 1.0)
        return body.body_curves(clip, np.arange(len(turned), dtype=float), self.character, None, False)

    def drawn(self) -> PromptSet:
        """A random subset of bones and frames, poses of recorded people and random turns on top."""
        random, made = self.random, PromptSet()
        time = float(random.uniform(-0.4, 1.0))
        while time < self.frames / FPS + 0.4:
            chosen, is_whole = self._some_bones()
            pose = int(random.integers(len(self.motion["poses"])))
            frame = 1 + time * FPS if random.uniform() < _BETWEEN_SHARE else float(round(1 + time * FPS))
            frames = [frame]
            if random.uniform() < _HOLD_SHARE:
                frames.append(frame + float(random.integers(6, 30)))
            for at in frames:
                made.keys += [self._rotation_key(at, bone, pose) for bone in chosen]
                if is_whole:
                    locations = self.posed.locations.items()
                    made.keys += [(at, bone, "location", (0, 1, 2), places[pose]) for bone, places in locations]
            time = (frames[-1] - 1) / FPS + float(random.uniform(*_GAP_S))
        return made

    def _some_bones(self) -> tuple[list[str], bool]:
        """All bones, a limb's or a few; whether it is all."""
        random, bones = self.random, list(self.posed.rotations)
        which = random.integers(5)
        if which == 0:
            return bones, True
        if which == 1:
            words = ("left_", "right_", "spine", "hip")
            word = words[random.integers(len(words))]
            return [name for name in bones if word in self.links[name].joint] or bones, False
        return list(random.choice(bones, min(len(bones), int(random.integers(1, 9))), replace=False)), False

    def _rotation_key(self, frame: float, bone: str, pose: int) -> Key:
        quaternions = self.posed.rotations[bone][[pose]].astype(float)
        values = rotation_modes.from_quaternions(quaternions, self.bones[bone].rotation_mode)[0]
        parts = tuple(range(len(values)))
        if len(values) == 3 and self.random.uniform() < _PARTIAL_SHARE:
            parts = (int(self.random.integers(3)),)
        return frame, bone, "rotation", parts, values

    def set_keys(self, made: PromptSet) -> None:
        for frame, bone, kind, parts, values in made.keys:
            posed = self.bones[bone]
            name = "location" if kind == "location" else characters.rotation_property(posed.rotation_mode)
            setattr(posed, name, values.tolist())
            for part in parts:
                posed.keyframe_insert(name, index=part, frame=frame, keytype="KEYFRAME")

    def turning(self, bones: Iterable[str]) -> dict[str, np.ndarray]:
        """{bone: quaternions (F, 4)} at every frame of the sound, by the curves."""
        curves: dict[str, dict[int, Any]] = {}
        for curve in compat.active_curves(self.armature).fcurves:
            curves.setdefault(curve.data_path, {})[curve.array_index] = curve
        result = {}
        for bone in bones:
            mode = self.bones[bone].rotation_mode
            path = characters.bone_path(bone, characters.rotation_property(mode))
            size = 3 if path.endswith("euler") else 4
            if len(curves.get(path, {})) == size:
                frames = range(1, self.frames + 1)
                values = np.array([[curves[path][part].evaluate(at) for part in range(size)] for at in frames])
                result[bone] = rotations.continuous(rotation_modes.to_quaternions(values, mode))
        return result

    def keys(self) -> dict[tuple[str, int], Any]:
        return {
            (curve.data_path, curve.array_index): fcurves.read_keys(curve)
            for curve in compat.active_curves(self.armature).fcurves
        }

    def played(self) -> dict[tuple[str, int], np.ndarray]:
        return {
            (curve.data_path, curve.array_index): np.array(
                [curve.evaluate(frame) for frame in range(1, self.frames + 1)]
            )
            for curve in compat.active_curves(self.armature).fcurves
        }


def _silence(frames: int) -> str:
    """A file of faint noise as long as the motion."""
    path = Path(tempfile.mkdtemp(prefix="audio2rig-prompts-")) / "line.wav"
    noise = np.random.default_rng(0).normal(0, 300 / 32767, int(frames / FPS * 16000))
    write_sound(path, noise, 16000, 1)
    return str(path)


def generate_recorded(motion: dict[str, np.ndarray]) -> None:
    """Let the enabled extension perform recorded motion, which the seed chooses, in place of its models; the rest stays."""
    names = ("performance.speech", "performance.performance", "prompts.blending", "performance.parts")
    speech, performances, prompts, parts = (clone.part(f"core.{name}") for name in names)
    face, clips = clone.part("core.motion.face_track"), clone.part("core.motion.clip")
    feet = clone.part("core.motion.locomotion.foot_planting")
    standing = clone.part("core.performance.body.prompted_feet")
    skeleton = clone.part("core.motion.skeleton").average_adult()

    def perform(clip: Any, settings: Any, progress: Any = None, model: Any = None, **more: Any) -> Any:
        chosen = settings.seed % len(motion["rotations"])
        driven = parts.driven_joints(settings.parts & {"BODY", "HANDS", "HEAD"})
        recorded = (motion[name][chosen] for name in ("rotations", "roots", "contacts"))
        made = clips.Clip(*recorded, float(motion["rate_hz"]), driven)
        still = face.FaceTrack(np.zeros((2 * len(made), len(face.FACE_NAMES)), np.float32))
        asked = more.get("prompts")
        made = feet.plant_feet(prompts.blend_clip_through(made, asked), skeleton)
        made = standing.stand_by_prompts(made, asked, skeleton)
        return performances.Performance(clip.name, clip.duration_s, still, made)

    setattr(speech, "perform", perform)  # noqa: B010 - a module's own function is replaced on purpose
