# SPDX-License-Identifier: GPL-3.0-or-later
"""Byte code is made after installing, by a process of its own, and never without a window."""

from __future__ import annotations

import importlib
import sys

import bpy
import pytest


@pytest.fixture
def byte_code(part):
    module = part("core.blender.byte_code")
    yield module
    module.unregister()


def test_packages_and_own_sources_get_theirs(byte_code, tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    (own / "slow.py").write_text("answer = 42\n")
    (tmp_path / "waited_for.py").write_text("answer = 42\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    importlib.invalidate_caches()
    assert byte_code.is_missing("waited_for") and not byte_code.is_missing("no_such_package")
    assert byte_code.start(("no_such_package", "waited_for"), own).wait(60) == 0
    assert not byte_code.is_missing("waited_for")
    assert list(own.glob("__pycache__/slow*.pyc"))


def test_nothing_is_started_without_a_window(byte_code):
    byte_code.register()
    assert not bpy.app.timers.is_registered(byte_code._begin)
