# SPDX-License-Identifier: GPL-3.0-or-later
"""Names compared as people read them: width of characters, case, separators and prefixes aside."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SEPARATORS = re.compile(r"[\s_.\-:|/]+")


@lru_cache(maxsize=8192)
def normalise(name: str) -> str:
    """NFKC (half-width kana become full-width), lower case, without separators."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name).casefold())


@lru_cache(maxsize=8192)
def exact(name: str) -> str:
    """NFKC and no separators, case kept: for names so short that their case is all that tells them apart."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name))


@lru_cache(maxsize=8192)
def stem(name: str) -> str:
    """A prefix without its running number: "AK_01_" and "AK_02_" are one ("ak")."""
    return re.sub(r"\d+", "", name)
