# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE on a user's own BEAT2: recorded people, with the voices they moved to, beside or instead of the data pack.

--beat2 names BEAT2's folder as unpacked (smplxflame_30, wave16k, the table of the split); --beat2-share how much of what the
body learns from is BEAT2, 1 for nothing else (then no data pack is needed). Each of its speakers becomes a speaker of the
model. Its validation part is only watched, its test part never read. --amass adds motion without speech. Read the licences
of these data before you give away what you trained on them; what comes with this project was not.
"""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...errors import UserError
from ...models.emage.config import EmageConfig
from ..body.face import FaceFrames
from ..body.frames import BodyFrames, gather
from ..data.body import RATE_HZ, amass, beat2, load
from ..data.body.beat2_folder import check, find
from ..data.body.performances import SPEAKERS, BodyPerformance, performances
from ..loops.settings import begin
from . import body

log = logging.getLogger(__name__)
_MOST_PACK_MINUTES = 240.0
_VALIDATION_MINUTES = 10.0
_SHORTEST = 64  # frames of the windows that codecs are trained on


def add_arguments(parser: argparse.ArgumentParser) -> None:
    body.add_arguments(parser)
    parser.set_defaults(run=Path(".cache/runs/body_beat2"), weights=Path("weights-mine/emage"))
    parser.add_argument("--beat2", type=Path, required=True, help="BEAT2's folder, as beat_english_v2.0.0")
    parser.add_argument(
        "--beat2-share", type=float, default=0.8, help="of the body's frames, above 0 to 1; the rest is the data pack"
    )
    parser.add_argument(
        "--beat2-minutes", type=float, default=300.0, help="of BEAT2 at most (an hour takes 0.6 GB of memory)"
    )
    parser.add_argument(
        "--beat2-cache", type=Path, default=Path(".cache/beat2"), help="folder of the prepared recordings"
    )
    parser.add_argument(
        "--expression-map", type=Path, default=None, help="an .npz (100, 55): FLAME's expression to our shapes"
    )
    parser.add_argument("--leave-out-bad", action="store_true", help="go on without recordings that cannot be used")
    parser.add_argument("--amass", type=Path, default=None, help="a folder of AMASS: further motion, without speech")
    parser.add_argument("--amass-minutes", type=float, default=60.0, help="of AMASS at most")


@dataclass(frozen=True)
class Material:
    """What is trained on. speakers: their names by number; usable: the numbers of those whose whole body was recorded."""

    speakers: tuple[str, ...]
    usable: tuple[int, ...]
    frames: BodyFrames
    faces: FaceFrames
    held_out: BodyFrames


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    _check_arguments(arguments)
    material = gathered(arguments)
    config = EmageConfig.named(arguments.preset)
    config = replace(config, speakers=len(material.speakers), usable_speakers=material.usable)
    _keep_speakers(arguments.run, material.speakers)
    log.info(
        "%.1f min of bodies by %d speakers, %.1f min of faces",
        len(material.frames.motion) / config.rate_hz / 60,
        len(material.speakers),
        len(material.faces.expression) / config.rate_hz / 60,
    )
    body.train(config, material.frames, material.faces, lambda: material.held_out, arguments, [])
    if arguments.stage in ("face", "ship", "all"):
        _write_speakers(arguments.weights, material.speakers)
        (arguments.weights / "MODEL_CARD.md").write_text(_card(arguments, material), encoding="utf-8")


def _check_arguments(arguments: argparse.Namespace) -> None:
    if not 0.0 < arguments.beat2_share <= 1.0:
        raise UserError(f"The share of BEAT2 is {arguments.beat2_share:g}.", "Choose more than 0 and at most 1.")
    if arguments.encoder is not None:
        raise UserError("--encoder is not for BEAT2.", "Leave it out: these faces are prepared without their sound.")
    for name in ("beat2_minutes", "amass_minutes"):
        if not getattr(arguments, name) > 0.0:
            raise UserError(f"--{name.replace('_', '-')} is {getattr(arguments, name):g}.", "Choose more than 0.")


def gathered(arguments: argparse.Namespace) -> Material:
    """Everything that the arguments name, prepared. Raises UserError."""
    by_split = _recorded(arguments)
    recorded = by_split["train"]
    if not recorded:
        raise UserError(
            "No recording of BEAT2's training part is long enough.", f"At least {_SHORTEST / RATE_HZ:.1f} s are needed."
        )
    with_pack = arguments.beat2_share < 1.0
    people = sorted({one.speaker for one in recorded}, key=lambda name: (len(name.split("_")[0]), name))
    speakers = (*(SPEAKERS if with_pack else ()), *people, *(("amass",) if arguments.amass else ()))
    number = {name: index for index, name in enumerate(speakers)}
    made = [beat2.as_performance(one, number[one.speaker]) for one in recorded]
    usable = sorted({one.speaker for one in made if one.fingers})
    # speakers who are met in validation only cannot be known to the model
    watched = [
        beat2.as_performance(one, number[one.speaker]) for one in by_split["validation"] if one.speaker in number
    ]
    if with_pack:
        usable = [*EmageConfig.named(arguments.preset).usable_speakers, *usable]
        made += _from_pack(arguments, "train", _pack_minutes(made, arguments.beat2_share))
        if not watched:
            watched = _from_pack(arguments, "validation", 6.0)
    if not usable:
        raise UserError("In none of these recordings do the fingers move.", "BEAT2 has fingers: check the files.")
    if arguments.amass:
        made += amass.performances(arguments.amass, number["amass"], arguments.amass_minutes, arguments.seed)
    if not watched:
        log.warning("there is nothing to validate on: the first recording is watched instead, which says little")
        watched = made[:1]
    faces = beat2.as_faces(recorded, [number[one.speaker] for one in recorded])
    width = recorded[0].content.shape[1]
    return Material(
        speakers,
        tuple(usable),
        gather([_widened(one, width) for one in made]),
        faces,
        gather([_widened(one, width) for one in watched]),
    )


def _recorded(arguments: argparse.Namespace) -> dict[str, list[beat2.Paired]]:
    """The prepared recordings of BEAT2 that are long enough, by split. Raises UserError."""
    wanted = [entry for entry in find(arguments.beat2) if entry.split in ("train", "validation")]
    seconds = check(wanted, arguments.leave_out_bad)
    table = beat2.expression_map(arguments.expression_map)
    by_split = {}
    for split, minutes in (("train", arguments.beat2_minutes), ("validation", _VALIDATION_MINUTES)):
        chosen = beat2.chosen(wanted, seconds, split, minutes)
        found = beat2.prepared(chosen, arguments.beat2_cache, table, leave_out_bad=arguments.leave_out_bad)
        by_split[split] = [one for one in found if len(one.clip) >= _SHORTEST]
    return by_split


def _pack_minutes(made: list[BodyPerformance], share: float) -> float:
    recorded = sum(len(one.clip) for one in made) / RATE_HZ / 60.0
    return min(recorded * (1.0 - share) / share, _MOST_PACK_MINUTES)


def _from_pack(arguments: argparse.Namespace, split: str, minutes: float) -> list[BodyPerformance]:
    """About so many minutes; what is stitched comes in pieces, and some recordings come whole however few are asked for."""
    clips = load(arguments.cache, arguments.data)
    made = performances([clip for clip in clips if clip.split == split], minutes, arguments.seed)
    kept: list[BodyPerformance] = []
    left_s = 60.0 * minutes
    for index in np.random.default_rng(arguments.seed).permutation(len(made)):
        if left_s <= 0.0 and any(one.fingers for one in kept):
            break
        kept.append(made[index])
        left_s -= len(made[index].clip) / RATE_HZ
    return kept


def _widened(performance: BodyPerformance, width: int) -> BodyPerformance:
    """Motion without speech says nothing about lips: these columns are 0."""
    missing = width - performance.content.shape[1]
    return (
        performance
        if missing == 0
        else replace(performance, content=np.pad(performance.content, ((0, 0), (0, missing))))
    )


def _keep_speakers(run: Path, speakers: tuple[str, ...]) -> None:
    """A run that is taken up again must mean the same people by its numbers."""
    path = run / "speakers.json"
    if path.is_file() and tuple(json.loads(path.read_text(encoding="utf-8"))) != speakers:
        raise UserError(
            f"The run in {run} was begun with other speakers.", "Give another --run, or take its folder away."
        )
    _write_speakers(run, speakers)


def _card(arguments: argparse.Namespace, material: Material) -> str:
    """What must stay with the weights: whose motion is in them."""
    frames = material.frames
    minutes = {
        name: sum(end - start for start, end in zip(frames.starts, frames.ends) if frames.speaker[start] == number)
        / RATE_HZ
        / 60
        for number, name in enumerate(material.speakers)
    }
    own = {name: length for name, length in minutes.items() if name not in SPEAKERS}
    pack = sum(minutes.values()) - sum(own.values())
    sources = "BEAT2 (motion, voices)" + (" and AMASS (motion)" if arguments.amass else "")
    face = (
        "a user's table from BEAT2's coefficients"
        if arguments.expression_map
        else "our own speech pipeline on BEAT2's voices"
    )
    return "\n".join(
        [
            "# EMAGE trained on BEAT2",
            "",
            f"`python -m core.training body_beat2`, preset {arguments.preset}, {arguments.steps} steps, seed {arguments.seed}.",
            "",
            f"## Data: {sources}",
            "",
            *(f"- {name}: {length:.1f} min" for name, length in own.items()),
            *([f"- stitched from the data pack: {pack:.1f} min"] if pack else []),
            "",
            f"Gesture units were segmented from the motion; the face came from {face}.",
            "",
            "## Licence",
            "",
            "Not that of this project: the licences of these data say what may be done with a model that was trained on them, commercially",
            "above all. Read them before you use it or give it on.",
            "",
        ]
    )


def _write_speakers(folder: Path, speakers: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speakers.json").write_text(json.dumps(speakers, indent=1), encoding="utf-8")
