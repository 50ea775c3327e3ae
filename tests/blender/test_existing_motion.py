# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion that a character has already: found, counted, kept or replaced or taken as prompts, and said."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import add_speaking_person, curves_of, generate, put_stand_in, write_wav

FPS = 25
SOUND_S = 6.0  # frames 1 to 151


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav", SOUND_S))


@pytest.fixture
def spoken(monkeypatch):
    return put_stand_in(monkeypatch)


@pytest.fixture
def rig(scene, spoken):
    bpy.context.scene.render.fps = FPS
    return add_speaking_person()


def bones_of(rig, *without: str) -> list[bpy.types.PoseBone]:
    return [bone for bone in rig.pose.bones if not any(word in bone.name for word in without)]


def new_action(owner, name: str) -> tuple[bpy.types.Action, object]:
    """An Action that plays on a data-block, and its slot (None before 4.4)."""
    action = bpy.data.actions.new(name)
    data = owner.animation_data or owner.animation_data_create()
    data.action = action
    slot = None
    if hasattr(action, "slots"):
        slot = action.slots.new(id_type=owner.id_type, name=owner.name)
        data.action_slot = slot
    return action, slot


def fill(part, owner, name: str, series: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]]):
    """An Action with these curves: (data path, index) → frames, values."""
    compat = part("core.blender.compat")
    action, slot = new_action(owner, name)
    curves = compat.ensure_curves(action, slot)
    for (path, index), (frames, values) in series.items():
        curve = compat.new_curve(curves, path, index, "")
        curve.keyframe_points.add(len(frames))
        curve.keyframe_points.foreach_set("co", np.stack([frames, values], 1).astype(np.float32).ravel())
        curve.update()
    return action, slot


def clip(part, rig, first: int = 1, last: int = 160, step: int = 1, name: str = "Walk", without: tuple[str, ...] = ()):
    """A clip that sways every bone, a key every few frames."""
    frames = np.arange(first, last + 1, step, dtype=np.float64)
    series = {}
    for number, bone in enumerate(bones_of(rig, *without)):
        half = 0.1 * np.sin(frames / 9.0 + number)
        path = f'pose.bones["{bone.name}"].rotation_quaternion'
        for index, values in enumerate((np.cos(half), np.sin(half), 0 * half, 0 * half)):
            series[path, index] = frames, values
    return fill(part, rig, name, series)


def to_nla(rig, action, slot, start: int = 1, **settings):
    """Push an Action down; the strip."""
    data = rig.animation_data
    data.action = None
    track = data.nla_tracks.new()
    strip = track.strips.new(action.name, start, action)
    if slot is not None:
        strip.action_slot = slot
    for key, value in settings.items():
        setattr(strip, key, value)
    return strip


def poses(rig, frames, bones: tuple[str, ...]) -> np.ndarray:
    """(F, bones, 4) as Blender evaluates them."""
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        posed = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        found.append([tuple(posed[f"mixamorig:{bone}"].rotation_quaternion) for bone in bones])
    return np.array(found)


ARMS = ("RightArm", "Spine1", "LeftUpLeg")
FRAMES = (1, 20, 45.0, 77, 120, 150, 170)


def keyed_bones(rig) -> set[str]:
    """Bones on which the playing Action has keys of a take."""
    generated = bpy.types.Keyframe.bl_rna.properties["type"].enum_items["GENERATED"].value
    found = set()
    for (path, _), curve in curves_of(rig).items():
        types = np.empty(len(curve.keyframe_points), np.int32)
        curve.keyframe_points.foreach_get("type", types)
        if (types == generated).any() and path.startswith("pose.bones"):
            found.add(path.split('"')[1].removeprefix("mixamorig:"))
    return found


# ---------------------------------------------------------------------------------------------------- the active Action


