# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure's pose means for a generation: whether it stands, and what of it stays, in words for the report."""

from __future__ import annotations

from dataclasses import replace

from ..errors import UserError
from ..performance.parts import JOINTS, LEGS, driven_joints, moved_joints
from ..rigs.character import Character
from ..rigs.posed_figure import PosedFigure
from ..rigs.rest_lean import lean_note
from ..rigs.stance import SAID, stance_of
from ..settings import GenerateSettings

_HANDS = {"LEFT": "left", "RIGHT": "right"}


def in_its_stance(
    settings: GenerateSettings, posed: PosedFigure, character: Character
) -> tuple[GenerateSettings, tuple[str, ...]]:
    """The settings with the stance that the figure has, and sentences for the report. Raises UserError if nothing that was
    chosen is left to move."""
    notes: list[str] = []
    if JOINTS[LEGS] & driven_joints(settings.parts):
        if settings.stance == "AUTO":
            kind = stance_of(posed, character)
            settings = replace(settings, stance="AS_POSED" if kind else "STANDING")
            if kind:
                notes.append(f"The character {SAID[kind]}: legs and hips keep their pose.")
        elif settings.stance == "AS_POSED":
            notes.append("Legs and hips keep their pose, as Stance says.")
        notes += lean_note(character)
    for hand in sorted(settings.holds):
        notes.append(f"The {_HANDS[hand]} hand holds something: forearm, wrist and fingers keep their pose.")
    if driven_joints(settings.parts) and not moved_joints(settings) and not settings.parts - {"LEGS", "BODY", "ROOT"}:
        raise UserError(
            f"{' '.join(notes)} So nothing that is chosen would move.", "Set Stance to Standing, or choose other parts."
        )
    return settings, tuple(notes)
