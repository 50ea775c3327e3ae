# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with the output of synthesizers and of captured faces before it is stored (nothing is synthesized here)."""

import numpy as np
import pytest

from core.audio.phones import SILENCE
from core.training.data.speech import captured, english, espeak_library, flite, sync, voices
from core.training.data.speech.espeak_boundaries import refine

RATE = 16000


def tone(seconds, hz=150.0, level=8000.0, seed=None):
    """A buzz, or noise if there is a seed; int16."""
    count = round(seconds * RATE)
    if seed is not None:
        return (np.random.default_rng(seed).normal(0, level / 3, count)).astype(np.int16)
    return (np.sign(np.sin(2 * np.pi * hz * np.arange(count) / RATE)) * level).astype(np.int16)


def test_flite_output_is_read():
    segments = flite.parse_psdur("pau:0.209 b:0.330 aa:0.439 pau:0.572 ")
    assert segments == [(SILENCE, 0.0, 0.209), ("b", 0.209, 0.33), ("ɑ", 0.33, 0.439), (SILENCE, 0.439, 0.572)]


def test_espeak_events_become_segments():
    events = [("m", 1000), ("aɪ", 2000), ("", 4000), ("b", 8000), ("(en)", 9000), ("oʊ", 9000)]
    segments = espeak_library.raw_segments(events, 10000, 1.2, "en")
    assert [s for s, _, _ in segments] == [SILENCE, "m", "aɪ", SILENCE, "b", "oʊ"]
    assert segments[1][1] == 0.1 and segments[-1][2] == 1.2


def test_espeak_notation():
    assert espeak_library.plain_ipa("v??də", "de") == "vʊɾdə"
    assert espeak_library.plain_ipa("phaɜŋ", "cmn") == "paŋ" and espeak_library.plain_ipa("ts.h", "cmn") == "tʂ"


def test_a_stop_gets_the_closure_before_its_event():
    sound = np.concatenate([tone(0.2), np.zeros(1280, np.int16), tone(0.03, level=2000, seed=1), tone(0.2)])
    segments = [("a", 0.0, 0.28), ("p", 0.28, 0.31), ("a", 0.31, 0.51)]
    refined = refine(sound, segments)
    assert refined[0][2] == refined[1][1] == pytest.approx(0.2, abs=0.008)


def test_a_vowel_begins_where_the_spectrum_changes():
    sound = np.concatenate([tone(0.2, level=3000, seed=2), tone(0.3)])
    refined = refine(sound, [("s", 0.0, 0.235), ("a", 0.235, 0.5)])
    assert refined[1][1] == pytest.approx(0.2, abs=0.006)


def test_a_nameless_event_in_a_loud_place_is_no_pause():
    refined = refine(tone(0.4), [("a", 0.0, 0.15), (SILENCE, 0.15, 0.25), ("n", 0.25, 0.4)])
    assert [s for s, _, _ in refined] == ["a", "n"]


@pytest.mark.parametrize("late_s", (-0.02, 0.0, 0.03))
def test_lag_is_measured(late_s):
    quiet = tone(0.15, level=20, seed=3)
    sound = np.concatenate([quiet, tone(0.2), tone(0.1, level=900, seed=4), tone(0.25), quiet, tone(0.2), quiet])
    ends = np.cumsum([0.15, 0.2, 0.1, 0.25, 0.15, 0.2, 0.15])
    names = [SILENCE, "a", "s", "a", SILENCE, "a", SILENCE]
    segments = [
        (n, e - d - late_s, e - late_s) for n, e, d in zip(names, ends, np.diff(ends, prepend=0.0), strict=True)
    ]
    segments = [(n, max(a, 0.0), b) for n, a, b in segments]
    best, there, _ = sync.lag([(sound, segments)])
    assert best == pytest.approx(late_s, abs=0.005) and there > 0.9


def test_resampled_voice_keeps_labels_on_the_sound():
    sound = np.concatenate([tone(0.3), np.zeros(4800, np.int16)])
    higher, segments = voices.resample_voice(sound, [("a", 0.0, 0.3), (SILENCE, 0.3, 0.6)], 1.2)
    assert len(higher) == pytest.approx(len(sound) / 1.2, abs=2)
    assert segments[0][2] == pytest.approx(0.25) and sync.log_energy(higher)[round(0.26 / sync.STEP_S)] < 30


def test_shift_keeps_the_ends():
    moved = voices.shift([(SILENCE, 0.0, 0.1), ("a", 0.1, 0.5)], 0.0078, 0.505)
    assert moved == [(SILENCE, 0.0, pytest.approx(0.1078)), ("a", pytest.approx(0.1078), 0.505)]


def test_words_of_a_prompt():
    assert english.words_of("Don't stop, 'he' said: THE dog's here!") == [
        "don't",
        "stop",
        "he",
        "said",
        "the",
        "dog's",
        "here",
    ]


def test_schwa_is_told_from_strut(monkeypatch):
    monkeypatch.setattr(english, "lexicon", lambda word: {"above": ("AX", "B", "AH", "V")}.get(word, ()))
    assert english.schwas("above", ["AH", "B", "AH", "V"]) == [True, False, False, False]
    assert english.schwas("the", ["DH", "AH"]) == [False, True]
    assert english.schwas("cup", ["K", "AH", "P"]) == [False, False, False]


def test_lip_measures_do_not_depend_on_place_and_tilt():
    ids = [61, 291, 78, 308, 13, 14, 0, 17, 10, 152, 33, 263]
    face = np.array([[-2.5, -6, 1], [2.5, -6, 1], [-2.2, -6, 1], [2.2, -6, 1], [0, -5.7, 2], [0, -6.3, 2], [0, -5, 2.2], [0, -7, 2],
                     [0, 5, 0], [0, -10, 0], [-4.5, 0, 0], [4.5, 0, 0]])  # fmt: skip
    angle = 0.2
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    frames = []
    for points in (face, face @ turn.T * 1.5 + [3, 2, 0]):
        pixels = points * 8 * [1, -1, -1] + [180, 144, 0]
        frames.append(pixels / [360, 288, 360])
    measures = captured.lip_measures(np.array(frames), ids)
    named = dict(zip(captured.LIP_NAMES, measures[0], strict=True))
    assert named["inner_opening"] == pytest.approx(0.6 / 9, abs=1e-4) and named["width"] == pytest.approx(
        5 / 9, abs=1e-4
    )
    assert named["upper_z"] == pytest.approx(2.2 / 9, abs=1e-3)
    assert np.allclose(measures[0], measures[1], atol=1e-4)
