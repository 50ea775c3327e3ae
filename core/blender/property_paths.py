# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties by their data paths, custom ones as well."""

from __future__ import annotations

from typing import Any

import bpy

from .compat import Animated


def read(owner: Animated, path: str) -> Any:
    """A number, a list of numbers or a word; None where the property was renamed or deleted since."""
    try:
        holder, name, is_custom = _parts(owner, path)
        value: Any = holder[name] if is_custom else getattr(holder, name)
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    return list(value) if hasattr(value, "__len__") and not isinstance(value, str) else value


def write(owner: Animated, path: str, value: Any) -> None:
    """Set a property; nothing where it was renamed, deleted or retyped since."""
    try:
        holder, name, is_custom = _parts(owner, path)
        if is_custom:
            holder[name] = value
        else:
            setattr(holder, name, value)
    except (ValueError, KeyError, AttributeError, TypeError):
        return


def _parts(owner: Animated, path: str) -> tuple[Any, str, bool]:
    """What has the property, the property's name, and whether it is a custom one. Raises ValueError."""
    is_custom = path.endswith('"]')
    holder_path, _, name = path.rpartition('["' if is_custom else ".")
    holder: Any = owner.path_resolve(holder_path) if holder_path else owner
    return holder, bpy.utils.unescape_identifier(name.removesuffix('"]')) if is_custom else name, is_custom
