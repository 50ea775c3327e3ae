# SPDX-License-Identifier: GPL-3.0-or-later
"""A dance from its sound to its performance: in rest at both ends, within the stage, through prompts, the same with the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.clip import RATE_HZ, AudioClip
from core.audio.sound_kind import SoundKind
from core.motion import rotations as rot
from core.paths import DANCE_WEIGHTS
from core.performance.dance import pipeline
from core.prompts.model import PosePrompts
from core.settings import DEFAULT_PARTS, GenerateSettings

pytestmark = pytest.mark.skipif(
    not (DANCE_WEIGHTS / "model.safetensors").is_file(), reason="weights/bailando did not come along"
)
SECONDS, BPM = 9, 120.0
SETTINGS = GenerateSettings(parts=DEFAULT_PARTS | {"ROOT"}, stage_radius_m=1.0)


def drummed() -> AudioClip:
    """A drum on every beat, the first of a bar the loudest, from half a second on."""
    random, samples = np.random.default_rng(0), np.zeros(SECONDS * RATE_HZ, np.float32)
    decay = np.exp(-np.arange(2400) / 400.0)
    for beat, start in enumerate(np.arange(0.5, SECONDS - 1.0, 60.0 / BPM)):
        first = int(start * RATE_HZ)
        hit = decay * (random.normal(size=2400) * 0.3 + np.sin(np.arange(2400) * 0.04))
        samples[first : first + 2400] += (0.8 if beat % 4 == 0 else 0.4) * hit
    return AudioClip(samples, name="drum")


@pytest.fixture(scope="module", autouse=True)
def heard_as_music():
    """Bare drums are too poor to be told from speech surely; that is not what is tested here."""
    patch = pytest.MonkeyPatch()
    patch.setattr(pipeline, "sound_kind", lambda samples: SoundKind(0.0, 1.0, "MUSIC"))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def danced():
    return pipeline.perform(drummed(), SETTINGS)


def test_it_dances_in_time_within_the_stage_and_rests_at_both_ends(danced):
    body = danced.body
    assert len(body) == SECONDS * 60 + 1
    assert len(danced.beats_s) > 10 and set(danced.downbeats_s) <= set(danced.beats_s)
    away = np.linalg.norm(body.root_translation_m[:, [0, 2]], axis=1)
    assert away.max() < 1.1
    moved = rot.angle_between_deg(body.rotations[1:].astype(float), body.rotations[:-1].astype(float)) * 60.0
    arms = moved[:, [16, 17, 18, 19]].max(1)
    assert arms[:2].max() < 10.0 and arms[-2:].max() < 10.0
    assert np.percentile(moved[90:420, :22].max(1), 50) > 40.0  # who pops may hold the arms for seconds
    assert moved.max() < 1800.0


def test_the_mouth_is_closed_and_the_face_lives(danced):
    from core.motion.face_track import FACE_INDEX, FACE_NAMES

    smiles = ("mouthSmile", "mouthDimple")
    mouth = [name for name in FACE_NAMES if name.startswith(("jaw", "mouth", "tongue")) and not name.startswith(smiles)]
    assert max(danced.face.values[:, FACE_INDEX[name]].max() for name in mouth) < 0.01
    assert danced.face.values[:, FACE_INDEX["mouthSmileLeft"]].max() < 0.3
    assert danced.face.values[:, FACE_INDEX["eyeBlinkLeft"]].max() > 0.8


def test_a_prompt_is_met_and_what_is_far_from_it_stays(danced):
    asked = rot.from_axis_angle(np.array([[0.0, -0.4, 1.2]]))
    prompts = PosePrompts(joints={"left_shoulder": (np.array([4.0]), asked)})
    prompted = pipeline.perform(drummed(), SETTINGS, prompts=prompts)
    assert rot.angle_between_deg(prompted.body["left_shoulder"][240:241].astype(float), asked).max() < 0.1
    apart = rot.angle_between_deg(prompted.body.rotations.astype(float), danced.body.rotations.astype(float))
    assert apart[:120].max() < 0.5
    assert apart[:, [4, 5, 17, 19]][:120].max() < 0.5 and apart[450:, [16, 18]].max() < 0.5


def test_without_a_beat_it_only_sways_and_says_so():
    quiet = AudioClip(np.zeros(4 * RATE_HZ, np.float32), name="silence")
    found = pipeline.perform(quiet, SETTINGS)
    assert any("No beat" in note for note in found.notes)
    assert len(found.beats_s) == 0
