# SPDX-License-Identifier: GPL-3.0-or-later
"""Real motions on all rigs: where limbs, hands, fingers and feet are in Blender, against the canonical body's.

Each motion is retargeted, keyed as the button keys it, evaluated by Blender and read back, for each rig twice: plain, as the motion
says, and adjusted, with the feet on the character's floor and the hands out of its body. Median and maximum over all frames of

plain, in degrees: upper arm, forearm, thigh, shin: between the limb's direction and the source's. hand: the same from the wrist to
the middle knuckle; palm: turn of the knuckles about it. finger bones: direction of the first two bones of each; curl, thumb: how much
more or less a finger's end is bent against the hand. chest, head: their turn; sole: tilt of the foot, each from its own rest.
adjusted: arms, legs: how far limbs now are from the source. floor: height of the ankles and balls that stand against their rest, in cm
for a person 1.7 m tall; slip: how far what stands is from the middle of where it stood, in cm.

A second table: how fast pelvis, chest and clavicles turn in the world, plain, over how fast the canonical joints do.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from pathlib import Path

import numpy as np

from ...errors import UserError
from ...motion.clip import Clip
from ...paths import ROOT, data_pack
from ..material.clip_files import save_clip
from ..material.retargeting_motions import danced, made_up, recorded
from ..metrics.retargeting import LIMBS, TURNING, retargeting_errors, turning_deg
from ..workers import last_words, run_worker

logger = logging.getLogger(__name__)
BLENDER_WORKER = "core.development.retargeting_worker"
SECONDS = 4.0
LIMB_DEG, FLOOR_CM = 2.0, 1.0  # what is asked for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rigs", nargs="*", default=[], help="only these rigs (default: all that can be loaded)")
    parser.add_argument("--motions", type=int, default=6, help="how many motions (default 6)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of each motion (default {SECONDS:g})")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "motion", help="motions prepared for training")
    parser.add_argument("--made-up", action="store_true", help="take made-up motions even if recorded ones are there")
    parser.add_argument(
        "--dance", type=Path, metavar="SOUND", help="take what is danced to this music, a style a motion"
    )
    parser.add_argument("--keep", type=Path, help="keep the motions and what was read back in this folder")


def run(arguments: argparse.Namespace) -> dict:
    data = Path(arguments.data or data_pack())
    motions = _motions(arguments)
    with tempfile.TemporaryDirectory(prefix="audio2rig-retargeting-") as temporary:
        folder = Path(arguments.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("*.npz"):
            stale.unlink()
        for name, clip in motions.items():
            save_clip(folder / f"motion_{name}.npz", clip)
        done = run_worker(BLENDER_WORKER, str(folder), str(data), *arguments.rigs)
        if done.returncode:
            raise UserError("Blender could not retarget the motions.", last_words(done))
        rigs, ways = {}, {}
        for path in sorted(folder.glob("*__motion_*.npz")):
            rig, _, rest = path.stem.partition("__motion_")
            motion, _, kind = rest.rpartition("__")
            with np.load(path, allow_pickle=False) as found:
                read = dict(found)
            rigs.setdefault(rig, []).append(retargeting_errors(motions[motion], read, kind == "adjusted"))
            if kind == "plain":
                ways.setdefault(rig, []).append(turning_deg(motions[motion], read))
    table = {rig: joined(parts) for rig, parts in rigs.items()}
    turning = {rig: turning_ratios(parts) for rig, parts in ways.items()}
    print(text(table))
    print(turning_text(turning))
    worst = {rig: max(row.get(f"{limb}_max_deg", 180.0) for limb in LIMBS) for rig, row in table.items()}
    floor = {rig: row.get("floor_cm_max", 0.0) for rig, row in table.items()}
    return {
        "motions": {name: len(clip) / clip.rate_hz for name, clip in motions.items()},
        "rigs": table,
        "turning_ratios": turning,
        "worst_limb_deg": worst,
        "worst_floor_cm": floor,
        "passed": bool(table) and max(worst.values()) <= LIMB_DEG and max(floor.values()) <= FLOOR_CM,
    }


def _motions(arguments: argparse.Namespace) -> dict[str, Clip]:
    count, seconds = arguments.motions, arguments.seconds
    if arguments.dance:
        return danced(arguments.dance, count, seconds)
    found = recorded(arguments.cache, count, seconds) if arguments.cache.is_dir() and not arguments.made_up else {}
    return found or {f"made_up_{number}": made_up(number, seconds) for number in range(min(count, 3))}


def joined(parts: list[dict[str, np.ndarray]]) -> dict[str, float]:
    row: dict[str, float] = {}
    for name in dict.fromkeys(name for part in parts for name in part):
        values = np.concatenate([part[name] for part in parts if name in part])
        unit = "" if name.endswith("_cm") else "_deg"
        row[f"{name}_median{unit}"] = float(np.median(values))
        row[f"{name}_max{unit}"] = float(values.max())
    return row


def text(table: dict[str, dict[str, float]]) -> str:
    """The table for people: median and maximum of each figure."""
    columns = [
        *LIMBS,
        "hand",
        "palm",
        "finger bones",
        "curl",
        "thumb",
        "chest",
        "head",
        "sole",
        "arms",
        "legs",
        "floor_cm",
        "slip_cm",
    ]
    lines = [f"{'median / max':24}" + "".join(f"{name.replace('_', ' '):>15}" for name in columns)]
    for rig, row in table.items():
        cells = []
        for name in columns:
            unit = "" if name.endswith("_cm") else "_deg"
            middle, worst = row.get(f"{name}_median{unit}"), row.get(f"{name}_max{unit}")
            cells.append(f"{'–':>15}" if middle is None else f"{middle:7.2f} /{worst:6.2f}")
        lines.append(f"{rig:24}" + "".join(cells))
    return "\n".join(lines)


def turning_ratios(parts: list[dict[str, tuple[float, float]]]) -> dict[str, float]:
    """The rig's turning over the canonical body's, by name of TURNING, over all motions."""
    ratios = {}
    for name in TURNING:
        shown, meant = (sum(part[name][place] for part in parts if name in part) for place in (0, 1))
        if meant > 0.0:
            ratios[name] = shown / meant
    return ratios


def turning_text(turning: dict[str, dict[str, float]]) -> str:
    lines = [f"\n{'angular speed, ratio':24}" + "".join(f"{name:>12}" for name in TURNING)]
    for rig, row in turning.items():
        lines.append(f"{rig:24}" + "".join(f"{row[name]:12.2f}" if name in row else f"{'–':>12}" for name in TURNING))
    return "\n".join(lines)
