# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests inside Blender are made of: small characters, sounds, and a quick stand-in for the speech pipeline."""

from __future__ import annotations

import importlib
import sys
import types
import wave
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

PACKAGE = "bl_ext.user_default.audio2rig"
RATE_HZ = 16000


def write_wav(path: Path, seconds: float = 1.0, rate_hz: int = RATE_HZ, level: float = 0.5) -> Path:
    """A buzz that swells and fades four times a second, so that a mouth following it opens and closes."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    sound = level * np.sin(2 * np.pi * 140 * time_s) * np.abs(np.sin(2 * np.pi * 2 * time_s))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


KEYS = (
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthSmileLeft",
    "mouthSmileRight",
    "browInnerUp",
    "eyeBlinkLeft",
    "eyeBlinkRight",
)


def add_face(
    name: str = "Face", keys: tuple[str, ...] = KEYS, parent: bpy.types.Object | None = None
) -> bpy.types.Object:
    """A small mesh with shape keys, in the active scene, selected and active."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    face = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(face)
    face.shape_key_add(name="Basis")
    for number, key in enumerate(keys):
        block = face.shape_key_add(name=key)
        block.data[number % 3].co.z = 1.0
        block.value = 0.0  # Blender 5 adds keys at 1
    if parent is not None:
        face.parent = parent
        face.modifiers.new("Armature", "ARMATURE").object = parent
    select(face)
    return face


def add_armature(
    name: str = "Rig", bones: tuple[str, ...] = ("hips", "spine", "chest", "neck", "head")
) -> bpy.types.Object:
    """A chain of bones straight up."""
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(armature)
    select(armature)
    bpy.ops.object.mode_set(mode="EDIT")
    parent = None
    for number, bone_name in enumerate(bones):
        bone = armature.data.edit_bones.new(bone_name)
        bone.head, bone.tail = (0, 0, 0.3 * number), (0, 0, 0.3 * number + 0.3)
        bone.parent = parent
        parent = bone
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def add_character(name: str = "Rig") -> tuple[bpy.types.Object, bpy.types.Object]:
    """A chain of bones with a head: (armature, head)."""
    rig = add_armature(name)
    return rig, add_face(f"{name} Head", parent=rig)


# A person in metres, Blender's axes, facing -Y: bone → (head, tail, parent); left ones are mirrored.
_TRUNK = {
    "Hips": ((0, 0, 0.95), (0, 0, 1.05), ""),
    "Spine": ((0, 0, 1.05), (0, 0, 1.17), "Hips"),
    "Spine1": ((0, 0, 1.17), (0, 0, 1.28), "Spine"),
    "Spine2": ((0, 0, 1.28), (0, 0, 1.42), "Spine1"),
    "Neck": ((0, 0, 1.45), (0, 0, 1.52), "Spine2"),
    "Head": ((0, 0, 1.52), (0, 0, 1.72), "Neck"),
}
_LEFT = {
    "Shoulder": ((0.03, 0, 1.4), (0.16, 0, 1.4), "Spine2"),
    "Arm": ((0.17, 0, 1.4), (0.43, 0.01, 1.39), "Shoulder"),
    "ForeArm": ((0.43, 0.01, 1.39), (0.68, 0, 1.38), "Arm"),
    "Hand": ((0.68, 0, 1.38), (0.76, 0, 1.38), "ForeArm"),
    "UpLeg": ((0.09, 0, 0.92), (0.1, -0.01, 0.5), "Hips"),
    "Leg": ((0.1, -0.01, 0.5), (0.1, 0.02, 0.09), "UpLeg"),
    "Foot": ((0.1, 0.02, 0.09), (0.1, -0.1, 0.02), "Leg"),
    "ToeBase": ((0.1, -0.1, 0.02), (0.1, -0.17, 0.02), "Foot"),
    **{
        f"HandIndex{number}": (
            (0.73 + 0.03 * number, -0.03, 1.38),
            (0.76 + 0.03 * number, -0.03, 1.38),
            f"HandIndex{number - 1}" if number > 1 else "Hand",
        )
        for number in (1, 2, 3)
    },
}


