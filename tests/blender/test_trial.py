# SPDX-License-Identifier: GPL-3.0-or-later
"""Test moves a shape key or a bone there and back, and leaves it exactly as it was, whatever comes between."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest

from tests.blender.building import add_armature, add_face, select
from tests.blender.test_operators import Heard


@pytest.fixture
def trial(part):
    module = part("core.blender.trial")
    yield module
    module.end()


@pytest.fixture
def rig(scene, extension):
    armature = add_armature()
    add_face(parent=armature)
    add_face("Teeth", ("jawOpen", "tongueOut", "Muscles"), parent=armature)
    for face in armature.children:
        for block in face.data.shape_keys.key_blocks:
            block.value = 0.0
    select(armature)
    bpy.ops.audio2rig.detect_character()
    return armature


def jaws(rig) -> list[bpy.types.ShapeKey]:
    return [child.data.shape_keys.key_blocks["jawOpen"] for child in rig.children]


class Window:
    """Stands for the window in which a test runs: a clock, and events of any kind."""

    def __init__(self, part, monkeypatch, operator: str, **values):
        module = part("operators.mapping")
        self.now_s, self.timers = 100.0, 0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now_s)
        manager = SimpleNamespace(
            event_timer_add=lambda *_a, **_k: self._count(1),
            event_timer_remove=lambda _timer: self._count(-1),
            modal_handler_add=lambda _operator: None,
        )
        view_layer = bpy.context.view_layer
        self.context = SimpleNamespace(
            scene=bpy.context.scene,
            view_layer=view_layer,
            window_manager=manager,
            window=None,
            object=view_layer.objects.active,
        )
        self.operator = Heard(getattr(module, operator), **{"name": "", "is_bone": False, **values})

    def _count(self, step: int) -> int:
        self.timers += step
        return self.timers

    def start(self):
        return self.operator.invoke(self.context, None)

    def event(self, at_s: float, kind: str = "TIMER", value: str = "NOTHING"):
        while self.now_s < 100.0 + at_s - 0.1:
            self.now_s += 0.05
            self.operator.modal(self.context, SimpleNamespace(type="TIMER", value="NOTHING"))
        self.now_s = max(self.now_s, 100.0 + at_s)
        return self.operator.modal(self.context, SimpleNamespace(type=kind, value=value))


def test_it_can_be_seen_for_a_second_and_a_half(rig, part, monkeypatch, trial):
    for jaw in jaws(rig):
        jaw.value = 0.25
    window = Window(part, monkeypatch, "AUDIO2RIG_OT_test_shape", name="jawOpen")
    assert window.start() == {"RUNNING_MODAL"} and window.timers == 1
    seen = []
    for tick in range(45):
        assert window.event(tick / 30) == {"PASS_THROUGH"}
        seen.append([jaw.value for jaw in jaws(rig)])
    assert seen[0] == [0.25, 0.25] and max(max(pair) for pair in seen) == 1.0
    assert sum(pair[0] > 0.9 for pair in seen) >= 15, "half a second at its fullest"
    assert max(abs(after[0] - before[0]) for before, after in zip(seen, seen[1:])) < 0.12, "a ramp, no jump"
    assert window.event(1.51) == {"FINISHED", "PASS_THROUGH"} and window.timers == 0
    assert [jaw.value for jaw in jaws(rig)] == [0.25, 0.25]


def test_timers_of_others_and_moves_of_the_mouse_do_not_end_it(rig, part, monkeypatch, trial):
    window = Window(part, monkeypatch, "AUDIO2RIG_OT_test_shape", name="jawOpen")
    window.start()
    for kind in ("TIMER", "MOUSEMOVE", "WHEELUPMOUSE", "MIDDLEMOUSE"):
        window.event(0.7, kind, "PRESS" if kind.endswith("MOUSE") else "NOTHING")
        assert trial.is_running(), kind


def test_where_drawing_is_slow_it_is_seen_all_the_same(rig, part, monkeypatch, trial):
    window = Window(part, monkeypatch, "AUDIO2RIG_OT_test_shape", name="jawOpen")
    window.start()
    seen = []
    for tick in range(1, 9):
        window.now_s = 100.0 + 2.0 * tick
        window.operator.modal(window.context, SimpleNamespace(type="TIMER", value="NOTHING"))
        seen.append(jaws(rig)[0].value)
    assert max(seen) == 1.0 and trial.is_running()


@pytest.mark.parametrize("kind", ["LEFTMOUSE", "I", "Z", "ESC", "S", "SPACE"])
def test_whatever_a_person_begins_ends_it_first(rig, part, monkeypatch, trial, kind):
    window = Window(part, monkeypatch, "AUDIO2RIG_OT_test_shape", name="jawOpen")
    window.start()
    window.event(0.7)
    assert jaws(rig)[0].value == 1.0
    assert window.event(0.8, kind, "PRESS") == {"FINISHED", "PASS_THROUGH"}
    assert jaws(rig)[0].value == 0.0 and not trial.is_running()


def test_a_file_that_is_saved_meanwhile_holds_the_values_from_before(rig, trial, tmp_path):
    trial.begin(rig, bpy.context.scene, "jawOpen")
    trial.show(0.75)
    path = tmp_path / "saved.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    assert jaws(rig)[0].value == 0.0
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert not trial.is_running()
    assert [jaw.value for jaw in jaws(bpy.data.objects["Rig"])] == [0.0, 0.0]


@pytest.mark.parametrize("handler", ["undo_pre", "redo_pre", "frame_change_pre", "render_init"])
def test_undo_another_frame_and_a_render_see_nothing_of_it(rig, trial, handler):
    trial.begin(rig, bpy.context.scene, "jawOpen")
    trial.show(0.75)
    assert jaws(rig)[0].value == 1.0
    for one in getattr(bpy.app.handlers, handler):
        if "audio2rig" in one.__module__:
            one(bpy.context.scene, None)
    assert jaws(rig)[0].value == 0.0


def test_other_buttons_and_a_disabled_extension_end_it(rig, trial):
    trial.begin(rig, bpy.context.scene, "jawOpen")
    trial.show(0.75)
    assert bpy.ops.audio2rig.add_prompt(which="ALL") == {"FINISHED"}
    assert jaws(rig)[0].value == 0.0
    trial.begin(rig, bpy.context.scene, "jawOpen")
    trial.show(0.75)
    trial.unregister()
    trial.register()
    assert jaws(rig)[0].value == 0.0


def test_what_is_deleted_meanwhile_is_left_out(rig, trial):
    trial.begin(rig, bpy.context.scene, "jawOpen")
    trial.show(0.75)
    bpy.data.objects.remove(rig.children[0])
    trial.show(0.8)
    trial.end()
    assert jaws(rig)[0].value == 0.0


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE"])
def test_a_bone_is_turned_and_put_back_exactly(rig, trial, mode):
    bone = rig.pose.bones["head"]
    bone.rotation_mode = mode
    name = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(mode, "rotation_euler")
    given = {"QUATERNION": (0.8, 0.6, 0.0, 0.0), "AXIS_ANGLE": (0.7, 0.0, 0.0, 1.0)}.get(mode, (0.3, -0.2, 7.0))
    setattr(bone, name, given)
    before, pose = list(getattr(bone, name)), bone.matrix_basis.copy()
    trial.begin(rig, bpy.context.scene, "head", "head")
    trial.show(0.75)
    turned = (pose.inverted() @ bone.matrix_basis).to_quaternion().angle
    assert turned == pytest.approx(0.436, abs=0.01)
    trial.end()
    assert list(getattr(bone, name)) == before


def test_a_bone_that_shapes_the_face_is_moved(rig, trial):
    bone = rig.pose.bones["neck"]
    trial.begin(rig, bpy.context.scene, "neck", "left_lip_corner")
    trial.show(0.75)
    assert bone.location.length == pytest.approx(0.015, abs=1e-4) and bone.rotation_quaternion.angle == 0.0
    trial.end()
    assert bone.location.length == 0.0


def test_a_shape_that_follows_a_slider_is_shown_by_it(scene, trial):
    face = add_face()
    face["mouth"] = 0.1
    face.id_properties_ui("mouth").update(min=0.0, max=1.0)
    driver = face.data.shape_keys.key_blocks["jawOpen"].driver_add("value").driver
    driver.type = "AVERAGE"
    variable = driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = face, '["mouth"]'
    trial.begin(face, scene, "jawOpen")
    trial.show(0.75)
    assert face["mouth"] == pytest.approx(1.0, abs=0.01)
    trial.end()
    assert face["mouth"] == 0.1


def test_next_goes_on_to_what_can_be_moved(rig, trial):
    rows = rig.audio2rig.mapping_rows
    names = [row.name for row in rows]
    rig.audio2rig.mapping_index = names.index("eyeBlinkRight")
    seen = []
    for _ in range(8):
        assert bpy.ops.audio2rig.test_next() == {"FINISHED"}
        seen.append(rows[rig.audio2rig.mapping_index])
    assert len({row.name for row in seen}) == 8 and all(row.target or not row.is_bone for row in seen)
    rig.audio2rig.only_unmapped = True
    assert bpy.ops.audio2rig.test_next() == {"FINISHED"}
    assert not rows[rig.audio2rig.mapping_index].target


def test_what_cannot_be_moved_says_why(rig):
    rig.audio2rig.mapping_index = [row.name for row in rig.audio2rig.mapping_rows].index("left_knee")
    with pytest.raises(RuntimeError, match="No bone was found for this row"):
        bpy.ops.audio2rig.test_shape()
    with pytest.raises(RuntimeError, match="cannot be moved"):
        bpy.ops.audio2rig.test_shape(name="nobody")
