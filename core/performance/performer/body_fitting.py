# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn a performer's body: posture and strokes from the recordings themselves, all else by what the general body does to the same sounds.

Recorded and generated bodies are measured alike (`body_measures`), so that what the measure misses it misses in both. The difference is
believed the more the longer the capture is, and tried once: what is still missing then is put right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...audio.clip import AudioClip
from ...audio.prosody import analyse
from ...motion import rotations as rot
from ...motion.gesture_plan import HANDEDNESS, LEXEME_INDEX
from ...motion.joints import JOINT_INDEX, SIDES
from ...motion.resampling import clip_at
from ...progress import Progress
from ...settings import GenerateSettings
from ...statistics import BEARING, statistics_of
from ..face.control_sources import FaceControls
from ..parts import BODY, HANDS, HEAD
from ..speech import perform
from .body_measures import RATE_HZ, BodyMeasures, joined, measures_of, resting_frames
from .body_recordings import BodyRecording
from .body_ways import MOST_BEARING, MOST_STROKES, UPPER, BodyWays, Factors, StrokePoses
from .performer import Performer
from .recordings import require_enough

HEARD_S = 90.0  # of the recordings' sounds that the general body is asked to move to, which takes its time; by eye
_PIECE_S = 30.0
_SURE_S = 10.0  # of capture after which half of a difference is believed; by eye
_SEEDS = (11, 12)  # of the general body: one seed's hand and speaker are not everybody's
_UPPER = [JOINT_INDEX[name] for name in UPPER]
_ARMS = [JOINT_INDEX[f"{side}_{part}"] for side in SIDES for part in ("collar", "shoulder", "elbow", "wrist")]
_ALIKE_DEG = 15.0  # of arms: rests that are one
_FEW_UNITS = 8  # gestures of which half is believed; by eye
_SPEEDS = ("often", "chest", "pelvis", "head", "sway")
_PLAIN = 1.15  # a factor that one sees


@dataclass(frozen=True)
class BodyFit:
    """ways; notes: sentences for people."""

    ways: BodyWays
    notes: tuple[str, ...]


def adapt_body(recordings: Sequence[BodyRecording], name: str, progress: Progress) -> BodyFit:
    """Learn how a performer's body moves.

    Args:
        recordings: of one person.
        name: of the performer.
        progress: is told how far it is.

    Raises:
        UserError: there is too little.
        Cancelled: when progress says so.
    """
    seconds = sum(recording.seconds for recording in recordings)
    require_enough(seconds, f"{name}'s body")
    progress.report(0.0, f"Watching how {name} moves")
    speaking = [speaking_of(recording.clip, len(recording.motion)) for recording in recordings]
    found = [
        measures_of(recording.motion, talks * recording.used)
        for recording, talks in zip(recordings, speaking, strict=True)
    ]
    own = joined(found, [recording.seconds for recording in recordings])
    ways = _seen(recordings, speaking, found, own, seconds)
    pieces = _pieces(recordings)
    part = progress.part(0.05, 0.5)
    part.report(0.0, f"Comparing {name} with how people move")
    general = _generated(pieces, None, part)
    wanted = _between(general, own, seconds / (seconds + _SURE_S))
    ways = _nearer(ways, wanted, general)
    part = progress.part(0.5, 1.0)
    part.report(0.0, f"Trying to move as {name}")
    ways = _nearer(ways, wanted, _generated(pieces, ways, part))
    progress.report(1.0)
    return BodyFit(ways, _notes(ways, name, own))


def speaking_of(clip: AudioClip, frames: int) -> np.ndarray:
    """(frames,) at RATE_HZ, 0 or 1: when a voice is heard."""
    found = analyse(clip, ()).at(RATE_HZ).speaking[:frames]
    return np.pad(found, (0, frames - len(found)))


