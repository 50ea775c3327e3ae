# SPDX-License-Identifier: GPL-3.0-or-later
"""Install the lean zip where there is no PyTorch, and press the button: for test_installed_zip.py.

python generate_without_torch.py ZIP SOUND FOLDER
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

import bpy


def run(zip_path: Path, sound: Path) -> dict:
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.extensions.package_install_files(filepath=str(zip_path), repo="user_default", enable_on_install=True)
    bpy.ops.audio2rig.add_demo_character()
    before = set(bpy.data.actions.keys())
    try:
        outcome, message = str(bpy.ops.audio2rig.generate(filepath=str(sound), mode="SPEECH")), ""
    except RuntimeError as error:  # an operator's ERROR report, when it is called from a script
        outcome, message = "refused", str(error)
    return {"generate": outcome, "message": message, "actions_made": sorted(set(bpy.data.actions.keys()) - before)}


if __name__ == "__main__":
    try:
        result = run(Path(sys.argv[1]), Path(sys.argv[2]))
    except Exception:  # noqa: BLE001 - whatever it is, the test shows it
        result = {"error": traceback.format_exc()}
    (Path(sys.argv[3]) / "result.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    sys.stdout.flush()
    os._exit(0)
