# SPDX-License-Identifier: GPL-3.0-or-later
"""What reading any notation needs: a count of what was not understood, and the shares of a sound that became several."""

from __future__ import annotations

from collections import Counter

# What had no entry of its own and was guessed or dropped, by notation: ("ipa", "ɧ") -> how often.
unknown_symbols: Counter[tuple[str, str]] = Counter()


def split_evenly(names: tuple[str, ...], start_s: float, end_s: float) -> list[tuple[str, float, float]]:
    """The segments of a sound that became several phones: equal shares of its time."""
    step = (end_s - start_s) / max(len(names), 1)
    return [(name, start_s + k * step, start_s + (k + 1) * step) for k, name in enumerate(names)]
