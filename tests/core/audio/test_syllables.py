# SPDX-License-Identifier: GPL-3.0-or-later
"""Stressed syllables of voices whose rhythm is known."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.prominence import FEATURES, VOWEL_FEATURES
from core.statistics import GESTURES, statistics_of
from tests.core.audio.made_voices import Talk


@pytest.fixture(scope="module")
def talk() -> Talk:
    return Talk()


@pytest.mark.parametrize("with_phones", [True, False])
def test_accented_syllables_stand_out(talk, with_phones):
    found = talk.prosody(with_phones).syllables
    times = np.array([syllable.time_s for syllable in found])
    assert abs(len(found) - len(talk.onsets)) <= 0.05 * len(talk.onsets)
    nearest = np.abs(times[:, None] - talk.onsets).argmin(1)
    error = np.abs(times - talk.onsets[nearest])
    assert np.median(error) < 0.03
    prominence = np.array([syllable.prominence for syllable in found])
    accented = talk.accents[nearest]
    assert ((prominence >= 0) & (prominence <= 1)).all()
    assert prominence[accented].mean() > prominence[~accented].mean() + 0.3
    strongest = np.argsort(-prominence)[: accented.sum() // 2]
    assert accented[strongest].mean() > 0.95
    phrases = np.array([syllable.phrase for syllable in found])
    assert (np.diff(phrases) >= 0).all() and phrases.max() == len(talk.spans) - 1


@pytest.mark.parametrize("mode, features", [("phones", (*FEATURES, *VOWEL_FEATURES)), ("sound", FEATURES)])
def test_every_feature_has_a_weight(mode, features):
    fitted = statistics_of(GESTURES)["prominence"][mode]
    assert tuple(fitted["features"]) == features
    assert len(fitted["weights"]) == len(fitted["mean"]) == len(fitted["deviation"]) == len(features)
