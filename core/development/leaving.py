# SPDX-License-Identifier: GPL-3.0-or-later
"""How a command that imported Blender's module ends."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def leave(status: int) -> NoReturn:
    """End the process at once, with what was written shown: Blender's module sometimes hangs while the interpreter ends."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