def test_a_clip_as_long_as_the_sound_is_kept_and_the_face_is_generated_over_it(rig, part, sound, spoken):
    clip(part, rig)
    before = poses(rig, FRAMES, ARMS)
    report = generate(rig, sound)
    assert np.abs(poses(rig, FRAMES, ARMS) - before).max() < 1e-6
    assert "Existing motion is kept: “Walk” (28 bones, frames 1 to 160)" in report
    assert "prompts kept" not in report
    assert not keyed_bones(rig)
    assert "BODY" not in spoken.asked[0].parts  # nothing was thought up in vain
    face = bpy.data.objects["Face"].data.shape_keys
    assert ('key_blocks["jawOpen"].value', 0) in curves_of(face)


def test_a_shorter_clip_is_replaced_and_its_keys_are_no_prompts(rig, part, sound):
    clip(part, rig, 1, 50, name="Idle")
    report = generate(rig, sound)
    assert "Existing motion is replaced, its keys are no prompts: “Idle” (28 bones, frames 1 to 50)" in report
    assert "prompts kept" not in report
    assert {"RightArm", "Spine1", "LeftUpLeg", "Head"} <= keyed_bones(rig)


@pytest.mark.parametrize(
    ("answer", "last", "kept"),
    [("KEEP", 50, True), ("REPLACE", 160, False), ("PROMPTS", 50, True), ("PROMPTS", 160, True)],
)
def test_the_three_answers(rig, part, sound, answer, last, kept):
    clip(part, rig, 1, last)
    frames = [frame for frame in range(1, 50, 7)]
    before = poses(rig, frames, ARMS)
    report = generate(rig, sound, existing_motion=answer)
    apart = np.abs(np.abs((poses(rig, frames, ARMS) * before).sum(-1)) - 1.0).max()
    assert (apart < 1e-4) == kept
    assert ("prompts kept" in report) == (answer == "PROMPTS")
    assert {"KEEP": "is kept", "REPLACE": "is replaced", "PROMPTS": "are prompts"}[answer] in report


def test_poses_blocked_by_hand_are_prompts_and_no_clip(rig, part, sound):
    clip(part, rig, 1, 145, step=12, name="Blocking")
    report = generate(rig, sound)
    assert "Existing motion" not in report
    assert "prompts kept" in report


def test_a_key_by_hand_on_a_bone_that_the_clip_leaves_alone_stays_a_prompt(rig, part, sound):
    clip(part, rig, without=("Head", "Neck"))
    head = rig.pose.bones["mixamorig:Head"]
    head.rotation_quaternion = (0.97, 0.24, 0, 0)
    wanted = np.array(head.rotation_quaternion.normalized())
    head.rotation_quaternion = wanted
    head.keyframe_insert("rotation_quaternion", frame=60)
    report = generate(rig, sound)
    assert "is kept: “Walk”" in report
    assert "1 prompt kept" in report or "prompts kept" in report
    assert np.abs(poses(rig, [60], ("Head",))[0, 0] - wanted).max() < 1e-3
    assert "Head" in keyed_bones(rig)


def test_loops_are_kept_with_their_modifiers(rig, part, sound):
    clip(part, rig, 1, 25, step=8, name="Cycle")
    for curve in curves_of(rig).values():
        curve.modifiers.new("CYCLES")
    before = poses(rig, FRAMES, ARMS)
    report = generate(rig, sound)
    assert np.abs(poses(rig, FRAMES, ARMS) - before).max() < 1e-6
    assert "“Cycle” (28 bones, looping)" in report
    assert all(len(curve.modifiers) == 1 for (path, _), curve in curves_of(rig).items())


@pytest.mark.parametrize("kind", ["CYCLES", "GENERATOR"])
def test_a_loop_on_one_shape_is_kept_and_the_rest_of_the_face_is_generated(rig, part, sound, kind):
    keys = bpy.data.objects["Face"].data.shape_keys
    channel = ('key_blocks["mouthSmileLeft"].value', 0)
    frames = np.array([1.0, 9.0, 17.0]) if kind == "CYCLES" else np.empty(0)
    fill(part, keys, "Twitch", {channel: (frames, np.array([0.1, 0.7, 0.1])[: len(frames)])})
    modifier = curves_of(keys)[channel].modifiers.new(kind)
    if kind == "GENERATOR":
        modifier.coefficients = (0.6, 0.0)
    before = [curves_of(keys)[channel].evaluate(frame) for frame in FRAMES]
    report = generate(rig, sound)
    assert [curves_of(keys)[channel].evaluate(frame) for frame in FRAMES] == pytest.approx(before)
    assert "“Twitch” (1 shape, looping). Not generated: mouthSmileLeft." in report
    assert ('key_blocks["jawOpen"].value', 0) in curves_of(keys)


