# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes that zlib compressed, in a file of somebody else's: some of them can stand for gigabytes."""

from __future__ import annotations

import zlib


def inflated(stored: bytes, most: int) -> bytes:
    """What was compressed, if it is no longer than it may be. Raises ValueError, zlib.error.

    Args:
        stored: the compressed bytes.
        most: how many bytes it may be.
    """
    stream = zlib.decompressobj()
    content = stream.decompress(stored, most + 1)
    if len(content) > most or not stream.eof:
        raise ValueError("it is longer than it says, or cut off")
    return content
