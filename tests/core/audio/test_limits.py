# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds whose headers promise what no sound has: memory follows what was read."""

from __future__ import annotations

import os
import struct
import tracemalloc

import numpy as np
import pytest

from core.audio import checks, decoding
from core.errors import UserError


def wav(rate_hz: int, channels: int, data: bytes) -> bytes:
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate_hz, rate_hz * channels & 0xFFFFFFFF, channels, 8)
    return (
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + form + b"data" + struct.pack("<I", len(data)) + data
    )


@pytest.mark.parametrize(
    "rate_hz, channels, match",
    [(3, 1, "3 samples a second"), (999, 2, "999"), (2**30, 1, "1073741824"), (48000, 300, "300 channels|not a sound")],
)
def test_rates_and_channels_that_no_sound_has(tmp_path, rate_hz, channels, match):
    noise = np.random.default_rng(0).integers(0, 255, 30000, dtype=np.uint8).tobytes()
    (tmp_path / "a.wav").write_bytes(wav(rate_hz, channels, noise))
    with pytest.raises(UserError, match=match):
        decoding.load(tmp_path / "a.wav")


def test_a_header_that_promises_days_takes_no_memory(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "a.flac", np.random.default_rng(0).normal(0.0, 0.1, 16000), 16000)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[21] |= 0xF
    content[22:26] = b"\xff" * 4  # 2^36 samples
    (tmp_path / "a.flac").write_bytes(bytes(content))
    tracemalloc.start()
    try:
        clip = decoding.load(tmp_path / "a.flac")
    except UserError as error:
        assert "cut off" in str(error) or "damaged" in str(error)
    else:
        assert clip.duration_s < 2.0 and any("cut off" in said for said in clip.warnings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


def test_too_long_is_said_while_it_is_read(monkeypatch):
    monkeypatch.setattr(checks, "LONGEST_S", 3.0)
    with pytest.raises(UserError, match="Cut it into parts"):
        decoding.from_samples(np.random.default_rng(0).normal(0.0, 0.1, 5 * 16000), 16000.0, "play")


def test_a_pipe_is_no_sound(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(UserError, match="no ordinary file"):
        decoding.load(tmp_path / "a.wav")