def _seen(
    recordings: Sequence[BodyRecording],
    speaking: Sequence[np.ndarray],
    found: Sequence[BodyMeasures],
    own: BodyMeasures,
    seconds: float,
) -> BodyWays:
    """What the recordings say without a comparison."""
    rests = [
        (recording.motion, resting_frames(recording.motion, talks) & recording.used)
        for recording, talks in zip(recordings, speaking, strict=True)
    ]
    if not any(at.any() for _, at in rests):  # hands rest only where somebody else speaks
        rests = [(recording.motion, recording.used) for recording in recordings]
    rotations = np.concatenate([motion.rotations[at] for motion, at in rests]).astype(np.float64)
    roots = np.concatenate([motion.root_translation_m[at] for motion, at in rests])
    posture, alike = _usual(rotations)
    root = np.median(roots[alike], axis=0)
    return BodyWays(
        seconds / 60.0,
        posture.astype(np.float32),
        np.array([0.0, root[1], 0.0], np.float32),
        frozenset.intersection(*(recording.motion.driven for recording in recordings)),
        Factors(),
        0.0,
        own.left,
        _strokes(recordings, found),
    )


def _usual(rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The posture (55, 4) that most of some (n, 55, 4) are like, by their arms, and which are, bool (n,)."""
    few = rotations[:: max(1, len(rotations) // 200)]
    apart = np.stack([rot.angle_between_deg(few[:, _ARMS], one[None, _ARMS]).max(axis=1) for one in few])
    middle = few[int((apart < _ALIKE_DEG).sum(axis=1).argmax())]
    alike = rot.angle_between_deg(rotations[:, _ARMS], middle[None, _ARMS]).max(axis=1) < _ALIKE_DEG
    kept = rotations[alike] * np.sign((rotations[alike] * middle[None]).sum(-1, keepdims=True) + 1e-12)
    return rot.normalised(kept.mean(axis=0)), alike


def _strokes(recordings: Sequence[BodyRecording], found: Sequence[BodyMeasures]) -> StrokePoses:
    poses, about = [], []
    for recording, measures in zip(recordings, found, strict=True):
        for unit in measures.units:
            at = min(int(round(unit.emphasis_s * RATE_HZ)), len(recording.motion) - 1)
            if recording.used[at]:
                poses.append(recording.motion.rotations[at, _UPPER])
                about.append((HANDEDNESS.index(unit.hand), LEXEME_INDEX[unit.lexeme], unit.size))
    kept = np.unique(np.linspace(0, len(poses) - 1, min(MOST_STROKES, len(poses))).astype(int)) if poses else []
    numbers = np.array([about[at] for at in kept]).reshape(-1, 3)
    shown = np.array([poses[at] for at in kept], np.float32).reshape(-1, len(UPPER), 4)
    return StrokePoses(
        shown, numbers[:, 0].astype(np.int32), numbers[:, 1].astype(np.int32), numbers[:, 2].astype(np.float32)
    )


def _pieces(recordings: Sequence[BodyRecording]) -> list[AudioClip]:
    """Some of the sounds, from all over the recordings, HEARD_S at most."""
    whole = [
        replace(one.clip, samples=one.clip.samples[start : start + int(_PIECE_S * one.clip.rate_hz)])
        for one in recordings
        for start in range(0, len(one.clip.samples), int(_PIECE_S * one.clip.rate_hz))
    ]
    whole = [clip for clip in whole if clip.duration_s > 5.0] or whole[:1]
    most = max(int(HEARD_S / _PIECE_S), 1)
    return [whole[at] for at in np.unique(np.linspace(0, len(whole) - 1, min(most, len(whole))).astype(int))]


def _generated(pieces: Sequence[AudioClip], ways: BodyWays | None, progress: Progress) -> BodyMeasures:
    """What our body does to the sounds: the general one, or with a performer's ways."""
    controls = FaceControls() if ways is None else FaceControls(performer=Performer.of_body("", ways))
    found, lengths = [], []
    for number, clip in enumerate(pieces):
        for place, seed in enumerate(_SEEDS):
            done = (number + place / len(_SEEDS)) / len(pieces)
            settings = GenerateSettings(seed=seed, parts=frozenset({HEAD, BODY, HANDS}))
            made = perform(
                clip, settings, progress.part(done, done + 1.0 / len(pieces) / len(_SEEDS)).unseen(), controls=controls
            )
            progress.report(done)
            frames = int(clip.duration_s * RATE_HZ)
            found.append(measures_of(clip_at(made.body, RATE_HZ, 0.0, frames), speaking_of(clip, frames)))
            lengths.append(clip.duration_s)
    return joined(found, lengths)


def _between(general: BodyMeasures, own: BodyMeasures, believed: float) -> dict[str, float]:
    """What should be measured: so much of the way from the general body to what was recorded, in logarithms; `lasting` as it is."""
    wanted = {
        name: _positive(getattr(general, name)) ** (1.0 - believed) * _positive(getattr(own, name)) ** believed
        for name in (*_SPEEDS, "wrists")
    }
    # of few gestures little is known; hands that never left their rest say nothing of how far they would go
    fewer = min(len(own.units), len(general.units))
    some = believed * fewer / (fewer + _FEW_UNITS)
    for name, ours, theirs in (("far", general.far, own.far), ("both", _odds(general.hands), _odds(own.hands))):
        wanted[name] = _positive(ours) ** (1.0 - some) * _positive(theirs) ** some
    return wanted | {"lasting": (1.0 - some) * general.lasting + some * own.lasting}


def _nearer(ways: BodyWays, wanted: dict[str, float], ours: BodyMeasures) -> BodyWays:
    """The ways after a comparison of what should be with what we make."""
    ratios = {name: wanted[name] / _positive(getattr(ours, name)) for name in (*_SPEEDS, "far", "wrists")}
    ratios["far"] = (
        ratios["far"] * ratios["wrists"]
    ) ** 0.5  # both count: how far hands get, and how much they go about
    ratios["both"] = wanted["both"] / _odds(ours.hands)
    law = statistics_of(BEARING)["strokes"]["log_duration"]
    quicker = (ours.lasting - wanted["lasting"]) / (0.5 * (law["quiet"] - law["lively"]))
    bearing = round(float(np.clip(ways.bearing + quicker, -MOST_BEARING, MOST_BEARING)), 4)
    return replace(ways, factors=ways.factors.times(ratios), bearing=bearing)


def _positive(value: float) -> float:
    return max(value, 1e-4)


def _odds(hands: np.ndarray) -> float:
    return float((hands[2] + 1.0) / (hands[:2].sum() + 1.0))


def _notes(ways: BodyWays, name: str, own: BodyMeasures) -> tuple[str, ...]:
    """What one will see, in sentences."""
    said = []
    words = {
        "often": ("more often", "less often"),
        "far": ("farther", "less far"),
        "chest": ("with a livelier trunk", "with a quieter trunk"),
        "head": ("with a livelier head", "with a quieter head"),
        "sway": ("swaying more", "swaying less"),
    }
    for factor, (more, less) in words.items():
        value = getattr(ways.factors, factor)
        if max(value, 1.0 / value) > _PLAIN:
            said.append(f"{more if value > 1.0 else less} ({value:.1f} times)")
    gestures = f"{len(own.units)} gestures were found, {own.often:.0f} strokes a minute of speech"
    one_hand = own.hands[:2].sum()
    if one_hand > 4:
        gestures += (
            f"; the {ways.handed} hand leads ({100 * max(ways.left, 1.0 - ways.left):.0f} % of those with one hand)"
        )
    than = (
        f"Against people on average {name} moves {', '.join(said)}."
        if said
        else f"{name}'s body moves about as people's do on average."
    )
    return (f"{gestures}.", than)