def test_sample_points_group_mute_and_extrapolation_are_kept(rig, part, sound):
    clip(part, rig, without=("Head", "Neck"))  # these are generated, so the rest is copied into the take
    curves = curves_of(rig)
    sampled = curves['pose.bones["mixamorig:RightArm"].rotation_quaternion', 1]
    sampled.convert_to_samples(1, 200)
    linear = curves['pose.bones["mixamorig:LeftArm"].rotation_quaternion', 2]
    linear.extrapolation = "LINEAR"
    noise = linear.modifiers.new("NOISE")
    noise.strength, noise.use_restricted_range, noise.frame_start, noise.frame_end = 0.1, True, 10, 40
    muted = curves['pose.bones["mixamorig:LeftHand"].rotation_quaternion', 1]
    muted.mute = True
    bones = (*ARMS, "LeftArm", "LeftHand")
    before = poses(rig, FRAMES, bones)
    generate(rig, sound)
    assert np.abs(poses(rig, FRAMES, bones) - before).max() < 1e-6
    now = curves_of(rig)
    assert "Head" in keyed_bones(rig) and now[sampled.data_path, 1] != sampled
    assert len(now[sampled.data_path, 1].sampled_points) == len(sampled.sampled_points) > 100
    assert now[linear.data_path, 2].extrapolation == "LINEAR"
    assert now[linear.data_path, 2].modifiers[0].frame_end == 40
    assert now[muted.data_path, 1].mute


def test_a_captured_face_is_kept_and_the_body_is_generated(rig, part, sound):
    face = bpy.data.objects["Face"].data.shape_keys
    frames = np.arange(1, 160, dtype=np.float64)
    series = {
        (f'key_blocks["{block.name}"].value', 0): (frames, 0.5 + 0.4 * np.sin(frames / 7 + number))
        for number, block in enumerate(face.key_blocks[1:])
    }
    fill(part, face, "Capture", series)
    bpy.context.scene.frame_set(30)
    before = face.key_blocks["jawOpen"].value
    report = generate(rig, sound)
    assert "“Capture” (9 shapes, frames 1 to 159)" in report
    bpy.context.scene.frame_set(30)
    assert abs(face.key_blocks["jawOpen"].value - before) < 1e-6
    assert "RightArm" in keyed_bones(rig)


def test_shapes_that_an_imported_clip_only_keeps_at_rest_are_generated(rig, part, sound):
    face = bpy.data.objects["Face"].data.shape_keys
    frames = np.arange(1, 160, dtype=np.float64)
    series = {
        (f'key_blocks["{block.name}"].value', 0): (frames, 0.0 * frames)
        for block in face.key_blocks[1:]
        if block.name != "eyeBlinkLeft"
    }
    series['key_blocks["eyeBlinkLeft"].value', 0] = frames, (frames % 40 < 4).astype(float)
    fill(part, face, "Idle face", series)
    generate(rig, sound)
    jaw = curves_of(face)['key_blocks["jawOpen"].value', 0]
    assert max(point.co[1] for point in jaw.keyframe_points) > 0.1


def test_nothing_is_left_to_generate(rig, part, sound):
    clip(part, rig)
    with pytest.raises(RuntimeError, match="Choose Replace"):
        generate(rig, sound, existing_motion="KEEP", parts={"BODY", "HANDS"})
    report = generate(rig, sound, parts={"BODY", "HANDS"})
    assert "It moves all that would be generated" in report
    assert "RightArm" in keyed_bones(rig)


