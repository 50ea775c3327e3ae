# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries of the bench `attack`, one after the other in this process: a line of JSON for each.

Words: SEED KINDS NUMBER…; KINDS by commas, in the order in which numbers choose them. BLENDER_USER_RESOURCES must name a folder of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from .. import clone

_VOICE_S, _BUZZ_S = 1.3, 1.0


def main(words: list[str]) -> None:
    seed, kinds, numbers = int(words[0]), words[1].split(","), [int(word) for word in words[2:]]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what Blender itself prints
    import bpy

    clone.enable()
    with tempfile.TemporaryDirectory(prefix="audio2rig-attack-", ignore_cleanup_errors=True) as folder:
        voice, buzz = _sounds(Path(folder))
        answers.write(json.dumps({"blender": bpy.app.version_string}) + "\n")
        for number in numbers:
            answers.write(json.dumps({"number": number, "began": True}) + "\n")
            answers.flush()
            result = attempt(seed, number, kinds[number % len(kinds)], Path(folder), voice, buzz)
            answers.write(json.dumps(result) + "\n")
            answers.flush()
    os._exit(0)  # Blender's module can hang at the end of the interpreter


def attempt(seed: int, number: int, kind: str, folder: Path, voice: Path, buzz: Path) -> dict[str, Any]:
    """One try: {number, kind, seconds, held, why, doing}."""
    from .arena import Arena, Broken
    from .tries import KINDS

    own = folder / f"try {number}"
    own.mkdir()
    arena = Arena(random.Random(f"{seed}:{number}:{kind}"), own, voice, buzz)
    began_s = time.perf_counter()
    why = ""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(printed):
            KINDS[kind](arena)
        why = _traced(printed.getvalue())
    except Broken as error:
        why = str(error)
    except BaseException as error:  # noqa: BLE001 -- what nobody foresaw is what is looked for
        why = f"{type(error).__name__}: {error} ({' < '.join(_places(error))})"
    shutil.rmtree(own, ignore_errors=True)
    return {
        "number": number,
        "kind": kind,
        "seconds": round(time.perf_counter() - began_s, 2),
        "held": not why,
        "why": why[:1500],
        "doing": arena.doing[-12:] if why else [],
    }


def _traced(printed: str) -> str:
    """A trace that Blender printed, of a callback of the extension's, but for what a try injected; "" if there is none."""
    for trace in printed.split("Traceback (most recent call last):")[1:]:
        if "audio2rig" in trace and "injected by a try" not in trace:
            return f"Blender printed a trace: {' '.join(trace.split())[-400:]}"
    return ""


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames)][:4]


def _sounds(folder: Path) -> tuple[Path, Path]:
    """A second of something like speech, and one of a buzz."""
    import numpy as np

    from ...evaluation.material.babble import babble, write_sound

    voice, buzz = folder / "voice.wav", folder / "buzz.wav"
    write_sound(voice, babble(_VOICE_S), 16000, 1)
    times_s = np.arange(round(_BUZZ_S * 16000)) / 16000
    tone = 0.5 * np.sin(2 * np.pi * 140 * times_s) * np.abs(np.sin(2 * np.pi * 2 * times_s))
    write_sound(buzz, tone.astype(np.float32), 16000, 1)
    return voice, buzz


if __name__ == "__main__":
    logging.getLogger().addHandler(logging.NullHandler())
    main(sys.argv[1:])
