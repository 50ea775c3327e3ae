# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a worker of `core.development` in a Python of its own: benches do not import Blender."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from ..paths import ROOT


def environment(resources: str, one_thread: bool = True, byte_code: str = "") -> dict[str, str]:
    """For a process with Blender. resources: a folder for settings of its own. one_thread, byte_code: as in `run_worker`."""
    own = {**os.environ, "BLENDER_USER_RESOURCES": resources}
    own["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    if one_thread:
        own.setdefault("OMP_NUM_THREADS", "1")
    if byte_code:
        own["PYTHONPYCACHEPREFIX"] = byte_code
        own.pop("PYTHONDONTWRITEBYTECODE", None)
    return own


def run_worker(
    module: str, *arguments: str, one_thread: bool = True, timeout_s: float | None = None, byte_code: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a module, in Blender with settings of its own, so that nobody's own are touched.

    one_thread: for OpenMP, unless OMP_NUM_THREADS says otherwise. byte_code: the only folder where Python looks for byte code and keeps
    it; "": as is usual. Raises subprocess.TimeoutExpired.
    """
    with tempfile.TemporaryDirectory(prefix="audio2rig-worker-", ignore_cleanup_errors=True) as resources:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=environment(resources, one_thread, byte_code),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
        )


def figures_of(done: subprocess.CompletedProcess[str]) -> dict | None:
    """The last line of JSON that a worker printed, None where it failed before."""
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else None


def last_words(done: subprocess.CompletedProcess[str], most: int = 1000) -> str:
    """The end of what a worker that failed said."""
    return (done.stderr or done.stdout).strip()[-most:]


def lacks_rig(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether it failed because the rig's file is not in the data pack (`bench_rigs.load` says so)."""
    return "There is no rig" in last_words(done)
