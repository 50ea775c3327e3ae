# SPDX-License-Identifier: GPL-3.0-or-later
"""Named sizes of a system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from ..errors import UserError

Config = TypeVar("Config")


def preset(presets: Mapping[str, Config], name: str, system: str) -> Config:
    """The configuration of that name. Raises UserError, which lists the names that there are."""
    if name not in presets:
        raise UserError(f"There is no {system} size named {name!r}.", f"Use one of: {', '.join(presets)}.")
    return presets[name]
