# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole bodies: fingers that rest curled, palms, spines of any length, twist bones, roots, mirrored and nameless armatures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion.adult_skeleton import ADULT_REST_M
from core.motion.clip import Clip
from core.motion.face_track import FACE_NAMES, FaceTrack
from core.motion.joints import FACE_JOINTS, JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from core.motion.kinematics.forward import forward
from core.motion.rotations import angle_between_deg, from_axis_angle, rotate
from core.performance.performance import Performance
from core.rigs.character import Character
from core.rigs.conventions import bone_conventions
from core.rigs.description import Bone, RigDescription
from core.rigs.detection.bone_roles import find_bones
from core.rigs.detection.mapping import map_character
from core.rigs.prompts import RigPrompts
from core.rigs.retargeting.body import body_curves
from core.rigs.retargeting.canonical_prompts import prompts_in_canonical_space
from core.rigs.retargeting.retarget import retarget
from core.rigs.retargeting.skeleton_map import map_skeleton
from core.rigs.spaces import BLENDER_AXES, character_axes
from tests.core.rigs.rig_building import bone_frame, moved

OFFSETS = np.array(
    [ADULT_REST_M[joint] - (ADULT_REST_M[parent] if parent >= 0 else 0) for joint, parent in enumerate(JOINT_PARENTS)]
)
BODY = frozenset(JOINT_NAMES).difference(FACE_JOINTS)
FIRST_CHILD = {
    JOINT_NAMES[parent]: joint for joint, parent in reversed(list(zip(JOINT_NAMES, JOINT_PARENTS))) if parent >= 0
}
FIRST_CHILD.update(left_wrist="left_middle1", right_wrist="right_middle1", spine3="neck", pelvis="spine1", head="head")


def posed(turns: dict[str, tuple[float, float, float]], stretch=lambda place: place) -> dict[str, np.ndarray]:
    """Where the adult's joints are when some are turned (axis-angle, for the left side; the right mirrors it)."""
    pose = np.zeros((1, len(JOINT_NAMES), 3))
    for joint, turn in turns.items():
        pose[0, JOINT_INDEX[joint]] = turn
        if joint.startswith("left_"):
            pose[0, JOINT_INDEX["right_" + joint[5:]]] = np.array(turn) * [1, -1, -1]
    places, _ = forward(from_axis_angle(pose), np.zeros((1, 3)), OFFSETS, JOINT_PARENTS)
    return {joint: stretch(places[0, index]) for joint, index in JOINT_INDEX.items()}


RELAXED = posed(
    {
        "left_shoulder": (0, 0.1, -0.9),
        "left_elbow": (0.2, -0.3, 0),
        "left_wrist": (0.5, 0, -0.1),
        "left_hip": (0, 0, 0.15),
        "left_thumb1": (0.2, -0.3, 0.2),
        **{
            f"left_{finger}{number}": (0, 0.1 * number, -0.4)
            for finger in ("index", "middle", "ring", "pinky")
            for number in (1, 2, 3)
        },
    }
)


def whole_rig(
    names: dict[str, str], places=RELAXED, axes=BLENDER_AXES, seed=0, extra=(), parents=None, scale=1.0, **more
) -> RigDescription:
    """A rig with a bone for each joint in `names`. extra: (name, joint's place or a point, parent) put before the others. parents:
    bone → parent where it is not the joint's."""
    rng = np.random.default_rng(seed)
    parents = parents or {}
    bones: dict[str, Bone] = {}

    def put(name: str, parent: str, start: np.ndarray, end: np.ndarray) -> None:
        rest = np.eye(4)
        rest[:3, :3] = bone_frame(axes @ (end - start), rng.uniform(-3, 3))
        rest[:3, 3] = axes @ start * scale
        bones[name] = Bone(name, parent, rest, float(np.linalg.norm(end - start)) * scale, **more)

    def ready(parent: str) -> bool:
        return not parent or parent in bones

    waiting = [
        (name, parent, np.asarray(place, float), np.asarray(place, float) + [0, 0.05, 0])
        for name, place, parent in extra
    ]
    for joint in JOINT_NAMES:
        if joint not in names:
            continue
        above = JOINT_PARENTS[JOINT_INDEX[joint]]
        while above >= 0 and JOINT_NAMES[above] not in names:
            above = JOINT_PARENTS[above]
        parent = parents.get(names[joint], names[JOINT_NAMES[above]] if above >= 0 else "")
        end = places[FIRST_CHILD[joint]] if joint in FIRST_CHILD and FIRST_CHILD[joint] != joint else None
        if end is None:
            end = (
                2 * places[joint] - places[JOINT_NAMES[JOINT_PARENTS[JOINT_INDEX[joint]]]]
                if joint[-1] == "3"
                else places[joint] + ([0, 0.15, 0] if joint == "head" else [0, 0, 0.06])
            )
        waiting.append((names[joint], parent, places[joint], end))
    while waiting:
        batch = [row for row in waiting if ready(row[1])]
        assert batch, waiting
        for row in batch:
            put(*row)
        waiting = [row for row in waiting if row not in batch]
    return RigDescription("whole", (), bones, armature="rig")


