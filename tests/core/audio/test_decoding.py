# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound files of every kind, good and bad."""

from __future__ import annotations

import os
import struct
import sys
import wave

import numpy as np
import pytest

from core.audio import decoding
from core.audio.clip import RATE_HZ
from core.audio.decoding import NeedsHostDecoder, cut, from_samples, load
from core.errors import Cancelled, UserError
from core.progress import Progress


def tone(seconds: float = 1.0, rate_hz: int = 16000, level: float = 0.5) -> np.ndarray:
    time_s = np.arange(int(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * 440 * time_s) * np.minimum(1, 10 * time_s)).astype(np.float32)


def write_wav(path, samples: np.ndarray, rate_hz: int = 16000, width: int = 2):
    """PCM by the standard library; samples (N,) or (N, C)."""
    samples = samples[:, None] if samples.ndim == 1 else samples
    scaled = np.round(samples.astype(np.float64) * (2 ** (8 * width - 1) - 1)).astype("<i4")
    if width == 1:
        raw = (scaled + 128).astype(np.uint8).tobytes()
    else:
        raw = np.ascontiguousarray(scaled.view(np.uint8).reshape(-1, 4)[:, :width]).tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(raw)
    return path


def write_float_wav(path, samples: np.ndarray, rate_hz: int = 16000, bits: int = 32, extensible: bool = False):
    samples = samples.reshape(len(samples), -1)
    raw = samples.astype(f"<f{bits // 8}").tobytes()
    channels, frame = samples.shape[1], samples.shape[1] * bits // 8
    body = struct.pack("<HHIIHH", 0xFFFE if extensible else 3, channels, rate_hz, rate_hz * frame, frame, bits)
    if extensible:
        body += struct.pack("<HHIH", 22, bits, 0, 3) + b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
    junk = b"LIST" + struct.pack("<I", 5) + b"hello\x00"
    chunks = b"fmt " + struct.pack("<I", len(body)) + body + junk + b"data" + struct.pack("<I", len(raw)) + raw
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    return path


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_pcm_wav_of_every_width(tmp_path, width, channels):
    clip = load(write_wav(tmp_path / "a.wav", np.repeat(tone()[:, None], channels, 1), width=width))
    assert clip.samples.dtype == np.float32 and clip.rate_hz == RATE_HZ and clip.name == "a" and clip.warnings == ()
    np.testing.assert_allclose(clip.samples, tone(), atol=2.0 ** (1 - 8 * width) + 1e-6)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("extensible", [False, True])
def test_float_wav(tmp_path, bits, extensible):
    clip = load(write_float_wav(tmp_path / "a.wav", tone(), bits=bits, extensible=extensible))
    np.testing.assert_allclose(clip.samples, tone(), atol=1e-6)


def test_without_soundfile_the_host_is_asked(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    path = write_wav(tmp_path / "a.wav", tone())
    assert "soundfile" in refused(path).message
    assert len(load(path, host_decoder=lambda file, track: (tone(1.0, 48000), 48000.0)).samples) == 16000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "format_", "subtype", "tolerance"),
    [
        ("flac", "FLAC", "PCM_16", 1e-4),
        ("flac", "FLAC", "PCM_24", 1e-6),
        ("ogg", "OGG", "VORBIS", 0.05),
        ("opus", "OGG", "OPUS", 0.05),
        ("mp3", "MP3", "MPEG_LAYER_III", 0.05),
        ("aiff", "AIFF", "PCM_16", 1e-4),
        ("wav", "WAV", "ULAW", 0.02),
        ("wav", "WAV", "IMA_ADPCM", 0.05),
        ("wav", "RF64", "PCM_16", 1e-4),
        ("au", "AU", "PCM_16", 1e-4),
    ],
)
def test_other_formats(tmp_path, suffix, format_, subtype, tolerance):
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, tone(), 16000, format=format_, subtype=subtype)
    clip = load(path)
    assert abs(clip.duration_s - 1.0) < 0.1
    part = slice(4000, 12000)
    best = (
        max(float(np.dot(np.roll(clip.samples, shift)[part], tone()[part])) for shift in range(-1600, 1600, 2))
        if suffix == "mp3"
        else float(np.dot(clip.samples[part], tone()[part]))
    )
    assert best > (1 - tolerance) * float(np.dot(tone()[part], tone()[part]))


@pytest.mark.parametrize("format_", ["MP3", "FLAC", "OGG"])
def test_the_content_decides_not_the_name(tmp_path, format_):
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / "voice.wav"
    soundfile.write(path, tone(2.0), 16000, format=format_)
    assert decoding.kind_of(path) == format_.lower()
    assert abs(load(path).duration_s - 2.0) < 0.1


