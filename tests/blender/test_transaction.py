# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever fails while something is written leaves the file as it was; no element of a collection outlives an add or remove."""

from __future__ import annotations

import functools
import inspect
import sys
from collections import defaultdict

import bpy
import pytest

from .building import add_armature, add_face, curves_of, put_dance_stand_in, put_stand_in, write_wav

ZONE = (
    *("takes.adding", "takes.take_memory", "takes.playing", "takes.baking", "takes.rest_values"),
    *("writing", "prompts", "prompt_rows", "sounds.timeline"),
    *("characters", "compat", "remembered", "report"),
)
KEYING = ("fcurves", "curve_copying", "curve_modifiers", "rig_switches", "channels", "timing", "lines")


@pytest.fixture
def character(scene, monkeypatch, extension, tmp_path):
    put_stand_in(monkeypatch)
    rig = add_armature()
    face = add_face(parent=rig)
    own = bpy.data.actions.new("Own")
    rig.animation_data_create()
    rig.animation_data.action = own
    rig.pose.bones[0].rotation_mode = "XYZ"
    rig.pose.bones[0].keyframe_insert("rotation_euler", frame=3)
    face.data.shape_keys.key_blocks["mouthSmileLeft"].value = 0.25
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    scene.audio2rig.character = rig
    scene.frame_end = 12  # so that the scene is extended, too
    return rig, face


def _group(group):
    found = {}
    for prop in group.bl_rna.properties:
        if prop.identifier != "rna_type":
            value = getattr(group, prop.identifier)
            found[prop.identifier] = [_group(one) for one in value] if prop.type == "COLLECTION" else value
            if prop.type == "POINTER" and value is not None:
                found[prop.identifier] = value.name  # which data-block, not where it lies in memory
    return found


def state(scene, rig, face):
    """All of the file that a generation may change, as plain data."""
    keys = face.data.shape_keys
    owners = {}
    for owner in (rig, keys):
        data = owner.animation_data
        curves = {
            place: [(tuple(point.co), point.type) for point in curve.keyframe_points]
            for place, curve in (curves_of(owner) if data is not None and data.action is not None else {}).items()
        }
        tracks = [(track.name, track.mute) for track in data.nla_tracks] if data is not None else None
        owners[owner.name] = (data is not None, data.action.name if data and data.action else None, tracks, curves)
    editor = scene.sequence_editor
    return {
        "actions": sorted((action.name, action.use_fake_user) for action in bpy.data.actions),
        "sounds": sorted(sound.name for sound in bpy.data.sounds),
        "owners": owners,
        "memory": _group(rig.audio2rig),
        "scene": (scene.audio2rig.last_report, str(scene.audio2rig.character), scene.frame_end, scene.sync_mode),
        "strips": editor is not None
        and sorted(strip.name for strip in getattr(editor, "strips_all", None) or editor.sequences_all),
        "values": [round(block.value, 6) for block in keys.key_blocks],
        "pose": [[round(value, 6) for value in bone.rotation_euler] for bone in rig.pose.bones],
    }


def functions(part):
    """Every function of the zone that may run while something is written, with where it is known by name."""
    modules = [module for name, module in sys.modules.items() if ".audio2rig" in name and module is not None]
    places = defaultdict(list)
    for module in modules:
        for own, value in vars(module).items():
            if inspect.isfunction(value):
                places[value].append((module, own))
    for name in (*ZONE, *(f"keying.{name}" for name in KEYING)):
        module = part(f"core.blender.{name}")
        for known, value in list(vars(module).items()):
            if inspect.isfunction(value) and value.__module__ == module.__name__:
                yield f"{name}.{known}", places[value]


def _called(every, act, monkeypatch):
    """Names of those of `every` that run while `act` does: only these can fail in it."""
    called = set()

    def noting(name, real):
        @functools.wraps(real)
        def function(*arguments, **more):
            called.add(name)
            return real(*arguments, **more)

        return function

    with monkeypatch.context() as patch:
        for name, places in every:
            for module, own in places:
                patch.setattr(module, own, noting(name, getattr(module, own)))
        act()
    return called


def prepared(scene, rig):
    """Three takes, and a pose that is not keyed yet."""
    for seed in (1, 2, 3):
        bpy.ops.audio2rig.generate(seed=seed)
    scene.frame_set(12)
    rig.pose.bones[0].rotation_euler[0] += 0.3


