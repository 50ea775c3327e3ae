# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share: where things lie, and a clean end of processes that hold Blender."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The tests' networks are small: a second thread mostly waits. Read when PyTorch is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
_exit_status = 0


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The developers' data pack; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("AUDIO2RIG_DATA", ROOT / ".." / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the developers' data pack is not here (set AUDIO2RIG_DATA)")
    return folder.resolve()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    global _exit_status
    _exit_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Blender's Python module sometimes hangs while the interpreter ends, and a thread that still prepares a batch in PyTorch
    aborts it; both after everything is done and reported."""
    if "bpy" in sys.modules or "torch" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_exit_status)
