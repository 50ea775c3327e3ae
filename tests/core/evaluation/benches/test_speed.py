# SPDX-License-Identifier: GPL-3.0-or-later
"""The speed bench: what it measures with, and that its figures are complete."""

from __future__ import annotations

import argparse

import numpy as np
import pytest

pytest.importorskip("torch")
from core.evaluation.benches import speed
from core.evaluation.material.babble import babble
from core.paths import SPEECH_WEIGHTS


def test_babble_is_like_a_voice():
    from core.audio.clip import AudioClip
    from core.audio.prosody import analyse

    heard = analyse(AudioClip(babble(12.0)))
    assert len(heard.phrases) >= 3
    assert 2.0 < len(heard.syllables) / 12 < 7.0
    assert 90 < np.median(heard.contours.pitch_hz[heard.contours.pitch_hz > 0]) < 160


@pytest.mark.slow
def test_figures_and_targets(monkeypatch, capsys):
    if not (SPEECH_WEIGHTS / "model.safetensors").is_file():
        pytest.skip("weights/speech is not here")
    monkeypatch.setattr(
        speed,
        "measured_by",
        lambda *arguments: {"import_s": 1.0, "first_s": 1.0, "wall_s": 2.0, "warm_s": 0.1, "peak_mb": 300.0},
    )
    parser = argparse.ArgumentParser()
    speed.add_arguments(parser)
    figures = speed.run(parser.parse_args(["--seconds", "2.5", "--quick"]))
    assert {"log_mel", "prosody", "speech_model", "simplify"} <= set(figures["x_real_time"])
    assert figures["worst_key_error"] <= 0.005
    assert set(figures["targets"]) <= set(speed.TARGETS)
    assert figures["passed"] == all(target["met"] for target in figures["targets"].values())
    assert "face, whole" in capsys.readouterr().out


def test_a_failing_worker_is_no_figure(caplog):
    assert speed.measured_by("no such task", timeout_s=60) == {}
