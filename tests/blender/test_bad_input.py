# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: a message that says what to do, and the file as it was."""

from __future__ import annotations

import threading
import wave

import bpy
import numpy as np
import pytest

from tests.blender.building import add_armature, add_face, put_stand_in, select, write_wav


@pytest.fixture
def speech(monkeypatch, extension):
    return put_stand_in(monkeypatch)


@pytest.fixture
def sound(tmp_path):
    return write_wav(tmp_path / "line.wav")


def state() -> tuple:
    """What of the file a failed generation might have touched."""
    owners = [*bpy.data.objects, *bpy.data.shape_keys]
    return (
        len(bpy.data.actions),
        [owner.name for owner in owners],
        [
            bool(owner.animation_data and (owner.animation_data.action or owner.animation_data.nla_tracks))
            for owner in owners
        ],
        [len(part.audio2rig.takes) for part in bpy.data.objects],
        bpy.context.scene.audio2rig.last_report,
    )


def refused(match: str, **properties) -> None:
    """Generating fails with this message and changes nothing."""
    before = state()
    with pytest.raises(RuntimeError, match=match):
        bpy.ops.audio2rig.generate(**properties)
    assert state() == before


@pytest.mark.parametrize(
    "content, match",
    [
        (None, "There is no sound"),
        (b"", "is empty"),
        (b"RIFF", "damaged or cut off|not a sound"),
        (b"this is a letter and no sound at all" * 20, "not a sound file"),
    ],
)
def test_files_that_are_no_sounds(scene, speech, tmp_path, content, match):
    add_face()
    path = tmp_path / "bad.wav"
    if content is not None:
        path.write_bytes(content)
    refused(match, filepath=str(path))


@pytest.mark.parametrize(
    "samples, match",
    [(np.zeros(16000), "is silent"), (np.zeros(0), "no sound|zero|cut off"), (np.ones(1) * 0.5, "too short|silent")],
)
def test_sounds_that_hold_nothing(scene, speech, tmp_path, samples, match):
    add_face()
    path = tmp_path / "bad.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    refused(match, filepath=str(path))


def test_a_folder_instead_of_a_sound(scene, speech, tmp_path):
    add_face()
    refused("is a folder", filepath=str(tmp_path))


def test_no_sound_chosen(scene, speech):
    add_face()
    refused("No sound is chosen")


def test_no_character(scene, speech, sound):
    refused("no character", filepath=str(sound))


def test_nothing_to_drive(scene, speech, sound):
    mesh = bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube"))
    scene.collection.objects.link(mesh)
    scene.audio2rig.character = mesh
    refused("no shape keys and no armature", filepath=str(sound))


def test_nothing_recognised(scene, speech, sound):
    add_face(keys=("qqq", "zzz"))
    refused("Nothing of", filepath=str(sound))


def test_several_characters(scene, speech, sound):
    add_face("Anna")
    add_face("Bob")
    select()
    refused("several characters: Anna, Bob", filepath=str(sound))


def test_all_keys_driven_or_muted(scene, speech, sound):
    face = add_face()
    for number, block in enumerate(face.data.shape_keys.key_blocks[1:]):
        if number % 2:
            block.driver_add("value")
        else:
            block.mute = True
    refused("left alone|can be keyed", filepath=str(sound))


def test_some_keys_driven_are_named_and_the_rest_moves(scene, speech, sound):
    face = add_face()
    face.data.shape_keys.key_blocks["mouthPucker"].driver_add("value")
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    assert "mouthPucker" in scene.audio2rig.last_report and "driven" in scene.audio2rig.last_report


def test_edit_mode(scene, speech, sound):
    face = add_face()
    select(face)
    bpy.ops.object.mode_set(mode="EDIT")
    refused("Edit Mode", filepath=str(sound))
    bpy.ops.object.mode_set(mode="OBJECT")


@pytest.mark.parametrize("scale", [(0, 0, 0), (1, 1, 0)])
def test_an_armature_without_a_size(scene, speech, sound, scale):
    rig = add_armature()
    face = add_face(parent=rig)
    rig.scale = scale
    select(rig)
    refused("scaled to 0", filepath=str(sound))
    rig.scale, face.scale = (0.001, 0.001, 0.001), (0, 0, 0)  # a mesh may be hidden so: its keys need no size
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}


def test_hidden_objects_are_driven_too(scene, speech, sound):
    rig = add_armature()
    face = add_face(parent=rig)
    face.hide_viewport = True
    rig.hide_set(True)
    bpy.context.view_layer.update()
    scene.audio2rig.character = rig
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    assert face.data.shape_keys.animation_data.action is not None


