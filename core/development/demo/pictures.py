# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of what was generated: a contact sheet of telling moments, curves against the waveform. Needs matplotlib."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...audio.clip import AudioClip
from ...motion.face_track import Phone

logger = logging.getLogger(__name__)
INK, SOFT, ACCENT, PAPER = "#1d2b33", "#7d8f99", "#c7641b", "#ffffff"
# Label and the phones that show it, lips before tongue
TELLING = (
    ("p", ("p",)),
    ("b", ("b",)),
    ("m", ("m",)),
    ("f", ("f",)),
    ("v", ("v",)),
    ("o", ("oʊ", "o", "ɔ")),
    ("oo", ("u", "ʊ", "w")),
    ("a", ("ɑ", "a", "aɪ", "aʊ", "æ")),
    ("ee", ("i", "ɪ")),
)
PREFERRED = (
    "jawOpen",
    "mouthClose",
    "mouthPucker",
    "mouthFunnel",
    "mouthRollLower",
    "mouthPressLeft",
    "mouthSmileLeft",
    "mouthUpperUpLeft",
    "browInnerUp",
    "eyeBlinkLeft",
)


def telling_moments(phones: Sequence[Phone], most: int = 8) -> list[tuple[str, float]]:
    """(label, seconds) of the clearest example of each telling sound, in the order of TELLING."""
    found = []
    for label, symbols in TELLING:
        fitting = [phone for phone in phones if phone.symbol in symbols and phone.end_s - phone.start_s >= 0.03]
        if fitting:
            best = max(fitting, key=lambda phone: phone.confidence * min(phone.end_s - phone.start_s, 0.12))
            found.append((label, 0.5 * (best.start_s + best.end_s)))
    labels = {label for label, _ in found}
    if {"f", "v"} <= labels:  # the same lips twice
        found = [moment for moment in found if moment[0] != "v"]
    return found[:most]


def striking_moments(
    times_s: np.ndarray, arms: np.ndarray, prompt_s: float | None = None, count: int = 8, apart_s: float = 0.7
) -> list[tuple[str, float]]:
    """(label, seconds) of the frames where the arms are furthest from how they mostly are, and of the prompt, in order of time.

    arms (T, curves): rotation curves. With no curves the moments are spread evenly.
    """
    chosen = [] if prompt_s is None else [prompt_s]
    if arms.ndim == 2 and arms.shape[1]:
        away = np.linalg.norm(arms - np.median(arms, axis=0), axis=1)
        for row in np.argsort(-away):
            if len(chosen) < count and all(abs(times_s[row] - other) >= apart_s for other in chosen):
                chosen.append(float(times_s[row]))
    else:
        chosen += list(np.linspace(times_s[0], times_s[-1], count + 2 - len(chosen))[1:-1])
    return [("your key" if time == prompt_s else f"{time:.1f} s", time) for time in sorted(chosen)]


