# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of naming conventions: complete, consistent, in step with the facts they were written from."""

from __future__ import annotations

import importlib
import json
import pkgutil

import pytest

from core.motion.face import ARKIT_NAMES
from core.motion.face_track import FACE_NAMES
from core.motion.joints import JOINT_NAMES
from core.rigs import conventions
from core.rigs.conventions import bone_conventions, control_tables, shape_conventions
from core.rigs.conventions.control_table import ROLES, ControlTable
from core.rigs.conventions.table import BoneConvention, ShapeConvention
from core.rigs.detection.face_roles import LIDS
from core.rigs.detection.spelling import exact, normalise

# fmt: off
SHAPES = ("arkit_52", "oculus_meta_15", "vrchat_visemes", "ready_player_me_extras", "vrm1_presets", "vrm0_presets",
          "vroid_shape_keys", "mmd_morphs", "cc4_extended", "cc3_plus_standard", "cc_traditional_A01_A51",
          "cc5_metahuman_style", "cc4_visemes", "cc3_visemes", "cc_direct_15", "faceit", "microsoft_22", "rhubarb",
          "preston_blair_papagayo", "daz_genesis8_visemes", "metahuman_ctrl_expressions", "audio2face_tongue_16")
# fmt: on
# fmt: off
BONES = ("smplx_55", "vrm1_humanoid", "vrm0_humanoid", "mixamo", "unreal_ue4_mannequin", "unreal_ue5_metahuman",
         "cc_reallusion", "rigify_metarig", "rigify_deform", "rigify_controls", "mpfb_default", "mpfb_game_engine",
         "mmd_bones", "vroid", "ready_player_me", "biped_3dsmax", "microsoft_rocketbox", "auto_rig_pro_controls",
         "auto_rig_pro_deform")
# fmt: on


def test_every_convention_is_there():
    assert set(SHAPES) <= set(shape_conventions())
    assert set(BONES) == set(bone_conventions())
    assert len(SHAPES) + len(BONES) == 41


def test_every_table_that_a_file_holds_is_listed():
    listed = [*shape_conventions().values(), *bone_conventions().values(), *control_tables().values()]
    for found in pkgutil.iter_modules(conventions.__path__):
        module = importlib.import_module(f"{conventions.__name__}.{found.name}")
        for value in vars(module).values():
            for table in value if isinstance(value, tuple) else (value,):
                if isinstance(table, ShapeConvention | BoneConvention | ControlTable):
                    assert table in listed, f"{table.identifier} of {found.name} is not listed"


def test_controls_have_known_roles_and_belong_to_a_rig():
    named = {convention.face_controls for convention in bone_conventions().values()} - {""}
    assert named == {"rigify", "auto_rig_pro"} <= set(control_tables())
    for table in control_tables().values():
        assert set(table.roles) <= set(ROLES) and set(table.jaw) <= set(table.roles)


@pytest.mark.parametrize("identifier", sorted(shape_conventions()))
def test_mixes_are_canonical_and_sensible(identifier):
    convention = shape_conventions()[identifier]
    assert convention.label and convention.source
    assert convention.kind in ("channels", "visemes")
    for name, mix in convention.mixes.items():
        assert set(mix) <= set(FACE_NAMES), name
        assert all(0.0 < weight <= 1.0 for weight in mix.values()), name
    labels = [other.label for other in shape_conventions().values()]
    assert labels.count(convention.label) == 1


@pytest.mark.parametrize("identifier", sorted(shape_conventions()))
def test_no_spelling_means_two_things(identifier):
    convention = shape_conventions()[identifier]
    form = exact if convention.exact_case else normalise
    meaning: dict[str, dict] = {}
    for name, native in {**{name: name for name in convention.mixes}, **convention.spellings}.items():
        mix = convention.mixes[native]
        assert meaning.setdefault(form(name), mix) == mix, f"{name} is ambiguous in {identifier}"


def test_arkit_is_the_identity():
    assert shape_conventions()["arkit_52"].mixes == {name: {name: 1.0} for name in ARKIT_NAMES}


def test_visemes_close_open_and_round():
    oculus = shape_conventions()["oculus_meta_15"].mixes
    assert oculus["viseme_sil"] == {}
    assert "jawOpen" not in oculus["viseme_PP"] and oculus["viseme_PP"]["mouthPressLeft"] > 0.3
    assert oculus["viseme_FF"]["mouthRollLower"] > 0.5  # the lower lip goes under the teeth
    assert max(oculus, key=lambda name: oculus[name].get("jawOpen", 0)) == "viseme_aa"
    assert max(oculus, key=lambda name: oculus[name].get("mouthPucker", 0)) == "viseme_U"
    for mix in oculus.values():
        for name, weight in mix.items():
            if name.endswith("Left"):
                assert mix[name[:-4] + "Right"] == weight


@pytest.mark.parametrize("identifier", BONES)
def test_bones_have_known_roles_and_both_sides(identifier):
    convention = bone_conventions()[identifier]
    assert set(convention.bones.values()) <= set(JOINT_NAMES) | set(LIDS)
    for bone, role in convention.bones.items():
        if role.startswith("left_"):
            assert "right_" + role[5:] in convention.bones.values(), bone
    assert {"head", "pelvis"} <= set(convention.bones.values())


def test_tables_hold_all_names_of_the_reference(data_dir):
    path = data_dir.parent / "reference" / "rig_names.json"
    if not path.is_file():
        pytest.skip("the reference tables are not here")
    for identifier, entry in json.loads(path.read_text(encoding="utf-8")).items():
        if entry["kind"] == "shape_keys":
            assert set(entry["names"]) <= set(shape_conventions()[identifier].mixes), identifier
            assert len(shape_conventions()[identifier].mixes) >= entry["count"], identifier
        else:
            convention = bone_conventions()[identifier]
            for bone, joint in entry["names"].items():
                if joint is None:
                    assert bone in convention.inert, (identifier, bone)
                else:
                    assert convention.bones[bone] == joint, (identifier, bone)
