# SPDX-License-Identifier: GPL-3.0-or-later
"""Captured jaws beside what could have moved them: the speech model, loudness alone, a regression on prosody, Rhubarb.

Nothing here is fitted on what it is compared with: each FACEGOOD clip and each tenth of GRID is left out in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...audio.clip import AudioClip
from ...audio.contours import Contours, measure, semitones_of, smooth
from ...errors import UserError
from ...models.speech import SpeechModel
from ...models.speech.config import CHANNELS
from ...models.speech.mouth_size import MOUTH_SIZE, level_share, sized_by_voice
from ...models.speech.sampling import finished
from ...training.data.speech import captured
from ...training.data.speech.captured import Capture
from .rhubarb import OPENNESS, rhubarb

GRID_CLIPS = 12  # of each tenth
LIFTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
RIDGE = 300.0
_REACHES = (-20, -12, -6, -3, 0, 3, 6, 12, 20)  # frames of 10 ms that the regression sees


@dataclass(frozen=True, eq=False)
class CapturedJaw:
    """A clip, at the capture's own frames. jaw: (T,) truth. curves (F, channels), posteriors (F, phones), contours at 100 Hz."""

    capture: Capture
    group: str
    jaw: np.ndarray
    curves: np.ndarray
    posteriors: np.ndarray
    contours: Contours

    def at_capture(self, curve: np.ndarray) -> np.ndarray:
        """(F, …) at 100 Hz -> (T, …) at the capture's frames."""
        times = np.arange(len(self.jaw)) / self.capture.rate_hz * 100.0
        columns = curve.reshape(len(curve), -1).T
        return np.stack([np.interp(times, np.arange(len(curve)), column) for column in columns], 1).reshape(
            len(times), *curve.shape[1:]
        )

    @property
    def loudness(self) -> np.ndarray:
        """(T,): the level under the clip's loud parts."""
        return self.at_capture(level_share(self.contours.loudness_db, replace(MOUTH_SIZE, smooth_frames=3.0)))

    def ours(self, lift: float = MOUTH_SIZE.lift) -> np.ndarray:
        """(T,): the jaw of the speech model."""
        loudness, tilt = self.contours.loudness_db, self.contours.effort_db
        sized = sized_by_voice(self.curves, self.posteriors, loudness, tilt, replace(MOUTH_SIZE, lift=lift))
        return self.at_capture(sized[:, CHANNELS.index("jawOpen")])

    @property
    def features(self) -> np.ndarray:
        """(T, K): loudness, tilt, pitch, voicing and the decoder's own jaw, with neighbours."""
        measured = self.contours
        level = level_share(measured.loudness_db)
        voiced = measured.voicing > 0.5
        tilt = np.clip(measured.effort_db - np.median(measured.effort_db[level > 0.5]), -20, 20) / 8.0
        pitch = np.clip(semitones_of(measured.pitch_hz), -9, 9) / 6.0
        columns = [
            level,
            level - smooth(level, 0.6),
            smooth(level, 0.15),
            tilt * (level > 0.5),
            pitch * voiced,
            measured.voicing,
            np.clip(measured.onset_db, 0, 10) / 5.0,
            self.curves[:, CHANNELS.index("jawOpen")],
        ]
        stacked = np.stack(columns, 1)
        return self.at_capture(np.concatenate([np.roll(stacked, -reach, 0) for reach in _REACHES], 1))