def other_steps():
    """What a person may do to the file besides generating: {name: function}."""
    operators = bpy.ops.audio2rig
    return {
        "bake": lambda: operators.bake_down(),
        "delete": lambda: operators.take_delete(),
        "compare": lambda: operators.take_compare(),
        "add": lambda: operators.add_prompt(which="ALL"),
        "remove": lambda: operators.remove_prompts(scope="ALL"),
    }


WRITTEN = {  # what is written in other ways than the usual one
    "write": {},
    "dance": {"mode": "DANCE"},
    "range": {"frame_start": 4, "frame_end": 10},
    "nla": {"use_nla": True},
}


def _worked(part, step="write"):
    generate = part("core.blender.generate")
    gathered = generate.gather(bpy.context, {"seed": 9, **WRITTEN.get(step, {})})
    return gathered, generate.work(gathered, part("core.progress").Progress())


DEAR = ("range", "dance", "nla")  # they write by the same functions as "write" does


@pytest.mark.parametrize("step", [*WRITTEN, "bake", "delete", "compare", "add", "remove"])
def test_a_failure_anywhere_leaves_the_file_as_it_was(step, character, scene, part, monkeypatch, tmp_path):
    if step in DEAR and bpy.app.version[:2] != (5, 0):
        pytest.skip("half a minute each: in Blender 5.0 alone")
    rig, face = character
    prepared(scene, rig)
    if step == "dance":
        put_dance_stand_in(monkeypatch)
    if step == "remove":
        bpy.ops.audio2rig.add_prompt(which="ALL")
    ready = _worked(part, step)
    start = str(tmp_path / "start.blend")
    bpy.ops.wm.save_as_mainfile(filepath=start)

    def act():
        part("core.blender.generate").write(*ready) if step in WRITTEN else other_steps()[step]()

    def begin_anew():
        bpy.ops.wm.open_mainfile(filepath=start)
        return _worked(part, step) if step in WRITTEN else ready

    called = _called(list(functions(part)), act, monkeypatch)
    ready = begin_anew()
    reached, wrong = [], []
    for name, places in [(name, places) for name, places in functions(part) if name in called]:
        scene, rig, face = bpy.context.scene, bpy.data.objects["Rig"], bpy.data.objects["Face"]
        before = state(scene, rig, face)
        raised = False

        def failing(*_arguments, **_more):
            raise RuntimeError("injected")

        with monkeypatch.context() as patch:
            for module, own in places:
                patch.setattr(module, own, failing)
            try:
                act()
            except (RuntimeError, TypeError):
                raised = True
        changed = []
        if raised:
            reached.append(name)
            after = state(scene, rig, face)
            if changed := [what for what in before if before[what] != after[what]]:
                wrong.append((name, changed))
        if not raised or changed:  # it went through (an update of Blender's is no failure), or is half done
            ready = begin_anew()
    assert not wrong, wrong
    assert len(reached) > 3, reached


@pytest.mark.parametrize("parts", [{"BODY"}, {"LIPS"}])
def test_no_element_of_a_collection_outlives_an_add_or_remove(parts, character, scene, extension):
    """Blender moves elements when one is added or removed: who holds one over that reads freed memory."""
    stale, watched = set(), []

    def watch(frame, event, argument):
        if event != "c_call" or getattr(argument, "__name__", "") not in ("add", "remove", "clear"):
            return
        collection = argument.__self__
        if not isinstance(collection, bpy.types.bpy_prop_collection) or not len(collection):
            return
        if not isinstance(collection[0], bpy.types.PropertyGroup):
            return
        watched.append(argument.__name__)
        addresses = {element.as_pointer() for element in collection}
        running = frame
        while running is not None:
            if "audio2rig" in running.f_code.co_filename:
                stale.update(
                    f"{running.f_code.co_name}: {name}"
                    for name, value in running.f_locals.items()
                    if type(value) is type(collection[0]) and value.as_pointer() in addresses
                )
            running = running.f_back

    scene.audio2rig.use_sound_strip = False
    sys.setprofile(watch)
    try:
        bpy.ops.audio2rig.generate(parts={"LIPS"}, seed=1)
        bpy.ops.audio2rig.generate(parts=parts, seed=2)
        bpy.ops.audio2rig.generate(seed=3)
        bpy.ops.audio2rig.add_prompt(which="ALL")
        bpy.ops.audio2rig.remove_prompts(scope="ALL")
        bpy.ops.audio2rig.take_delete()
        bpy.ops.audio2rig.bake_down()
    finally:
        sys.setprofile(None)
    assert not stale, sorted(stale)
    assert len(watched) > 5  # there was something to see
