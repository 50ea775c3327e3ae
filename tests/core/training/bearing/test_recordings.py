# SPDX-License-Identifier: GPL-3.0-or-later
"""What bearing is measured on."""

from __future__ import annotations

import numpy as np

from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.motion.kinematics.forward import forward
from core.motion.skeleton import average_adult
from core.training.bearing import recordings
from core.training.data.body.corpus import BodyClip


def test_feet_that_slide_in_a_recording_stand(monkeypatch, tmp_path):
    clip = Clip.still(60, 30.0)
    clip.root_translation_m[:, 0] = np.linspace(0.0, 0.05, 60)
    clip.contacts[:] = 1.0
    kept = [BodyClip(split, "accad_male1", "other", split, clip, True, None, "") for split in ("train", "validation")]
    monkeypatch.setattr(recordings, "load", lambda cache, data: kept)
    monkeypatch.setattr(recordings, "pack_clips", lambda data, source: [])
    (found,) = recordings.recordings(tmp_path, tmp_path)
    assert found.name == "train"
    body = average_adult()
    places, _ = forward(found.clip.rotations, found.clip.root_translation_m, body.offsets_m.numpy(), body.parents)
    assert np.ptp(places[:, JOINT_INDEX["left_foot"], 0]) < 0.005