def captured_jaws(model: SpeechModel) -> list[CapturedJaw]:
    """FACEGOOD's clips and some of each tenth of GRID's, heard by the model."""
    found = [_heard(clip, f"FACEGOOD {clip.id[-2:]}", model) for clip in captured.facegood()]
    clips = list(captured.grid())
    for tenth, part in enumerate(np.array_split(np.arange(len(clips)), 10)):
        for index in part[:: max(1, len(part) // GRID_CLIPS)][:GRID_CLIPS]:
            found.append(_heard(clips[index], f"GRID tenth {tenth}", model))
    return found


def _heard(clip: Capture, group: str, model: SpeechModel) -> CapturedJaw:
    wave = clip.audio.astype(np.float32) / 32768
    curves, posteriors = model.predict(wave)
    contours = measure(AudioClip(wave, name=clip.id))
    frames = min(len(curves), len(contours))
    cut = Contours(**{name: values[:frames] for name, values in vars(contours).items()})
    jaw = clip.values[:, clip.names.index("jawOpen")]
    return CapturedJaw(clip, group, jaw, finished(curves[:frames], model.config), posteriors[:frames], cut)


def correlation_of(clips: Sequence[CapturedJaw], curves: Mapping[str, np.ndarray]) -> float:
    """Pearson's r of curves (T,), by the capture's id, with the jaws, over all frames of some clips."""
    ours = np.concatenate([curves[clip.capture.id] for clip in clips])
    return float(np.corrcoef(ours, np.concatenate([clip.jaw for clip in clips]))[0, 1])


def left_out_rows(
    clips: list[CapturedJaw], openness: Mapping[str, np.ndarray] | None = None
) -> dict[str, dict[str, float]]:
    """Correlations with the captured jaw, for each group of clips.

    Args:
        clips: of all groups.
        openness: Rhubarb's (F,) at 100 Hz by the capture's id, if it ran.

    Returns:
        By group: loudness; ridge (fitted on the other groups, each jaw scaled by its corpus's range); rhubarb; decoder (the curves as
        they leave the network); left_out (ours, with the lift that is best for the other groups) and that lift; shipped.
    """
    jaw_at = CHANNELS.index("jawOpen")
    fixed = {
        "loudness": {clip.capture.id: clip.loudness for clip in clips},
        "decoder": {clip.capture.id: clip.at_capture(clip.curves[:, jaw_at]) for clip in clips},
        "shipped": {clip.capture.id: clip.ours() for clip in clips},
    }
    if openness is not None:
        fixed["rhubarb"] = {clip.capture.id: clip.at_capture(openness[clip.capture.id]) for clip in clips}
    features = {clip.capture.id: clip.features for clip in clips}
    lifted = {lift: {clip.capture.id: clip.ours(lift) for clip in clips} for lift in LIFTS}
    members = {
        group: [clip for clip in clips if clip.group == group] for group in dict.fromkeys(c.group for c in clips)
    }
    by_lift = {lift: {group: correlation_of(mine, lifted[lift]) for group, mine in members.items()} for lift in LIFTS}
    rows = {}
    for group, mine in members.items():
        means = {lift: np.mean([r for other, r in by_lift[lift].items() if other != group]) for lift in LIFTS}
        best = max(LIFTS, key=lambda lift, means=means: means[lift])
        ridge = _fitted(features, [clip for clip in clips if clip.group != group])
        rows[group] = {
            **{name: correlation_of(mine, curves) for name, curves in fixed.items()},
            "ridge": correlation_of(mine, {clip.capture.id: ridge(features[clip.capture.id]) for clip in mine}),
            "left_out": by_lift[best][group],
            "lift": best,
        }
    return rows


def _fitted(features: Mapping[str, np.ndarray], clips: list[CapturedJaw]) -> Callable[[np.ndarray], np.ndarray]:
    """A ridge regression of the clips' jaws, each in units of its corpus's 98th percentile."""
    jaws: dict[str, list[np.ndarray]] = {}
    for clip in clips:
        jaws.setdefault(clip.capture.corpus, []).append(clip.jaw)
    scale = {corpus: float(np.percentile(np.concatenate(parts), 98)) for corpus, parts in jaws.items()}
    return _ridge(
        np.concatenate([features[clip.capture.id] for clip in clips]),
        np.concatenate([clip.jaw / scale[clip.capture.corpus] for clip in clips]),
    )


def _ridge(x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    mean, spread = x.mean(0), x.std(0) + 1e-3
    standard = np.c_[(x - mean) / spread, np.ones(len(x))]
    weights = np.linalg.solve(standard.T @ standard + RIDGE * np.eye(standard.shape[1]), standard.T @ y)
    return lambda other: np.c_[(other - mean) / spread, np.ones(len(other))] @ weights


def rhubarb_openness(clips: list[CapturedJaw], modules: Path) -> dict[str, np.ndarray] | None:
    """Openness (F,) at 100 Hz by clip id, smoothed as a mouth would move; None where Rhubarb is not installed."""
    sounds = {clip.capture.id: clip.capture.audio for clip in clips}
    try:
        cues = rhubarb(sounds, modules)
    except UserError:
        return None
    result = {}
    for clip in clips:
        curve = np.zeros(len(clip.curves))
        for shape, start, end in cues[clip.capture.id]:
            curve[int(start * 100) : int(end * 100)] = OPENNESS[shape]
        result[clip.capture.id] = smooth(curve, 0.03)
    return result