def person() -> dict[str, tuple]:
    """{Mixamo's bone: (head, tail, parent)} of a standing figure with one finger a hand."""
    bones = dict(_TRUNK)
    for side, sign in (("Left", 1), ("Right", -1)):
        for name, (head, tail, parent) in _LEFT.items():
            bones[side + name] = (
                (sign * head[0], *head[1:]),
                (sign * tail[0], *tail[1:]),
                side + parent if parent in _LEFT else parent,
            )
    return bones


def add_person(
    name: str = "Person", bones: dict[str, tuple] | None = None, prefix: str = "mixamorig:", scale: float = 1.0
) -> bpy.types.Object:
    """An armature of a whole person, or of other bones."""
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(armature)
    select(armature)
    bpy.ops.object.mode_set(mode="EDIT")
    for bone_name, (head, tail, parent) in (bones or person()).items():
        bone = armature.data.edit_bones.new(prefix + bone_name)
        bone.head, bone.tail = [scale * number for number in head], [scale * number for number in tail]
        bone.parent = armature.data.edit_bones[prefix + parent] if parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def add_speaking_person() -> bpy.types.Object:
    """A person with a face, all bones turned by quaternions, selected; its armature."""
    armature = add_person()
    add_face(parent=armature)
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    select(armature)
    return armature


def select(*objects: bpy.types.Object) -> None:
    bpy.context.view_layer.update()  # what was linked or unlinked just now would end Blender in the loop
    for other in list(bpy.context.view_layer.objects):
        other.select_set(False)
    for chosen in objects:
        chosen.select_set(True)
    bpy.context.view_layer.objects.active = objects[0] if objects else None
    bpy.context.view_layer.update()


def stand_in() -> types.ModuleType:
    """A module like core.performance.speech that needs no model: the jaw follows the loudness, the head nods, lids blink, and every
    joint of body and hands that is wanted swings a little."""
    face = importlib.import_module(f"{PACKAGE}.core.motion.face_track")
    clips = importlib.import_module(f"{PACKAGE}.core.motion.clip")
    parts = importlib.import_module(f"{PACKAGE}.core.performance.parts")
    rotation = importlib.import_module(f"{PACKAGE}.core.motion.rotations")
    performances = importlib.import_module(f"{PACKAGE}.core.performance.performance")
    module = types.ModuleType(f"{PACKAGE}.core.performance.speech")

    def perform(clip, settings, progress=None, model=None, prompts=None, **_more):
        module.asked.append(settings)
        module.controls.append(_more.get("controls"))
        frames = max(2, round(clip.duration_s * face.FACE_RATE_HZ))
        times_s = np.arange(frames) / face.FACE_RATE_HZ
        values = np.zeros((frames, len(face.FACE_NAMES)), np.float32)
        loud = np.abs(clip.samples)
        edges = (np.arange(frames + 1) * len(loud) / frames).astype(int)
        level = np.array([loud[first : max(last, first + 1)].max() for first, last in zip(edges[:-1], edges[1:])])
        values[:, face.FACE_INDEX["jawOpen"]] = np.clip(level * settings.lips_strength, 0, 1)
        values[:, face.FACE_INDEX["mouthClose"]] = 0.3 * (1 - level)
        blink = 0.5 + 0.5 * np.sin(times_s * 5 + settings.seed)
        for side in ("Left", "Right"):
            values[:, face.FACE_INDEX[f"eyeBlink{side}"]] = blink
        body = clips.Clip.still(frames, face.FACE_RATE_HZ, frozenset({"neck", "head"}))
        half = 0.1 * np.sin(times_s * 4 + settings.seed)
        rotations, travel = body.rotations.copy(), body.root_translation_m.copy()
        for joint in ("neck", "head"):
            index = clips.JOINT_INDEX[joint]
            rotations[:, index, 0], rotations[:, index, 1] = np.cos(half), np.sin(half)
        driven = set(body.driven)
        for number, joint in enumerate(sorted(parts.driven_joints(settings.parts - {"LIPS", "EYES", "HEAD"}))):
            driven.add(joint)  # each about an axis of its own; feet and knees stay, hands hang
            about = np.array([np.cos(number), np.sin(number), 0.5]) / np.sqrt(1.25)
            small = 0.12 * np.sin(times_s * (2 + 0.1 * number) + number)
            hanging = {"left_shoulder": -1.2, "right_shoulder": 1.2}.get(joint, 0.0)
            rotations[:, clips.JOINT_INDEX[joint]] = rotation.multiply(
                rotation.from_axis_angle(small[:, None] * about),
                rotation.from_axis_angle(np.array([0.0, 0.0, hanging])),
            )
        if "BODY" in settings.parts:
            travel[:, 0] = 0.04 * np.sin(times_s * 2)
        body = clips.Clip(rotations, travel, body.contacts, body.rate_hz, frozenset(driven))
        for step in range(module.steps):
            if progress is not None:
                progress.report(step / module.steps, "Listening")
            if module.pause_s:
                module.sleep(module.pause_s)
        return performances.Performance(clip.name, clip.duration_s, face.FaceTrack(values), body)

    import time

    module.perform = perform
    module.steps, module.pause_s, module.sleep, module.asked, module.controls = 1, 0.0, time.sleep, [], []
    return module


