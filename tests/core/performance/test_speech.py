# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipeline from voice to performance, with a stand-in for the speech model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.clip import AudioClip
from core.errors import Cancelled, UserError
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack, Phone
from core.motion.joints import JOINT_NAMES
from core.performance.parts import PART_OF_SHAPE, driven_joints, driven_shapes
from core.performance.speech import perform
from core.progress import Progress
from core.settings import GenerateSettings

MOODS = ("NEUTRAL", "ANGRY")


class Mouth:
    """Opens and closes the mouth four times a second."""

    calls = 0

    def infer(self, clip, progress=None):
        Mouth.calls += 1
        frames = int(clip.duration_s * 60) + 1
        values = np.zeros((frames, len(FACE_NAMES)), np.float32)
        values[:, FACE_INDEX["jawOpen"]] = 0.25 + 0.25 * np.sin(2 * np.pi * 4 * np.arange(frames) / 60)
        if progress is not None:
            progress.report(0.5)
        begins = np.arange(0.0, clip.duration_s, 1 / 2.1).tolist()  # as the syllables of `clip`
        spoken = [(Phone("a", begin, begin + 0.24), Phone("m", begin + 0.24, begin + 0.47)) for begin in begins]
        return FaceTrack(values), tuple(phone for pair in spoken for phone in pair)


@pytest.fixture(scope="module")
def clip() -> AudioClip:
    time_s = np.arange(20 * 16000) / 16000
    random = np.random.default_rng(0)
    pitch = 120 + 25 * np.sin(2 * np.pi * 0.4 * time_s) * (1 + 0.3 * np.sin(2 * np.pi * 0.11 * time_s))
    phase = 2 * np.pi * np.cumsum(pitch) / 16000
    buzz = sum(np.sin(k * phase) / k for k in range(1, 15))
    syllables = np.clip(np.sin(2 * np.pi * 2.1 * time_s), 0, 1) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.53 * time_s))
    phrases = (time_s % 3.3) < 2.5
    return AudioClip(
        (0.15 * buzz * syllables * phrases + 2e-4 * random.standard_normal(len(time_s))).astype(np.float32),
        name="line",
        warnings=("The sound is quiet.",),
    )


def run(clip, **settings):
    return perform(clip, GenerateSettings(**settings), model=Mouth())


@pytest.fixture(scope="module")
def moving(clip):
    """What each mood gives, made once."""
    return {emotion: run(clip, emotion=emotion) for emotion in MOODS}


def column(performance, name):
    return performance.face[name]


def test_the_whole(clip):
    messages = []
    performance = perform(
        clip, GenerateSettings(seed=3), Progress(lambda fraction, text: messages.append((fraction, text))), Mouth()
    )
    assert performance.name == "line" and performance.duration_s == 20.0
    assert len(performance.face) == len(performance.body) == 1201
    assert performance.face.values.min() >= 0.0 and performance.face.values.max() <= 1.0
    assert np.isfinite(performance.body.rotations).all()
    assert "The sound is quiet." in performance.notes and len(performance.phones) == 84
    assert performance.body.driven == frozenset(JOINT_NAMES)
    for name in ("jawOpen", "eyeBlinkLeft", "browInnerUp", "eyeLookUpLeft"):
        assert column(performance, name).max() > 0.1, name
    fractions = [fraction for fraction, _ in messages]
    assert fractions == sorted(fractions) and len(messages) > 6


@pytest.mark.slow
def test_reproducible_and_seeded(clip):
    first, again, other = run(clip, seed=7), run(clip, seed=7), run(clip, seed=8)
    np.testing.assert_array_equal(first.face.values, again.face.values)
    np.testing.assert_array_equal(first.body.rotations, again.body.rotations)
    assert np.abs(first.face["eyeBlinkLeft"] - other.face["eyeBlinkLeft"]).max() > 0.5
    # a new seed gives another upper face, not other lips
    pause_free = np.abs(first.face["mouthSmileLeft"] - other.face["mouthSmileLeft"]).max()
    assert pause_free == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("part", ["LIPS", "EXPRESSION", "EYES", "HEAD"])
@pytest.mark.parametrize("emotion", MOODS)
def test_no_strength_is_exactly_still(clip, moving, part, emotion):
    still = run(clip, emotion=emotion, **{f"{part.lower()}_strength": 0.0})
    moving = moving[emotion]
    for name, owner in PART_OF_SHAPE.items():
        if owner == part:
            assert not column(still, name).any(), name
        elif part == "EYES" and name.startswith("eyeWide"):  # a blink shuts wide eyes, too
            assert (column(still, name) >= column(moving, name)).all()
        elif owner != "EYES" or part != "HEAD":  # eyes make up for the head's turning
            np.testing.assert_array_equal(column(still, name), column(moving, name), err_msg=name)
    for joint in driven_joints({part}):
        np.testing.assert_array_equal(still.body[joint], np.tile([1.0, 0, 0, 0], (1201, 1)))
        assert np.abs(moving.body[joint] - still.body[joint]).max() > 0.01


