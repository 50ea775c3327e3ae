# SPDX-License-Identifier: GPL-3.0-or-later
"""A setting is one field: from it come the scene's and the operator's property, the option and the column."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import pytest


@pytest.fixture
def extended(part) -> type:
    """The settings with one more of each kind, as a developer would add it."""
    settings, setting = part("core.settings"), part("core.setting_fields").setting
    moods = (("SUNNY", "Sunny", "Bright"), ("RAINY", "Rainy", "Dull"))

    @dataclass(frozen=True)
    class Extended(settings.GenerateSettings):
        squint: float = setting(0.5, "Squint", "How far the lids narrow", minimum=0.0, maximum=1.0, panel="STYLE")
        weather: str = setting("SUNNY", "Weather", "What it is like outside", items=moods)
        skies: frozenset[str] = setting(frozenset({"RAINY"}), "Skies", "Which skies", items=moods)
        loud: bool = setting(False, "Loud", "Whether it is loud")
        cough: int = setting(2, "Coughs", "How many", minimum=0, maximum=9)

    return Extended


ADDED = {"squint": 0.5, "weather": "SUNNY", "skies": {"RAINY"}, "loud": False, "cough": 2}


def test_an_added_setting_is_a_property_of_the_scene(extended, part):
    place = part("core.setting_fields").Place

    class Audio2RigTestSettings(bpy.types.PropertyGroup):
        pass

    part("core.blender.setting_properties").declare(Audio2RigTestSettings, place.SCENE, extended)
    bpy.utils.register_class(Audio2RigTestSettings)
    bpy.types.WindowManager.audio2rig_test = bpy.props.PointerProperty(type=Audio2RigTestSettings)
    try:
        held = bpy.context.window_manager.audio2rig_test
        assert {name: getattr(held, name) for name in ADDED} == ADDED
        held.squint, held.cough = 7.0, 70
        assert (held.squint, held.cough) == (1.0, 9)
        assert held.bl_rna.properties["squint"].description == "How far the lids narrow"
    finally:
        del bpy.types.WindowManager.audio2rig_test
        bpy.utils.unregister_class(Audio2RigTestSettings)


def test_an_added_setting_is_a_property_of_the_operator(extended, part):
    place = part("core.setting_fields").Place

    class AUDIO2RIG_OT_test(bpy.types.Operator):
        bl_idname = "audio2rig.test"
        bl_label = "Test"

        def execute(self, _context):
            return {"FINISHED" if self.squint == 0.25 and self.weather == "RAINY" else "CANCELLED"}

    part("core.blender.setting_properties").declare(AUDIO2RIG_OT_test, place.OPERATOR, extended)
    bpy.utils.register_class(AUDIO2RIG_OT_test)
    try:
        assert bpy.ops.audio2rig.test(squint=0.25, weather="RAINY", filepath="x.wav") == {"FINISHED"}
    finally:
        bpy.utils.unregister_class(AUDIO2RIG_OT_test)


def test_an_added_setting_is_an_option_and_a_column(extended, part, tmp_path, capsys):
    cli, batch = part("core.blender.cli"), part("core.blender.command_line.batch")
    parser = cli.make_parser(extended)
    parsed = parser.parse_args(["generate", "--squint", "0.25", "--weather", "rainy", "--skies", "sunny,rainy"])
    assert (parsed.squint, parsed.weather, parsed.skies) == (0.25, "RAINY", frozenset({"SUNNY", "RAINY"}))
    assert parsed.loud is None
    with pytest.raises(SystemExit):
        parser.parse_args(["generate", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "--weather SUNNY|RAINY" in said and "SUNNY: Bright; RAINY: Dull" in said
    assert {"squint", "weather", "loud"} <= set(part("core.blender.command_line.command_options").columns(extended))
    task = batch.task_of({"audio": "line.wav", "cough": "3", "loud": "yes"}, tmp_path, None, extended)
    assert task.settings == {"audio_path": str(tmp_path / "line.wav"), "cough": 3, "loud": True}
    with pytest.raises(part("core.errors").UserError, match="Unknown weather: FOGGY. Choose from SUNNY, RAINY"):
        batch.task_of({"weather": "foggy"}, tmp_path, None, extended)


def test_an_added_setting_travels_to_the_pipeline(extended):
    settings = extended(squint=0.2, seed=3).overridden({"loud": True, "seed": 4})
    assert (settings.squint, settings.loud, settings.seed) == (0.2, True, 4)


def test_files_keep_choices_by_numbers_that_never_change(scene):
    kept = {
        "NEUTRAL": 0,
        "HAPPY": 1,
        "SAD": 2,
        "ANGRY": 3,
        "SURPRISED": 4,
        "AFRAID": 5,
        "DISGUSTED": 6,
        "FROM_VOICE": 7,
    }
    for name in ("emotion", "second_emotion"):
        items = scene.audio2rig.bl_rna.properties[name].enum_items
        assert {item.identifier: item.value for item in items if item.identifier in kept} == kept
        assert sorted(item.value for item in items) == list(range(len(items)))
    assert scene.audio2rig.emotion == "FROM_VOICE"
