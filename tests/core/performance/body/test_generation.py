# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a voice, with the shipped model: gestures in time, keys kept, feet that stand, seeds that differ."""

from dataclasses import replace

import numpy as np
import pytest

from core.audio import decoding
from core.audio.clip import AudioClip
from core.audio.prosody import analyse
from core.evaluation.material.aroused_voice import read_as
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.easing import minimum_jerk
from core.motion.gesture_plan import GestureUnit
from core.motion.joints import JOINT_INDEX, JOINT_NAMES, SIDES, TORSO_JOINTS
from core.motion.kinematics.forward import forward, turned_in_the_world
from core.motion.skeleton import average_adult
from core.paths import ROOT
from core.performance import loaded_models
from core.performance.body import resting, stroke_alignment, strokes
from core.performance.body.composition import compose_body
from core.performance.body.prompted_limbs import CLEAR_S, cleared, prompted_limbs
from core.performance.body.stroke_duration import seen_s
from core.performance.body.stroke_motion import interpolate_strokes
from core.performance.gestures.context import style_of
from core.performance.speech import perform
from core.prompts.model import PosePrompts
from core.settings import GenerateSettings

SPEECH = ROOT / "docs" / "demo" / "speech.ogg"
ALL = frozenset({"LIPS", "EXPRESSION", "EYES", "HEAD", "BODY", "HANDS"})


@pytest.fixture(scope="module")
def sound():
    return decoding.load(SPEECH)


@pytest.fixture(scope="module")
def performed(sound):
    return perform(sound, GenerateSettings(seed=4, parts=ALL))


def _places(clip: Clip) -> np.ndarray:
    adult = average_adult()
    return forward(clip.rotations, clip.root_translation_m, adult.offsets_m.numpy(), adult.parents)[0]


@pytest.mark.slow
def test_the_whole_body_moves_and_feet_stand(performed):
    places = _places(performed.body)
    wrists = places[:, [JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]]]
    assert np.ptp(wrists, axis=0).max() > 0.15
    assert performed.body.driven == frozenset(JOINT_NAMES)
    feet = places[:, [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]]
    steps = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * performed.body.rate_hz
    standing = performed.body.contacts[1:, :2] > 0.5
    assert standing.mean() > 0.6 and steps[standing].mean() < 0.01
    assert (performed.body.contacts[:, 2:] > 0.5).mean() > 0.9  # balls stand also where a heel is off the floor
    assert np.isfinite(performed.body.rotations).all()
    assert np.allclose(np.linalg.norm(performed.body.rotations, axis=-1), 1.0, atol=1e-3)


@pytest.mark.slow
def test_equal_seeds_agree_and_others_differ(sound, performed):
    again = perform(sound, GenerateSettings(seed=4, parts=ALL))
    assert np.array_equal(again.body.rotations, performed.body.rotations)
    other = perform(sound, GenerateSettings(seed=5, parts=ALL))
    wrist = JOINT_INDEX["right_wrist"]
    assert np.linalg.norm(_places(other.body)[:, wrist] - _places(performed.body)[:, wrist], axis=-1).mean() > 0.03


def _liveliness(body: Clip) -> np.ndarray:
    """(5,): mean speeds of head, chest and pelvis in the world, of the knees, of the wrists."""
    chains = ((*TORSO_JOINTS, "neck", "head"), TORSO_JOINTS, TORSO_JOINTS[:1])
    turning = [rot.turning_deg_s(turned_in_the_world(body.rotations, chain), body.rate_hz).mean() for chain in chains]
    knees = [rot.turning_deg_s(body[f"{side}_knee"].astype(np.float64), body.rate_hz).mean() for side in SIDES]
    return np.array([*turning, np.mean(knees), stroke_alignment.wrist_speeds(body).mean()])


@pytest.mark.slow
def test_styles_and_effort_scale_all_of_the_body(sound, performed):
    calm, lively = (
        perform(sound, GenerateSettings(seed=4, parts=ALL, style=style)).body for style in ("CALM", "LIVELY")
    )
    figures = [_liveliness(body) for body in (calm, performed.body, lively)]
    assert (np.diff(figures, axis=0) > 0.0).all(), figures
    assert (figures[2][:3] > 1.5 * figures[0][:3]).all()
    readings = [AudioClip(read_as(sound.samples, arousal)) for arousal in (-1.0, 0.0, 1.0)]
    bearings = [style_of(analyse(reading), GenerateSettings()).bearing for reading in readings]
    assert bearings == sorted(bearings) and bearings[0] < 0.0 < bearings[2]


