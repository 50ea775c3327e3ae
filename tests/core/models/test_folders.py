# SPDX-License-Identifier: GPL-3.0-or-later
"""Every model's folder has the same files, and its docstring says what it is and names what is there."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from core import models

FOLDERS = sorted(path.parent for path in Path(models.__path__[0]).glob("*/__init__.py"))
FILES = ("config", "network", "objectives", "sampling", "checkpoint")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_same_files_in_every_folder(folder):
    there = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert there >= set(FILES)
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    assert said is not None
    for fact in ("Published: ", "Trained by us: ", "Behind the button: "):
        assert fact in said.replace("\n", " "), fact
    named = {name.partition(".")[0] for name in re.findall(r"`([a-z_]+)`", said)}
    drawn = set(re.findall(r"── ([a-z_]+)(?:\.|: )", said))
    assert named | drawn <= there, "no file that does not exist"
    assert there <= named | drawn, "no file that is not told of"


@pytest.mark.parametrize("name", [folder.name for folder in FOLDERS])
def test_a_model_is_read_and_written_by_the_folders_own_functions(name):
    model = importlib.import_module(f"core.models.{name}")
    for function in (model.load, model.save):
        function = getattr(function, "__wrapped__", function)
        assert function.__module__ == f"core.models.{name}.checkpoint"
