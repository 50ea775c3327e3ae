# SPDX-License-Identifier: GPL-3.0-or-later
"""How reports and labels say numbers."""

from __future__ import annotations


def count(number: int, singular: str, plural: str = "") -> str:
    """ "1 key", "2 keys"; plural: where it is not the singular with an s."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
