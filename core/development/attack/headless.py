# SPDX-License-Identifier: GPL-3.0-or-later
"""What `blender -c audio2rig WORDS…` does, in Blender's Python module and from the clone: for runs that are ended from outside."""

from __future__ import annotations

import os
import sys

from .. import clone

if __name__ == "__main__":
    import bpy  # noqa: F401 -- before the clone is enabled

    clone.enable()
    code = clone.part("core.blender.cli").main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Blender's module can hang at the end of the interpreter
