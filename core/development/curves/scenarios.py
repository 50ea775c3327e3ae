# SPDX-License-Identifier: GPL-3.0-or-later
"""What is generated when curves are recorded: the scenarios, and the sounds that they take.

Sounds lie in the folder of scenes, made once from the data pack in several containers and rates, so that decoding and
resampling are covered; one is read straight from the data pack.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SPOKEN = "speech/kathleen/arctic_a0055_1592747226.opus"
READ_IN_PLACE = "speech/kathleen/arctic_a0001_1592748574.opus"
SHORT = "speech/kerstin/de_rhasspy-0010.opus"
WORDS = "Philip stood undecided, his ears strained to catch the slightest sound."
_HISS = 1e-3  # of full scale: something above the band of the recording, for resampling to remove


@dataclass(frozen=True)
class Scenario:
    """One use of the extension on a rig.

    settings: of scene.audio2rig; options: of the operator audio2rig.generate, or None to bake the take down. after: the
    scenario that must have run before in the same file; "" opens the file anew. with_keys: set the rig's keys by hand first.
    as_strip: the sound comes from a trimmed strip. only: the rigs that play it, all if empty.
    """

    name: str
    sound: str = "speech_44k"
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] | None = field(default_factory=dict)
    frames_per_second: tuple[int, float] = (30, 1.0)
    after: str = ""
    with_keys: bool = False
    as_strip: bool = False
    only: tuple[str, ...] = ()


_EVERYTHING = {"LIPS", "EXPRESSION", "EYES", "HEAD", "BODY", "HANDS", "ROOT"}
SCENARIOS = (
    Scenario("fresh", settings={"mode": "SPEECH", "seed": 7}),
    Scenario("lips_again", after="fresh", settings={"lips_strength": 0.6}, options={"seed": 8, "parts": {"LIPS"}}),
    Scenario("keys", "opus_in_place", {"seed": 11, "frame_start": 5, "hands_strength": 0.8}, with_keys=True),
    Scenario("range", "opus_in_place", after="keys", options={"seed": 12, "frame_start": 35, "frame_end": 80}),
    Scenario("baked", "opus_in_place", after="range", options=None),
    Scenario(
        "travelling",
        "speech_48k_flac",
        {
            "seed": 21,
            "parts": _EVERYTHING,
            "style": "LIVELY",
            "emotion": "HAPPY",
            "locomotion": "FREE",
            "transcript": WORDS,
        },
        frames_per_second=(30, 1.001),
    ),
    Scenario(
        "face_nla",
        "music_22k",
        {"parts": {"LIPS", "EXPRESSION", "EYES", "HEAD"}, "style": "CALM", "emotion": "SAD", "use_nla": True},
        {"seed": 31, "frame_start": 20},
        frames_per_second=(24, 1.0),
    ),
    Scenario(
        "every_frame",
        "short_22k_ogg",
        {"seed": 41, "locomotion": "OFF", "shape_tolerance": 0.0, "rotation_tolerance": 0.0, "body_strength": 0.7},
        frames_per_second=(25, 1.0),
    ),
    Scenario("strip", settings={"seed": 51, "emotion": "ANGRY"}, as_strip=True, only=("demo", "arkit_mixamo")),
)


def make_sounds(folder: Path, data: Path) -> None:
    """Write the scenarios' sounds, and sounds.json: {name: {"path", "in_data", "seconds"}}."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    spoken, rate_hz = _read(data / SPOKEN)
    rows["speech_44k"] = _write(folder / "speech_44k.wav", _at_rate(spoken, rate_hz, 44100), 44100)
    stereo = _at_rate(spoken, rate_hz, 48000)
    rows["speech_48k_flac"] = _write(folder / "speech_48k.flac", np.stack([stereo, 0.5 * stereo], 1), 48000)
    short, rate_hz = _read(data / SHORT)
    rows["short_22k_ogg"] = _write(
        folder / "short_22k.ogg", _at_rate(short[: int(2.4 * rate_hz)], rate_hz, 22050), 22050
    )
    rows["music_22k"] = _write(folder / "music_22k.wav", _tune(data / "music" / "nottingham" / "notes.npz", 3.0), 22050)
    placed, rate_hz = _read(data / READ_IN_PLACE)
    rows["opus_in_place"] = {"path": READ_IN_PLACE, "in_data": True, "seconds": len(placed) / rate_hz}
    (folder / "sounds.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")


def sounds(folder: Path, data: Path) -> dict[str, tuple[Path, float]]:
    """{name: (file, seconds)} of what `make_sounds` has written."""
    rows = json.loads((folder / "sounds.json").read_text(encoding="utf-8"))
    return {name: ((data if row["in_data"] else folder) / row["path"], row["seconds"]) for name, row in rows.items()}


def _read(path: Path) -> tuple[np.ndarray, int]:
    import soundfile

    return soundfile.read(path, dtype="float64")


def _write(path: Path, samples: np.ndarray, rate_hz: int) -> dict[str, Any]:
    import soundfile

    soundfile.write(path, samples, rate_hz)
    return {"path": path.name, "in_data": False, "seconds": len(samples) / rate_hz}


def _at_rate(samples: np.ndarray, from_hz: int, to_hz: int) -> np.ndarray:
    from scipy.signal import resample_poly

    divisor = np.gcd(from_hz, to_hz)
    made = resample_poly(samples, to_hz // divisor, from_hz // divisor)
    return 0.9 * made / np.abs(made).max() + np.random.default_rng(0).normal(0.0, _HISS, len(made))


def _tune(notes: Path, seconds: float, rate_hz: int = 22050) -> np.ndarray:
    """The beginning of a folk tune on plucked tones, stereo (N, 2): music without a voice."""
    with np.load(notes) as kept:
        count = int(kept["lengths"][0])
        pitch, start, length = (kept[name][:count] for name in ("pitch", "start_quarters", "duration_quarters"))
    made = np.zeros(round(seconds * rate_hz))
    for key, begin_s, for_s in zip(pitch, (start - start.min()) * 0.5, length * 0.5):
        first = round(begin_s * rate_hz)
        if first < len(made):
            time_s = np.arange(min(round(for_s * rate_hz), len(made) - first)) / rate_hz
            tone_hz = 440.0 * 2.0 ** ((float(key) - 69.0) / 12.0)
            made[first : first + len(time_s)] += np.exp(-4.0 * time_s) * np.sin(2.0 * np.pi * tone_hz * time_s)
    made *= 0.5 / np.abs(made).max()
    return np.stack([made, 0.8 * made], 1)