def put_stand_in(monkeypatch) -> types.ModuleType:
    """Let the extension use the stand-in during one test."""
    module = stand_in()
    package = importlib.import_module(f"{PACKAGE}.core.performance")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(package, "speech", module, raising=False)
    hear(monkeypatch, "SPEECH")
    return module


def hear(monkeypatch, kind: str) -> None:
    """Let mode Auto hear this kind of sound during one test: SPEECH, MUSIC, BOTH or SILENCE."""
    try:
        module = importlib.import_module(f"{PACKAGE}.core.audio.sound_kind")
    except ModuleNotFoundError:  # SciPy is not in this environment
        module = types.ModuleType(f"{PACKAGE}.core.audio.sound_kind")
        monkeypatch.setitem(sys.modules, module.__name__, module)
    shares = {"speech": float(kind in ("SPEECH", "BOTH")), "music": float(kind in ("MUSIC", "BOTH"))}
    found = types.SimpleNamespace(kind=kind, **shares)
    monkeypatch.setattr(module, "sound_kind", lambda _samples: found, raising=False)


def put_dance_stand_in(monkeypatch, beat_s: float = 0.5) -> types.ModuleType:
    """Let the extension speak and dance by stand-ins during one test: the dance moves as the speech does, in time to beats that are
    so far apart, four a bar, the first one at 0."""
    spoken = put_stand_in(monkeypatch)
    hear(monkeypatch, "MUSIC")
    module = types.ModuleType(f"{PACKAGE}.core.performance.dance.pipeline")
    module.asked, module.beat_s = [], beat_s

    def perform(clip, settings, progress=None, **more):
        module.asked.append(settings)
        beats_s = np.arange(0.0, clip.duration_s, module.beat_s)
        return replace(spoken.perform(clip, settings, progress, **more), beats_s=beats_s, downbeats_s=beats_s[::4])

    module.perform = perform
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(importlib.import_module(f"{PACKAGE}.core.performance.modes"), "can_dance", lambda: True)
    return module


def curves_of(owner: bpy.types.ID) -> dict[tuple[str, int], bpy.types.FCurve]:
    """The curves that animate a data-block now."""
    return importlib.import_module(f"{PACKAGE}.core.blender.compat").curves_by_channel(owner)


def generate(rig: bpy.types.Object, sound: str, **more) -> str:
    """Generate on this character; the report."""
    bpy.context.scene.audio2rig.character = rig
    assert bpy.ops.audio2rig.generate(filepath=sound, **more) == {"FINISHED"}
    return bpy.context.scene.audio2rig.last_report


def drive(face: bpy.types.Object, key: str, expression: str = "v", **target) -> bpy.types.FCurve:
    """A driver with one variable "v" of this target on a shape key. target: properties of the target; type: of the variable."""
    curve = face.data.shape_keys.key_blocks[key].driver_add("value")
    for modifier in list(curve.modifiers):
        curve.modifiers.remove(modifier)
    while curve.keyframe_points:
        curve.keyframe_points.remove(curve.keyframe_points[0])
    variable = curve.driver.variables.new()
    variable.name, variable.type = "v", target.pop("type", "SINGLE_PROP")
    if isinstance(target["id"], bpy.types.Armature):
        variable.targets[0].id_type = "ARMATURE"
    target["id"].update_tag()  # a property that a script adds is not seen by drivers before
    for name, value in target.items():
        setattr(variable.targets[0], name, value)
    curve.driver.type, curve.driver.expression = "SCRIPTED", expression
    return curve
