# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded dances: names of joints, held samples, tempo of the motion, what is kept out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.recorded.recording import Recording
from core.motion.rotations import angle_between_deg, from_axis_angle
from core.motion.skeleton import average_adult
from core.paths import data_pack
from core.training.data.dance.motion_tempo import motion_tempo
from core.training.data.dance.pieces import grooves, tunes
from core.training.data.dance.recordings import splined, usual_names
from core.training.data.dance.splits import VALIDATION_DANCERS, split_of


def test_names_of_other_skeletons() -> None:
    assert usual_names(("hip", "abdomen", "lShldr", "rShin")) == ("Hips", "Spine", "LeftArm", "RightLeg")
    assert usual_names(("pelvis", "spine_01", "upperarm_l", "calf_r")) == ("Hips", "Spine", "LeftArm", "RightLeg")
    assert usual_names(("Hips", "Spine", "Chest", "LeftArm")) == ("Hips", "Spine", "Spine1", "LeftArm")
    assert usual_names(("Hips", "Spine", "Spine1", "Chest")) == ("Hips", "Spine", "Spine1", "Chest")


def test_samples_that_were_held_become_smooth() -> None:
    time = np.arange(60) / 60.0
    angle = 0.8 * np.sin(2.0 * np.pi * time)
    true = np.zeros((60, 55, 4), np.float32)
    true[..., 0] = 1.0
    true[:, 16] = from_axis_angle(np.stack((angle, 0 * angle, 0 * angle), axis=-1))
    held = true[np.arange(60) // 2 * 2]
    recording = Recording("wave", average_adult(), held, np.zeros((60, 3), np.float32), 60.0)
    smooth = splined(recording, 2)
    assert len(smooth) == 59
    assert angle_between_deg(smooth.rotations[:, 16], true[:59, 16]).max() < 0.2
    assert angle_between_deg(held[:59, 16], true[:59, 16]).max() > 3.0


def test_the_tempo_of_a_motion() -> None:
    """Arms that rest twice a second, first after 0.2 s."""
    time = np.arange(720) / 60.0
    angle = 0.7 * np.cos(2.0 * np.pi * (time - 0.2))
    clip = Clip.still(720, 60.0)
    clip.rotations[:, 16] = clip.rotations[:, 17] = from_axis_angle(np.stack((0 * angle, 0 * angle, angle), axis=-1))
    bpm, first_s = motion_tempo(clip)
    assert bpm == pytest.approx(120.0, rel=0.03)
    late = (first_s - 0.2 + 0.25) % 0.5 - 0.25
    assert abs(late) < 0.06


def test_held_dancers_are_for_validation() -> None:
    assert all(split_of(dancer) == "validation" for dancer in VALIDATION_DANCERS)
    assert split_of("d11") == split_of("Jasmine Coro") == "train"


@pytest.mark.data
def test_tunes_and_drummers_are_split_without_overlap() -> None:
    folder: Path = data_pack()
    found = tunes(folder, "3/4")
    assert {tune.split for tune in found} == {"train", "validation"}
    assert all(min(note.start for note in tune.melody) >= 0.0 for tune in found)
    train, validation = ({name for name, _ in grooves(folder, split)} for split in ("train", "validation"))
    assert train and validation and not train & validation
    assert not any(name.startswith(("drummer5", "drummer9")) for name in train)
