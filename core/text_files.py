# SPDX-License-Identifier: GPL-3.0-or-later
"""Text as people's programs save it: its encoding, and what stands between the columns of a table."""

from __future__ import annotations

import codecs


def decoded(content: bytes) -> str:
    """Text as Excel saves it: UTF-8 with or without a mark, UTF-16 ("Unicode text"), or Windows' Western European characters.

    Raises UnicodeDecodeError if it is none of these.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def separator(text: str) -> str:
    """What stands between the columns' names: Excel writes semicolons where commas are decimal, tabs into "Unicode text"."""
    header = text.lstrip().splitlines()[0] if text.strip() else ""
    return max(",;\t", key=header.count)