def test_our_own_bake_is_replaced_and_no_prompt(rig, part, sound):
    generate(rig, sound, existing_motion="REPLACE")
    assert bpy.ops.audio2rig.bake_down() == {"FINISHED"}
    report = generate(rig, sound, seed=3)
    assert "prompts kept" not in report
    assert "It was baked from a take" in report
    kept = generate(rig, sound, seed=4, existing_motion="PROMPTS")
    assert "Existing motion" not in kept  # the take that plays now is nobody's clip


def test_what_is_edited_in_a_bake_is_a_prompt_and_the_rest_is_not(rig, part, sound):
    generate(rig, sound, existing_motion="REPLACE")
    assert bpy.ops.audio2rig.bake_down() == {"FINISHED"}
    head = rig.pose.bones["mixamorig:Head"]
    head.rotation_quaternion = wanted = np.array([0.9, 0.3, 0.3, 0.1]) / np.linalg.norm([0.9, 0.3, 0.3, 0.1])
    head.keyframe_insert("rotation_quaternion", frame=61)
    report = generate(rig, sound, seed=3)
    assert "1 prompt kept" in report
    assert abs(abs(poses(rig, [61], ("Head",))[0, 0] @ wanted) - 1.0) < 1e-4


def test_a_walk_that_was_kept_in_a_take_is_no_bake_of_ours(rig, part, sound):
    clip(part, rig, without=("Head", "Neck"))
    generate(rig, sound)
    assert bpy.ops.audio2rig.bake_down() == {"FINISHED"}
    before = poses(rig, FRAMES, ARMS)
    report = generate(rig, sound, seed=3)
    assert "is kept" in report
    assert np.abs(poses(rig, FRAMES, ARMS) - before).max() < 1e-6


# ------------------------------------------------------------------------------------------------------------- the NLA


@pytest.mark.parametrize("blend", ["REPLACE", "COMBINE", "ADD", "SUBTRACT", "MULTIPLY"])
def test_a_strip_of_any_blend_type_goes_on_playing(rig, part, sound, blend):
    to_nla(rig, *clip(part, rig), blend_type=blend)
    before = poses(rig, FRAMES, ARMS)
    report = generate(rig, sound)
    assert np.abs(poses(rig, FRAMES, ARMS) - before).max() < 1e-6
    assert "“Walk” in the NLA (28 bones, frames 1 to 160)" in report
    assert not keyed_bones(rig)


def test_two_tracks_of_which_one_is_short(rig, part, sound):
    to_nla(rig, *clip(part, rig, without=("Head", "Neck")))
    waved, slot = fill(
        part,
        rig,
        "Wave",
        {
            ('pose.bones["mixamorig:RightArm"].rotation_quaternion', 1): (
                np.array([40.0, 50.0, 60.0]),
                np.array([0, 0.4, 0]),
            )
        },
    )
    to_nla(rig, waved, slot, 40, blend_type="ADD", extrapolation="NOTHING")
    before = poses(rig, (*FRAMES, 50), ARMS)
    report = generate(rig, sound)
    assert np.abs(poses(rig, (*FRAMES, 50), ARMS) - before).max() < 1e-6
    assert "is replaced" not in report
    assert "Head" in keyed_bones(rig)


@pytest.mark.parametrize("way", ["repeat", "scale", "reverse"])
def test_a_short_strip_that_covers_the_sound(rig, part, sound, way):
    action, slot = clip(part, rig, 1, 50)
    strip = to_nla(rig, action, slot, extrapolation="NOTHING")
    if way == "scale":
        strip.scale = 3.2
    else:
        strip.repeat = 3.2
        strip.use_reverse = way == "reverse"
    before = poses(rig, FRAMES, ARMS)
    report = generate(rig, sound)
    assert np.abs(poses(rig, FRAMES, ARMS) - before).max() < 1e-6
    assert "is kept" in report


@pytest.mark.parametrize("silent", ["mute track", "mute strip", "influence", "use_nla", "solo of another"])
def test_what_does_not_play_is_no_existing_motion(rig, part, sound, silent):
    strip = to_nla(rig, *clip(part, rig))
    data = rig.animation_data
    if silent == "mute track":
        data.nla_tracks[0].mute = True
    elif silent == "mute strip":
        strip.mute = True
    elif silent == "influence":
        strip.use_animated_influence = True
        strip.fcurves[0].keyframe_points.insert(1, 0.0)
        strip.influence = 0.0
    elif silent == "use_nla":
        data.use_nla = False
    else:
        data.nla_tracks.new().is_solo = True
    report = generate(rig, sound)
    assert "Existing motion" not in report
    assert "RightArm" in keyed_bones(rig)


