# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile tries against the extension in Blender: random settings, rigs, sounds, texts, jobs, interrupts and failures half way.

`core/development/attack` has the kinds; --list names them. Try N of a seed is always the same one: `--seed S --only N` does it again. A try
holds if nothing ends in a trace, what was refused changed nothing, no key is written that is not finite, and no take is lost. A worker that
dies or hangs is a failure, too, and the tries go on in another one. The first tries are long: 200 random runs whose takes are kept in one
file, and processes that are ended by signals while they work and save.

held: how many of the tries. failures: number, kind, what did not hold, and what was done before. seconds: of all tries, by kind.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...paths import ROOT
from ..tables import Column, header, line
from ..workers import environment

KINDS = (
    *("settings", "rigs", "sounds", "stored", "batch", "cancelled", "injected", "dialogue", "meanwhile", "kept"),
    *("captures", "performers", "outputs", "phrases"),
)
LONG, SIGNALS = "kept long", "signals"
WORKER = "core.development.attack.worker"
_STUCK_S = 300.0  # a try takes a second, and many where the machine is busy
_LONG_STUCK_S = 1800.0
_START_S = 120.0
_ENDS_S = 300.0  # a run that a signal came too late for works on
_MOST_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tries", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, nargs="+", default=None, help="only these numbers, e.g. of a failure")
    parser.add_argument("--kinds", default=",".join(KINDS), help="by commas")
    parser.add_argument("--list", action="store_true", help="name the kinds, and do nothing")
    parser.add_argument("--short", action="store_true", help="without the long tries at the beginning")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.list:
        print("\n".join((*KINDS, LONG, SIGNALS)))
        return {}
    kinds = arguments.kinds.split(",")
    numbers = arguments.only if arguments.only is not None else list(range(arguments.tries))
    began_s = time.perf_counter()
    results: list[dict[str, Any]] = []
    if arguments.only is None and not arguments.short:
        results += [*attempts(arguments.seed, [LONG], [0], _LONG_STUCK_S), ended_by_signals(arguments.seed)]
    results += attempts(arguments.seed, kinds, numbers)
    failures = [result for result in results if not result["held"]]
    _print(arguments, results, failures, time.perf_counter() - began_s)
    return {
        "seed": arguments.seed,
        "tries": len(results),
        "held": len(results) - len(failures),
        "failures": failures,
        "seconds": dict(_seconds(results)),
        "passed": not failures,
    }


def attempts(
    seed: int, kinds: Sequence[str], numbers: Sequence[int], stuck_s: float = _STUCK_S, worker: str = WORKER
) -> Iterator[dict[str, Any]]:
    """What became of each try; in another worker from the next one on where one dies or hangs."""
    done = 0
    while done < len(numbers):
        for answer in _answers(worker, seed, kinds, numbers[done:], stuck_s):
            done += 1
            yield answer


