# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the body move as the performer's? The general body, a performer's statistics, and with own strokes, on held-out minutes.

`python -m core.evaluation performer [--performers NAME …] [--minutes 1 3] [--seeds N]`. Recorded people are performers: what they learn
from are their training recordings, stitched; held out are their validation recordings (`core.evaluation.material.performed_bodies`,
which says what stands for the voice). Each row moves to the held-out sounds, several seeds; `other minutes` are the training
recordings themselves. Figures: FGD to the held-out windows; `apart`: mean absolute logarithm of what is measured over what was (strokes
a minute of speech, how far hands go, how fast head, chest, pelvis and wrists go, sway); rest_cm: how far from where the held-out hands
rest ours do; lean_deg: the trunk's tilt; left: by how much the share of left-handed gestures differs; seconds: of adapting.
"""

from __future__ import annotations

import argparse
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...audio.clip import AudioClip
from ...models.motion_features import load as load_features
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX
from ...motion.resampling import clip_at
from ...paths import GESTURE_FEATURES, data_pack
from ...performance.face.control_sources import FaceControls
from ...performance.loaded_models import body_model
from ...performance.parts import BODY, HANDS, HEAD, LIPS
from ...performance.performer.body_fitting import adapt_body, speaking_of
from ...performance.performer.body_measures import BodyMeasures, measures_of, resting_frames
from ...performance.performer.body_recordings import BodyRecording
from ...performance.performer.body_ways import BodyWays, StrokePoses
from ...performance.performer.performer import Performer
from ...performance.speech import perform
from ...progress import Progress
from ...settings import GenerateSettings
from ...training.data.body import RATE_HZ, load
from ..material.learned_speaker import learned_speaker
from ..material.performed_bodies import PerformedBody, performed
from ..metrics.frechet import frechet_corrected
from ..metrics.motion_windows import window_set
from ..metrics.movement import Movement
from ..metrics.strokes import CHEST, WRISTS
from ..tables import Column, header, line

PERFORMERS = ("brad_idle01", "brad_idle03", "neuron", "garza")
_HELD_S, _LEARN_SEED, _HELD_SEED = 60.0, 3, 4
_ALIKE = ("often", "far", "head", "chest", "pelvis", "sway")
_NOTHING = 1e-6  # of any measure: two that do not move at all are alike
_COLUMNS = (
    Column("fgd", "FGD", ".2f", 8),
    Column("apart", "apart", ".3f", 8),
    *(Column(f"{name}_ratio", name, ".2f", 8) for name in (*_ALIKE, "wrists")),
    Column("rest_cm", "rest cm", ".1f", 9),
    Column("lean_deg", "lean °", ".1f", 8),
    Column("left", "left", ".2f", 7),
    Column("seconds", "s", ".0f", 6),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="prepared motion")
    parser.add_argument("--features", type=Path, default=GESTURE_FEATURES, help="folder of the feature extractor")
    parser.add_argument("--performers", nargs="*", default=list(PERFORMERS), help="whose recordings")
    parser.add_argument(
        "--rows", type=int, default=0, help="steps in which a row of the speaker embedding is learned, 0 for none"
    )
    parser.add_argument("--seeds", type=int, default=4, help="of every row")
    parser.add_argument("--minutes", nargs="*", type=float, default=[1.0, 3.0], help="of capture")


def run(arguments: argparse.Namespace) -> dict:
    bodies, features = load(arguments.cache, arguments.data), load_features(arguments.features)
    rows: dict[str, dict] = {}
    by_way: dict[str, list[dict]] = {}
    print(header(_COLUMNS, "", 34))
    for performer in arguments.performers:
        held = performed(bodies, performer, "validation", _HELD_S, _HELD_SEED)
        truth = _Truth(held, features)
        other = performed(bodies, performer, "train", 180.0, _LEARN_SEED)
        rows[f"{performer}, other minutes"] = row = truth.recorded(_Truth(other, features)) | {"seconds": 0.0}
        by_way.setdefault("other minutes", []).append(row)
        print(line(_COLUMNS, f"{performer}, other minutes", 34, row), flush=True)
        for way, ways, seconds in _ways(bodies, performer, arguments.minutes):
            made = [_moved(held.sound, seed, ways) for seed in range(1, arguments.seeds + 1)]
            row = truth.row(made) | {"seconds": seconds}
            rows[f"{performer}, {way}"] = row
            by_way.setdefault(way, []).append(row)
            print(line(_COLUMNS, f"{performer}, {way}", 34, row), flush=True)
    for way, found in by_way.items():
        rows[way] = {name: float(np.mean([row[name] for row in found])) for name in found[0]}
        print(line(_COLUMNS, f"all, {way}", 34, rows[way]), flush=True)
    return {"rows": rows, "learned": _learned(bodies, arguments) if arguments.rows else {}}


def _learned(bodies: list, arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    """What is missed of held-out motion, by performer and by the row of the speaker embedding."""
    model, found = deepcopy(body_model()).float(), {}
    for performer in arguments.performers:
        found[performer] = learned_speaker(model, bodies, performer, 60.0 * max(arguments.minutes), arguments.rows)
        print(performer, {name: round(value, 4) for name, value in found[performer].items()}, flush=True)
    return found


def _ways(bodies: list, performer: str, minutes: list[float]):
    """(name, ways, seconds of adapting) of every row."""
    yield "general", None, 0.0
    for length in minutes:
        learned = performed(bodies, performer, "train", 60.0 * length, _LEARN_SEED)
        began = time.monotonic()
        recording = BodyRecording(performer, learned.sound, learned.motion, np.ones(len(learned.motion), bool))
        fit = adapt_body([recording], performer, Progress())
        took_s = time.monotonic() - began
        yield f"{length:g} min, statistics", _without_strokes(fit.ways), took_s
        yield f"{length:g} min", fit.ways, took_s


def _without_strokes(ways: BodyWays) -> BodyWays:
    none = ways.strokes
    return replace(ways, strokes=StrokePoses(none.poses[:0], none.hands[:0], none.lexemes[:0], none.sizes[:0]))


def _moved(sound: AudioClip, seed: int, ways: BodyWays | None) -> Clip:
    controls = FaceControls() if ways is None else FaceControls(performer=Performer.of_body("", ways))
    settings = GenerateSettings(seed=seed, parts=frozenset({LIPS, HEAD, BODY, HANDS}))
    body = perform(sound, settings, controls=controls).body
    return clip_at(body, RATE_HZ, 0.0, int(sound.duration_s * RATE_HZ))


class _Truth:
    """The held-out body, and what of it is compared."""

    def __init__(self, held: PerformedBody, features) -> None:
        self.features = features
        self.speaking = speaking_of(held.sound, len(held.motion))
        self.windows = window_set([Movement.of(held.motion)], features).features
        self.measured, self.wrists, self.rests, self.lean = self._of(held.motion)

    def _of(self, clip: Clip) -> tuple[BodyMeasures, float, np.ndarray, np.ndarray]:
        speaking = self.speaking[: len(clip)]
        movement = Movement.of(clip)
        at = resting_frames(clip, speaking)
        seen = movement.positions_m[:, WRISTS] - movement.positions_m[:, [CHEST]]
        up = movement.positions_m[at, JOINT_INDEX["neck"]] - movement.positions_m[at, JOINT_INDEX["pelvis"]]
        return (
            measures_of(clip, speaking),
            float(movement.hands.speed_mps.mean()),
            np.median(seen[at], axis=0),
            np.median(up, axis=0),
        )

    def row(self, made: list[Clip]) -> dict[str, float]:
        """Figures of bodies that move to the held-out sound."""
        windows = window_set([Movement.of(clip) for clip in made], self.features).features
        return self._row(windows, [self._of(clip) for clip in made])

    def recorded(self, other: _Truth) -> dict[str, float]:
        """Figures of other recorded minutes of the same person: nobody comes nearer."""
        return self._row(other.windows, [(other.measured, other.wrists, other.rests, other.lean)])

    def _row(
        self, windows: np.ndarray, found: list[tuple[BodyMeasures, float, np.ndarray, np.ndarray]]
    ) -> dict[str, float]:
        row = {
            f"{name}_ratio": max(float(np.mean([getattr(one[0], name) for one in found])), _NOTHING)
            / max(getattr(self.measured, name), _NOTHING)
            for name in _ALIKE
        }
        row["wrists_ratio"] = float(np.mean([one[1] for one in found])) / self.wrists
        row["apart"] = float(np.mean(np.abs(np.log(np.maximum(list(row.values()), 1e-3)))))
        row["fgd"] = float(frechet_corrected(windows, self.windows))
        row["rest_cm"] = float(100.0 * np.mean([np.linalg.norm(one[2] - self.rests, axis=-1).mean() for one in found]))
        row["lean_deg"] = float(np.mean([_apart_deg(one[3], self.lean) for one in found]))
        row["left"] = float(np.mean([abs(one[0].left - self.measured.left) for one in found]))
        return row


def _apart_deg(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(one @ other / np.linalg.norm(one) / np.linalg.norm(other), -1.0, 1.0))))