def gesture(frames=3, seed=0) -> Clip:
    """Hands in front of the body, fingers bent, a little of everything else."""
    rng = np.random.default_rng(seed)
    pose = rng.normal(0, 0.15, (frames, len(JOINT_NAMES), 3))
    for sign, side in ((1, "left"), (-1, "right")):
        pose[:, JOINT_INDEX[f"{side}_shoulder"]] += [0.3, -0.4 * sign, -0.8 * sign]
        pose[:, JOINT_INDEX[f"{side}_elbow"]] += [0, -1.2 * sign, 0]
        for finger in ("index", "middle", "ring", "pinky"):
            for number in (1, 2, 3):
                pose[:, JOINT_INDEX[f"{side}_{finger}{number}"]] += [0, 0, -0.5 * sign]
    clip = Clip.still(frames, 30.0, BODY)
    clip.rotations[:] = from_axis_angle(pose)
    clip.rotations[:, [JOINT_INDEX[joint] for joint in JOINT_NAMES if joint not in BODY]] = [1, 0, 0, 0]
    return clip


def apply(description: RigDescription, clip: Clip, parts=None, mapping=None):
    """Feet on the floor and hands out of the body are tested with their modules; here made-up poses must arrive as they are."""
    face = FaceTrack(np.zeros((len(clip), len(FACE_NAMES)), np.float32), clip.rate_hz)
    return retarget(Performance("x", 0.1, face, clip), Character.of(description, mapping), parts, adjusted=False)


def source(clip: Clip):
    places, turned = forward(clip.rotations, clip.root_translation_m, OFFSETS, JOINT_PARENTS)
    return tuple({joint: found[:, index] for joint, index in JOINT_INDEX.items()} for found in (places, turned))


def degrees(first, second) -> float:
    first, second = first / np.linalg.norm(first), second / np.linalg.norm(second)
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)))


def way(description, controls, bone, frame, start, end) -> np.ndarray:
    """Where the line from start to end points when both hang on a bone."""
    return moved(description, controls, bone, frame, end) - moved(description, controls, bone, frame, start)


CHAINS = [
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
    ("hip", "knee"),
    ("knee", "ankle"),
    ("wrist", "middle1"),
    *(
        (f"{finger}{number}", f"{finger}{number + 1}")
        for finger in ("index", "middle", "ring", "pinky", "thumb")
        for number in (1, 2)
    ),
]


def check(description, names, places, clip, controls, chains=CHAINS, limit=0.3) -> None:
    wanted, _ = source(clip)
    for side in ("left", "right"):
        for first, second in chains:
            one, two = f"{side}_{first}", f"{side}_{second}"
            if one not in names or two not in names:
                continue
            for frame in range(len(clip)):
                found = way(description, controls, names[one], frame, places[one], places[two])
                assert degrees(found, (wanted[two] - wanted[one])[frame]) < limit, (one, frame)
        knuckles = [f"{side}_{finger}1" for finger in ("index", "pinky")]
        if {*knuckles} <= names.keys():
            for frame in range(len(clip)):  # the palm's roll
                found = way(
                    description, controls, names[f"{side}_wrist"], frame, *(places[joint] for joint in knuckles)
                )
                along = (wanted[f"{side}_middle1"] - wanted[f"{side}_wrist"])[frame]
                goal = (wanted[knuckles[1]] - wanted[knuckles[0]])[frame]
                assert degrees(np.cross(found, along), np.cross(goal, along)) < 1.0, (side, frame)