def _plotting():
    try:
        import matplotlib
    except ImportError:
        logger.warning("No pictures: matplotlib is not here (make setup brings it).")
        return None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def contact_sheet(stills: Sequence[tuple[str, Path]], path: Path, columns: int = 0) -> bool:
    """Stills with their labels in rows of `columns` (0: as many as fill the rows best). Returns whether it could be drawn."""
    pyplot = _plotting()
    if pyplot is None or not stills:
        return False
    columns = columns or (3 if len(stills) in (3, 5, 6, 9) else 4)
    rows = -(-len(stills) // columns)
    columns = min(columns, len(stills))
    images = [pyplot.imread(still) for _, still in stills]
    height, width = images[0].shape[:2]
    longest = max(len(label) for label, _ in stills)
    size = 22 if longest < 4 else 9.5 if longest < 17 else 8
    figure = pyplot.figure(figsize=(columns * width / 100, rows * height / 100), dpi=100, facecolor=PAPER)
    for number, ((label, _), image) in enumerate(zip(stills, images)):
        axes = figure.add_axes((number % columns / columns, 1 - (number // columns + 1) / rows, 1 / columns, 1 / rows))
        axes.imshow(image, aspect="auto")
        axes.axis("off")
        axes.text(
            0.045,
            0.95,
            label,
            transform=axes.transAxes,
            fontsize=size,
            color=PAPER,
            va="top",
            weight="bold",
            bbox={"boxstyle": "round,pad=0.22", "facecolor": INK, "edgecolor": "none", "alpha": 0.72},
        )
    figure.savefig(path)
    pyplot.close(figure)
    return True


def curves(
    clip: AudioClip, phones: Sequence[Phone], times_s: np.ndarray, written: Mapping[str, np.ndarray], path: Path
) -> bool:
    """The waveform with its phones, and below it the curves that were written: values (T,) at times (T,).

    Returns whether it could be drawn.
    """
    pyplot = _plotting()
    if pyplot is None or not written:
        return False
    names = _shown(written)
    figure, axes = pyplot.subplots(
        1 + len(names),
        1,
        sharex=True,
        figsize=(14, 1.5 + 0.62 * len(names)),
        dpi=100,
        facecolor=PAPER,
        gridspec_kw={"height_ratios": [2.2] + [1.0] * len(names), "hspace": 0.12},
    )
    _draw_speech(axes, clip, phones)
    label = {"ha": "right", "va": "center", "fontsize": 9, "color": INK}
    axes[0].text(-0.008, 0.4, clip.name or "sound", transform=axes[0].transAxes, **label)
    for row, name in zip(axes[1:], names):
        row.plot(times_s, written[name], color=INK, linewidth=1.2)
        row.set_ylim(-0.05, max(0.5, 1.05 * float(written[name].max())))
        row.text(-0.008, 0.5, name, transform=row.transAxes, **label)
    for row in axes:
        row.set_xlim(0.0, clip.duration_s)
        row.set_yticks([])
        for edge in ("top", "right", "left"):
            row.spines[edge].set_visible(False)
    axes[-1].set_xlabel("seconds – closures p, b, m are shaded", fontsize=9, color=SOFT)
    figure.subplots_adjust(left=0.11, right=0.99, top=0.98, bottom=0.07)
    figure.savefig(path)
    pyplot.close(figure)
    return True


def _shown(written: Mapping[str, np.ndarray]) -> list[str]:
    """Which curves are drawn: those that everybody looks for, then the liveliest others, eight in all."""
    lively = sorted((name for name in written if np.std(written[name]) > 0.01), key=lambda name: -np.std(written[name]))
    names = [name for name in PREFERRED if name in lively]
    return (
        names + [name for name in lively if name not in names and not name.endswith("Right")][: max(0, 8 - len(names))]
    )


def _draw_speech(axes: Sequence[Any], clip: AudioClip, phones: Sequence[Phone]) -> None:
    """The waveform and the phones' symbols into the first of the axes; closures are shaded in all of them."""
    samples = np.asarray(clip.samples)
    step = max(1, len(samples) // 4000)
    blocks = samples[: len(samples) // step * step].reshape(-1, step)
    at = np.arange(len(blocks)) * step / clip.rate_hz
    axes[0].fill_between(at, blocks.min(1), blocks.max(1), color=SOFT, linewidth=0)
    loudest = float(np.abs(samples).max()) or 1.0
    axes[0].set_ylim(-1.1 * loudest, 1.7 * loudest)
    for number, phone in enumerate(phone for phone in phones if phone.symbol not in ("SIL", "")):
        shut = phone.symbol in ("p", "b", "m")
        look = {"color": ACCENT, "weight": "bold"} if shut else {"color": INK, "weight": "normal"}
        middle, height = 0.5 * (phone.start_s + phone.end_s), (1.25 + 0.25 * (number % 2)) * loudest
        axes[0].text(middle, height, phone.symbol, ha="center", va="center", fontsize=8, **look)
        for row in axes if shut else ():
            row.axvspan(phone.start_s, phone.end_s, color=ACCENT, alpha=0.16, linewidth=0)
