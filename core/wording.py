# SPDX-License-Identifier: GPL-3.0-or-later
"""How reports and labels say numbers and names."""

from __future__ import annotations

import re
from collections.abc import Iterable


def count(number: int, singular: str, plural: str = "") -> str:
    """ "1 key", "2 keys"; plural: where it is not the singular with an s."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """ "Lips", "Lips and Eyes", "Lips, Eyes and Head"."""
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end


def first_few(words: Iterable[str], most: int = 3) -> str:
    """ "Lips, Eyes", "Lips, Eyes, Head and 2 more"."""
    every = list(words)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def in_words(name: str) -> str:
    """A name of code as people say it: "mouthSmileLeft" as "mouth smile left", "left_knee" as "left knee"."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.replace("_", " "))
    return " ".join(apart.split()).lower()