@pytest.mark.slow
def test_head_strength_leaves_blinks_and_fixations_alone(clip, moving):
    normal, strong = moving["NEUTRAL"], run(clip, head_strength=2.0, emotion="NEUTRAL")
    shut = [p.face["eyeBlinkLeft"] > 0.5 for p in (normal, strong)]
    np.testing.assert_array_equal(*shut)
    one, two = (np.abs(np.diff(p.body["left_eye_smplhf"][:, 2])) > 0.02 for p in (normal, strong))
    assert (one & two).sum() > 0.6 * one.sum()  # they jump at the same times


@pytest.mark.parametrize("parts", [{"LIPS"}, {"EYES"}, {"HEAD"}, {"EXPRESSION", "EYES"}])
def test_parts(clip, parts):
    Mouth.calls = 0
    performance = run(clip, parts=frozenset(parts))
    assert Mouth.calls == (1 if "LIPS" in parts else 0)
    driven = driven_shapes(parts)
    for name in FACE_NAMES:
        if name not in driven:
            assert not column(performance, name).any(), name
    assert performance.body.driven == driven_joints(parts)


@pytest.mark.slow
def test_strength_scales(clip, moving):
    half, full = run(clip, lips_strength=0.5, emotion="NEUTRAL"), moving["NEUTRAL"]
    np.testing.assert_allclose(half.face["jawOpen"], 0.5 * full.face["jawOpen"], atol=1e-6)


def test_every_shape_belongs_to_one_part():
    assert set(PART_OF_SHAPE) == set(FACE_NAMES)
    assert driven_shapes({"LIPS", "EXPRESSION", "EYES", "HEAD"}) == frozenset(FACE_NAMES)


@pytest.mark.slow
def test_styles(clip):
    calm, lively = run(clip, style="CALM"), run(clip, style="LIVELY")
    assert np.abs(calm.body["head"][:, 1:]).std() < np.abs(lively.body["head"][:, 1:]).std()


@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": {"NOSE"}},
        {"emotion": "bored"},
        {"style": "x"},
        {"device": "TPU"},
        {"seed": -1},
        {"lips_strength": 3.0},
        {"head_strength": float("nan")},
        {"emotion_strength": 1.5},
    ],
)
def test_wrong_settings(wrong):
    with pytest.raises(UserError) as caught:
        GenerateSettings(**wrong)
    assert caught.value.hint


def test_nothing_chosen(clip):
    with pytest.raises(UserError):
        run(clip, parts=frozenset())


def test_cancel_at_any_time(clip):
    for after in (1, 3, 6, 9):
        with pytest.raises(Cancelled):
            perform(clip, GenerateSettings(), cancelling(after), Mouth())


def cancelling(after: int) -> Progress:
    """Progress that is cancelled at its `after`-th report."""
    reports = []

    def listen(fraction, text):
        reports.append(fraction)
        if len(reports) >= after:
            progress.cancel()

    progress = Progress(listen)
    return progress


@pytest.mark.parametrize("samples", [800, 1600, 16000])
def test_short_sounds(samples):
    sound = 0.1 * np.random.default_rng(0).standard_normal(samples)
    performance = run(AudioClip(sound.astype(np.float32)))
    assert len(performance.face) == int(samples / 16000 * 60) + 1


def test_a_sound_without_a_voice_idles():
    noise = AudioClip((1e-4 * np.random.default_rng(0).standard_normal(20 * 16000)).astype(np.float32), name="room")
    performance = run(noise, parts=frozenset({"EYES", "HEAD", "EXPRESSION"}))
    assert column(performance, "eyeBlinkLeft").max() > 0.5
    assert np.abs(performance.body["head"][:, 1:]).max() < 0.2


def test_inference_device_note(clip):
    from core.performance.device import choose_device

    device, note = choose_device("MPS")
    assert device in ("mps", "cpu") and (device == "mps" or "MPS" in note)
    assert choose_device("CPU") == ("cpu", "")


def test_automatically_short_sounds_are_left_to_the_processor(monkeypatch):
    from core.performance import device

    monkeypatch.setattr(device.torch.cuda, "is_available", lambda: True)
    chosen = [device.choose_device("AUTO", seconds)[0] for seconds in (0.0, 10.0, device.CUDA_FROM_S)]
    assert chosen == ["cpu", "cpu", "cuda"]
    assert device.choose_device("CUDA", 1.0)[0] == "cuda"


def test_settings_are_frozen():
    settings = GenerateSettings(parts=["LIPS"])
    assert settings.parts == frozenset({"LIPS"}) and settings.strength("HEAD") == 0.0
    assert replace(settings, seed=3).seed == 3