@pytest.mark.parametrize(
    ("rate_hz", "warned"), [(8000, True), (22050, False), (44100, False), (48000, False), (192000, False)]
)
def test_any_rate(tmp_path, rate_hz, warned):
    clip = load(write_wav(tmp_path / "a.wav", tone(1.0, rate_hz), rate_hz))
    assert len(clip.samples) == 16000
    np.testing.assert_allclose(clip.samples[200:-200], tone()[200:-200], atol=1e-3)
    assert any("samples a second" in warning for warning in clip.warnings) == warned


def test_eight_channels_with_the_voice_on_one(tmp_path):
    sound = np.zeros((16000, 8), np.float32)
    sound[:, 2] = tone()
    clip = load(write_wav(tmp_path / "a.wav", sound))
    np.testing.assert_allclose(clip.samples, tone(), atol=1e-4)
    assert "channel 3 of 8" in clip.warnings[0]


def test_channels_of_opposite_sign_do_not_cancel(tmp_path):
    clip = load(write_wav(tmp_path / "a.wav", np.stack([tone(), -tone()], 1)))
    assert np.abs(clip.samples).max() > 0.4


def refused(path, *words, kind=UserError):
    with pytest.raises(kind) as caught:
        load(path)
    assert caught.value.hint
    for word in words:
        assert word in caught.value.message
    return caught.value


def test_missing(tmp_path):
    refused(tmp_path / "no such.wav", "There is no sound")


def test_a_folder(tmp_path):
    refused(tmp_path, "folder")


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs file permissions")
def test_not_allowed(tmp_path):
    path = write_wav(tmp_path / "a.wav", tone())
    path.chmod(0)
    refused(path, "cannot be opened")


def test_empty(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"")
    refused(tmp_path / "a.wav", "empty")


def test_zero_length(tmp_path):
    refused(write_wav(tmp_path / "a.wav", np.zeros(0)), "length is zero")


def test_one_sample(tmp_path):
    refused(write_wav(tmp_path / "a.wav", np.ones(1)), "too short")


