# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at a target: where eyes and head go, who goes first, and what is out of reach."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.prosody import ProsodyCurves
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.motion.joints import JOINT_INDEX, JOINT_NAMES
from core.performance.face.listening import Speaker
from core.performance.face.look_at import (
    GazeTarget,
    aim,
    blink_with_shifts,
    direction_deg,
    eyes_deg,
    head_turn_deg,
    of_speakers,
)

FRAMES = 240


def target(*rows: tuple[float, float, float], jumps: bool = False) -> GazeTarget:
    """Of (second, yaw, pitch)."""
    table = np.array(rows, np.float64)
    return GazeTarget("“Ball”", table[:, 0], table[:, 1:], jumps)


def face() -> np.ndarray:
    return np.zeros((FRAMES, len(FACE_NAMES)), np.float32)


def body(**joints: tuple[float, float, float]) -> Clip:
    """Joints turned by yaw, pitch and roll in degrees throughout."""
    clip = Clip.still(FRAMES, 60.0, frozenset(JOINT_NAMES))
    for joint, degrees in joints.items():
        clip.rotations[:, JOINT_INDEX[joint]] = rot.from_yaw_pitch_roll(*np.radians(degrees).reshape(3, 1))
    return clip


def test_directions_are_to_the_characters_left_and_down():
    ways = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, -1.0]])
    assert direction_deg(ways)[:3] == pytest.approx(np.array([[0, 0], [45, 0], [0, -45]]))
    assert abs(direction_deg(ways)[3, 0]) == pytest.approx(180.0)


@pytest.mark.parametrize("turned", [{}, {"head": (15, 5, 0)}, {"spine3": (-10, 0, 0), "neck": (20, 0, 8)}])
def test_the_eyes_are_on_the_target_wherever_the_body_has_turned(turned):
    values = face()
    aimed, notes = aim(values, body(**turned), target((0, 18, 6)), 1.0)
    facing = np.array([[1.0, 0.0, 0.0, 0.0]])
    for joint in ("pelvis", "spine1", "spine2", "spine3", "neck", "head", "left_eye_smplhf"):
        facing = rot.multiply(facing, aimed[joint][:1].astype(np.float64))
    seen = direction_deg(rot.rotate(facing, np.array([[0.0, 0.0, 1.0]])))[0]
    assert seen == pytest.approx([18.0, 6.0], abs=0.6) and not notes
    eyes = direction_deg(rot.rotate(aimed["left_eye_smplhf"][:1].astype(np.float64), np.array([[0.0, 0.0, 1.0]])))
    assert eyes_deg(values[:1]) == pytest.approx(eyes, abs=0.2), "shapes and joints say the same"


def test_a_target_out_of_reach_is_told_and_the_eyes_stop_where_eyes_stop():
    values = face()
    _, notes = aim(values, body(), target((0, 80, 0)), 1.0)
    assert "“Ball” is further aside" in notes[0] and "4.0 s" in notes[0]
    assert eyes_deg(values)[0, 0] == pytest.approx(30.0, abs=0.7)


def test_influence_goes_from_ones_own_glances_to_the_target():
    values = face()
    values[:, FACE_INDEX["eyeLookInLeft"]] = values[:, FACE_INDEX["eyeLookOutRight"]] = 0.2
    own = eyes_deg(values)[0, 0]
    _, notes = aim(values, body(), target((0, 20, 0)), np.linspace(0.0, 1.0, FRAMES))
    yaw = eyes_deg(values)[:, 0]
    assert yaw[0] == pytest.approx(own, abs=0.1) and yaw[-1] == pytest.approx(20.0, abs=0.2) and not notes
    assert (np.diff(yaw) >= -1e-6).all()


def test_the_head_takes_its_share_later_and_more_where_the_eyes_cannot():
    far = target((0, -20, 0), (2.0, -20, 0), (2.01, 20, 0), (4, 20, 0)).at(FRAMES)
    head = head_turn_deg(far, 0.5, 1.0)[:, 0]
    assert head[60] == pytest.approx(-10.0, abs=0.1) and head[-1] == pytest.approx(10.0, abs=0.1)
    eyes_there, head_there = (int(np.flatnonzero(curve > 0.0)[0]) for curve in (far[:, 0], head))
    assert 0.1 <= (head_there - eyes_there) / 60.0 <= 0.2
    assert not head_turn_deg(far, 0.0, 1.0).any(), "no share: the eyes alone"
    aside = target((0, 60, 0)).at(FRAMES)
    assert head_turn_deg(aside, 0.2, 1.0)[-1, 0] == pytest.approx(30.0, abs=0.1)
    assert head_turn_deg(target((0, 170, 0)).at(FRAMES), 0.9, 1.0)[-1, 0] == pytest.approx(70.0)


def test_a_target_that_goes_round_behind_does_not_swing_the_head_round():
    yaw = target((0, 90, 0), (2, 190, 0), (4, 90, 0)).at(FRAMES)[:, 0]
    assert yaw.min() > 80.0 and np.abs(np.diff(yaw)).max() < 3.0


def test_far_shifts_come_with_a_blink_and_slow_ones_do_not():
    silent = np.zeros(FRAMES)
    curves = ProsodyCurves(
        **{name: 60.0 if name == "rate_hz" else silent for name in ProsodyCurves.__dataclass_fields__}
    )
    lids = {}
    for name, rows in {"jump": ((0, 0, 0), (2, 0, 0), (2.02, 40, 0)), "slow": ((0, 0, 0), (4, 40, 0))}.items():
        values = face()
        blink_with_shifts(values, target(*rows).at(FRAMES), curves)
        lids[name] = values[:, FACE_INDEX["eyeBlinkLeft"]]
    assert lids["jump"][115:140].max() > 0.95 and lids["jump"][:100].max() == 0.0 and not lids["slow"].any()


def test_in_a_dialogue_the_last_who_spoke_is_looked_at():
    speakers = (Speaker(1.0, 2.0, 30.0, 0.0), Speaker(3.0, 3.5, -20.0, 5.0))
    found = of_speakers(speakers)
    assert found is not None and of_speakers(()) is None
    yaw = found.at(FRAMES)[:, 0]
    assert yaw[0] == yaw[180] == 30.0, "also before a word is said"
    assert yaw[round(3.3 * 60)] == -20.0 and yaw[-1] == -20.0
