# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast is it, and how much memory does it take? Every stage, the whole, cold and warm, short and long, and in Blender.

`python -m core.evaluation speed [--audio FILE] [--seconds 60] [--quick]`. Stages are timed warm, in seconds of sound per
second: the best of three runs, since other programs only ever make it slower; the processors' own time is given beside it.
Cold starts, memory and growth are measured in processes of their own. With bpy in this Python the button's own path is
timed too: from the operator's call to the keys on the demo character, PyTorch's import included, and the writing of 60 s on
150 curves.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ...audio.clip import RATE_HZ
from ...paths import ROOT

log = logging.getLogger(__name__)
SCENE_FPS = 24.0  # the hardest for keeping few keys: closures are single frames
WORKER = "core.evaluation.material.speed_worker"
# Run as a process, not imported: this zone does not know Blender.
BLENDER_WORKER = "core.development.first_click_worker"

# figure → (limit, whether smaller is better)
TARGETS = {
    "face_x_real_time": (150.0, False),
    "blender_first_click_s": (6.0, True),
    "peak_mb_600_s": (2000.0, True),
    "seconds_600_over_60": (13.0, True),
    "blender_write_60_s_150_curves_s": (0.3, True),
    "simplify_60_s_150_curves_s": (0.25, True),
    "fewer_keys": (4.0, False),
    "enable_s": (0.05, True),
    "button_60_s_x_real_time": (30.0, False),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--audio", type=Path, default=None, help="a recording to measure with, instead of a synthetic voice"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the sound for the stages")
    parser.add_argument("--threads", type=int, default=0, help="PyTorch's threads (0: as many as it chooses)")
    parser.add_argument("--quick", action="store_true", help="leave out the ten minutes and Blender")


