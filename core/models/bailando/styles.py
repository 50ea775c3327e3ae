# SPDX-License-Identifier: GPL-3.0-or-later
"""The styles of dance that the motion GPT can be asked for: AIST's ten genres, and salsa.

The style stands beside the music's numbers of every token, as 0 and 1, so that the linear layer that takes the music is an
embedding of styles too.
"""

from __future__ import annotations

import numpy as np

STYLES = (
    "break",
    "house",
    "ballet jazz",
    "street jazz",
    "krump",
    "LA-style hip-hop",
    "lock",
    "middle hip-hop",
    "pop",
    "waack",
    "salsa",
)
ANY = len(STYLES)  # the token of a dance whose style is open


def style_token(name: str) -> int:
    """The number of a style; that of no particular style for any other name."""
    return STYLES.index(name) if name in STYLES else ANY


def with_style(music: np.ndarray, token: int) -> np.ndarray:
    """Music (tokens, n) → float32 (tokens, n + 12): which style is danced beside it."""
    chosen = np.zeros((len(music), ANY + 1), np.float32)
    chosen[:, token] = 1.0
    return np.concatenate((np.asarray(music, np.float32), chosen), axis=1)