def names_of(identifier: str) -> dict[str, str]:
    bones: dict[str, str] = {}
    for bone, joint in bone_conventions()[identifier].bones.items():
        if joint in BODY:
            bones.setdefault(joint, bone)
    return bones


@pytest.mark.slow
@pytest.mark.parametrize("identifier", [name for name in bone_conventions() if name != "rigify_controls"])
def test_every_convention_shows_the_whole_gesture(identifier):
    names = names_of(identifier)
    description = whole_rig(names, seed=len(identifier))
    clip = gesture(1)
    check(description, names, RELAXED, clip, apply(description, clip))


DAZ = {
    "pelvis": "hip",
    "spine1": "abdomenLower",
    "spine2": "abdomenUpper",
    "spine3": "chestLower",
    "neck": "neckLower",
    "head": "head",
    "hip": "lThighBend",
    "knee": "lShin",
    "ankle": "lFoot",
    "foot": "lToe",
    "collar": "lCollar",
    "shoulder": "lShldrBend",
    "elbow": "lForearmBend",
    "wrist": "lHand",
    **{
        f"{finger}{number}": f"l{ {'middle': 'Mid'}.get(finger, finger.capitalize()) }{number}"
        for finger in ("thumb", "index", "middle", "ring", "pinky")
        for number in (1, 2, 3)
    },
}
PLAIN_WORDS = {
    "pelvis": "Hips",
    "spine1": "spine_lower",
    "spine2": "spine_upper",
    "spine3": "chest",
    "neck": "Neck",
    "head": "Head",
    "hip": "L_Leg_Upper",
    "knee": "L_Leg_Lower",
    "ankle": "L_Foot",
    "foot": "L_Toes",
    "shoulder": "L_Arm_Upper",
    "elbow": "L_Arm_Lower",
    "wrist": "L_Hand",
}


@pytest.mark.parametrize("table", [DAZ, PLAIN_WORDS])
def test_words_tell_limbs_and_fingers(table):
    def other(name: str) -> str:
        return ("r" if name[0] == "l" else "R") + name[1:]

    names = {}
    for joint, name in table.items():
        if joint in JOINT_NAMES:
            names[joint] = name
        else:
            names[f"left_{joint}"], names[f"right_{joint}"] = name, other(name)
    found = find_bones(whole_rig(names))
    assert {joint: found.bones.get(joint) for joint in names} == names and not found.notes


def test_names_that_say_nothing_are_read_by_place():
    names = {joint: f"bone.{index:03}" for index, joint in enumerate(JOINT_NAMES) if joint in BODY}
    for axes in (BLENDER_AXES, np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])):
        description = whole_rig(names, axes=axes)
        found = find_bones(description)
        assert {joint: found.bones.get(joint) for joint in names} == names
        assert any("by their place" in note for note in found.notes)