def babble(seconds: float, rate_hz: int = RATE_HZ, seed: int = 0) -> np.ndarray:
    """float32 (N,): something with the rhythm, melody and spectrum of a voice; phrases of two seconds with pauses."""
    random = np.random.default_rng(seed)
    frames = int(seconds * 100) + 2
    time_s = np.arange(frames) / 100
    pitch = 120 * 2 ** (0.25 * np.sin(2 * np.pi * 0.37 * time_s) + 0.1 * np.sin(2 * np.pi * 1.9 * time_s))
    level = np.clip(0.3 + np.sin(2 * np.pi * 4.3 * time_s + 2 * np.sin(time_s)), 0, 1) * (time_s % 2.7 < 2.1)
    formants = 500 + 250 * np.sin(2 * np.pi * 1.3 * time_s), 1500 + 500 * np.sin(2 * np.pi * 0.9 * time_s + 1)
    samples = np.arange(int(seconds * rate_hz)) / rate_hz
    at = np.interp
    phase = 2 * np.pi * np.cumsum(at(samples, time_s, pitch)) / rate_hz
    first, second, loud = (at(samples, time_s, curve) for curve in (*formants, level))
    sound = np.zeros(len(samples))
    for harmonic in range(1, 25):
        frequency = harmonic * at(samples, time_s, pitch)
        weight = sum(np.exp(-(((frequency - formant) / 200) ** 2)) for formant in (first, second)) + 0.02
        sound += weight * np.sin(harmonic * phase)
    return (0.1 * loud * sound + 3e-4 * random.standard_normal(len(samples))).astype(np.float32)


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
    import torch

    from ...audio import log_mel, prosody
    from ...audio.clip import AudioClip
    from ...audio.decoding import cut, from_samples, load
    from ...motion.simplification import SHAPE_TOLERANCE, simplify_many, simplify_rotations
    from ...performance import models
    from ...performance.frames import at_frames
    from ...performance.parts import BODY, HANDS
    from ...performance.speech import perform
    from ...settings import GenerateSettings

    everything = GenerateSettings(threads=threads)
    face_only = replace(everything, parts=everything.parts - {BODY, HANDS})
    result: dict = {"threads": threads or torch.get_num_threads(), "seconds": seconds}
    with models.threads(threads), tempfile.TemporaryDirectory() as folder:
        rates: dict[str, float] = {}
        if audio is None:
            sound = babble(seconds)
            for name, rate_hz, channels in (
                ("wav_16k", RATE_HZ, 1),
                ("wav_44k1_stereo", 44100, 2),
                ("flac_48k", 48000, 1),
            ):
                path = Path(folder) / f"{name}.{name[:4].strip('_')}"
                if not _write(path, babble(seconds, rate_hz) if rate_hz != RATE_HZ else sound, rate_hz, channels):
                    continue
                rates[f"decode_{name}"] = seconds / best_of(lambda path=path: load(path))
            clip = from_samples(sound, RATE_HZ, "babble")
        else:
            rates["decode"] = load(audio).duration_s / best_of(lambda: load(audio))
            clip = load(audio)
            clip = cut(clip, 0.0, min(seconds, clip.duration_s))
        seconds = clip.duration_s
        tensor = torch.from_numpy(clip.samples)
        rates["log_mel"] = seconds / best_of(lambda: log_mel.log_mel(tensor))
        rates["rhythm"] = seconds / best_of(lambda: prosody.analyse(clip))
        model = models.speech_model()
        heard = model.infer(clip)
        rates["speech_model"] = seconds / best_of(lambda: model.infer(clip))

        class Heard:
            def infer(self, clip: AudioClip, progress: object = None) -> tuple:
                return heard

        rates["face_without_lips"] = seconds / best_of(lambda: perform(clip, face_only, model=Heard()))
        whole, whole_cpu = timed(lambda: perform(clip, face_only))
        moved, moved_cpu = timed(lambda: perform(clip, everything))
        performance = perform(clip, everything)
        frames = at_frames(performance, SCENE_FPS)
        rates["to_scene_frames"] = seconds / best_of(lambda: at_frames(performance, SCENE_FPS))
        grid = np.arange(len(frames.face), dtype=np.float64)

        def keys() -> list:
            return simplify_many(grid, frames.face.values, SHAPE_TOLERANCE) + simplify_rotations(
                grid, frames.body.rotations
            )

        rates["simplify"] = seconds / best_of(keys)
        face = simplify_many(grid, frames.face.values, SHAPE_TOLERANCE)
        moving = [
            curve
            for curve in range(frames.face.values.shape[1])
            if np.ptp(frames.face.values[:, curve]) > SHAPE_TOLERANCE
        ]
        result |= {
            "x_real_time": {name: round(rate, 1) for name, rate in rates.items()},
            "face_x_real_time": round(seconds / whole, 1),
            "performance_x_real_time": round(seconds / moved, 1),
            "performance_x_processor_time": round(seconds / moved_cpu, 1),
            "face_x_processor_time": round(seconds / whole_cpu, 1),
            "fewer_keys": round(frames.face.values[:, moving].size / sum(len(face[curve]) for curve in moving), 2),
            "fewer_keys_fps": SCENE_FPS,
        }
        worst = max(
            float(np.abs(face[curve].evaluate(grid) - frames.face.values[:, curve]).max()) for curve in range(55)
        )
        result["worst_key_error"] = round(worst, 5)
        minute = np.tile(performance.face.values[:3600, moving], (1, 150 // max(len(moving), 1) + 1))[:, :150]
        minute_grid = np.arange(len(minute), dtype=np.float64)
        result["simplify_60_s_150_curves_s"] = round(
            best_of(lambda: simplify_many(minute_grid, minute, SHAPE_TOLERANCE), 5), 3
        )
    return result


def _write(path: Path, sound: np.ndarray, rate_hz: int, channels: int) -> bool:
    """Write a sound file; False where the format needs soundfile and there is none."""
    if path.suffix == ".wav":
        import wave

        with wave.open(str(path), "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes(np.repeat(np.round(sound * 32767).astype("<i2"), channels).tobytes())
        return True
    if find_spec("soundfile") is None:
        return False
    import soundfile

    soundfile.write(path, sound, rate_hz)
    return True


def child(*arguments: str, module: str = WORKER, timeout_s: float = 900.0) -> dict:
    """Run one measurement in a fresh Python; its figures, and wall_s for all of it. {} where it failed (logged)."""
    environment = dict(
        os.environ, PYTHONPATH=os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    )
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.warning("%s took more than %.0f s", " ".join(arguments), timeout_s)
        return {}
    wall_s = time.perf_counter() - began
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        log.warning("%s failed: %s", " ".join(arguments), done.stderr.strip()[-600:])
        return {}
    return {**json.loads(lines[-1]), "wall_s": round(wall_s, 2)}


def run(arguments: argparse.Namespace) -> dict:
    figures = stages(arguments.seconds, arguments.audio, arguments.threads)
    figures["load_average"] = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
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
    lengths = (10, 60) if arguments.quick else (10, 60, 600)
    grown = {length: child("perform", str(length), str(arguments.threads)) for length in lengths}
    figures["cold"] = grown
    for length, one in grown.items():
        if one:
            figures[f"peak_mb_{length}_s"] = one["peak_mb"]
            print(
                f"{length:4} s in a fresh process: imports {one['import_s']:.1f} s, first result after {one['wall_s']:.1f} s, "
                f"again {one['warm_s']:.2f} s, peak {one['peak_mb']:.0f} MB"
            )
    if grown.get(600) and grown.get(60):
        figures["seconds_600_over_60"] = round(grown[600]["warm_s"] / grown[60]["warm_s"], 2)
    if find_spec("bpy") is not None and not arguments.quick:
        with tempfile.TemporaryDirectory() as folder:
            sound = Path(folder) / "babble.wav"
            _write(sound, babble(10.0), RATE_HZ, 1)
            clicked = child("click", str(sound), module=BLENDER_WORKER)
            _write(sound, babble(60.0), RATE_HZ, 1)
            minute = child("click", str(sound), module=BLENDER_WORKER)
        if "again_s" in minute:
            figures["button_60_s_x_real_time"] = round(60.0 / minute["again_s"], 1)
            figures["button_60_s_details"] = minute
            print(f"button, 60 s of sound, warm, face and body to keys on the demo character: {minute['again_s']} s")
        written = child("write", module=BLENDER_WORKER)
        for name, one in (("blender_first_click_s", clicked), ("blender_write_60_s_150_curves_s", written)):
            figures[name] = one.get("seconds")
            figures[f"{name}_details"] = one
            print(f"{name}: {one}")
        if "enable_s" in clicked:
            figures["enable_s"] = clicked["enable_s"]
    figures["targets"] = {}
    for name, (limit, smaller) in TARGETS.items():
        value = figures.get(name)
        if value is None:
            continue
        met = value <= limit if smaller else value >= limit
        figures["targets"][name] = {"value": value, "limit": limit, "met": met}
        print(f"  {'ok  ' if met else 'MISS'} {name} = {value} ({'at most' if smaller else 'at least'} {limit:g})")
    figures["passed"] = all(target["met"] for target in figures["targets"].values())
    return figures