def test_a_character_in_an_excluded_collection(scene, speech, sound):
    """Its armature has never been evaluated: un-assigning its Action would crash Blender 4.5 to 5.2."""
    rig = add_armature()
    face = add_face(parent=rig)
    collection = bpy.data.collections.new("Away")
    scene.collection.children.link(collection)
    for part in (rig, face):
        scene.collection.objects.unlink(part)
        collection.objects.link(part)
    bpy.context.view_layer.layer_collection.children["Away"].exclude = True
    scene.audio2rig.character = rig
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    assert bpy.ops.audio2rig.take_activate(index=0) == {"FINISHED"}


def test_absolute_shape_keys(scene, speech, sound):
    face = add_face()
    face.data.shape_keys.use_relative = False
    refused("Relative", filepath=str(sound))


def test_dance_and_parts_that_are_not_there(scene, speech, sound, part, monkeypatch):
    add_face()
    monkeypatch.setattr(part("core.performance.modes"), "can_dance", lambda: False)
    refused("The dance model is missing", filepath=str(sound), mode="DANCE")
    refused("Body, Hands of Face cannot be driven: there is no armature", filepath=str(sound), parts={"BODY", "HANDS"})
    refused("No part is chosen", filepath=str(sound), parts=set())


def test_a_range_outside_the_sound(scene, speech, sound):
    add_face()
    refused("not heard between", filepath=str(sound), frame_start=500, frame_end=600)
    refused("before it begins", filepath=str(sound), frame_start=20, frame_end=10)


def test_a_missing_package_is_one_clear_message(scene, sound, monkeypatch, part):
    import sys

    add_face()
    monkeypatch.setitem(sys.modules, "bl_ext.user_default.audio2rig.core.performance.speech", None)
    monkeypatch.delattr(part("core.performance"), "speech", raising=False)
    refused("missing in Blender's Python", filepath=str(sound), mode="SPEECH")


def test_an_error_nobody_foresaw_is_reported_too(scene, speech, sound, monkeypatch):
    add_face()

    def broken(*_arguments, **_named):
        raise ValueError("weights are damaged")

    monkeypatch.setattr(speech, "perform", broken)
    refused("weights are damaged", filepath=str(sound))


def test_a_damaged_mapping(scene, speech, sound):
    face = add_face()
    face.audio2rig.mapping = "{"
    refused("mapping stored", filepath=str(sound))


# ---------------------------------------------------------------------------------------------------------------- jobs


def job_of(part, speech, sound, steps=200, pause_s=0.02):
    jobs, generate = part("core.blender.jobs"), part("core.blender.generate")
    speech.steps, speech.pause_s = steps, pause_s
    gathered = generate.gather(bpy.context, {"audio_path": str(sound)})
    return jobs.start(bpy.context.scene, lambda progress: generate.work(gathered, progress), "line")


def test_a_job_works_in_a_thread_and_its_result_is_written_here(scene, speech, sound, part):
    add_face()
    jobs, generate = part("core.blender.jobs"), part("core.blender.generate")
    gathered = generate.gather(bpy.context, {"audio_path": str(sound)})
    threads = []

    def work(progress):
        threads.append(threading.current_thread())
        return generate.work(gathered, progress)

    job = jobs.start(scene, work, "line")
    job.join(30)
    assert job.state == "FINISHED" and threads[0] is not threading.main_thread()
    jobs.release(job)
    assert generate.write(gathered, job.result).keys > 0


def test_cancel_stops_soon_and_changes_nothing(scene, speech, sound, part):
    add_face()
    before = state()
    job = job_of(part, speech, sound)
    assert bpy.ops.audio2rig.cancel() == {"FINISHED"}
    job.join(5)
    assert job.state == "CANCELLED" and job.elapsed_s < 2
    part("core.blender.jobs").release(job)
    assert state() == before


def test_two_jobs_at_once_are_refused(scene, speech, sound, part):
    add_face()
    jobs = part("core.blender.jobs")
    job = job_of(part, speech, sound)
    with pytest.raises(RuntimeError, match="still busy"):
        bpy.ops.audio2rig.generate(filepath=str(sound))
    with pytest.raises(part("core.errors").UserError, match="still busy"):
        jobs.require_idle(scene)
    other = bpy.data.scenes.new("Other")
    jobs.require_idle(other)
    jobs.cancel_all()
    assert job.state == "CANCELLED"


def test_loading_another_file_stops_the_job(scene, speech, sound, part):
    add_face()
    job = job_of(part, speech, sound)
    bpy.ops.wm.read_homefile(use_empty=True)
    assert job.state == "CANCELLED"
    assert part("core.blender.jobs").find(bpy.context.scene) is None


