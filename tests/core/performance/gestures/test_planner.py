# SPDX-License-Identifier: GPL-3.0-or-later
"""Gesture plans of voices whose rhythm is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.clip import AudioClip
from core.audio.prosody import analyse
from core.motion.face_track import Phone
from core.motion.gesture_plan import HANDEDNESS, LEXEMES, encode
from core.performance.gestures import phases, planner
from core.settings import GenerateSettings
from core.statistics import GESTURES, statistics_of
from tests.core.audio.made_voices import Talk


def plan(talk: Talk, phones: bool = True, **settings):
    return planner.plan(talk.prosody(phones), GenerateSettings(**settings))


@pytest.fixture(scope="module")
def talk() -> Talk:
    return Talk()


def test_silence_has_no_syllables_and_no_gestures():
    prosody = analyse(AudioClip(np.zeros(48000, np.float32)))
    assert prosody.syllables == ()
    assert planner.plan(prosody, GenerateSettings()) == ()
    click = np.zeros(48000, np.float32)
    click[20000:20100] = 0.5
    assert planner.plan(analyse(AudioClip(click), (Phone("a", 1.25, 1.3),)), GenerateSettings()) is not None


@pytest.mark.parametrize("kind", ["noise", "tone", "short", "hum", "loud from the start"])
def test_odd_sounds(kind):
    random, time_s = np.random.default_rng(1), np.arange(64000) / 16000
    samples = {
        "noise": 0.2 * random.standard_normal(64000),
        "tone": 0.3 * np.sin(2 * np.pi * 220 * time_s),
        "short": 0.2 * random.standard_normal(800),
        "hum": 0.3 * np.sin(2 * np.pi * 110 * time_s) * (time_s % 0.5 < 0.3),
        "loud from the start": 0.5 * np.sign(np.sin(2 * np.pi * 130 * time_s)) * (time_s < 0.4),
    }[kind]
    clip = AudioClip(samples.astype(np.float32))
    odd = (Phone("a", -0.1, 0.05), Phone("a", 0.3, 0.3), Phone("ə", clip.duration_s - 0.01, clip.duration_s + 5.0))
    for phones in ((), odd):
        prosody = analyse(clip, phones)
        for seed in range(3):
            settings = GenerateSettings(seed=seed, style="LIVELY", transcript="no no no you and me?")
            units = planner.plan(prosody, settings)
            assert all(unit.start_s >= 0.0 and unit.emphasis_s <= clip.duration_s for unit in units)


@pytest.mark.parametrize("style", ["CALM", "NATURAL", "LIVELY"])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("with_phones", [True, False])
def test_plans_are_sound(talk, style, seed, with_phones):
    units = plan(talk, with_phones, style=style, seed=seed)
    assert units
    for unit in units:  # GestureUnit itself refuses phases out of order
        assert unit.lexeme in LEXEMES and unit.hand in HANDEDNESS and 0.05 < unit.size <= planner.MOST_SIZE
        assert unit.start_s >= 0 and unit.start_s < unit.emphasis_s <= unit.leave_s + 1e-9
        assert unit.reach_s - unit.start_s >= 0.25
        assert 0.5 * unit.size / (unit.reach_s - unit.start_s) <= planner.MOST_SPEED_M_S + 1e-6
        assert unit.end_s - unit.leave_s >= phases.PARAMETERS.shortest_retraction - 1e-9
        assert all(
            b - a >= phases.PARAMETERS.beat_apart - 1e-9 for a, b in zip((unit.emphasis_s, *unit.beats_s), unit.beats_s)
        )
        assert not unit.beats_s or unit.beats_s[-1] <= unit.leave_s
    for before, after in zip(units, units[1:]):
        assert after.start_s >= before.leave_s - 1e-9
        assert after.emphasis_s > before.emphasis_s + 0.5
    curves = talk.prosody(with_phones).at(60.0)
    content, raised = encode(units, curves.times_s, curves.loudness, curves.speaking)
    assert np.isfinite(content).all() and np.isfinite(raised).all()


@pytest.mark.parametrize("with_phones", [True, False])
def test_strokes_meet_the_stressed_syllables(talk, with_phones):
    accented = talk.onsets[talk.accents]
    strokes = np.array(
        [unit.emphasis_s for seed in range(6) for unit in plan(talk, with_phones, seed=seed, locomotion="OFF")]
    )
    lead = accented[np.abs(accented - strokes[:, None]).argmin(1)] - strokes
    assert np.median(np.abs(lead)) < 0.05
    assert np.mean(np.abs(lead) < 0.09) > 0.85  # between two accents lie 0.66 s or more
    assert 0.0 < np.median(lead) < 0.05  # just before


def test_hands_rest_in_pauses(talk):
    for seed in range(4):
        units = plan(talk, seed=seed, locomotion="OFF")
        curves = talk.prosody().at(60.0)
        times = curves.times_s
        raised = encode(units, times, curves.loudness, curves.speaking)[1][:, 0]
        middles = [0.5 * (end + following) + 0.1 for (_, end), (following, _) in zip(talk.spans, talk.spans[1:])]
        speech = np.concatenate([raised[(times > start) & (times < end)] for start, end in talk.spans])
        pauses = np.array([raised[np.searchsorted(times, middle)] for middle in middles])
        assert speech.mean() > 0.5
        assert np.median(pauses) < 0.5 * speech.mean()
        assert all(any(start - 1.0 <= unit.emphasis_s <= end for start, end in talk.spans) for unit in units)


def test_rate_and_size_follow_style(talk):
    spoken_s = sum(end - start for start, end in talk.spans)
    every, sizes = {}, {}
    for style in ("CALM", "NATURAL", "LIVELY"):
        plans = [plan(talk, style=style, seed=seed, locomotion="OFF") for seed in range(6)]
        every[style] = spoken_s * len(plans) / sum(len(units) for units in plans)
        sizes[style] = np.mean([unit.size for units in plans for unit in units])
    assert 1.5 <= every["NATURAL"] <= 3.0
    assert every["LIVELY"] < every["NATURAL"] < every["CALM"]
    assert sizes["CALM"] < sizes["NATURAL"] < sizes["LIVELY"]


def test_seeds(talk):
    assert plan(talk, seed=3) == plan(talk, seed=3)
    one, other = plan(talk, seed=3), plan(talk, seed=4)
    shared = sum(
        min(abs(unit.emphasis_s - another.emphasis_s) for another in other) < 0.1
        and any(abs(unit.emphasis_s - another.emphasis_s) < 0.1 and unit.lexeme == another.lexeme for another in other)
        for unit in one
    )
    assert shared < 0.7 * len(one)


def test_strength_scales_size_only(talk):
    normal, half = plan(talk, seed=1), plan(talk, seed=1, body_strength=0.5)
    assert plan(talk, seed=1, body_strength=0.0) == ()
    assert [replace(unit, size=1.0) for unit in normal] == [replace(unit, size=1.0) for unit in half]
    ratio = np.array([small.size / unit.size for unit, small in zip(normal, half)])
    assert np.median(ratio) == pytest.approx(0.5) and (ratio <= 1.0).all()


def test_short_pauses_do_not_bring_hands_down():
    talk = Talk(phrases=4, syllables=14, pause_s=0.1)  # with the syllables' own gaps still under 0.4 s
    units = plan(talk, seed=2, locomotion="OFF")
    chained = sum(after.start_s <= before.leave_s + 0.01 for before, after in zip(units, units[1:]))
    assert chained >= 0.5 * (len(units) - 1)


def test_words_choose_the_gesture():
    talk = Talk(
        phrases=3,
        syllables=10,
        pause_s=1.0,
        pattern=(False, True, False, False, False, False, True, False, False, False),
    )
    # ten syllables a sentence, the second and the seventh accented
    text = "But nobody remembered it again. The others wanted only maybe. A person believes in nothing at all."
    found = [
        unit.lexeme
        for seed in range(8)
        for unit in plan(talk, transcript=text, seed=seed, style="LIVELY", locomotion="OFF")
    ]
    assert "negate" in found
    assert found.count("negate") > [
        unit.lexeme for seed in range(8) for unit in plan(talk, seed=seed, style="LIVELY")
    ].count("negate")


@pytest.mark.slow
def test_weight_shifts_only_when_wanted():
    talk = Talk(phrases=10, syllables=16, pause_s=2.6)
    shifting = [
        unit for seed in range(8) for unit in plan(talk, seed=seed, locomotion="SHIFT") if unit.lexeme == "shift"
    ]
    assert shifting
    assert not any(unit.lexeme == "shift" for seed in range(8) for unit in plan(talk, seed=seed, locomotion="OFF"))
    assert len(shifting) / 8 <= talk.clip.duration_s / 15.0


def test_statistics_cover_every_lexeme():
    table = statistics_of(GESTURES)["gestures"]
    assert set(table["families"]) == set(LEXEMES)
    for entry in (table["all"], *table["families"].values()):
        for name in ("preparation_s", "arrival_s", "hold_s", "retraction_s", "excursion_m"):
            assert (
                len(entry[name]) == len(table["quantiles"])
                and (np.diff(entry[name]) >= 0).all()
                and min(entry[name]) >= 0
            )
