# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a performer's body: recorded, general and adapted, with what was learned of the recorded person alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")
from core.audio.clip import AudioClip
from core.evaluation.drawing import performer_pictures
from core.evaluation.material.performed_bodies import PerformedBody
from core.performance.performer.body_ways import UPPER, BodyWays, Factors, StrokePoses
from tests.core.performance.performer.making import habitual_body, voice

NOBODYS = StrokePoses(
    np.zeros((0, len(UPPER), 4), np.float32), np.zeros(0, int), np.zeros(0, int), np.zeros(0, np.float32)
)
POSTURE = np.tile(np.array([1.0, 0.0, 0.0, 0.0], np.float32), (55, 1))
WAYS = BodyWays(1.0, POSTURE, np.zeros(3, np.float32), frozenset(), Factors(often=0.5), 0.0, 0.8, NOBODYS)


def test_three_bodies_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    splits, performers = [], []

    def performed(_: object, __: str, split: str, seconds: float, ___: int) -> PerformedBody:
        splits.append(split)
        return PerformedBody(AudioClip(voice(6.0)), habitual_body(6.0))

    def perform(*_: object, controls: SimpleNamespace) -> SimpleNamespace:
        performers.append(controls.performer)
        return SimpleNamespace(body=habitual_body(6.0))

    monkeypatch.setattr(performer_pictures, "load", lambda *_: [])
    monkeypatch.setattr(performer_pictures, "load_sound", lambda _: AudioClip(voice(4.0)))
    monkeypatch.setattr(performer_pictures, "performed", performed)
    monkeypatch.setattr(performer_pictures, "perform", perform)
    monkeypatch.setattr(performer_pictures, "adapt_body", lambda *_: SimpleNamespace(ways=WAYS))
    parser = argparse.ArgumentParser()
    performer_pictures.add_arguments(parser)
    found = performer_pictures.run(parser.parse_args(["--out", str(tmp_path / "a.png")]))
    assert splits == ["train", "validation"] and found == {"often": 0.5, "far": 1.0, "left": 0.8}
    assert performers[0] is None and performers[1].body is WAYS
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width > 500 and picture.height > 500 and len(picture.getcolors(1 << 16) or ()) > 5
