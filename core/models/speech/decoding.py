# SPDX-License-Identifier: GPL-3.0-or-later
"""From frame posteriors to a phone track that a person could edit."""

from __future__ import annotations

import numpy as np

from ...motion.face_track import Phone

SWITCH_PENALTY = 3.5  # nats a change of phone costs; without it single frames flicker
RATE_HZ = 100.0


def best_path(log_posteriors: np.ndarray, switch_penalty: float = SWITCH_PENALTY) -> np.ndarray:
    """Viterbi over a free phone loop: (T, P) → int (T,), the phone of each frame."""
    frames, phones = log_posteriors.shape
    scores, best = np.empty((frames, phones)), np.empty(frames, np.int64)
    score = scores[0]
    score[:] = log_posteriors[0]
    for t, (row, gained) in enumerate(zip(scores[1:], log_posteriors[1:])):
        best[t] = winner = score.argmax()
        np.maximum(score, score[winner] - switch_penalty, out=row)
        row += gained
        score = row
    switched = scores[np.arange(frames - 1), best[:-1]] - switch_penalty
    stayed = np.ones((frames, phones), bool)
    np.greater_equal(scores[:-1], switched[:, None], out=stayed[1:])
    path = np.empty(frames, np.int64)
    current = int(score.argmax())
    for t in range(frames - 1, 0, -1):
        path[t] = current
        if not stayed[t, current]:
            current = int(best[t - 1])
    path[0] = current
    return path


def phone_track(posteriors: np.ndarray, symbols: tuple[str, ...]) -> tuple[Phone, ...]:
    """(T, P) posteriors at 100 Hz → phones in order; confidence is the mean posterior over the phone's frames."""
    if not len(posteriors):
        return ()
    path = best_path(np.log(np.maximum(posteriors, 1e-6)))
    edges = np.flatnonzero(np.diff(path)) + 1
    starts, ends = np.r_[0, edges], np.r_[edges, len(path)]
    return tuple(
        Phone(symbols[path[a]], a / RATE_HZ, b / RATE_HZ, float(posteriors[a:b, path[a]].mean()))
        for a, b in zip(starts, ends)
    )
