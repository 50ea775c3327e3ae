# SPDX-License-Identifier: GPL-3.0-or-later
"""Correcting by hand which shape and bone is which."""
from __future__ import annotations

CLASSES = ()


def register() -> None: ...
def unregister() -> None: ...