@pytest.mark.slow
def test_parts_and_strength(sound):
    body = perform(sound, GenerateSettings(seed=4, parts=frozenset({"BODY"}))).body
    assert "head" not in body.driven and "left_index1" not in body.driven and "left_elbow" in body.driven
    still = perform(sound, GenerateSettings(seed=4, parts=frozenset({"BODY"}), body_strength=0.0)).body
    assert rot.angle_between_deg(still.rotations[1:], still.rotations[:-1]).max() < 0.05


@pytest.mark.slow
def test_prompts_are_kept_exactly(sound):
    pose = rot.from_axis_angle(np.array([0.2, -0.4, 1.0]))
    prompts = PosePrompts(joints={"left_shoulder": (np.array([1.5]), pose[None])})
    body = perform(sound, GenerateSettings(seed=4, parts=ALL), prompts=prompts).body
    frame = round(1.5 * body.rate_hz)
    assert rot.angle_between_deg(body["left_shoulder"][frame].astype(np.float64), pose) < 0.1
    free = perform(sound, GenerateSettings(seed=4, parts=ALL)).body
    assert rot.angle_between_deg(free["left_shoulder"][frame].astype(np.float64), pose) > 5.0


UNITS = (
    GestureUnit("beat_mid", "left", 1.0, 1.0, 1.5, 1.6, 2.2, 2.9, (2.0,)),
    GestureUnit("offer", "both", 1.0, 4.0, 4.5, 4.6, 5.0, 5.8),
)


@pytest.mark.slow
def test_strokes_ask_for_hands_and_rest_and_give_way_to_the_animator():
    model = loaded_models.body_model()
    settings = GenerateSettings(seed=1, parts=ALL)
    asked = strokes.stroke_prompts(model, UNITS, 0, settings)
    times, poses = asked.joints["left_elbow"]
    assert times[0] == pytest.approx(1.0) and np.abs(times - 1.6).min() < 0.05 and np.abs(times - 2.9).min() < 1e-6
    assert (np.diff(times) > 0.04).all()
    stroke = poses[np.abs(times - 1.6).argmin()]
    assert rot.angle_between_deg(stroke, poses[0]) > 10
    assert asked.joints["right_elbow"][0].min() >= 4.0  # the other hand has no part in the first
    own = PosePrompts(joints={"left_wrist": (np.array([1.6]), np.array([[1.0, 0, 0, 0]]))})
    given_way = cleared(asked, prompted_limbs(own, frozenset(JOINT_NAMES)))
    assert np.abs(given_way.joints["left_elbow"][0] - 1.6).min() >= CLEAR_S
    assert np.array_equal(
        given_way.joints["right_elbow"][0], asked.joints["right_elbow"][0]
    )  # the other arm keeps its own
    again = strokes.stroke_prompts(model, UNITS, 0, settings)
    assert np.array_equal(again.joints["left_elbow"][1], poses)


def test_poses_with_a_hand_before_the_groin_are_none_and_those_with_an_arm_aside_are_not_held():
    poses = np.tile([1.0, 0, 0, 0], (3, len(JOINT_NAMES), 1))  # arms aside
    for side, sign in (("left", -1.0), ("right", 1.0)):
        poses[1:, JOINT_INDEX[f"{side}_shoulder"]] = rot.from_axis_angle(np.array([0.0, 0.0, sign * 1.4]))
    low = resting._Place((0.10, -0.03, 0.15), (-0.6, -0.7, 0.3), (0.0, 0.0, -1.0), (0.27, 0.17, 0.0))
    arm = [JOINT_INDEX[f"left_{part}"] for part in ("shoulder", "elbow", "wrist")]
    poses[1, arm] = resting._arm_at(poses[1], "left", low)
    assert strokes._is_held_well(poses, 0.1).tolist() == [True, False, True]
    assert strokes._is_held_well(poses, 2.0).tolist() == [False, False, True]