def test_a_short_idle_in_the_nla_is_replaced_and_a_held_pose_is_kept(rig, part, sound):
    strip = to_nla(rig, *clip(part, rig, 1, 40, name="Idle"))
    assert "is replaced" in generate(rig, sound)
    bpy.ops.audio2rig.take_activate(index=0)
    rig.animation_data.nla_tracks.remove(rig.animation_data.nla_tracks[0])
    del strip
    series = {
        (f'pose.bones["{bone.name}"].rotation_quaternion', index): (np.array([1.0, 2.0]), np.array([value, value]))
        for bone in bones_of(rig, "Head", "Neck")
        for index, value in enumerate((0.9, 0.3, 0.3, 0.1))
    }
    to_nla(rig, *fill(part, rig, "Seated", series))
    before = poses(rig, FRAMES, ARMS)
    assert "is kept: “Seated” in the NLA" in generate(rig, sound)
    assert np.abs(poses(rig, FRAMES, ARMS) - before).max() < 1e-6


def test_the_nla_goes_on_before_and_after_a_take_that_replaces_it(rig, part, sound):
    action, slot = clip(part, rig, 1, 40, name="Idle")
    to_nla(rig, action, slot, 1, extrapolation="NOTHING")
    rig.animation_data.nla_tracks[0].strips.new("Later", 300, action)
    later = rig.animation_data.nla_tracks[0].strips["Later"]
    if slot is not None:
        later.action_slot = slot
    frames = [*range(300, 338, 5)]
    before, beside = poses(rig, frames, ARMS), rig.animation_data.action_extrapolation
    report = generate(rig, sound)
    assert "is replaced" in report
    assert np.abs(poses(rig, frames, ARMS) - before).max() < 1e-6
    assert np.abs(poses(rig, [20], ARMS) - poses(rig, [60], ARMS)).max() > 1e-4  # the take plays
    bpy.ops.audio2rig.take_activate(index=0)
    assert rig.animation_data.action_extrapolation == beside


def test_a_key_that_is_not_finite_in_the_nla_does_not_spread(rig, part, sound, caplog):
    action, slot = clip(part, rig, 1, 40, name="Idle")
    path = 'pose.bones["mixamorig:Spine1"].rotation_quaternion'
    curve = next(curve for (name, index), curve in curves_of(rig).items() if (name, index) == (path, 0))
    curve.keyframe_points[7].co = (8.0, -np.inf)
    curve.keyframe_points[20].co = (21.0, np.nan)
    to_nla(rig, action, slot, 1)
    generate(rig, sound)
    assert not [record for record in caplog.records if "not finite" in record.getMessage()]
    assert all(np.isfinite(key.co[1]) for one in curves_of(rig).values() for key in one.keyframe_points)


def test_a_way_of_blending_that_mixes_the_take_is_said(rig, part, sound):
    to_nla(rig, *clip(part, rig, 1, 40, name="Idle"))
    rig.animation_data.action_blend_type = "ADD"
    report = generate(rig, sound)
    assert "is set to Add with an influence of 1" in report


def test_a_track_that_is_called_as_a_strip_of_another_one_is_told_from_it(rig, part, sound):
    to_nla(rig, *clip(part, rig, 1, 40))
    action, slot = clip(part, rig, 1, 90, step=2, name="Sway")
    strip = to_nla(rig, action, slot)
    track = rig.animation_data.nla_tracks[-1]
    track.name, strip.name = "Walk", "Sway A"
    after = track.strips.new("Sway B", 91, action)
    if slot is not None:
        after.action_slot = slot
    report = generate(rig, sound)
    assert report.count("“Walk” in the NLA") == 2 and "is kept: “Walk” in the NLA" in report


