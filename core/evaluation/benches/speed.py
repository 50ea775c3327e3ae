# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast is it, and how much memory does it take? Every stage, the whole, cold and warm, short and long, and in Blender.

`python -m core.evaluation speed [--audio FILE] [--seconds 60] [--busy] [--clicks] [--quick]`. Stages are timed warm, in seconds of sound
per second: the best of three runs, since other programs only ever make it slower; the processors' own time is given beside it.
Cold starts, memory and growth are measured in processes of their own. With bpy in this Python the button's own path is
timed too: from the operator's call to the keys on the demo character, the first click of a session and later ones, a minute and ten,
with 5,000 keys and 5,000 bones more, and where the time goes. --busy: the minute once more while one core is busy. --clicks: only what
is in Blender. All together takes less than five minutes on a quiet machine; at last every goal is printed, reached or missed.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from ...audio import log_mel, prosody
from ...audio.clip import RATE_HZ, AudioClip
from ...audio.decoding import cut, from_samples, load
from ...motion.simplification import SHAPE_TOLERANCE, simplify_curves, simplify_rotations
from ...performance import device, loaded_models
from ...performance.frames import at_frames
from ...performance.parts import BODY, HANDS
from ...performance.performance import Performance
from ...performance.speech import perform
from ...progress import Progress
from ...settings import GenerateSettings
from ..clicks import babble_file, existing_motion, in_blender, measured_by
from ..material.babble import babble, write_sound

SCENE_FPS = 24.0  # the hardest for keeping few keys: closures are single frames

# figure → (limit, whether smaller is better)
TARGETS = {
    "face_x_real_time": (150.0, False),
    "button_60_s_x_real_time": (45.0, False),
    "button_60_s_busy_x_real_time": (30.0, False),
    "first_click_s": (2.0, True),
    "first_click_ever_s": (3.0, True),
    "button_600_s_s": (13.0, True),
    "button_600_s_peak_mb": (1200.0, True),
    "seconds_600_over_60": (13.0, True),
    "existing_5000_keys_over_none": (1.2, True),  # processor time from the click to the keys
    "prompts_5000_keys_over_none": (1.2, True),
    "bones_5000_s": (1.0, True),
    "blender_write_60_s_150_curves_s": (0.3, True),
    "simplify_60_s_150_curves_s": (0.25, True),
    "fewer_keys": (4.0, False),
    "enable_s": (0.05, True),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--audio", type=Path, default=None, help="a recording to measure with, instead of a synthetic voice"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the sound for the stages")
    parser.add_argument("--threads", type=int, default=0, help="PyTorch's threads (0: as many as it chooses)")
    parser.add_argument("--existing", action="store_true", help="only the click with motion that is there already")
    parser.add_argument("--clicks", action="store_true", help="only what is measured in Blender")
    parser.add_argument("--busy", action="store_true", help="the minute once more, with one core busy beside it")
    parser.add_argument("--quick", action="store_true", help="leave out the ten minutes and Blender")


def best_of(function: Callable[[], object], times: int = 3) -> float:
    """Seconds of the fastest run, by the clock."""
    return timed(function, times)[0]


