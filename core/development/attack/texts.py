# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile sounds, texts and values."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

from .arena import Arena

WORDS = (
    *("", " ", "0", "-1", "nan", "inf", "1e999", "9" * 400, "2147483648", "-2147483649", "None", "true", "1,5", "0x10"),
    *(
        "//",
        "//x.blend",
        "..",
        "/",
        "/dev/zero",
        "/dev/null",
        "/proc/self/mem",
        "a" * 300,
        "é" * 200,
        "\ud800",
        "\x00",
        "%s",
    ),
    *(
        "{}",
        "[]",
        "=1",
        "'",
        '"',
        "LIPS",
        "LIPS,EYES",
        "BODY;HANDS",
        "lips",
        "NO SUCH",
        "a\nb",
        "🙂",
        "-",
        "--",
        "*",
        "C:\\x\\y.wav",
    ),
)


def values(arena: Arena) -> Any:
    """A value of any kind."""
    return arena.pick(
        (
            *(
                None,
                True,
                0,
                -1,
                2**31,
                -(2**70),
                10**30,
                0.5,
                -1e300,
                float("nan"),
                float("inf"),
                1e-320,
                (),
                [],
                {},
                set(),
            ),
            *(arena.pick(WORDS), ("LIPS",), {"LIPS"}, {"NO SUCH"}, b"bytes", object()),
        )
    )


def wave_bytes(rate_hz: int, samples: bytes, channels: int = 1, bits: int = 16, kind: int = 1) -> bytes:
    """A WAV file, whatever its header says."""
    width = max(1, channels * bits // 8)
    header = struct.pack("<IHHIIHH", 16, kind, channels, rate_hz, (rate_hz * width) & 0xFFFFFFFF, width & 0xFFFF, bits)
    return (
        b"RIFF"
        + struct.pack("<I", (36 + len(samples)) & 0xFFFFFFFF)
        + b"WAVEfmt "
        + header
        + b"data"
        + struct.pack("<I", len(samples) & 0xFFFFFFFF)
        + samples
    )


def bad_sound(arena: Arena) -> Path:
    """A sound file that is broken, strange, or none."""
    random = arena.random
    good = arena.voice.read_bytes()
    noise = random.randbytes(arena.pick((0, 1, 2, 100, 8000, 64000)))
    place = arena.folder / f"sound{arena.pick(('.wav', '.wav', '.flac', '.mp3', '.ogg', '.mp4', '.txt', ''))}"
    how = arena.pick(
        (
            "cut",
            "flipped",
            "header",
            "rate",
            "noise",
            "floats",
            "folder",
            "pipe",
            "device",
            "gone",
            "many",
            "link",
            "text",
        )
    )
    arena.say(f"sound: {how}")
    if how == "cut":
        place.write_bytes(good[: random.randrange(len(good))])
    elif how in ("flipped", "header"):
        broken = bytearray(good)
        for _ in range(random.randint(1, 40)):
            broken[random.randrange(44 if how == "header" else len(broken))] = random.randrange(256)
        place.write_bytes(broken)
    elif how == "rate":
        rate = arena.pick((0, 1, 7, 100, 8000, 768000, 10**6, 2**31, 2**32 - 1))
        place.write_bytes(
            wave_bytes(rate, noise, arena.pick((0, 1, 2, 7, 255, 65535)), arena.pick((0, 1, 8, 16, 24, 32, 64)))
        )
    elif how == "noise":
        place.write_bytes(noise)
    elif how == "floats":
        numbers = [arena.pick((0.1, -0.2, float("nan"), float("inf"), 1e30, 1e-40)) for _ in range(16000)]
        place.write_bytes(wave_bytes(16000, struct.pack(f"<{len(numbers)}f", *numbers), bits=32, kind=3))
    elif how == "folder":
        place.mkdir()
    elif how == "pipe":
        os.mkfifo(place)
    elif how == "device":
        return Path(arena.pick(("/dev/zero", "/dev/null", "/dev/random", "/proc/self/mem", "/proc/self/status")))
    elif how == "many":
        place.write_bytes(wave_bytes(16000, noise, channels=arena.pick((3, 8, 32))))
    elif how == "link":
        place.symlink_to(arena.pick((place, arena.folder / "nothing", arena.voice)))
    elif how == "text":
        place.write_text("This is no sound.")
    return place


def bad_json(arena: Arena, good: Any) -> str:
    """A text that is JSON of the wrong shape, nearly JSON, or no such thing; sometimes one that is good."""
    how = arena.pick(("deep", "digits", "cut", "shape", "value", "value", "value", "words", "half", "twice", "good"))
    text = json.dumps(good)
    if how == "deep":
        return arena.pick(("[", '{"a":')) * arena.pick((40, 2000, 100_000))
    if how == "digits":
        return text.replace("1", "1" + "0" * 400, 1)
    if how == "cut":
        return text[: arena.random.randrange(len(text) + 1)]
    if how == "shape":
        return arena.pick(("[]", "{}", "null", "true", "1", '"x"', "[[]]", '{"keys": []}', '{"bones": 1}', '{"": {}}'))
    if how == "words":
        return arena.pick(WORDS).replace("\x00", " ").replace("\ud800", "?")
    if how == "half":
        return text.replace("jaw", "\\ud800", 1)
    if how == "twice":
        return text + text
    return json.dumps(_with_bad_value(arena, good) if how == "value" else good)


def _with_bad_value(arena: Arena, content: Any) -> Any:
    """The same with something else at one place in it."""
    if isinstance(content, dict) and content and arena.chance(0.85):
        at = arena.pick(content)
        key = arena.pick((at, at, at, "", "a" * 300, "🙂", "NO SUCH"))
        return {**content, key: _with_bad_value(arena, content[at])}
    if isinstance(content, list) and content and arena.chance(0.85):
        at = arena.random.randrange(len(content))
        return [*content[:at], _with_bad_value(arena, content[at]), *content[at + 1 :]]
    return arena.pick(
        (None, True, -1, 1e308, -1e308, 1e-300, float("nan"), float("inf"), 10**30, "", "x", [], {}, [[1]], {"a": {}})
    )