@pytest.mark.parametrize(
    "without",
    [
        ("index3", "middle3", "ring3", "pinky3", "thumb3"),
        ("ring1", "ring2", "ring3"),
        tuple(f"{finger}{number}" for finger in ("index", "middle", "ring", "pinky", "thumb") for number in (2, 3)),
    ],
)
def test_fingers_with_less_bones_bend_as_far(without):
    """The last bone of a short finger points between the canonical ones; fingers that are missing disturb nothing."""
    names = {joint: bone for joint, bone in names_of("mixamo").items() if joint.split("_")[-1] not in without}
    description = whole_rig(names)
    clip = gesture(2)
    controls = apply(description, clip)
    wanted, _ = source(clip)
    check(
        description,
        names,
        RELAXED,
        clip,
        controls,
        [chain for chain in CHAINS if "1" not in chain[0] and "2" not in chain[0]],
    )
    for side in ("left", "right"):
        for finger in ("index", "middle", "pinky"):
            bones = [f"{side}_{finger}{number}" for number in (1, 2, 3) if f"{side}_{finger}{number}" in names]
            if len(bones) == 3:
                continue
            last = description.bones[names[bones[-1]]]
            axes = character_axes(description, names)
            start = axes.T @ last.rest[:3, 3]
            end = start + axes.T @ last.rest[:3, 1] * last.length
            for frame in range(len(clip)):
                found = way(description, controls, names[bones[-1]], frame, start, end)
                ends = [
                    (wanted[f"{side}_{finger}{number + 1}"] - wanted[f"{side}_{finger}{number}"])[frame]
                    for number in (1, 2)
                ]
                whole = degrees(*ends)
                assert (
                    max(degrees(found, ends[0]), degrees(found, ends[1])) < 2.2 * whole + 8.0
                )  # neither straight nor a claw


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_spines_of_any_length_bend_evenly_and_carry_the_chest(count):
    names = {joint: bone for joint, bone in names_of("mixamo").items() if not joint.startswith("spine")}
    chain = [f"part{number}" for number in range(count)]
    low, high = RELAXED["pelvis"], RELAXED["neck"]
    extra = [
        (name, low + (high - low) * (number + 0.5) / (count + 1), chain[number - 1] if number else "mixamorig:Hips")
        for number, name in enumerate(chain)
    ]
    parents = {"mixamorig:Neck": chain[-1], "mixamorig:LeftShoulder": chain[-1], "mixamorig:RightShoulder": chain[-1]}
    description = whole_rig(names, extra=extra, parents=parents)
    override = {"bones": {"spine1": chain[0]}}
    mapping = map_character(description, override)
    clip = Clip.still(1, 30.0, BODY)
    for joint in ("spine1", "spine2", "spine3"):
        clip.rotations[0, JOINT_INDEX[joint]] = from_axis_angle(np.array([0.2, 0.0, 0.0]))
    controls = apply(description, clip, mapping=mapping)
    angles = [
        2 * np.arctan2(np.linalg.norm(controls.rotations[name][0, 1:]), abs(controls.rotations[name][0, 0]))
        for name in chain
    ]
    np.testing.assert_allclose(angles, 0.6 / count, atol=1e-3)
    up = np.array([0, 0.1, 0.0])
    found = way(description, controls, chain[-1], 0, high, high + up)
    assert degrees(found, rotate(from_axis_angle(np.array([0.6, 0, 0])), up)) < 0.1


def test_twist_bones_take_their_share_and_the_forearm_without_them_half():
    names = names_of("unreal_ue4_mannequin")
    clip = Clip.still(1, 30.0, BODY)
    clip.rotations[0, JOINT_INDEX["left_wrist"]] = from_axis_angle(np.array([0.8, 0, 0]))  # about the forearm
    elbow, wrist = RELAXED["left_elbow"], RELAXED["left_wrist"]
    plain, twisted = (
        whole_rig(names),
        whole_rig(names, extra=[("lowerarm_twist_01_l", 0.25 * elbow + 0.75 * wrist, "lowerarm_l")]),
    )
    bend = np.array([0.0, 0.02, 0.0])
    hands = []
    for description in (plain, twisted):
        controls = apply(description, clip)
        rested = apply(description, Clip.still(1, 30.0, BODY))
        hands.append(way(description, controls, "hand_l", 0, wrist, wrist + bend))
        turned = {
            name: degrees(*(way(description, either, name, 0, elbow, elbow + bend) for either in (controls, rested)))
            for name in ("lowerarm_l", "lowerarm_twist_01_l", "hand_l")
            if name in description.bones
        }
        if description is twisted:
            assert turned["lowerarm_l"] < 0.1 and turned["lowerarm_twist_01_l"] > 0.5 * turned["hand_l"]
        else:
            assert 0.3 * turned["hand_l"] < turned["lowerarm_l"] < 0.7 * turned["hand_l"]
    np.testing.assert_allclose(hands[0], hands[1], atol=1e-5)  # either way the hand arrives