def timed(function: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Seconds of the fastest run by the clock, and of the one that took the processors the least time (all threads)."""
    by_clock, by_processor = [], []
    for _ in range(times):
        began, began_cpu = time.perf_counter(), time.process_time()
        function()
        by_clock.append(time.perf_counter() - began)
        by_processor.append(time.process_time() - began_cpu)
    return min(by_clock), max(min(by_processor), 1e-6)


def stages(seconds: float, audio: Path | None, threads: int) -> dict:
    """Warm figures of every stage of the pure pipeline, on one sound."""
    with device.threads(threads):
        rates, clip = _decoding(seconds, audio)
        performed, figures = _performing(clip, threads, rates)
        figures |= _keys(performed, rates)
    return {
        "threads": threads or torch.get_num_threads(),
        "seconds": clip.duration_s,
        "x_real_time": {name: round(rate, 1) for name, rate in rates.items()},
        **figures,
    }


def _decoding(seconds: float, audio: Path | None) -> tuple[dict[str, float], AudioClip]:
    """How fast files are decoded, × real time, and the sound that the other stages take."""
    if audio is not None:
        clip = load(audio)
        rates = {"decode": clip.duration_s / best_of(lambda: load(audio))}
        return rates, cut(clip, 0.0, min(seconds, clip.duration_s))
    rates = {}
    sound = babble(seconds)
    with tempfile.TemporaryDirectory() as folder:
        for name, rate_hz, channels in (("wav_16k", RATE_HZ, 1), ("wav_44k1_stereo", 44100, 2), ("flac_48k", 48000, 1)):
            path = Path(folder) / f"{name}.{name[:4].strip('_')}"
            if write_sound(path, babble(seconds, rate_hz) if rate_hz != RATE_HZ else sound, rate_hz, channels):
                rates[f"decode_{name}"] = seconds / best_of(lambda path=path: load(path))
    return rates, from_samples(sound, RATE_HZ, "babble")


def _performing(clip: AudioClip, threads: int, rates: dict[str, float]) -> tuple[Performance, dict]:
    """Adds to `rates` how fast the stages from sound to performance are; returns the performance and figures of the whole."""
    everything = GenerateSettings(threads=threads)
    face_only = replace(everything, parts=everything.parts - {BODY, HANDS})
    seconds, tensor = clip.duration_s, torch.from_numpy(clip.samples)
    rates["log_mel"] = seconds / best_of(lambda: log_mel.log_mel(tensor))
    rates["prosody"] = seconds / best_of(lambda: prosody.analyse(clip))
    model = loaded_models.speech_model()
    known = model.infer(clip)
    rates["speech_model"] = seconds / best_of(lambda: model.infer(clip))

    class Known:
        """A speech model that costs nothing: it has heard this sound before."""

        def infer(self, clip: AudioClip, progress: Progress | None = None) -> tuple:
            return known

    rates["face_without_lips"] = seconds / best_of(lambda: perform(clip, face_only, model=Known()))
    face_s, face_cpu_s = timed(lambda: perform(clip, face_only))
    whole_s, whole_cpu_s = timed(lambda: perform(clip, everything))
    return perform(clip, everything), {
        "face_x_real_time": round(seconds / face_s, 1),
        "performance_x_real_time": round(seconds / whole_s, 1),
        "performance_x_processor_time": round(seconds / whole_cpu_s, 1),
        "face_x_processor_time": round(seconds / face_cpu_s, 1),
    }


def _keys(performed: Performance, rates: dict[str, float]) -> dict:
    """Adds to `rates` how fast keys are made of a performance; returns how few and how exact they are."""
    frames = at_frames(performed, SCENE_FPS)
    rates["to_scene_frames"] = performed.duration_s / best_of(lambda: at_frames(performed, SCENE_FPS))
    grid, values = np.arange(len(frames.face), dtype=np.float64), frames.face.values

    def keys() -> None:
        simplify_curves(grid, values, SHAPE_TOLERANCE)
        simplify_rotations(grid, frames.body.rotations)

    rates["simplify"] = performed.duration_s / best_of(keys)
    face = simplify_curves(grid, values, SHAPE_TOLERANCE)
    moving = [curve for curve in range(values.shape[1]) if np.ptp(values[:, curve]) > SHAPE_TOLERANCE]
    errors = [np.abs(keys.evaluate(grid) - values[:, curve]).max() for curve, keys in enumerate(face)]
    minute = np.tile(performed.face.values[:3600, moving], (1, 150 // max(len(moving), 1) + 1))[:, :150]
    minute_grid = np.arange(len(minute), dtype=np.float64)
    minute_s = best_of(lambda: simplify_curves(minute_grid, minute, SHAPE_TOLERANCE), 5)
    return {
        "fewer_keys": round(values[:, moving].size / sum(len(face[curve]) for curve in moving), 2),
        "fewer_keys_fps": SCENE_FPS,
        "worst_key_error": round(float(max(errors)), 5),
        "simplify_60_s_150_curves_s": round(minute_s, 3),
    }


def run(arguments: argparse.Namespace) -> dict:
    if arguments.existing:
        with tempfile.TemporaryDirectory() as folder:
            sound = babble_file(Path(folder) / "babble.wav", 10)
            return existing_motion(measured_by("existing", str(sound), "5000", "50000"), print)
    began = time.perf_counter()
    figures: dict = {"load_average": _load(), "machine": _machine(), "product_s": _product_s()}
    print(f"{figures['machine']}; {figures['load_average']} programs were waiting at first")
    print(
        f"A product of two matrices of 2048² takes {figures['product_s']} s of a core: twice as long where others share it"
    )
    if not arguments.clicks:
        figures |= stages(arguments.seconds, arguments.audio, arguments.threads)
        _print_stages(figures)
        figures |= _cold_starts((10, 60) if arguments.quick else (10, 60, 600), arguments.threads)
    if find_spec("bpy") is not None and not arguments.quick:
        figures |= in_blender(arguments.busy, print)
    figures["load_average_at_last"] = _load()
    print(
        f"\nGoals ({time.perf_counter() - began:.0f} s; {figures['load_average_at_last']} programs were waiting at last):"
    )
    figures["targets"] = {}
    for name, (limit, smaller) in TARGETS.items():
        value = figures.get(name)
        met = value is not None and (value <= limit if smaller else value >= limit)
        said = f"{'at most' if smaller else 'at least'} {limit:g}"
        if value is not None:
            figures["targets"][name] = {"value": value, "limit": limit, "met": met}
        print(f"  {'reached' if met else 'not measured' if value is None else 'MISSED':12} {name} = {value} ({said})")
    figures["passed"] = all(target["met"] for target in figures["targets"].values())
    return figures


def _load() -> float | None:
    """How many programs ran or waited over the last minute, where the system says it."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _product_s() -> float:
    """Seconds of one core for a large product: what it takes beside other programs, against when it is quiet, all else takes, too."""
    matrix, took = torch.ones(2048, 2048), []
    with device.threads(1):
        for _ in range(4):
            began = time.thread_time()
            torch.mm(matrix, matrix)
            took.append(time.thread_time() - began)
    return round(min(took), 3)


def _machine() -> str:
    return (
        f"{datetime.date.today()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"PyTorch {torch.__version__}"
    )


def _print_stages(figures: dict) -> None:
    print(f"Stages, × real time ({figures['seconds']:.0f} s of sound, {figures['threads']} threads):")
    for name, rate in figures["x_real_time"].items():
        print(f"  {name:26} {rate:10.0f}")
    print(
        f"  {'face, whole':26} {figures['face_x_real_time']:10.0f}   "
        f"({figures['face_x_processor_time']:.0f} × in processor time, {figures['load_average']} programs were waiting)"
    )
    print(
        f"  {'face and body, whole':26} {figures['performance_x_real_time']:10.0f}   "
        f"({figures['performance_x_processor_time']:.0f} × in processor time)"
    )


def _cold_starts(lengths: Sequence[int], threads: int) -> dict:
    """Import, first result, memory: in a process of its own for each length of the sound, seconds."""
    figures: dict = {"cold": {length: measured_by("perform", str(length), str(threads)) for length in lengths}}
    for length, one in figures["cold"].items():
        if one:
            figures[f"peak_mb_{length}_s"] = one["peak_mb"]
            print(
                f"{length:4} s in a fresh process, without Blender: imports {one['import_s']:.1f} s, first result after "
                f"{one['import_s'] + one['first_s']:.1f} s, warm {one['warm_s']:.2f} s, peak {one['peak_mb']:.0f} MB"
            )
    long, minute = figures["cold"].get(600), figures["cold"].get(60)
    if long and minute:
        figures["seconds_600_over_60"] = round(long["warm_s"] / minute["warm_s"], 2)
    return figures
