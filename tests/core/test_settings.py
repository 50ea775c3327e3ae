# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a generation: what they allow, how words become values, and what a caller may override."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.setting_fields import Place, settings_of
from core.settings import GenerateSettings, Overrides
from core.wording import count

BY_NAME = {one.name: one for one in settings_of(GenerateSettings)}


@pytest.mark.parametrize(
    "name, text, value",
    [
        ("seed", "4", 4),
        ("lips_strength", "0.5", 0.5),
        ("use_nla", "Yes", True),
        ("use_nla", "off", False),
        ("mode", "speech", "SPEECH"),
        ("parts", "lips, head+EYES;root", frozenset({"LIPS", "HEAD", "EYES", "ROOT"})),
        ("frame_end", "30", 30),
        ("transcript", "Well, hello.", "Well, hello."),
    ],
)
def test_words_become_values(name, text, value):
    assert BY_NAME[name].parse(text) == value


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("mode", "danse", "Unknown mode: DANSE. Choose from AUTO, SPEECH, DANCE."),
        ("emotion", "bored", "Choose from FROM_VOICE, NEUTRAL"),
        ("parts", "lips,nose", "Unknown parts: NOSE. Choose from LIPS"),
        ("seed", "x", '"x" is no value for seed'),
        ("seed", "99999999999", "from 0 to"),
        ("lips_strength", "nan", "lips_strength cannot be nan"),
        ("use_nla", "perhaps", "Say yes or no"),
        ("device", "TPU", "Choose from AUTO, CUDA, MPS, CPU"),
    ],
)
def test_wrong_words_are_refused_by_name_with_the_choices(name, text, said):
    with pytest.raises(UserError) as caught:
        BY_NAME[name].parse(text)
    assert said in str(caught.value)


def test_overrides():
    scene = GenerateSettings(audio_source="STRIP", strip="Line", frame_start=11, emotion="HAPPY")
    assert scene.overridden({"seed": None}) == scene
    other = scene.overridden({"audio_path": "line.wav", "seed": 3, "frame_start": 40})
    assert (other.audio_source, other.seed, other.frame_start, other.emotion) == ("FILE", 3, 40, "HAPPY")
    assert other.frame_range is None
    assert scene.overridden({"frame_end": 30}).frame_range == (11, 30)
    part = scene.overridden({"frame_start": 20, "frame_end": 30})
    assert part.frame_range == (20, 30) and part.frame_start == 11  # where the sound begins does not move


@pytest.mark.parametrize("given, said", [({"sed": 1}, "no setting sed"), ({"frame_end": 3}, "ends .frame 3. before")])
def test_wrong_overrides(given, said):
    with pytest.raises(UserError, match=said):
        GenerateSettings(frame_start=5).overridden(given)


def test_every_setting_is_described_and_offered_somewhere():
    for one in BY_NAME.values():
        assert one.label and one.tooltip and not one.tooltip.endswith("."), one.name
        assert one.places and one.checked(one.default) == one.default, one.name
        assert one.minimum is None or one.minimum <= one.default, one.name
    options = [one.option for one in settings_of(GenerateSettings, Place.COMMAND)]
    assert len(set(options)) == len(options) and {"audio", "strip", "mode", "seed", "frame_end"} <= set(options)


def test_singular_and_plural():
    assert [count(number, "key") for number in (0, 1, 2)] == ["0 keys", "1 key", "2 keys"]
    assert count(1, "key is a prompt", "keys are prompts") == "1 key is a prompt"
    assert count(3, "key is a prompt", "keys are prompts") == "3 keys are prompts"


def test_overrides_take_the_operators_names():
    given = Overrides(filepath="a.wav", seed=3, nonsense=1)
    assert given == {"audio_path": "a.wav", "seed": 3, "nonsense": 1}
    with pytest.raises(UserError, match="no setting nonsense"):
        GenerateSettings().overridden(given)
