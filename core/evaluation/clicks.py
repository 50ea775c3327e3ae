# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a click takes in Blender, for the bench `speed`: each measured in a process of its own.

Seconds by the clock from the operator's call to the keys on the demo character, face and body, unless something else is said. Warm
clicks come right after another. What is found is said line by line.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..audio.clip import RATE_HZ
from .material.babble import babble, write_sound
from .workers import figures_of, last_words, run_worker

log = logging.getLogger(__name__)
WORKER = "core.development.speed_worker"
Say = Callable[[str], None]

# Stages of a warm minute at commit 59a8ed7 (26 November 2026, two cores, PyTorch's two threads), seconds by the clock. Frames and rig were
# one stage, so were reading and writing; what is now waited for from a thread was then done in line.
BEFORE_S = {
    "EMAGE's network": 0.390,
    "EMAGE's codec": 0.163,
    "speech network": 0.156,
    "choosing codes": 0.146,
    "few keys": 0.115,
    "strokes": 0.099,
    "onto the rig": 0.096,
    "writing": 0.086,
    "from codes to joints": 0.082,
    "plan, own part": 0.075,
    "feet": 0.071,
    "MeshTalk and contours, waited for": 0.069,
    "kept out of itself": 0.064,
    "all else": 0.358,
}


def measured_by(task: str, *arguments: str, timeout_s: float = 900.0, byte_code: str = "") -> dict:
    """One measurement of the worker in a fresh Python; its figures, and wall_s for all of it. {} where it failed (logged).

    byte_code: the folder where Python looks for byte code and keeps it; "": as is usual.
    """
    began = time.perf_counter()
    try:
        done = run_worker(WORKER, task, *arguments, one_thread=False, timeout_s=timeout_s, byte_code=byte_code)
    except subprocess.TimeoutExpired:
        log.warning("%s took more than %.0f s", task, timeout_s)
        return {}
    wall_s = time.perf_counter() - began
    figures = figures_of(done)
    if done.returncode or figures is None:
        log.warning("%s failed: %s", task, last_words(done))
        return {}
    return {**figures, "wall_s": round(wall_s, 2)}


@contextlib.contextmanager
def a_busy_core(busy: bool = True) -> Iterator[None]:
    """One of the machine's cores has something else to do meanwhile."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if busy else None
    try:
        yield
    finally:
        if process is not None:
            process.kill()
            process.wait()


def in_blender(with_busy_core: bool, say: Say) -> dict:
    """All that is measured in Blender."""
    figures: dict = {}
    with tempfile.TemporaryDirectory() as folder:
        sounds = {
            seconds: str(babble_file(Path(folder) / f"babble_{seconds}.wav", seconds)) for seconds in (10, 60, 600)
        }
        figures |= first_clicks(sounds[10], say)
        figures |= existing_motion(measured_by("existing", sounds[10], "5000"), say)
        bones = measured_by("bones", sounds[10])
        if "seconds" in bones:
            figures["bones_5000_s"], figures["bones_5000_processor_s"] = bones["seconds"], bones["processor_s"]
            say(f"5,000 more bones: {bones['seconds']} s more ({bones['processor_s']} of the processors)")
        minute = measured_by("click", sounds[60])
        figures |= _minute(minute, "button_60_s", "quiet", say)
        figures |= stage_table(measured_by("stages", sounds[60]), say)
        figures |= _ten_minutes(measured_by("click", sounds[600], sounds[10]), say)
        if with_busy_core:
            with a_busy_core():
                figures |= _minute(measured_by("click", sounds[60]), "button_60_s_busy", "one core busy", say)
    written = measured_by("write")
    figures["blender_write_60_s_150_curves_s"] = written.get("seconds")
    say(f"writing 60 s on 150 curves: {written.get('seconds')} s")
    return figures


def babble_file(path: Path, seconds: int) -> Path:
    """A minute of babble as often as it takes, at the path, which is returned."""
    minute = babble(float(min(seconds, 60)))
    write_sound(path, np.tile(minute, max(seconds // 60, 1)), RATE_HZ, 1)
    return path


def first_clicks(sound: str, say: Say) -> dict:
    """The first click of a session on ten seconds: without Python's byte code, with it, and with PyTorch loaded before."""
    figures: dict = {}
    with tempfile.TemporaryDirectory() as byte_code:
        ways = (
            ("first_click_ever_s", "the first one ever, no byte code yet", "click"),
            ("first_click_s", "with byte code", "click"),
            ("first_click_chosen_s", "some seconds after a sound was chosen", "chosen"),
        )
        for name, how, task in ways:
            one = measured_by(task, sound, byte_code=byte_code)
            figures[name], figures[f"{name}_details"] = one.get("seconds"), one
            say(
                f"first click of a session, 10 s of sound, {how}: {one.get('seconds')} s ({one.get('processor_s')} of the processors)"
            )
            if "enable_s" in one:
                figures["enable_s"] = one["enable_s"]
    return figures


def existing_motion(measured: dict, say: Say) -> dict:
    """How long the click takes with a clip on the body, by its number of keys and by what is done with it."""
    times = measured.get("existing_s", {})
    if not times:
        return {}
    say("click to keys, 10 s of sound, warm, with a clip on the body: seconds (of the processors)")
    for name, (clock_s, processor_s) in times.items():
        keys, answer = name.split()
        say(f"  {keys:>6} keys {answer:8} {clock_s:6.2f} ({processor_s:.2f})")
    none = times["0 AUTO"][1]
    worst = max(times[f"5000 {answer}"][1] for answer in ("REPLACE", "KEEP"))
    return {
        "existing_s": times,
        "existing_5000_keys_over_none": round(worst / none, 2),
        "prompts_5000_keys_over_none": round(times["5000 PROMPTS"][1] / none, 2),
    }


def _minute(clicked: dict, name: str, how: str, say: Say) -> dict:
    if "again_s" not in clicked:
        return {}
    processor_s = clicked["again_processor_s"]
    say(
        f"button, 60 s of sound, warm, {how}: {clicked['again_s']} s ({processor_s} of the processors), "
        f"{60.0 / clicked['again_s']:.0f} × real time ({60.0 / processor_s:.0f} × in processor time)"
    )
    return {f"{name}_x_real_time": round(60.0 / clicked["again_s"], 1), f"{name}_details": clicked}


def _ten_minutes(clicked: dict, say: Say) -> dict:
    if "again_s" not in clicked:
        return {}
    say(
        f"button, 10 minutes of sound, warm: {clicked['again_s']} s ({clicked['again_processor_s']} of the processors); "
        f"at most {clicked['peak_mb']:.0f} MB with Blender"
    )
    return {
        "button_600_s_s": clicked["again_s"],
        "button_600_s_processor_s": clicked["again_processor_s"],
        "button_600_s_peak_mb": clicked["peak_mb"],
    }


def stage_table(measured: dict, say: Say) -> dict:
    """Where the time of a warm minute goes, beside where it went."""
    stages = measured.get("stages_s", {})
    if not stages:
        return {}
    now, before = sum(stages.values()), sum(BEFORE_S.values())
    say(f"| stage of a warm minute | at 59a8ed7: {before:.2f} s | share | now: {now:.2f} s of the processor | share |")
    say("|---|---|---|---|---|")
    for name, took in sorted(stages.items(), key=lambda stage: -stage[1]):
        was = BEFORE_S.get(name)
        then = f"{was:.3f} | {was / before:.0%}" if was is not None else " | "
        say(f"| {name} | {then} | {took:.3f} | {took / now:.0%} |")
    return {"stages_s": stages, "stages_before_s": BEFORE_S, "stages_click_s": measured["click_s"]}
