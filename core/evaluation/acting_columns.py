# SPDX-License-Identifier: GPL-3.0-or-later
"""How prompts act, for the bench `prompts`: on each rig that speaks, a right arm and a head are keyed once, then a smile of 0.8.

others: largest change of a limb that was not keyed, degrees, against the same seed without the keys. arm: share of half a second from
the key on in which arm and head stay within 5 degrees of it. smile: share of a second in which the smile stays within a tenth of it.
collar, spine, neck, eyes: how far they answer, degrees.
"""

from __future__ import annotations

from ..paths import ROOT

BLENDER_WORKER = "core.development.acting_worker"
SPEECH = ROOT / "docs" / "demo" / "speech.ogg"
_MOST_CHANGE_DEG, _LEAST_REACH = 2.0, 0.95


HEAD = f"{'rig':22} others    arm  smile  collar  spine   neck   eyes"


def line(rig: str, figures: dict) -> str:
    """The figures as a row of the table."""
    smile = f"{figures['smile_reach']:6.0%}" if "smile_reach" in figures else "     –"
    answers = " ".join(f"{figures[name]:6.1f}" for name in ("collar", "spine", "neck", "eyes"))
    return f"{rig:22} {figures['uninvolved']:6.2f} {figures['arm_reach']:6.0%} {smile}  {answers}"


def passed(rows: dict[str, dict]) -> bool:
    """Whether all that was not keyed stays, and what was keyed lasts."""
    return all(
        row["uninvolved"] <= _MOST_CHANGE_DEG
        and row["arm_reach"] >= _LEAST_REACH
        and row.get("smile_reach", 1.0) >= _LEAST_REACH
        for row in rows.values()
    )