def test_twist_bones_at_the_shoulder_stay_with_the_clavicle():
    names = names_of("unreal_ue4_mannequin")
    shoulder, elbow = RELAXED["left_shoulder"], RELAXED["left_elbow"]
    description = whole_rig(
        names,
        extra=[
            ("upperarm_twist_01_l", shoulder, "upperarm_l"),
            ("upperarm_twist_02_l", 0.5 * (shoulder + elbow), "upperarm_l"),
        ],
    )
    clip = Clip.still(1, 30.0, BODY)
    clip.rotations[0, JOINT_INDEX["left_shoulder"]] = from_axis_angle(np.array([0.8, 0, 0]))  # about the upper arm
    along = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
    side = np.cross(along, [0, 0, 1.0])
    turned = {}
    for name in ("upperarm_l", "upperarm_twist_01_l", "upperarm_twist_02_l"):
        ways = [
            way(description, apply(description, either), name, 0, shoulder, shoulder + side)
            for either in (clip, Clip.still(1, 30.0, BODY))
        ]
        turned[name] = degrees(*ways)
    assert turned["upperarm_l"] > 40.0 and turned["upperarm_twist_01_l"] < 0.35 * turned["upperarm_l"]
    assert turned["upperarm_twist_01_l"] < turned["upperarm_twist_02_l"] < 0.75 * turned["upperarm_l"]


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_hips_move_with_the_legs_length(scale):
    names = names_of("mixamo")
    shorter = {joint: place * 0.7 for joint, place in RELAXED.items()}
    description = whole_rig(names, shorter, scale=scale)
    clip = replace(gesture(40), root_translation_m=np.linspace([0, 0, 0], [0.05, -0.02, 0.1], 40).astype(np.float32))
    controls = apply(description, clip)
    assert set(controls.locations) == {"mixamorig:Hips"}
    wanted, _ = source(clip)
    # the middle between the hips goes as far, by the legs' lengths, on every rig
    middles = [
        np.mean(
            [
                moved(description, controls, names[f"{side}_hip"], frame, shorter[f"{side}_hip"] * scale)
                for side in ("left", "right")
            ],
            0,
        )
        for frame in (0, 39)
    ]
    goal = np.mean([wanted[f"{side}_hip"] for side in ("left", "right")], 0)
    np.testing.assert_allclose(middles[1] - middles[0], 0.7 * scale * (goal[39] - goal[0]), atol=2e-3 * scale)


def test_travelling_goes_to_the_root_bone_and_swaying_to_the_hips():
    names = names_of("mixamo")
    description = whole_rig(names, extra=[("Root", np.zeros(3), "")], parents={"mixamorig:Hips": "Root"})
    sway = np.zeros((120, 3), np.float32)
    sway[:, 0] = 0.02 * np.sin(np.arange(120) / 3)
    walk = sway + np.linspace([0, 0, 0], [0, 0, 3.0], 120).astype(np.float32)
    still = replace(Clip.still(120, 30.0, BODY), root_translation_m=sway)
    assert set(apply(description, still).locations) == {"mixamorig:Hips"}
    controls = apply(description, replace(still, root_translation_m=walk))
    axes = character_axes(description, names)
    root, hips = (
        controls.locations[name] @ description.bones[name].rest[:3, :3].T @ axes for name in ("Root", "mixamorig:Hips")
    )
    assert np.ptp(root[:, 2]) > 2.5 and np.ptp(root[:, 1]) < 1e-6 and np.abs(np.diff(root[:, 0])).max() < 1e-3
    assert np.ptp(hips[:, 0]) > 0.03 and np.ptp(hips[:, 2]) < 0.5
    assert set(apply(description, replace(still, root_translation_m=walk), frozenset(("BODY",))).locations) == {
        "mixamorig:Hips"
    }


def test_a_mirrored_armature_moves_as_its_mirror_image():
    """Left bones on the right, the face still ahead: what a negative scale leaves behind when it is applied."""
    names = names_of("mixamo")
    places = {joint: place * [-1, 1, 1] for joint, place in RELAXED.items()}
    description = whole_rig(names, places)
    clip = gesture(2)
    controls = apply(description, clip)
    axes = character_axes(description, map_character(description).bones)
    assert np.linalg.det(axes) == pytest.approx(-1.0)
    check(description, names, RELAXED, clip, controls)  # seen in its own mirrored axes


