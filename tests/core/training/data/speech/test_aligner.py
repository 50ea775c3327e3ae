# SPDX-License-Identifier: GPL-3.0-or-later
"""Forced alignment, frame labels, splits, and the cache of speech."""

import numpy as np
import pytest

pytest.importorskip("torch")

from core.audio.phones import INDEX, SILENCE, SYMBOLS
from core.training.data.speech import splits, store
from core.training.data.speech.aligner import align


def posteriors(track, confidence=0.8, seed=0):
    """Log posteriors (T, P) of a known track [(symbol, frames)] with noise."""
    generator = np.random.default_rng(seed)
    rows = []
    for symbol, frames in track:
        p = generator.dirichlet(np.full(len(SYMBOLS), 0.3), frames) * (1 - confidence)
        p[:, INDEX[symbol]] += confidence
        rows.append(p)
    return np.log(np.concatenate(rows) + 1e-6)


def test_known_path_is_found():
    track = [(SILENCE, 12), ("m", 7), ("a", 15), ("m", 6), ("a", 11), (SILENCE, 20), ("p", 5), ("ʃ", 9), (SILENCE, 8)]
    path = align(posteriors(track), [["m", "a", "m", "a"], ["p", "ʃ"]])
    assert [symbol for symbol, _, _ in path.segments] == [symbol for symbol, _ in track]
    ends = np.cumsum([frames for _, frames in track]) / 100
    assert np.abs(np.array([end for _, _, end in path.segments]) - ends).max() <= 0.011
    assert path.segments[0][1] == 0 and all(
        a[2] == b[1] for a, b in zip(path.segments, path.segments[1:], strict=False)
    )


def test_silence_between_words_is_optional():
    path = align(posteriors([("m", 7), ("a", 15), ("p", 5), ("o", 9)]), [["m", "a"], ["p", "o"]])
    assert [symbol for symbol, _, _ in path.segments] == ["m", "a", "p", "o"]


def test_repeated_phone_and_weak_evidence():
    path = align(posteriors([("a", 10), ("t", 4), ("t", 4), ("a", 10)], confidence=0.3), [["a", "t"], ["t", "a"]])
    assert [symbol for symbol, _, _ in path.segments if symbol != SILENCE] == ["a", "t", "t", "a"]
    assert min(end - start for _, start, end in path.segments) >= 0.019


def test_score_tells_the_wrong_text():
    sound = posteriors([("m", 10), ("a", 15), ("f", 10), ("i", 15)])
    assert align(sound, [["m", "a", "f", "i"]]).score > align(sound, [["s", "u", "t", "ɔ"]]).score + 1.0


def test_too_short_a_sound():
    assert align(posteriors([("a", 5)]), [["a", "b", "a", "b"]]) is None
    assert align(posteriors([("a", 5)]), []) is None


def test_frame_labels_take_the_phone_at_the_middle():
    labels = store.frame_labels([("m", 0.0, 0.024), ("a", 0.024, 0.05)], 7)
    assert labels.tolist() == [INDEX["m"], INDEX["m"], INDEX["a"], INDEX["a"], INDEX["a"], -1, -1]


def test_trim_silence_moves_times_along():
    audio = np.arange(3 * 16000, dtype=np.int16)
    cut, segments = store.trim_silence(audio, [(SILENCE, 0, 1.0), ("a", 1.0, 2.0), (SILENCE, 2.0, 3.0)])
    assert (
        len(cut) == pytest.approx(1.8 * 16000, abs=2)
        and segments[1][1] == pytest.approx(0.4)
        and cut[0] == audio[int(0.6 * 16000)]
    )


def test_cache_gives_back_what_was_stored(tmp_path):
    audio = (np.sin(np.arange(16000)) * 9000).astype(np.int16)
    sources = [
        store.Source(
            id=f"u{k}",
            audio=audio[: 8000 + 1600 * k],
            segments=[(SILENCE, 0.0, 0.1), ("m", 0.1, 0.3)],
            language="en",
            speaker="s",
            sex="f",
            kind="recorded",
            split=split,
            text="m",
        )
        for k, split in enumerate(("train", "validation"))
    ]
    store.write_shard(tmp_path, "toy", sources, {"from": "test"})
    index = store.load_index(tmp_path)
    assert [u.split for u in index] == ["train", "validation"] and store.load_index(tmp_path, split="train") == index[
        :1
    ]
    second = index[1]
    assert np.array_equal(second.audio(), audio[:9600]) and second.frames == 60 and second.duration_s == 0.6
    assert np.array_equal(second.audio(160, 320), audio[160:480])
    assert (second.labels()[10:30] == INDEX["m"]).all() and (second.labels()[30:] == -1).all()
    assert [(s, round(a, 3), round(b, 3)) for s, a, b in second.segments()] == [(SILENCE, 0.0, 0.1), ("m", 0.1, 0.3)]


def test_validation_speakers_are_a_tenth_of_each_kind_and_fixed():
    people = {f"p{k}": ("f" if k % 2 else "m", k % 3 == 0) for k in range(125)}
    chosen = splits.validation_speakers(people)
    assert len(chosen) == 13 and chosen == splits.validation_speakers(dict(reversed(people.items())))
    assert len({people[name] for name in chosen}) == 4


def test_a_prompt_read_twice_is_wholly_in_validation():
    rows = [{"id": f"arctic_a{k:04d}_{j}", "text": f"Prompt {k}."} for k in range(20) for j in range(2)]
    rows.append({"id": "arctic_a0000_9", "text": "prompt 19"})
    held = splits.last_prompts(rows, 3)
    assert held == {f"arctic_a{k:04d}_{j}" for k in (17, 18, 19) for j in range(2)} | {"arctic_a0000_9"}


def test_ids_sort_by_number():
    assert sorted(["nl_10", "nl_9", "nl_1"], key=splits.natural_key) == ["nl_1", "nl_9", "nl_10"]