def test_hands_pass_through_strokes_and_are_the_models_own_between():
    rest = np.tile([1.0, 0, 0, 0], (len(JOINT_NAMES), 1))
    pose = rot.from_axis_angle(np.array([0.0, 0.0, 1.2]))
    keys = np.array([rest[0], pose, pose, rest[0]])
    asked = PosePrompts(joints={"left_elbow": (np.array([1.0, 2.0, 2.6, 3.5]), keys)})
    clip = Clip.still(180, 30.0, frozenset({"left_elbow"}))
    bent = interpolate_strokes(clip, asked, rest)
    angle = rot.angle_between_deg(bent["left_elbow"], clip["left_elbow"])
    assert angle[62:76].min() > np.degrees(1.2) - 3 and angle[:30].max() < 0.5 and angle[110:].max() < 0.5
    speed = np.abs(np.diff(angle))
    assert speed[45:58].max() > 3 and speed[66:74].max() < 0.5  # rises just before the stroke, then holds


def test_the_pace_brings_halts_to_their_moments():
    times = np.arange(300) / 30
    source = stroke_alignment.paced(times, np.array([4.0]), np.array([4.2]))
    assert source[120] == pytest.approx(4.2, abs=0.03) and abs(source[-1] - times[-1]) < 0.02 and abs(source[0]) < 1e-9
    assert (np.diff(source) > 0).all() and np.diff(source).max() <= stroke_alignment.STEEPEST / 30 + 1e-6


def _swung(halts_s: float, takes_s: float = 0.6) -> Clip:
    """An elbow that bends once in six seconds."""
    up = minimum_jerk((np.arange(180) / 30 - (halts_s - takes_s)) / takes_s)
    clip = Clip.still(180, 30.0, frozenset({"left_elbow"}))
    rotations = clip.rotations.copy()
    rotations[:, JOINT_INDEX["left_elbow"]] = rot.from_axis_angle(1.5 * up[:, None] * [0.0, 1.0, 0.0])
    return replace(clip, rotations=rotations.astype(np.float32))


def _swing_of(clip: Clip) -> stroke_alignment.HandStroke | None:
    return stroke_alignment.stroke_near(stroke_alignment.wrist_speeds(clip)[:, 0], 30.0, 1.5, 3.0)


@pytest.mark.parametrize("late_s", [0.2, -0.15])
def test_movements_beside_the_plan_halt_on_the_nearest_stress(late_s):
    clip = _swung(2.5 + late_s)
    found = _swing_of(stroke_alignment.align_strokes_in_time(clip, (), 0.0, [1.0, 2.5, 4.5]))
    assert found is not None and found.halts_s == pytest.approx(2.5, abs=0.07)
    own = _swing_of(clip)
    far = stroke_alignment.align_strokes_in_time(clip, (), 0.0, [2.5 + 5.0 * late_s])
    assert _swing_of(far) == own


@pytest.mark.parametrize("late_s, slow", [(0.15, 1.0), (-0.12, 1.0), (0.1, 1.4)])
def test_strokes_of_the_model_come_on_time_and_take_as_long_as_peoples(late_s, slow):
    unit = GestureUnit("beat_mid", "left", 1.0, 1.5, 2.4, 2.5, 3.6, 4.4)
    moved = stroke_alignment.align_strokes_in_time(_swung(2.5 + late_s, 0.6 * slow), (unit,))
    found = _swing_of(moved)
    assert found is not None and found.halts_s == pytest.approx(2.5, abs=0.07)
    usual_s = float(seen_s(np.array(found.way_m)))
    assert found.halts_s - found.begins_s == pytest.approx(usual_s, abs=0.15)
    resting = Clip.still(180, 30.0, frozenset({"left_elbow"}))
    assert stroke_alignment.align_strokes_in_time(resting, (unit,)) is resting


def test_the_head_keeps_looking_while_the_torso_turns():
    face = Clip.still(60, 60.0, frozenset({"neck", "head"}))
    body = Clip.still(30, 30.0, frozenset({"spine3", "pelvis"}))
    turned = body.rotations.copy()
    turned[:, JOINT_INDEX["spine3"]] = rot.from_yaw_pitch_roll(np.array(0.5), np.array(0.0), np.array(0.0))
    both = compose_body(face, replace(body, rotations=turned))
    head = rot.multiply(rot.multiply(both["spine3"], both["neck"]), both["head"]).astype(np.float64)
    looks = rot.rotate(head, np.array([0.0, 0.0, 1.0]))
    assert np.degrees(np.arctan2(looks[:, 0], looks[:, 2])) == pytest.approx(np.degrees(0.5) * 0.55, abs=0.5)