def test_head_and_body_do_not_write_each_others_bones():
    names = names_of("unreal_ue5_metahuman")
    description = whole_rig(
        names, extra=[("neck_02", RELAXED["neck"] + [0, 0.04, 0], "neck_01")], parents={"head": "neck_02"}
    )
    clip = gesture(2)
    body, head, hands = (
        set(apply(description, clip, frozenset((part,))).rotations) for part in ("BODY", "HEAD", "HANDS")
    )
    assert head == {"neck_01", "neck_02", "head"}
    assert not body & head and not hands & (body | head) and len(hands) == 30
    everything = apply(description, clip)
    assert set(everything.rotations) == body | head | hands
    # fingers bend against their hand alike, whether the arm is written or not
    alone = apply(description, clip, frozenset(("HANDS",)))
    for name in hands:
        np.testing.assert_allclose(np.abs((alone.rotations[name] * everything.rotations[name]).sum(1)), 1.0, atol=1e-5)


def test_bones_that_cannot_be_keyed_give_their_turn_to_those_below():
    names = names_of("mixamo")
    free = whole_rig(names)
    fixed = "moved by its constraint Aim"
    description = replace(
        free, bones={**free.bones, names["left_collar"]: replace(free.bones[names["left_collar"]], blocked=fixed)}
    )
    clip = gesture(2)
    controls = apply(description, clip)
    assert names["left_collar"] not in controls.rotations and any(fixed in note for note in controls.notes)
    check(description, names, RELAXED, clip, controls)


def test_without_a_bone_to_move_it_is_said():
    names = names_of("mixamo")
    free = whole_rig(names)
    hips = names["pelvis"]
    description = replace(free, bones={**free.bones, hips: replace(free.bones[hips], blocked_location="driven")})
    controls = apply(description, gesture(2))
    assert not controls.locations and any("driven" in note for note in controls.notes)


def test_bones_that_do_not_inherit_rotation_stand_as_meant():
    names = names_of("mixamo")
    free = whole_rig(names)
    hand = names["left_wrist"]
    description = replace(free, bones={**free.bones, hand: replace(free.bones[hand], inherits_rotation=False)})
    axes = character_axes(description, names)
    links = map_skeleton(description, names, axes)
    assert links.links[hand].free and links.links[hand].above == names["left_elbow"]


def test_an_uneven_scale_is_told():
    names = names_of("mixamo")
    description = replace(whole_rig(names), world=np.diag([1.0, 1.0, 1.4, 1.0]))
    assert any("scaled unevenly" in note for note in apply(description, gesture(2)).notes)
    even = replace(description, world=np.diag([0.01, 0.01, 0.01, 1.0]))
    assert not any("scaled unevenly" in note for note in apply(even, gesture(2)).notes)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mirrored", "twist bones", "long spine"])
def test_keys_of_such_rigs_are_read_back(kind):
    names = names_of("unreal_ue4_mannequin")
    extra, parents, places = [], {}, RELAXED
    if kind == "mirrored":
        places = {joint: place * [-1, 1, 1] for joint, place in RELAXED.items()}
    if kind == "twist bones":
        extra = [("lowerarm_twist_01_l", 0.4 * RELAXED["left_elbow"] + 0.6 * RELAXED["left_wrist"], "lowerarm_l")]
    if kind == "long spine":
        extra, parents = (
            [("spine_02b", 0.5 * (RELAXED["spine2"] + RELAXED["spine3"]), "spine_02")],
            {"spine_03": "spine_02b"},
        )
    description = whole_rig(names, places, extra=extra, parents=parents)
    figure = Character.of(description)
    clip, times_s = gesture(3), np.arange(3) / 30.0
    made = body_curves(clip, times_s, figure).rotations
    prompts = prompts_in_canonical_space(
        RigPrompts({name: (times_s, turns.astype(np.float64)) for name, turns in made.items()}), figure
    )[0]
    rotations = clip.rotations.copy()
    rotations[:] = [1, 0, 0, 0]
    for joint, (_, turns) in prompts.joints.items():
        rotations[:, JOINT_INDEX[joint]] = turns
    again = body_curves(replace(clip, rotations=rotations), times_s, figure).rotations
    for name, turns in made.items():
        if "twist" not in name:
            assert angle_between_deg(again[name].astype(float), turns.astype(float)).max() < 0.1, name