def test_an_error_in_the_thread_reaches_the_caller(scene, part):
    jobs = part("core.blender.jobs")

    def work(_progress):
        raise OSError("disk on fire")

    job = jobs.start(scene, work, "line")
    job.join(5)
    assert job.state == "FAILED" and "disk on fire" in str(job.error)
    jobs.release(job)


def test_the_character_may_vanish_meanwhile(scene, speech, sound, part):
    face = add_face()
    generate = part("core.blender.generate")
    gathered = generate.gather(bpy.context, {"audio_path": str(sound)})
    worked = generate.work(gathered, part("core.progress").Progress())
    bpy.data.objects.remove(face)
    with pytest.raises(part("core.errors").UserError, match="not in the scene any more"):
        generate.write(gathered, worked)
    assert len(bpy.data.actions) == 0


def test_cancelling_in_every_phase_changes_nothing(scene, speech, sound, part):
    """Once at each report of progress, from the first sample to the last key."""
    face = add_face()
    generate, progress = part("core.blender.generate"), part("core.progress")
    cancelled = part("core.errors").Cancelled
    reports = []
    gathered = generate.gather(bpy.context, {"audio_path": str(sound)})
    generate.work(gathered, progress.Progress(lambda _fraction, message: reports.append(message)))
    assert len(reports) > 5 and len(set(reports)) > 3
    before = state()
    for count in range(len(reports)):
        stopping = StopAt(progress.Progress, count).progress
        try:
            generate.work(gathered, stopping)
        except cancelled:
            pass
        else:
            assert count == len(reports) - 1  # cancelled after the last report: the job sees the flag itself
        assert state() == before
    assert face.data.shape_keys.animation_data is None


class StopAt:
    """A Progress that is cancelled when it has been reported to so many times."""

    def __init__(self, make, count: int):
        self.left = count
        self.progress = make(self._heard)

    def _heard(self, _fraction, _message) -> None:
        self.left -= 1
        if self.left < 0:
            self.progress.cancel()


def test_renaming_meanwhile_loses_nothing(scene, speech, sound, part):
    """An object is found by what it is, not by what it was called when the work began."""
    rig = add_armature()
    face = add_face(parent=rig)
    generate = part("core.blender.generate")
    gathered = generate.gather(bpy.context, {"audio_path": str(sound)})
    worked = generate.work(gathered, part("core.progress").Progress())
    rig.name, face.name, scene.name = "Renamed Rig", "Renamed Face", "Renamed Scene"
    other = add_armature()  # now another object has the name that the rig had
    assert other.name == "Rig"
    report = generate.write(gathered, worked)
    assert report.character == "Renamed Rig" and report.keys > 0
    assert face.data.shape_keys.animation_data.action is not None and rig.animation_data.action is not None
    assert other.animation_data is None


def test_what_is_keyed_and_renamed_meanwhile_is_named(scene, speech, sound, part):
    rig = add_armature()
    keys = add_face(parent=rig).data.shape_keys
    key = keys.key_blocks["jawOpen"]
    key.keyframe_insert("value", frame=5)
    generate = part("core.blender.generate")
    gathered = generate.gather(bpy.context, {"audio_path": str(sound)})
    worked = generate.work(gathered, part("core.progress").Progress())
    key.value = 0.9
    key.keyframe_insert("value", frame=30)
    rig.data.bones["head"].name = "Kopf"
    neck = rig.pose.bones["neck"]
    neck.rotation_mode = "ZYX" if neck.rotation_mode == "QUATERNION" else "QUATERNION"
    scene.render.fps = 2 * scene.render.fps
    notes = generate.write(gathered, worked).notes
    assert any("rotation mode of neck was changed meanwhile" in note for note in notes)
    assert any("frame rate was changed meanwhile" in note for note in notes)
    assert any("set meanwhile" in note and "jawOpen at frame 30" in note for note in notes)
    assert any("head was renamed or removed meanwhile" in note for note in notes)


def test_what_nobody_touched_meanwhile_is_not_named(scene, speech, sound, part):
    rig = add_armature()
    key = add_face(parent=rig).data.shape_keys.key_blocks["jawOpen"]
    key.keyframe_insert("value", frame=5)
    generate = part("core.blender.generate")
    gathered = generate.gather(bpy.context, {"audio_path": str(sound)})
    worked = generate.work(gathered, part("core.progress").Progress())
    assert not any("meanwhile" in note for note in generate.write(gathered, worked).notes)
