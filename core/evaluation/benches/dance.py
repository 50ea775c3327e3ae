# SPDX-License-Identifier: GPL-3.0-or-later
"""Does it dance, in time, like dancers? Beat alignment, distance to recorded dance, variety, feet, freezing.

`python -m core.evaluation dance [--rows recorded network performance] [--seeds N] [--keep DIR]`. Rows: the validation dancers'
recordings, the training dancers', the validation dancers' through the memory's codes; training dances stitched at random, one
of them looped, their mean; what the network alone dances (`--compare` adds other weights, for example before the critic tuned
them); what the button dances. Each set has a dance for every validation dance, in its style and at its tempo; music of ours is
rendered from tunes and drummers that were kept out. Every row says how well it keeps time with its music and with music that is
late by a quarter, half and three quarters of a beat. docs/dance-bench.md says what each column is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ...models.bailando.checkpoint import load
from ...models.bailando.trained import TrainedBailando
from ...paths import DANCE_WEIGHTS, data_pack
from ...training.data.dance import music_bank, store
from ..material.clip_files import save_clip
from ..material.dances import DanceSets
from ..material.performed_dances import performed, sounds
from ..metrics.dance_rows import Danced, DanceRows
from ..tables import Column, header, line

ROWS = ("recorded", "baselines", "network", "performance")
STAGE_SEEDS = 20  # none of so many may leave the stage, fall or freeze
_NAME_WIDTH = 24
_COLUMNS = (
    Column("bas", "BAS", ".3f", 7),
    Column("bas_shifted", "late", ".3f", 7),
    Column("bas_of_dance_beats", "other", ".3f", 7),
    Column("beats_a_beat", "/beat", ".2f", 7),
    Column("fid_k", "FID_k", ".1f", 8),
    Column("fid_g", "FID_g", ".1f", 8),
    Column("div_k", "DIV_k", ".2f", 7),
    Column("div_g", "DIV_g", ".2f", 7),
    Column("fid_k_corrected", "k cor", ".1f", 8),
    Column("fid_g_corrected", "g cor", ".1f", 8),
    Column("div_k_corrected", "k cor", ".2f", 7),
    Column("div_g_corrected", "g cor", ".2f", 7),
    Column("frozen", "frozen", ".2f", 8),
    Column("slide_cm_s", "slide", ".2f", 7),
    Column("fallen", "fallen", ".2f", 8),
    Column("farthest_m", "m away", ".2f", 8),
    Column("speed_m_s", "m/s", ".3f", 7),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    cache = Path(".cache/training")
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=cache / "dance.npz", help="file of the prepared dances")
    parser.add_argument("--music", type=Path, default=cache / "dance_music.npz", help="file of the rendered music")
    parser.add_argument(
        "--sounds", type=Path, default=cache / "dance_sounds.npz", help="file of the pieces to perform to"
    )
    parser.add_argument("--weights", type=Path, default=DANCE_WEIGHTS, help="what dances")
    parser.add_argument("--compare", type=Path, default=None, help="weights before the critic, for rows of the network")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--seeds", type=int, default=3, help="of the network's and the baselines' rows")
    parser.add_argument("--performed", type=int, default=1, help="seeds of the whole performance")
    parser.add_argument("--dances", type=int, default=0, help="most that are performed, evenly chosen (0: all)")
    parser.add_argument("--keep", type=Path, default=None, help="keep the performances' clips here")


class _Table:
    """The rows, printed as they come."""

    def __init__(self, rows: DanceRows) -> None:
        self.measure, self.rows = rows, {}

    def add(self, name: str, *sets: list[Danced]) -> dict[str, float]:
        """The mean over sets, of which the deviation is kept too."""
        found = [self.measure.row(dances) for dances in sets]
        row = {key: float(np.mean([one[key] for one in found])) for key in found[0]}
        row |= {f"{key}_sd": float(np.std([one[key] for one in found])) for key in found[0] if len(found) > 1}
        self.rows[name] = row
        print(line(_COLUMNS, name, _NAME_WIDTH, row), flush=True)
        return row


def run(arguments: argparse.Namespace) -> dict:
    dances = store.prepared(arguments.cache, arguments.data)
    sets = DanceSets(dances, music_bank.prepared(arguments.music, arguments.data))
    validation, training = sets.recorded("validation"), sets.recorded("train")
    table, seeds = _Table(DanceRows(validation, [*validation, *training])), range(arguments.seeds)
    figures: dict = {"dances": len(validation), "seeds": arguments.seeds, "rows": table.rows}
    print(header(_COLUMNS, f"{len(validation)} dances each", _NAME_WIDTH))
    table.add("validation dancers", validation)
    model = load(arguments.weights)
    if "recorded" in arguments.rows:
        table.add("  through the codes", sets.coded(model.memory))
        table.add("training dancers", training)
    if "baselines" in arguments.rows:
        table.add("stitched at random", *(sets.stitched(seed) for seed in seeds))
        table.add("one dance looped", *(sets.looped(seed) for seed in seeds))
        table.add("training dances' mean", sets.mean())
    if "network" in arguments.rows:
        if arguments.compare is not None:
            _add_network(table, "GPT alone", sets, load(arguments.compare), seeds)
        _add_network(table, "actor-critic", sets, model, seeds)
    if "performance" in arguments.rows:
        figures["stage"] = _add_performances(table, arguments, sets, model)
        figures["checks"] = checks(table.rows, figures["stage"])
        for name, (value, good) in figures["checks"].items():
            print(f"{'meets' if good else 'MISSES'}  {name}: {value:.3g}")
    return figures


def _add_network(table: _Table, name: str, sets: DanceSets, model: TrainedBailando, seeds: range) -> None:
    table.add(name, *(sets.by_network(model.actor, model.memory, seed) for seed in seeds))


def _add_performances(
    table: _Table, arguments: argparse.Namespace, sets: DanceSets, model: TrainedBailando
) -> dict[str, float]:
    """The button's row; and what twenty seeds do on the stage."""
    every = sounds(sets.wanted, arguments.data, arguments.sounds)
    chosen = np.linspace(0, len(every) - 1, min(arguments.dances or len(every), len(every))).round().astype(int)
    wanted, heard = ([row[i] for i in chosen] for row in (sets.wanted, every))
    made = []
    for seed in range(arguments.performed):
        danced = []
        for number, (dance, clip) in enumerate(performed(model, wanted, heard, seed)):
            danced.append(dance)
            if arguments.keep is not None:
                arguments.keep.mkdir(parents=True, exist_ok=True)
                save_clip(arguments.keep / f"{wanted[number].style.replace(' ', '_')}_{number}_{seed}.npz", clip)
        made.append(danced)
    table.add("the button", *made)
    many = []
    for seed in range(STAGE_SEEDS):
        one = slice(seed % len(wanted), seed % len(wanted) + 1)
        many += [dance for dance, _ in performed(model, wanted[one], heard[one], 100 + seed)]
    row = table.add(f"  {STAGE_SEEDS} other seeds", many)
    return {key: row[key] for key in ("farthest_m", "fallen", "frozen")}


