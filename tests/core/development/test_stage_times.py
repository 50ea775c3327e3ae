# SPDX-License-Identifier: GPL-3.0-or-later
"""Every function whose time the bench `speed` takes is there."""

from __future__ import annotations

import ast

import pytest

from core.development.stage_times import STAGES
from core.paths import ROOT


@pytest.mark.parametrize(("module", "path"), [one for names in STAGES.values() for one in names])
def test_is_there(module, path):
    *holder, name = path.split(".")
    body = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")).body
    for one in holder:
        body = next(node for node in body if isinstance(node, ast.ClassDef) and node.name == one).body
    assert name in {node.name for node in body if isinstance(node, ast.FunctionDef)}
