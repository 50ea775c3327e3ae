# SPDX-License-Identifier: GPL-3.0-or-later
"""Which dancers are kept out of training.

Of the genres with two recorded dancers, the one with the shorter recordings; two could be spared nowhere. Ballet jazz and
waack have one dancer each, who is for training, and so are the other sources; of the salsa couple she is kept out.
"""

from __future__ import annotations

VALIDATION_DANCERS = frozenset(
    {
        "d04",  # break
        "d19",  # house
        "d01",  # street jazz
        "d30",  # krump
        "d16",  # LA-style hip-hop
        "d15",  # lock
        "d22",  # middle hip-hop
        "d10",  # pop
        "61",  # salsa
    }
)


def split_of(dancer: str) -> str:
    """ "train" or "validation"."""
    return "validation" if dancer in VALIDATION_DANCERS else "train"
