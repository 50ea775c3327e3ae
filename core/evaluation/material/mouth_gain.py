# SPDX-License-Identifier: GPL-3.0-or-later
"""Captured mouths with little capture: a small reader of frozen features that saw one, three or ten minutes of a talker.

Held out are the clips that neither pre-training nor the speech model saw: FACEGOOD's 05 and GRID's last hundred. (The other clips of
both were among the unlabelled recordings of pre-training, so that they cannot be left out in turn.)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...audio.clip import RATE_HZ
from ...models.speech.encoder import PhoneticEncoder
from ...models.speech.frontend import levelled_mel
from ...training.data.speech import captured
from ...training.data.speech.captured import Capture
from ..metrics.correlation import correlation
from .small_reader import FEATURE_RATE_HZ, Labelled, heard_by, read

MINUTES = (1.0, 3.0, 10.0)
_PIECE_S = 12.0  # clips are cut into pieces, so that a minute is not one place of one recording
_ACTIVE = 0.02  # a shape counts whose standard deviation is above


def talkers() -> dict[str, tuple[list[Capture], list[Capture]]]:
    """{corpus: clips to learn from, clips held out}."""
    found = {}
    for name, clips in (("FACEGOOD", list(captured.facegood())), ("GRID s1", list(captured.grid()))):
        found[name] = tuple([clip for clip in clips if clip.split == split] for split in ("train", "validation"))
    return found


def mouth_gain(
    encoders: Mapping[str, PhoneticEncoder | None], seeds: int, steps: int, most_held: int = 40
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """{corpus: {"minutes of encoder": {"jaw", "shapes": a correlation for each seed}}}."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for corpus, (known, held) in talkers().items():
        held = held[:most_held]
        shapes = _active(known[:200])
        seconds = 60.0 * max(MINUTES)
        known = _spread(known, seconds)
        for name, encoder in encoders.items():
            pieces = [piece for clip in known for piece in _pieces(_labelled(clip, encoder, shapes))]
            asked = [_labelled(clip, encoder, shapes) for clip in held]
            for minutes in MINUTES:
                row: dict[str, list[float]] = {"jaw": [], "shapes": []}
                for seed in range(seeds):
                    told = read(_some(pieces, minutes, seed), [one.features for one in asked], seed, steps)
                    each = _correlations(told, asked)
                    row["jaw"].append(each[shapes.index("jawOpen")])
                    row["shapes"].append(float(np.mean(each)))
                found.setdefault(corpus, {})[f"{minutes:g} min, {name}"] = row
    return found


def _active(clips: list[Capture]) -> list[str]:
    """Shapes of mouth and jaw that move."""
    values = np.concatenate([clip.values for clip in clips])
    mouth = [name.startswith(("jaw", "mouth")) for name in clips[0].names]
    return [
        name
        for name, of_mouth, moves in zip(clips[0].names, mouth, values.std(0), strict=True)
        if of_mouth and moves > _ACTIVE
    ]


def _spread(clips: list[Capture], seconds: float) -> list[Capture]:
    """Clips from all over a corpus that are together about as long as asked for, or all."""
    total = sum(len(clip.audio) for clip in clips) / RATE_HZ
    step = max(int(total / (1.1 * seconds)), 1)
    return clips[::step]


def _labelled(clip: Capture, encoder: PhoneticEncoder | None, shapes: list[str]) -> Labelled:
    features = heard_by(encoder, levelled_mel(clip.audio.astype(np.float32) / 32768.0))
    times = np.arange(len(features)) / FEATURE_RATE_HZ
    own = np.arange(len(clip.values)) / clip.rate_hz
    columns = [np.interp(times, own, clip.values[:, clip.names.index(name)]) for name in shapes]
    curves = np.stack(columns, 1).astype(np.float32)
    curves[times > own[-1]] = np.nan
    return Labelled(features, curves)


def _pieces(whole: Labelled) -> list[Labelled]:
    size = int(_PIECE_S * FEATURE_RATE_HZ)
    firsts = range(0, max(len(whole.features) - size // 4, 1), size)
    return [Labelled(whole.features[at : at + size], whole.curves[at : at + size]) for at in firsts]


def _some(pieces: list[Labelled], minutes: float, seed: int) -> list[Labelled]:
    """Pieces in a random order until they are so long."""
    chosen, frames = [], 0
    for row in np.random.default_rng(seed).permutation(len(pieces)):
        if frames >= 60.0 * minutes * FEATURE_RATE_HZ:
            break
        chosen.append(pieces[row])
        frames += len(pieces[row].features)
    return chosen


def _correlations(told: list[np.ndarray], asked: list[Labelled]) -> list[float]:
    """Pearson's r of each shape over all held-out frames."""
    ours, truth = np.concatenate(told), np.concatenate([one.curves for one in asked])
    known = np.isfinite(truth).all(1)
    return [correlation(mine, meant, still=0.0) for mine, meant in zip(ours[known].T, truth[known].T, strict=True)]
