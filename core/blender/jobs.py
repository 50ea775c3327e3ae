# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in the background: one job a scene, in a thread that never touches bpy."""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..errors import Cancelled, UserError
from ..private_paths import log_failure
from ..progress import Progress
from . import compat, handlers

logger = logging.getLogger(__name__)
STOP_WAIT_S = 5.0  # work reports at least every 0.2 s, and stops there; PyTorch may hold on a little longer

_jobs: dict[int, Job] = {}


class Job:
    """One piece of work in a thread.

    `work` gets a Progress and returns anything; it must not touch bpy. `state` is RUNNING, FINISHED, CANCELLED or FAILED.
    """

    def __init__(self, work: Callable[[Progress], Any], name: str):
        self.name = name
        self.progress = Progress()
        self.result: Any = None
        self.error: Exception | None = None
        self.state = "RUNNING"
        self.started_s = time.monotonic()
        self._work = work
        self._thread = threading.Thread(target=self._run, name=f"audio2rig: {name}", daemon=True)

    def start(self) -> Job:
        self._thread.start()
        return self

    def cancel(self) -> None:
        self.progress.cancel()

    def join(self, timeout_s: float | None = None) -> None:
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def outcome(self) -> Any:
        """What the work returned, once it has ended. Raises Cancelled, or what the work raised."""
        if self.error is not None:
            raise self.error
        if self.state == "CANCELLED":
            raise Cancelled
        return self.result

    @property
    def running(self) -> bool:
        return self.state == "RUNNING"

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self.started_s

    def _run(self) -> None:
        try:
            self.result = self._work(self.progress)
            self.state = "CANCELLED" if self.progress.cancelled else "FINISHED"
        except Cancelled:
            self.state = "CANCELLED"
        except UserError as error:
            self.error, self.state = error, "FAILED"
        except Exception as error:  # noqa: BLE001 -- whatever a thread meets must reach the person, not vanish with the thread
            log_failure(logger, "%s failed", self.name)
            self.error, self.state = error, "FAILED"


def start(scene: bpy.types.Scene, work: Callable[[Progress], Any], name: str) -> Job:
    """Start the scene's job. Raises UserError while another one runs there."""
    require_idle(scene)
    job = Job(work, name)
    _jobs[compat.session_id(scene)] = job
    return job.start()


def require_idle(scene: bpy.types.Scene) -> None:
    """Raises UserError if this scene has a job already."""
    job = find(scene)
    if job is not None:
        raise UserError(f"Audio2Rig is still busy with {job.name}.", "Wait until it is done, or cancel it first.")


def find(scene: bpy.types.Scene) -> Job | None:
    """The job of this scene that has not been collected yet, or None."""
    return _jobs.get(compat.session_id(scene))


def release(job: Job) -> None:
    """Forget a job: its result was used or is not wanted any more."""
    for key in [key for key, other in _jobs.items() if other is job]:
        del _jobs[key]


def cancel_all(wait_s: float = STOP_WAIT_S) -> None:
    """Stop every job and wait for the threads, so that none runs on while Blender frees what it works on."""
    jobs = list(_jobs.values())
    _jobs.clear()
    for job in jobs:
        job.cancel()
    deadline = time.monotonic() + wait_s
    for job in jobs:
        job.join(max(0.0, deadline - time.monotonic()))
        if job.running:
            logger.warning("%s did not stop within %.0f s", job.name, wait_s)


@persistent
def _on_load(*_arguments: Any) -> None:
    cancel_all()


_HANDLER = ("load_pre", _on_load)


def register() -> None:
    handlers.install(_HANDLER)
    atexit.register(cancel_all)


def unregister() -> None:
    cancel_all()
    models = sys.modules.get(f"{(__package__ or '').removesuffix('.blender')}.performance.loaded_models")
    if models is not None:  # something was generated: do not hold the networks in memory
        models.forget()
    atexit.unregister(cancel_all)
    handlers.remove(_HANDLER)
