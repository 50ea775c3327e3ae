# SPDX-License-Identifier: GPL-3.0-or-later
"""The four controls: what comes from elsewhere, what stays, and what is said about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.clip import AudioClip
from core.motion.face_motion import FaceMotion
from core.motion.face_track import FACE_INDEX
from core.performance.face.control_sources import Donor, FaceControls
from core.performance.face.look_at import GazeTarget
from core.performance.keyed_settings import KeyedSettings
from core.performance.parts import CHANNELS_OF_CONTROL
from core.performance.speech import perform
from core.settings import CONTROLS, GenerateSettings
from tests.core.performance.test_speech import Mouth

SETTINGS = GenerateSettings(parts=frozenset(CONTROLS))
SECONDS = 4


@pytest.fixture(scope="module")
def clip() -> AudioClip:
    time_s = np.arange(SECONDS * 16000) / 16000
    return AudioClip((0.4 * np.sin(2 * np.pi * 140 * time_s) * np.abs(np.sin(4 * np.pi * time_s))).astype(np.float32))


def run(clip, controls=None, **settings):
    return perform(clip, replace(SETTINGS, **settings), model=Mouth(), controls=controls)


@pytest.fixture(scope="module")
def plain(clip):
    return run(clip)


def moved(plain, other) -> set[str]:
    """Which controls are not as they were."""
    turned = any(not np.array_equal(plain.body[joint], other.body[joint]) for joint in ("neck", "head"))
    found = {"HEAD"} if turned else set()
    for control in ("LIPS", "EYES", "EXPRESSION"):
        mask = CHANNELS_OF_CONTROL[control][:55]
        if not np.array_equal(plain.face.values[:, mask], other.face.values[:, mask]):
            found.add(control)
    return found


def donor(seconds: float = 1.5, known: bool = True, **shapes: float) -> Donor:
    """A pose of some shapes, with a head turned by 12 degrees, for so long; known: it says everything else is 0."""
    frames = round(seconds * 60) + 1
    values, head = np.zeros((frames, 55), np.float32), np.zeros((frames, 3), np.float32)
    mask = np.full(58, known)
    for name, value in shapes.items():
        values[:, FACE_INDEX[name]], mask[FACE_INDEX[name]] = value, True
    head[:, 0] = 12.0
    return Donor(FaceMotion(values, head, mask), "the Action “smile_01”")


def test_each_presets_control_alone_changes(clip, plain):
    assert moved(plain, run(clip)) == set()
    assert moved(plain, run(clip, lips_source="PRESET", lips_preset="CLOSED")) == {"LIPS"}
    assert moved(plain, run(clip, head_source="PRESET", head_preset="STILL")) == {"HEAD"}
    still = run(clip, eyes_source="PRESET", eyes_preset="STILL")
    assert moved(plain, still) == {"EYES"} and not still.face["eyeBlinkLeft"].any()
    ahead = run(clip, eyes_source="PRESET", eyes_preset="FORWARD")
    assert not ahead.face["eyeLookOutLeft"].any() and ahead.face["eyeBlinkLeft"].max() > 0.9
    happy = run(clip, expression_source="PRESET", expression_preset="HAPPY")
    assert happy.face["cheekSquintLeft"].mean() > 0.3 and happy.face["mouthSmileLeft"].mean() > 0.2
    assert np.array_equal(happy.face["jawOpen"], plain.face["jawOpen"])


def test_a_neutral_preset_rests_what_an_expression_moves(clip, plain):
    neutral = run(clip, expression_source="PRESET")
    assert moved(plain, neutral) <= {"EXPRESSION"} and neutral.face["cheekSquintLeft"].max() < 0.1


def test_what_nobody_chose_changes_no_bit_and_loads_nothing(clip, plain, monkeypatch):
    from core.performance import loaded_models

    monkeypatch.setattr(loaded_models, "controls_model", lambda: pytest.fail("PD-FGC was loaded"))
    read = {name: donor(browInnerUp=0.7, jawOpen=0.5) for name in CONTROLS}
    unused = run(clip, FaceControls(read, GazeTarget("the camera", np.zeros(1), np.array([[25.0, 0.0]]))))
    assert np.array_equal(plain.face.values, unused.face.values)
    assert np.array_equal(plain.body.rotations, unused.body.rotations) and plain.notes == unused.notes


def test_a_short_expression_is_held_and_short_lips_go_back_to_the_sound(clip, plain):
    controls = FaceControls({name: donor(browInnerUp=0.7, jawOpen=0.1, mouthSmileLeft=0.6) for name in CONTROLS})
    worn = run(clip, controls, expression_source="ACTION")
    assert worn.face["browInnerUp"] == pytest.approx(np.full(len(worn.face), 0.7), abs=0.11), (
        "its own, and a little of what lips do to it"
    )
    assert "Expression from the Action “smile_01” (1.5 s, held at the end)." in worn.notes
    assert (worn.face["mouthSmileLeft"] - plain.face["mouthSmileLeft"]).mean() > 0.15, "a smile comes along"
    assert moved(plain, worn) == {"EXPRESSION", "LIPS"}
    assert np.abs(worn.face["jawOpen"] - plain.face["jawOpen"]).max() < 0.1, "and leaves what is said"
    spoken = run(clip, controls, lips_source="ACTION", lips_offset=0.5)
    jaw = spoken.face["jawOpen"]
    assert jaw[60:90] == pytest.approx(np.full(30, 0.1), abs=0.03)
    for there in (slice(0, 25), slice(150, None)):
        assert jaw[there] == pytest.approx(plain.face["jawOpen"][there], abs=0.03)
    assert "Lips from the Action “smile_01” (1.5 s, 0.5 s later, then this sound again)." in spoken.notes
    turned = run(clip, controls, head_source="CAPTURE")
    assert moved(plain, turned) == {"HEAD"}


def test_what_a_source_lacks_stays_and_is_named(clip, plain):
    controls = FaceControls(
        {"EXPRESSION": donor(6.0, False, browInnerUp=0.7), "LIPS": donor(6.0, False, browInnerUp=0.7)}
    )
    partly = run(clip, controls, expression_source="ACTION", lips_source="ACTION")
    assert np.abs(partly.face["cheekSquintLeft"] - plain.face["cheekSquintLeft"]).max() < 0.11
    assert any(note.startswith("It lacks eye squint left") for note in partly.notes)
    assert any(
        note.startswith("Lips as this sound has it: the Action “smile_01” does not move it") for note in partly.notes
    )
    assert np.abs(partly.face["jawOpen"] - plain.face["jawOpen"]).max() < 0.11


def test_brows_alone_leave_the_characters_own_mouth(clip):
    mood = {"emotion": "HAPPY", "emotion_strength": 1.0}
    own, browed = (
        run(clip, FaceControls({"EXPRESSION": donor(6.0, False, browInnerUp=0.7)}), expression_source=source, **mood)
        for source in ("SOUND", "ACTION")
    )
    assert moved(own, browed) == {"EXPRESSION"} and own.face["mouthSmileLeft"].mean() > 0.5
    for name in ("cheekSquintLeft", "eyeSquintRight", "browDownLeft"):
        assert np.array_equal(own.face[name], browed.face[name])
    assert browed.face["browInnerUp"] == pytest.approx(np.full(len(browed.face), 0.7), abs=1e-3)


def test_offset_and_smoothing_of_the_sounds_own(clip, plain):
    later = run(clip, lips_offset=0.25)
    assert moved(plain, later) == {"LIPS"}
    assert later.face["jawOpen"][15:] == pytest.approx(plain.face["jawOpen"][:-15], abs=1e-4)
    calm = run(clip, eyes_smoothing=0.5)
    assert moved(plain, calm) == {"EYES"} and np.array_equal(calm.face["eyeBlinkLeft"], plain.face["eyeBlinkLeft"])


def test_keyed_strengths_act_at_every_moment(clip, plain):
    keyed = KeyedSettings(
        np.array([0.0, 4.0]), {"lips_strength": np.array([0.0, 1.0]), "expression_strength": np.array([1.0, 0.0])}
    )
    result = run(clip, FaceControls(keyed=keyed))
    share = np.linspace(0.0, 1.0, len(plain.face))
    assert result.face["jawOpen"] == pytest.approx(share * plain.face["jawOpen"], abs=1e-3)
    assert result.face["browInnerUp"] == pytest.approx((1.0 - share) * plain.face["browInnerUp"], abs=1e-3)
    assert moved(plain, result) == {"LIPS", "EXPRESSION"}


def test_a_keyed_emotion_comes_when_it_is_keyed(clip):
    keyed = KeyedSettings(np.array([0.0, 2.0]), {"emotion": np.array(["NEUTRAL", "HAPPY"])})
    smile = run(clip, FaceControls(keyed=keyed), emotion_strength=1.0).face["cheekSquintLeft"]
    assert smile[:90].mean() < 0.15 and smile[150:].mean() > 0.4


def test_a_target_wins_and_the_other_controls_stay(clip, plain):
    controls = FaceControls(target=GazeTarget("the camera", np.zeros(1), np.array([[25.0, 0.0]])))
    alone = run(clip, controls, eyes_source="LOOK_AT", look_at_head=0.0)
    assert moved(plain, alone) == {"EYES"} and "Eyes look at the camera." in alone.notes
    with_head = run(clip, controls, eyes_source="LOOK_AT", look_at_head=0.8)
    assert moved(plain, with_head) == {"EYES", "HEAD"}
    assert with_head.face["eyeLookOutLeft"].mean() < alone.face["eyeLookOutLeft"].mean()
    assert "the other speaker" not in " ".join(alone.notes)


class Told:
    """Stands for PD-FGC: notes what it is given."""

    def recompose(self, own, sources):
        self.given = sources
        return replace(own, values=np.full_like(own.values, 0.5))


@pytest.mark.parametrize(
    ("shapes", "known"),
    [
        ({"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "jawOpen": 0.3, "mouthUpperUpLeft": 0.4}, True),
        ({"mouthSmileRight": 0.7}, True),
        ({"mouthFrownLeft": 0.8, "mouthFrownRight": 0.8}, True),
        ({"mouthSmileLeft": 0.6, "mouthSmileRight": 0.6}, False),
    ],
)
def test_the_corners_of_a_mouth_come_along_nearly_whole(clip, plain, shapes, known):
    worn = run(clip, FaceControls({"EXPRESSION": donor(known=known, **shapes)}), expression_source="ACTION")
    rounded = np.maximum(worn.face["mouthPucker"], worn.face["mouthFunnel"])
    for name in (name for name in shapes if "Smile" in name or "Frown" in name):
        assert (worn.face[name] > shapes[name] * (1.0 - 0.75 * rounded) - 0.02).all()
    assert np.abs(worn.face["jawOpen"] - plain.face["jawOpen"]).max() < 0.11, "and leave what is said"
    assert any(note.startswith("Expression from the Action") for note in worn.notes)


def test_without_the_model_a_smile_comes_along_all_the_same_and_that_is_said(clip, plain, monkeypatch):
    from core.performance import loaded_models

    monkeypatch.setattr(loaded_models, "controls_model", lambda: None)
    controls = FaceControls({"EXPRESSION": donor(browInnerUp=0.7, mouthSmileLeft=0.6)})
    result = run(clip, controls, expression_source="ACTION")
    assert result.face["mouthSmileLeft"].min() > 0.15 and result.face["mouthSmileRight"].max() < 0.15
    assert np.array_equal(result.face["jawOpen"], plain.face["jawOpen"])
    assert any("PD-FGC" in note for note in result.notes)


def test_lips_and_expression_go_through_the_model_and_nothing_else_does(clip, plain, monkeypatch):
    from core.performance import loaded_models

    model = Told()
    monkeypatch.setattr(loaded_models, "controls_model", lambda: model)
    controls = FaceControls({name: donor(browInnerUp=0.7) for name in CONTROLS})
    result = run(clip, controls, expression_source="ACTION", head_source="ACTION")
    assert set(model.given) == {"EXPRESSION"} and model.given["EXPRESSION"].known.all()
    partly = FaceControls({"EXPRESSION": donor(known=False, browInnerUp=0.7)})
    run(clip, partly, expression_source="ACTION")
    known = np.flatnonzero(model.given["EXPRESSION"].known).tolist()
    assert known == [FACE_INDEX["browInnerUp"]], "what it really gives, no more"
    assert (result.face["browInnerUp"] == 0.5).all()
    assert moved(plain, result) == {"LIPS", "EXPRESSION", "HEAD"}
    assert not any("PD-FGC" in note for note in result.notes)


def test_where_a_source_shows_nothing_the_sound_plays_on(clip, plain):
    whole = donor(seconds=4.0, browInnerUp=1.0)
    share = np.repeat([1.0, 0.0], [120, len(whole.motion) - 120])
    settings = {"head_source": "CAPTURE", "expression_source": "CAPTURE"}
    seen = run(clip, FaceControls({name: replace(whole, share=share) for name in ("HEAD", "EXPRESSION")}), **settings)
    brow = FACE_INDEX["browInnerUp"]
    assert np.allclose(seen.body["head"][130:], plain.body["head"][130:], atol=1e-5)
    assert not np.allclose(seen.body["head"][:100], plain.body["head"][:100], atol=1e-2)
    assert seen.face.values[:100, brow].min() > 0.5 > seen.face.values[150:, brow].mean()
