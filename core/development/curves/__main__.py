# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the written curves stay the same? Records what a checkout generates on many characters, and compares two recordings.

    python -m core.development.curves prepare SCENES [--code DIR] [--rigs A,B]    characters and sounds, once
    python -m core.development.curves record OUT.npz --scenes SCENES [--code DIR] [--rigs A,B] [--only fresh,range]
    python -m core.development.curves compare A.npz B.npz [--tolerance 1e-4] [--rigs A,B] [--only fresh]

`--code` is any checkout of the repository, this one unless given; it is enabled as the extension in a Blender of its own
for each character, on one thread, and used through names that stay only: operators, settings of the scene, Actions.

`compare` ends with status 1 where a curve is missing or new, something else plays, or a curve's value at any frame (unit of
a shape, component of a rotation, unit of the scene for places) differs by more than the tolerance. Other keys alone are told
but are no failure: simplification may choose others after a rounding, and it is the sampled curve that counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ...paths import ROOT, data_pack
from .recording import Difference, Result, difference, load, save
from .scenarios import make_sounds

_WORKER = f"{__package__}.worker"
_SHOWN = 4  # names of missing curves and lines of state
_TIMEOUT_S = 900


def main(words: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    arguments = _parser().parse_args(words)
    return arguments.run(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core.development.curves", description=(__doc__ or "").partition("\n")[0]
    )
    commands = parser.add_subparsers(required=True)
    prepared = commands.add_parser("prepare", help="save the characters and the sounds that recordings take")
    prepared.add_argument("scenes", type=Path, help="folder for them")
    prepared.set_defaults(run=_prepare)
    recorded = commands.add_parser("record", help="generate, and keep the curves")
    recorded.add_argument("out", type=Path, help="the recording, a file .npz")
    recorded.add_argument("--scenes", type=Path, required=True, help="what prepare has saved")
    recorded.set_defaults(run=_record)
    for command in (prepared, recorded):
        command.add_argument("--code", type=Path, default=ROOT, metavar="DIR", help="the checkout that generates")
        command.add_argument("--data", type=Path, default=data_pack(), metavar="DIR", help="the developers' data pack")
        command.add_argument("--jobs", type=int, default=1, metavar="N", help="processes side by side (default 1)")
    compared = commands.add_parser("compare", help="how far are two recordings apart?")
    compared.add_argument("before", type=Path)
    compared.add_argument("after", type=Path)
    compared.add_argument("--tolerance", type=float, default=1e-4, help="of a sampled value (default 1e-4)")
    compared.set_defaults(run=_compare)
    for command in (prepared, recorded, compared):
        command.add_argument("--rigs", type=_names, default=(), metavar="A,B", help="only these characters")
    for command in (recorded, compared):
        command.add_argument("--only", type=_names, default=(), metavar="A,B", help="only these scenarios")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


# ------------------------------------------------------------------------------------------------------------- prepare


def _prepare(arguments: argparse.Namespace) -> int:
    make_sounds(arguments.scenes, arguments.data)
    listed = _work("list", "", arguments)
    if listed is None:
        return 1
    rigs = [rig for rig in listed["rigs"] if not arguments.rigs or rig in arguments.rigs]
    return int(None in _side_by_side("prepare", rigs, arguments))


def _record(arguments: argparse.Namespace) -> int:
    rigs = sorted(path.stem for path in arguments.scenes.glob("*.blend"))
    rigs = [rig for rig in rigs if not arguments.rigs or rig in arguments.rigs]
    began_s = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="audio2rig-curves-") as folder:
        arguments.out_folder = Path(folder)
        done = _side_by_side("record", rigs, arguments)
        results: dict[str, Result] = {}
        for path in sorted(Path(folder).glob("*.npz")):
            results.update(load(path))
    save(arguments.out, results)
    curves = sum(len(result.curves) for result in results.values())
    keys = sum(len(curve.places) for result in results.values() for curve in result.curves.values())
    print(
        f"{len(results)} scenarios, {curves} curves, {keys} keys in {time.perf_counter() - began_s:.0f} s: {arguments.out}"
    )
    return int(not rigs or None in done)


def _side_by_side(task: str, rigs: list[str], arguments: argparse.Namespace) -> list[dict | None]:
    with ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        return list(pool.map(lambda rig: _work(task, rig, arguments), rigs))


def _work(task: str, rig: str, arguments: argparse.Namespace) -> dict | None:
    """Let a worker process do one task; what it answers, or None after telling why there is no answer."""
    with tempfile.TemporaryDirectory(prefix="audio2rig-curves-") as resources:
        order = {
            "task": task,
            "rig": rig,
            "code": str(arguments.code.resolve()),
            "data": str(arguments.data.resolve()),
            "scenes": str(arguments.scenes.resolve()),
            "only": getattr(arguments, "only", ()),
            "out": str(getattr(arguments, "out_folder", Path(resources)) / f"{rig}.npz"),
        }
        single = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
        environment = {**os.environ, **single, "PYTHONHASHSEED": "0", "BLENDER_USER_RESOURCES": resources}
        done = subprocess.run(
            [sys.executable, "-m", _WORKER, json.dumps(order)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
        )
    answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    if not answers:
        print(
            f"{task} {rig}: the worker ended with {done.returncode}\n{(done.stdout + done.stderr)[-3000:]}", flush=True
        )
        return None
    answer = json.loads(answers[-1].removeprefix("ANSWER "))
    print(f"{task} {rig}: {answer['said']}", flush=True)
    return answer


# ------------------------------------------------------------------------------------------------------------- compare


def _compare(arguments: argparse.Namespace) -> int:
    before, after = load(arguments.before), load(arguments.after)
    wanted = [name for name in sorted(before.keys() | after.keys()) if _is_wanted(name, arguments)]
    failed = 0
    for scenario in wanted:
        if scenario not in before or scenario not in after:
            missing = arguments.before if scenario not in before else arguments.after
            print(f"{scenario:36} FAILED: not in {missing}")
            failed += 1
            continue
        found = difference(before[scenario], after[scenario])
        failed += not found.within(arguments.tolerance)
        print(f"{scenario:36} {describe(found, arguments.tolerance)}")
        if not found.equal and (was := _said(before[scenario])) != (now := _said(after[scenario])):
            print(f"    said before: {was}\n    says now:    {now}")
    print(f"{len(wanted) - failed} of {len(wanted)} within {arguments.tolerance:g}")
    return int(failed > 0 or not wanted)


def _said(result: Result) -> str:
    """The report but for how long it took."""
    return " / ".join(line for line in result.report.splitlines() if "real time" not in line)


def _is_wanted(name: str, arguments: argparse.Namespace) -> bool:
    rig, _, scenario = name.partition("/")
    return (not arguments.rigs or rig in arguments.rigs) and (not arguments.only or scenario in arguments.only)


def describe(found: Difference, tolerance: float) -> str:
    """One difference for people to read, on one line or more."""
    if found.equal:
        return f"bit for bit ({found.keys[0]} keys)"
    lines = [
        f"{'within' if found.within(tolerance) else 'FAILED'}: largest {found.largest:.2e}, keys {found.keys[0]} -> "
        f"{found.keys[1]}, {found.differently_keyed} curves keyed differently"
    ]
    lines += [f"largest: {found.where}"] if found.where else []
    for word, names in (("missing", found.missing), ("extra", found.extra), ("traits", found.other_traits)):
        lines += [f"{word} ({len(names)}): {', '.join(names[:_SHOWN])}"] if names else []
    lines += found.other_state[:_SHOWN]
    return "\n    ".join(lines)


if __name__ == "__main__":
    sys.exit(main())