def test_tweak_mode_is_refused_in_a_clear_sentence(rig, part, sound):
    strip = to_nla(rig, *clip(part, rig))
    rig.animation_data.nla_tracks[0].select = True
    rig.animation_data.nla_tracks.active = rig.animation_data.nla_tracks[0]
    strip.select = True
    rig.animation_data.use_tweak_mode = True
    if not rig.animation_data.use_tweak_mode:
        pytest.skip("this Blender enters Tweak Mode in a window only")
    with pytest.raises(RuntimeError, match="Tweak Mode"):
        generate(rig, sound)


def test_driven_bones_are_never_keyed(rig, part, sound):
    driver = rig.pose.bones["mixamorig:RightForeArm"].driver_add("rotation_quaternion", 1).driver
    driver.expression = "0.2"
    clip(part, rig, 1, 40, without=("RightForeArm",))
    report = generate(rig, sound)
    assert not any("RightForeArm" in path and index == 1 for path, index in curves_of(rig))
    assert "driven" in report


# --------------------------------------------------------------------------------------- what lies beside what is new


def values_of(rig, path: str, index: int, frames) -> np.ndarray:
    curve = curves_of(rig)[path, index]
    return np.array([curve.evaluate(frame) for frame in frames])


HEAD = 'pose.bones["mixamorig:Head"].rotation_quaternion'


def test_a_replaced_clip_goes_on_before_and_after_the_sound_without_a_jump(rig, part, sound):
    bpy.context.scene.frame_end = 400
    clip(part, rig, 1, 400)
    beside = [*range(1, 98), *range(255, 400, 3)]
    before = poses(rig, beside, ARMS)
    bpy.context.scene.audio2rig.frame_start = 100  # to 250
    generate(rig, sound, existing_motion="REPLACE")
    assert np.abs(poses(rig, beside, ARMS) - before).max() < 1e-3
    arm = poses(rig, range(90, 260), ("RightArm", "Spine1"))
    assert np.abs(np.diff(arm, axis=0)).max() < 0.12
    generate(rig, sound, seed=2)
    assert "RightArm" in keyed_bones(rig)  # what is left of the clip does not cover the sound
    assert np.abs(poses(rig, beside, ARMS) - before).max() < 1e-3


@pytest.mark.parametrize("kind", ["NOISE", "LIMITS", "STEPPED", "CYCLES", "restricted noise", "mirror", "offset"])
def test_outside_of_a_range_everything_stays_modifiers_included(rig, part, sound, kind):
    looped = kind in {"CYCLES", "mirror", "offset"}
    clip(part, rig, 1, 25 if looped else 200, step=4)
    for (_, index), curve in curves_of(rig).items():
        modifier = curve.modifiers.new(
            {"restricted noise": "NOISE", "mirror": "CYCLES", "offset": "CYCLES"}.get(kind, kind)
        )
        if modifier.type == "NOISE":
            modifier.strength, modifier.phase, modifier.scale = 0.1, index + 1.3, 7.0
        elif modifier.type == "LIMITS":
            modifier.use_max_y, modifier.max_y = True, 0.05 if index else 0.99
        elif modifier.type == "STEPPED":
            modifier.frame_step = 5
        elif kind in {"mirror", "offset"}:
            modifier.mode_before = modifier.mode_after = "MIRROR" if kind == "mirror" else "REPEAT_OFFSET"
        if kind == "restricted noise":
            modifier.use_restricted_range, modifier.frame_start, modifier.frame_end = True, 20, 110
            modifier.blend_in = 5.0
    frames = [*np.arange(1, 60, 0.5), *np.arange(100, 240, 0.5)]
    before = {index: values_of(rig, HEAD, index, frames) for index in range(4)}
    generate(rig, sound, frame_start=60, frame_end=100, existing_motion="REPLACE")
    assert "Head" in keyed_bones(rig)
    for index in range(4):
        assert np.abs(values_of(rig, HEAD, index, frames) - before[index]).max() < 2e-3, index
        assert len(curves_of(rig)[HEAD, index].modifiers)
    generate(rig, sound, frame_start=70, frame_end=90, existing_motion="REPLACE", seed=3)
    for index in range(4):
        assert np.abs(values_of(rig, HEAD, index, frames) - before[index]).max() < 2e-3, index