def _answers(
    worker: str, seed: int, kinds: Sequence[str], numbers: Sequence[int], stuck_s: float
) -> Iterator[dict[str, Any]]:
    """The results of one worker, in order: one at least, as the try in which it died or hung, or before which it died, has one, too."""
    words = [worker, str(seed), ",".join(kinds), *map(str, numbers)]
    done = 0
    with (
        tempfile.TemporaryDirectory(prefix="audio2rig-worker-", ignore_cleanup_errors=True) as own,
        tempfile.TemporaryFile("w+", errors="replace") as said,
    ):
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={**environment(own), "TMPDIR": own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
        wait_s = _START_S
        try:
            while text := lines.get(timeout=wait_s):
                answer = json.loads(text)
                wait_s = stuck_s
                if "held" in answer:
                    done += 1
                    yield answer
                    if done == len(numbers):
                        return
            why = f"the process died, exit code {process.wait()}"
        except queue.Empty:
            why = f"nothing for {wait_s:.0f} s: it hangs"
        finally:
            process.kill()
            process.wait()
        said.seek(0, os.SEEK_END)
        said.seek(max(0, said.tell() - 1500))
        number = numbers[done]
        yield {
            "number": number,
            "kind": kinds[number % len(kinds)],
            "seconds": wait_s,
            "held": False,
            "why": why,
            "doing": [said.read()],
        }


def _read(stream: Any, lines: queue.Queue[str]) -> None:
    for text in stream:
        if text.startswith("{") and text.endswith("\n"):  # not what a worker was writing when it died
            lines.put(text)
    lines.put("")


def ended_by_signals(seed: int) -> dict[str, Any]:
    """Headless runs ended while they work and save: the old file is whole, and nothing is left beside it."""
    import random

    from ..material.babble import babble, write_sound

    chosen = random.Random(seed)
    began_s, why = time.perf_counter(), ""
    with tempfile.TemporaryDirectory(prefix="audio2rig-attack-") as folder:
        sound, out = Path(folder) / "line.wav", Path(folder) / "out.blend"
        write_sound(sound, babble(1.0), 16000, 1)
        words = ["generate", "--demo-character", "--audio", str(sound), "--parts", "LIPS", "--save", str(out)]
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGTERM):
            before = out.read_bytes() if out.exists() else b""
            process = subprocess.Popen(
                [sys.executable, "-m", "core.development.attack.headless", *words],
                cwd=ROOT,
                env=environment(folder, one_thread=False),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            wait_s = chosen.uniform(0.5, 8.0)
            try:
                process.wait(wait_s)
            except subprocess.TimeoutExpired:
                process.send_signal(number)
            try:
                said = process.communicate(timeout=_ENDS_S)[1].decode("utf-8", "replace")
            except subprocess.TimeoutExpired:
                process.kill()
                said = process.communicate()[1].decode("utf-8", "replace")
                why = f"it did not end within {_ENDS_S:.0f} s"
            whole = out.exists() and out.read_bytes()[:4] in (b"BLEN", b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08\x00")
            left = [
                path.name for path in Path(folder).iterdir() if ".audio2rig-" in path.name or path.name.endswith("@")
            ]
            if "Traceback" in said and process.returncode > 0:
                why = f"a trace after {wait_s:.1f} s: {said[-300:]}"
            elif left or (before and not whole):
                why = f"after {wait_s:.1f} s: left {left}, the older file is whole: {whole}"
    return {
        "number": 0,
        "kind": SIGNALS,
        "seconds": round(time.perf_counter() - began_s, 1),
        "held": not why,
        "why": why,
        "doing": [],
    }


def _seconds(results: Sequence[dict[str, Any]]) -> Counter[str]:
    seconds: Counter[str] = Counter()
    for result in results:
        seconds[result["kind"]] += result["seconds"]
    return seconds


def _print(arguments: argparse.Namespace, results: Sequence[dict], failures: Sequence[dict], seconds: float) -> None:
    columns = (Column("tries", "tries", "d", 8), Column("held", "held", "d", 8), Column("seconds", "seconds", ".0f", 9))
    print(header(columns, "kind", 12))
    for kind, spent_s in _seconds(results).items():
        held = [result["held"] for result in results if result["kind"] == kind]
        print(line(columns, kind, 12, {"tries": len(held), "held": sum(held), "seconds": spent_s}))
    print(f"\n{len(results) - len(failures)} of {len(results)} held, seed {arguments.seed}, {seconds:.0f} s")
    for failure in failures[:_MOST_SHOWN]:
        again = "" if failure["kind"] in (LONG, SIGNALS) else f" --only {failure['number']}"
        kinds = "" if arguments.kinds == ",".join(KINDS) else f" --kinds {arguments.kinds}"
        print(f"\n{failure['kind']}: {failure['why']}")
        print("  after: " + "; ".join(failure["doing"][-5:])[-600:])
        print(f"  again: python -m core.evaluation attack --seed {arguments.seed}{kinds}{again}")