def checks(rows: dict[str, dict], stage: dict[str, float]) -> dict[str, tuple[float, bool]]:
    """What is asked of the button's dances: value and whether it is met."""
    own, real = rows["the button"], rows["validation dancers"]
    baselines = [
        rows[name] for name in ("stitched at random", "one dance looped", "training dances' mean") if name in rows
    ]
    fall = own["bas"] - own["bas_shifted"]
    result = {
        "BAS, at least 0.235": (own["bas"], own["bas"] >= 0.235),
        "BAS less with late music by at least half as much as recorded dances'": (
            fall,
            fall >= 0.5 * (real["bas"] - real["bas_shifted"]),
        ),
        "share that freezes, 0": (own["frozen"], own["frozen"] == 0.0),
        "foot sliding in cm/s, under 1.5": (own["slide_cm_s"], own["slide_cm_s"] < 1.5),
        f"{STAGE_SEEDS} seeds, farthest from the start in m, under 3": (stage["farthest_m"], stage["farthest_m"] < 3.0),
        f"{STAGE_SEEDS} seeds, share that falls": (stage["fallen"], stage["fallen"] == 0.0),
        f"{STAGE_SEEDS} seeds, share that freezes": (stage["frozen"], stage["frozen"] == 0.0),
    }
    for letter in "kg":
        if baselines:
            share = own[f"fid_{letter}"] / min(row[f"fid_{letter}"] for row in baselines)
            result[f"FID_{letter} over the best baseline's, under 1"] = (share, share < 1.0)
        variety = own[f"div_{letter}"] / real[f"div_{letter}"]
        result[f"DIV_{letter} over recorded dances', at least 0.8"] = (variety, variety >= 0.8)
    return {name: (float(value), bool(good)) for name, (value, good) in result.items()}