def test_a_range_in_a_sampled_curve_leaves_the_rest(rig, part, sound):
    clip(part, rig, 1, 200)
    for index in range(4):
        curves_of(rig)[HEAD, index].convert_to_samples(1, 200)
    frames = [*range(1, 60), *range(101, 200)]
    before = values_of(rig, HEAD, 1, frames)
    generate(rig, sound, frame_start=60, frame_end=100, existing_motion="REPLACE")
    assert "Head" in keyed_bones(rig)
    assert np.abs(values_of(rig, HEAD, 1, frames) - before).max() < 1e-4


def test_a_range_in_a_kept_clip_touches_nothing_of_it(rig, part, sound):
    clip(part, rig, without=("Head", "Neck"))
    before = poses(rig, FRAMES, ARMS)
    generate(rig, sound)
    report = generate(rig, sound, frame_start=60, frame_end=100, seed=4)
    assert "is kept" in report
    assert np.abs(poses(rig, FRAMES, ARMS) - before).max() < 1e-6


# ----------------------------------------------------------------------------------------------------------- the panel


def test_the_panel_says_what_would_be_done(rig, part, sound):
    summary, lengths = part("core.blender.existing_summary"), part("core.blender.sounds.lengths")
    settings = bpy.context.scene.audio2rig
    settings.audio_path = sound
    lengths.measure(sound)

    def lines():
        summary.look(bpy.context.scene, rig)
        return summary.lines(bpy.context, rig)

    assert lines() == []
    clip(part, rig)
    assert lines() == ["“Walk” (28 bones, frames 1 to 160): kept"]
    settings.existing_motion = "REPLACE"
    assert lines()[0].endswith(": replaced")
    settings.existing_motion = "PROMPTS"
    assert lines()[0].endswith(": its keys are prompts")
    settings.existing_motion = "AUTO"
    clip(part, rig, 1, 40, name="Idle")
    assert lines() == ["“Idle” (28 bones, frames 1 to 40): replaced"]
    to_nla(rig, rig.animation_data.action, getattr(rig.animation_data, "action_slot", None), repeat=4.0)
    assert lines() == ["“Idle” in the NLA (28 bones, frames 1 to 157): kept"]


def test_drawing_reads_no_keys(rig, part, sound, monkeypatch):
    summary, sources = part("core.blender.existing_summary"), part("core.blender.reading.motion_sources")
    clip(part, rig)
    summary.look(bpy.context.scene, rig)
    monkeypatch.setattr(sources, "read_sources", None)  # would fail if it were asked
    assert summary.lines(bpy.context, rig)


def test_nothing_is_looked_at_while_keys_are_dragged(rig, part, sound, monkeypatch):
    summary, later, waiting = part("core.blender.existing_summary"), part("core.blender.later"), []
    monkeypatch.setattr(later, "soon", lambda _key, do, _wait_s=0.0: waiting.append(do))
    clip(part, rig)
    bpy.context.view_layer.update()
    assert summary.lines(bpy.context, rig) == []
    curves_of(rig)['pose.bones["mixamorig:Head"].rotation_quaternion', 0].keyframe_points[0].co.x = -2.0
    bpy.context.view_layer.update()
    waiting.pop()()
    assert summary.lines(bpy.context, rig) == [], "it changed again, so it is not looked at yet"
    waiting.pop()()
    assert len(summary.lines(bpy.context, rig)) == 1


def test_keys_of_a_clip_are_neither_listed_nor_let_go(rig, part, sound):
    clip(part, rig)
    generate(rig, sound)
    assert not rig.audio2rig.prompts
    bpy.ops.audio2rig.remove_prompts(scope="ALL")  # there is none
    assert not keyed_bones(rig)
    bpy.context.scene.audio2rig.existing_motion = "PROMPTS"
    bpy.ops.audio2rig.list_prompts()
    assert len(rig.audio2rig.prompts) > 100
