# SPDX-License-Identifier: GPL-3.0-or-later
"""Are keys set by hand met exactly and smoothly on real rigs, and does all outside a regenerated range stay?

For each rig random sets of prompts: poses of recorded people with random turns on top, on random bones (one, some, a side, the
whole body with its place), half a second to two and a half apart, single frames and holds, some between frames, some on one
Euler axis only, before, in and after the sound, on bones of all rotation modes. Generated over recorded motion through the
button's own path, read back through Blender's evaluation:

degrees, mm: largest error at a prompt. accel: largest angular acceleration within 0.5 s of a prompt over what 99.5
percent of recorded frames keep to (`core.motion.kinematics.joint_limits`), where the motion without prompts keeps to
it; over: share of all such frames above it (0.5 % in recordings), with prompts and of the motion alone. changed: curves
of which a key outside a regenerated range changed; outside: largest change of a value there; borders: acceleration at
the range's ends over the percentile.

edits: of keys that a take wrote, so many were dragged (in value or in time), keyed again, auto-keyed and scaled, a quarter
each; kept: those that another seed left as they were, and that look like the animator's; others: keys that nobody touched and
that were taken for prompts.

Hips are keyed and limbs are pinned (`held_columns`): how far feet are from the floor, and hands from their pins.

A voice is spoken besides, with an arm, a head and a smile that were keyed once (`acting_columns`): how much all else changed, how long
they stay, and what answers.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import numpy as np

from ...errors import UserError
from ...paths import ROOT, data_pack
from ...training.data import body
from ...training.data.body.performances import performances
from .. import acting_columns, held_columns
from ..workers import figures_of, lacks_rig, last_words, run_worker

log = logging.getLogger(__name__)
BLENDER_WORKER = "core.development.prompts_worker"
EDITS_WORKER = "core.development.edits_worker"
RIGS = (
    "demo",
    "arkit_mixamo",
    "makehuman_default",
    "makehuman_mixamo",
    "makehuman_game_engine",
    "makehuman_rigify",
    "rocketbox_female",
    "rocketbox_male",
    "kaykit_mage",
    "mesh2motion",
    "rigify_human",
    "smplx",
    "four_fingers",
)
_DEGREES, _MM, _ACCELERATION = 0.1, 1.0, 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rigs", nargs="*", default=list(RIGS), help="only these rigs")
    parser.add_argument("--sets", type=int, default=20, help="sets of prompts on each rig (default 20)")
    parser.add_argument("--edits", type=int, default=100, help="edits of generated keys on each rig (default 100)")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of the motion (default 6)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "motion", help="the prepared motion")
    parser.add_argument(
        "--audio", type=Path, default=None, help="a voice: generate from it with the shipped models instead"
    )


def run(arguments: argparse.Namespace) -> dict:
    data = Path(arguments.data or data_pack())
    rows = {}
    with tempfile.TemporaryDirectory(prefix="audio2rig-prompts-") as temporary:
        motion = Path(temporary) / "motion.npz"
        write_motion(motion, arguments.cache, arguments.seconds, arguments.seed)
        print(
            f"{'rig':22} prompts degrees     mm  accel  over  (alone)  changed  outside  borders  edits   kept  others"
        )
        for rig in arguments.rigs:
            if (figures := _rig(rig, data, motion, arguments)) is None:
                continue
            rows[rig] = figures
            print(
                f"{rig:22} {figures['prompts']:7d} {figures['degrees']:7.4f} {figures['mm']:6.3f} {figures['calm_max']:6.2f} "
                f"{figures['with_over']:5.2%} ({figures['without_over']:5.2%}) {figures['changed_keys']:8d} {figures['outside']:8.1e} "
                f"{figures['borders']:8.2f} {sum(figures['edits'].values()):6d} {sum(figures['edits_kept'].values()):6d} "
                f"{figures['untouched_kept']:7d}",
                flush=True,
            )
        seed, sound = str(arguments.seed), str(arguments.audio or acting_columns.SPEECH)
        acting = _table(acting_columns, rows, str(data), str(motion), seed, sound)
        held = _table(held_columns, rows, str(data), str(arguments.sets), seed)
    passed = bool(rows) and all(
        row["degrees"] <= _DEGREES
        and row["mm"] <= _MM
        and row["calm_max"] <= _ACCELERATION
        and not row["changed_keys"]
        and row["outside"] < 1e-5
        and row["edits_kept"] == row["edits"]
        and not row["untouched_kept"]
        for row in rows.values()
    )
    passed = passed and acting_columns.passed(acting) and held_columns.passed(held)
    return {"rigs": rows, "acting": acting, "held": held, "sets": arguments.sets, "passed": passed}


def _table(columns: ModuleType, rigs: Iterable[str], *words: str) -> dict[str, dict]:
    """The figures of each rig that could be measured, printed as another table."""
    rows = {}
    print(f"\n{columns.HEAD}")
    for rig in rigs:
        done = run_worker(columns.BLENDER_WORKER, rig, *words)
        if (figures := figures_of(done)) is None:
            log.warning("%s could not be measured: %s", rig, last_words(done, 300))
            continue
        rows[rig] = figures
        print(columns.line(rig, figures), flush=True)
    return rows


def _rig(rig: str, data: Path, motion: Path, arguments: argparse.Namespace) -> dict | None:
    """The workers' figures; None where the rig is not in the data pack. Raises UserError."""
    words = [rig, str(data), str(motion)]
    sound = [str(arguments.audio)] if arguments.audio else []
    figures = _measured(BLENDER_WORKER, *words, str(arguments.sets), str(arguments.seed), *sound)
    if figures is None:
        log.info("%s is left out: its file is not in the data pack", rig)
        return None
    return figures | (_measured(EDITS_WORKER, *words, str(arguments.edits), str(arguments.seed)) or {})


def _measured(worker: str, rig: str, *words: str) -> dict | None:
    """What a worker prints of a rig; None if there is no such rig. Raises UserError."""
    done = run_worker(worker, rig, *words)
    if (figures := figures_of(done)) is not None:
        return figures
    if lacks_rig(done):
        return None
    raise UserError(f"The rig {rig} could not be measured.", last_words(done, 1200))


def write_motion(path: Path, cache: Path, seconds: float, seed: int) -> None:
    """Three performances of recorded talking (3, F, 55, 4), and poses (N, 55, 4) from other recordings."""
    clips = body.load(cache)
    frames = round(seconds * body.RATE_HZ)
    fit = [
        made.clip
        for made in performances([clip for clip in clips if clip.split == "train"], 6.0, seed)
        if len(made.clip) >= frames and made.fingers
    ]
    if len(fit) < 3:
        raise UserError("There is too little prepared motion.", "Prepare it: python -m core.training body")
    random = np.random.default_rng(seed)
    chosen = [fit[index] for index in random.choice(len(fit), 3, replace=False)]
    others = [clip.clip for clip in clips if clip.split == "validation" and clip.has_fingers]
    picked = [
        (clip, int(random.integers(len(clip))))
        for clip in (others[index] for index in random.integers(len(others), size=200))
    ]
    np.savez(
        path,
        rotations=np.stack([clip.rotations[:frames] for clip in chosen]),
        roots=np.stack([clip.root_translation_m[:frames] for clip in chosen]),
        contacts=np.stack([clip.contacts[:frames] for clip in chosen]),
        rate_hz=body.RATE_HZ,
        poses=np.stack([clip.rotations[frame] for clip, frame in picked]),
        pose_roots=np.stack([clip.root_translation_m[frame] for clip, frame in picked]),
    )
