# SPDX-License-Identifier: GPL-3.0-or-later
"""A voice is heard where a stitched performance talks, and nowhere else; who was not recorded is named."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch")
from core.errors import UserError
from core.evaluation.material.performed_bodies import performed, stitched
from core.training.data.speech import stressed
from tests.core.evaluation.material.made_bodies import made_bodies


def test_the_voice_is_where_the_performance_talks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def speech(corpus: str, *_: object, **__: object) -> list[SimpleNamespace]:
        asked.append(corpus)
        return [SimpleNamespace(clip=SimpleNamespace(samples=np.full(48000, 0.3, np.float32)))]

    monkeypatch.setattr(stressed, "recorded_speech", speech)
    found = performed(made_bodies(), "garza", "train", 20.0, 3)
    performed(made_bodies(), "garza", "validation", 20.0, 3)
    assert asked == ["kathleen", "kerstin"], "what is learned from and what is held out have two voices"
    talks = stitched(made_bodies(), "garza", "train", 20.0, 3).rhythm[:, -1] > 0.5
    assert found.sound.duration_s == pytest.approx(len(found.motion) / 30.0, abs=0.04)
    loud = np.abs(found.sound.samples) > 0.1
    at = np.minimum((np.arange(len(loud)) * 30.0 / 16000).astype(int), len(talks) - 1)
    assert 0.3 < loud.mean() and loud[~talks[at]].mean() < 0.06


def test_who_was_not_recorded_is_named() -> None:
    with pytest.raises(UserError, match="no train gestures of nobody") as raised:
        stitched(made_bodies(), "nobody", "train", 5.0, 0)
    assert "garza" in raised.value.hint
