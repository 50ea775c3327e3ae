# SPDX-License-Identifier: GPL-3.0-or-later
"""While PyTorch is imported frames are told without their text, and as ever afterwards, whatever happens."""

from __future__ import annotations

import inspect
import sys
import types

import pytest


@pytest.mark.parametrize("fails", [False, True])
def test_frames_have_no_text_meanwhile(part, monkeypatch, fails):
    torch_import = part("core.blender.torch_import")
    seen, usual = [], inspect.getframeinfo

    def imported(name: str) -> types.ModuleType:
        seen.append(inspect.getframeinfo(sys._getframe()))
        if fails:
            raise OSError("a library does not fit")
        return types.ModuleType(name)

    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr(torch_import.importlib, "import_module", imported)
    if fails:
        with pytest.raises(OSError):
            torch_import.import_torch()
    else:
        torch_import.import_torch()
    assert seen[0].code_context is None and seen[0].filename == __file__ and seen[0].lineno > 0
    assert inspect.getframeinfo is usual


def test_what_is_there_is_not_imported_again(part, monkeypatch):
    torch_import = part("core.blender.torch_import")
    monkeypatch.setitem(sys.modules, "torch", types.ModuleType("torch"))
    monkeypatch.setattr(torch_import.importlib, "import_module", pytest.fail)
    torch_import.import_torch()
