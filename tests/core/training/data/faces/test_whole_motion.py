# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces with gaze and head: signs, what is known, what a turned head does to a mouth in a picture."""

import numpy as np

from core.motion.face_track import FACE_INDEX, LOOK_RAD
from core.training.data.faces.whole_motion import CHANNELS, _known, _without_turning, looks


def test_a_gaze_to_the_left_turns_the_left_eye_out_and_the_right_eye_in():
    values = looks(np.array([0.3, -0.3, 0.0]), np.array([0.0, 0.0, 0.2]))
    assert values.shape == (3, CHANNELS)
    assert values[0, FACE_INDEX["eyeLookOutLeft"]] == np.float32(0.3 / LOOK_RAD["Out"])
    assert values[0, FACE_INDEX["eyeLookInRight"]] == np.float32(0.3 / LOOK_RAD["In"])
    assert values[0, FACE_INDEX["eyeLookInLeft"]] == 0.0 and values[1, FACE_INDEX["eyeLookInLeft"]] > 0.5
    assert values[2, FACE_INDEX["eyeLookDownLeft"]] > 0.3 and values[2, FACE_INDEX["eyeLookUpLeft"]] == 0.0


def test_known_names_and_head():
    known = _known(("jawOpen",), True)
    assert known.sum() == 4 and known[FACE_INDEX["jawOpen"]] and known[-3:].all()
    assert _known(("jawOpen",), False).sum() == 1


def test_a_nod_is_no_smile_but_a_smile_is():
    random = np.random.default_rng(0)
    values = np.zeros((4000, CHANNELS))
    pitch = np.convolve(random.normal(0, 1, 4000), np.ones(50) / 5, "same")
    smile = np.clip(np.convolve(random.normal(0, 1, 4000), np.ones(80) / 20, "same"), 0, 1)
    values[:, -2] = pitch
    corner = smile - 0.05 * pitch
    for side in ("Left", "Right"):
        values[:, FACE_INDEX[f"mouthSmile{side}"]] = corner.clip(0)
        values[:, FACE_INDEX[f"mouthFrown{side}"]] = (-corner).clip(0)
    _without_turning(values)
    left = values[:, FACE_INDEX["mouthSmileLeft"]] - values[:, FACE_INDEX["mouthFrownLeft"]]
    assert abs(np.corrcoef(left, pitch)[0, 1]) < 0.05
    assert np.corrcoef(left, smile)[0, 1] > 0.98