@pytest.mark.parametrize(
    "content", [b"just a text file, no sound at all\n" * 40, b"\x89PNG\r\n\x1a\n" + bytes(500), bytes(5000)]
)
@pytest.mark.parametrize("suffix", ["wav", "mp3", "txt"])
def test_not_a_sound(tmp_path, content, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    assert "not a sound" in refused(path).message


@pytest.mark.parametrize("kept", [3, 11, 20, 43, 44])
def test_cut_off_in_the_header(tmp_path, kept):
    path = write_wav(tmp_path / "a.wav", tone())
    path.write_bytes(path.read_bytes()[:kept])
    refused(path)


def test_cut_off_in_the_sound(tmp_path):
    path = write_wav(tmp_path / "a.wav", tone(4.0))
    path.write_bytes(path.read_bytes()[:64044])
    clip = load(path)
    assert clip.duration_s == pytest.approx(2.0)
    assert "cut off" in clip.warnings[0] and "4.0 s" in clip.warnings[0] and "2.0 s" in clip.warnings[0]


@pytest.mark.parametrize("format_", ["FLAC", "OGG", "MP3"])
def test_cut_off_and_compressed(tmp_path, format_):
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / "a.snd"
    noise = np.random.default_rng(0).standard_normal(64000).astype(np.float32) * 0.1
    soundfile.write(path, noise, 16000, format=format_)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert 0.5 < load(path).duration_s < 4.1
    path.write_bytes(whole[:10])
    refused(path)


def test_length_left_open_by_a_pipe(tmp_path):
    path = write_wav(tmp_path / "a.wav", tone())
    raw = bytearray(path.read_bytes())
    raw[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(raw))
    clip = load(path)
    assert len(clip.samples) == 16000 and clip.warnings == ()


@pytest.mark.parametrize("whole", [0, 36, 0xFFFFFFFF])
@pytest.mark.parametrize("before", [b"", b"LIST\x04\x00\x00\x00INFO"])
def test_a_header_that_nobody_finished(tmp_path, whole, before):
    path = write_wav(tmp_path / "a.wav", tone())
    raw = path.read_bytes()
    size = whole.to_bytes(4, "little")
    path.write_bytes(raw[:4] + size + raw[8:36] + before + b"data\0\0\0\0" + raw[44:])
    clip = load(path)
    np.testing.assert_array_equal(clip.samples, load(write_wav(tmp_path / "b.wav", tone())).samples)
    assert len(clip.warnings) == 1 and "was not finished" in clip.warnings[0]


def test_what_stands_behind_no_sound_is_no_sound(tmp_path):
    path = write_wav(tmp_path / "a.wav", tone())
    raw = path.read_bytes()[:40] + bytes(4) + b"LIST\x10\x00\x00\x00INFOISFT\x04\x00\x00\x00name"
    path.write_bytes(raw[:4] + (len(raw) - 8).to_bytes(4, "little") + raw[8:])
    refused(path)


def test_silent(tmp_path):
    refused(write_wav(tmp_path / "a.wav", np.zeros(16000)), "silent")
    refused(write_float_wav(tmp_path / "b.wav", np.full(16000, 0.25)), "silent")  # a constant is no sound


def test_clipped(tmp_path):
    clip = load(write_wav(tmp_path / "a.wav", np.clip(tone() * 4, -1, 1)))
    assert "clipped" in clip.warnings[0]


def test_very_quiet(tmp_path):
    assert "quiet" in load(write_float_wav(tmp_path / "a.wav", tone() * 0.005)).warnings[0]


def test_not_a_number(tmp_path):
    sound = tone()
    sound[100:200] = np.nan
    sound[300] = np.inf
    clip = load(write_float_wav(tmp_path / "a.wav", sound))
    assert np.isfinite(clip.samples).all() and "101 samples" in clip.warnings[0]
    refused(write_float_wav(tmp_path / "b.wav", np.full(16000, np.nan)), "NaN")
    refused(write_float_wav(tmp_path / "c.wav", np.full(16000, -np.inf)), "NaN")


def test_floats_in_the_range_of_integers(tmp_path):
    clip = load(write_float_wav(tmp_path / "a.wav", tone() * 30000))
    assert np.abs(clip.samples).max() <= 1.0 and "full scale" in clip.warnings[0]


def test_constant_offset_is_taken_out(tmp_path):
    clip = load(write_float_wav(tmp_path / "a.wav", tone() + 0.2))
    assert abs(clip.samples.mean()) < 1e-3


@pytest.mark.slow
def test_one_hour_in_bounded_memory(tmp_path):
    """One hour of 8-bit sound; what is held at once stays near the clip itself (230 MB)."""
    import tracemalloc

    path = tmp_path / "hour.wav"
    second = np.round(tone(1.0, 8000) * 127 + 128).astype(np.uint8).tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        for _ in range(3600):
            file.writeframesraw(second)
    tracemalloc.start()
    clip = load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(clip.samples) == 3600 * 16000
    assert any("60 minutes" in warning for warning in clip.warnings)
    assert peak < clip.samples.nbytes * 1.25


def test_host_decoder(tmp_path):
    path = tmp_path / "film.m4a"
    path.write_bytes(b"\x00\x00\x00\x20ftypM4A " + bytes(1000))
    assert "needs a decoder" in refused(path, kind=NeedsHostDecoder).message
    asked = []

    def host(file, track):
        asked.append((file, track))
        return np.stack([tone(1.0, 48000)] * 2, 1), 48000.0

    clip = load(path, host_decoder=host)
    assert asked == [(path, 0)] and len(clip.samples) == 16000 and clip.name == "film"
    load(write_wav(tmp_path / "a.wav", tone()), host_decoder=host)
    assert len(asked) == 1  # not asked for what can be read here


@pytest.mark.parametrize("answer", [RuntimeError("codec"), None])
def test_host_decoder_that_fails(tmp_path, answer):
    path = tmp_path / "film.m4a"
    path.write_bytes(b"\x00\x00\x00\x20ftypM4A " + bytes(1000))

    def host(file, track):
        if answer is not None:
            raise answer
        return np.zeros((0, 2), np.float32), 48000

    with pytest.raises(UserError) as caught:
        load(path, host_decoder=host)
    assert caught.value.hint


def test_from_samples():
    assert len(from_samples(tone(1.0, 44100), 44100, "strip").samples) == 16000
    integers = np.round(tone() * 32767).astype(np.int16)
    np.testing.assert_allclose(from_samples(integers, 16000).samples, tone(), atol=1e-4)
    with pytest.raises(UserError):
        from_samples(np.zeros((0, 2), np.float32), 44100)
    with pytest.raises(UserError):
        from_samples(np.zeros((2, 2, 2), np.float32), 44100)


def test_the_source_is_not_changed():
    sound = tone() + np.float32(0.2)
    before = sound.copy()
    from_samples(sound, 16000)
    np.testing.assert_array_equal(sound, before)


def test_cut():
    clip = from_samples(tone(2.0), 16000, "strip")
    part = cut(clip, 0.5, 1.25)
    assert part.duration_s == pytest.approx(0.75) and part.name == "strip"
    assert cut(clip, -1.0, 9.0).duration_s == 2.0
    with pytest.raises(UserError):
        cut(clip, 3.0, 4.0)


def test_cancel_while_reading(tmp_path):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        load(write_wav(tmp_path / "a.wav", tone()), progress)


def test_names_with_quotes_brackets_and_japanese(tmp_path):
    clip = load(write_wav(tmp_path / "こんにちは \"a\" [b]'c'.wav", tone()))
    assert clip.name == "こんにちは \"a\" [b]'c'"
    pytest.importorskip("soundfile").write(tmp_path / "声 [1].flac", tone(), 16000)
    assert load(tmp_path / "声 [1].flac").name == "声 [1]"


def test_wav_header_of_something_else(tmp_path):
    (tmp_path / "a").write_bytes(b"RIFF\x00\x00\x00\x00WEBP" + bytes(100))
    refused(tmp_path / "a", "not a sound")
