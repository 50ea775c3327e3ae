# SPDX-License-Identifier: GPL-3.0-or-later
"""Held limbs, for the bench `prompts`: on each rig hips are keyed lower and aside at random, then hands, feet and hips are pinned.

feet: how far the balls of the feet are from the floor at worst, cm; heels: the same of the ankles. pins: how far a wrist, an ankle or
the pelvis is from its pin at worst while it is held, cm, in the sets in which nothing is out of reach; reach: sets that say it is.
"""

from __future__ import annotations

BLENDER_WORKER = "core.development.held_limbs_worker"
_MOST_CM = 1.0
HEAD = f"{'rig':22} feet cm heels cm pins cm   pins  reach"


def line(rig: str, figures: dict) -> str:
    """The figures as a row of the table."""
    held = f"{figures['feet_cm']:7.2f} {figures['heels_cm']:8.2f} {figures['pins_cm']:7.2f}"
    return f"{rig:22} {held} {figures['pins']:6d} {figures['out_of_reach']:6d}"


def passed(rows: dict[str, dict]) -> bool:
    """Whether feet stay on the floor, and what is pinned is where it is pinned."""
    return all(row["feet_cm"] <= _MOST_CM and row["pins_cm"] <= _MOST_CM for row in rows.values())
