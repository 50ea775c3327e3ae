# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of an utterance: sound, pitch, syllables by prominence with the true stresses, and the gestures planned for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...audio.contours import FRAME_RATE_HZ
from ...audio.prosody import Prosody
from ...motion.face_track import FACE_RATE_HZ
from ...motion.gesture_plan import GestureUnit, encode
from ...training.data.speech.stressed import StressedSpeech


def draw(
    file: Path, speech: StressedSpeech, prosody: Prosody, plans: Sequence[tuple[str, Sequence[GestureUnit]]]
) -> None:
    """Write a PNG. plans: title and units of each. Needs matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = 2 + len(plans)
    figure, axes = pyplot.subplots(
        rows,
        1,
        sharex=True,
        figsize=(max(10.0, 0.9 * speech.clip.duration_s), 2.1 * rows),
        height_ratios=[1, 1.2, *[1.3] * len(plans)],
    )
    _draw_sound(axes[0], speech, prosody)
    _draw_prominence(axes[1], speech, prosody)
    curves = prosody.at(FACE_RATE_HZ)
    times = curves.times_s
    for axis, (title, units) in zip(axes[2:], plans, strict=True):
        _, rhythm = encode(tuple(units), times, curves.loudness, curves.speaking)
        axis.fill_between(times, rhythm[:, 0], color="tab:blue", alpha=0.2)
        axis.plot(times, rhythm[:, 1], color="tab:red", linewidth=0.8)
        for unit in units:
            axis.text(unit.start_s, 1.03, f"{unit.lexeme} {unit.hand[0]} {unit.size:.2f}", fontsize=6)
            axis.axvline(unit.start_s, color="0.6", linewidth=0.5, linestyle=":")
        axis.vlines(speech.stressed_s, 0, 0.12, color="tab:green")
        axis.set_ylim(0, 1.2)
        axis.set_ylabel(title, fontsize=7)
    axes[-1].set_xlabel("s")
    figure.tight_layout()
    figure.savefig(file, dpi=80)
    pyplot.close(figure)


def _draw_sound(axis: Any, speech: StressedSpeech, prosody: Prosody) -> None:
    """The waveform with phrases and phones."""
    samples = speech.clip.samples
    axis.plot(np.arange(0, len(samples), 16) / speech.clip.rate_hz, samples[::16], color="0.5", linewidth=0.4)
    axis.set_title(f"{speech.name}: {speech.text[:150]}", fontsize=8)
    for phrase in prosody.phrases:
        axis.axvspan(phrase.start_s, phrase.end_s, color="tab:blue", alpha=0.08)
    for phone in speech.phones:
        axis.text(phone.start_s, -0.95 * np.abs(samples).max(), phone.symbol, fontsize=5)


def _draw_prominence(axis: Any, speech: StressedSpeech, prosody: Prosody) -> None:
    """Syllables by prominence, the truly stressed ones above, and the pitch."""
    prominence = [one.prominence for one in prosody.syllables]
    axis.vlines([one.time_s for one in prosody.syllables], 0, prominence, color="tab:orange", linewidth=2)
    above = np.full(len(speech.stressed_s), 1.05)
    axis.plot(speech.stressed_s, above, "v", color="tab:green", markersize=5, label="truly stressed")
    axis.set_ylim(0, 1.15)
    axis.set_ylabel("prominence")
    axis.legend(loc="upper right", fontsize=6)
    pitch_hz = prosody.contours.pitch_hz
    pitch = np.where(pitch_hz > 0, pitch_hz, np.nan)
    axis.twinx().plot(np.arange(len(pitch)) / FRAME_RATE_HZ, pitch, ".", color="tab:purple", markersize=1)
