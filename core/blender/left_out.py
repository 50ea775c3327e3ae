# SPDX-License-Identifier: GPL-3.0-or-later
"""What a generation cannot do as it was asked to, in sentences for the report."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import UserError
from ..performance.parts import in_body
from ..prompts.kept_phrases import KeptPhrase
from ..rigs.character import Character
from ..settings import PARTS, GenerateSettings
from ..wording import count
from .keying.channels import Channel
from .keying.existing_keys import ExistingChannel
from .keying.plan import Plan
from .keying.timing import Timing


def drivable(parts: frozenset[str], character: Character) -> tuple[frozenset[str], list[str]]:
    """The parts that this character can show, and a sentence for each reason why others cannot. Raises UserError if none."""
    from ..rigs.detection.drivable_parts import undrivable_parts

    undrivable = {
        part: reason
        for part, reason in undrivable_parts(character.description, character.roles).items()
        if part in parts
    }
    if "ROOT" in parts and not parts & {"BODY", "LEGS"}:
        undrivable["ROOT"] = "it travels with the body, which is switched off"
    by_reason: dict[str, list[str]] = {}
    for part, reason in undrivable.items():
        by_reason.setdefault(reason, []).append(part)
    said = [
        f"{_listed(frozenset(stay))} of {character.description.name} cannot be driven: {reason}."
        for reason, stay in by_reason.items()
    ]
    if undrivable.keys() == parts:
        raise UserError(" ".join(said), "Switch on other parts, or say under Mapping which bone is which.")
    return parts - undrivable.keys(), said


def _listed(parts: frozenset[str]) -> str:
    return ", ".join(sorted(label for identifier, label, _tooltip in PARTS if identifier in parts))


def only_in_dances(phrases: tuple[KeptPhrase, ...], mode: str, parts: frozenset[str]) -> list[str]:
    """A sentence about phrases that nobody dances."""
    if not phrases or mode == "DANCE" and in_body(parts):
        return []
    why = "phrases come again in a dance only, and here someone speaks"
    if mode == "DANCE":
        why = "Body is off, and they are danced with the body"
    return [f"{count(len(phrases), 'kept phrase')} left out: {why}."]


def only_in_speech(settings: GenerateSettings, mode: str) -> list[str]:
    """A sentence about a performer whom nobody speaks like."""
    if mode != "DANCE" or not settings.performer.strip():
        return []
    return ["The performer's file changes nothing here: it says how somebody speaks, and here someone dances."]


def prompts_outside(timing: Timing, existing: Mapping[Channel, ExistingChannel], plan: Plan) -> tuple[str, ...]:
    """A sentence about keys set by hand before and after the sound, if there are any on the channels that are written."""
    first, last = plan.frame_range
    if timing.region is not None:
        return ()
    written = {(track.target, track.on_shape_keys, keys.path) for track in plan.tracks for keys in track.keys}
    frames = [
        fixed.frames
        for channel, fixed in existing.items()
        if (channel.target, channel.on_shape_keys, channel.path) in written
    ]
    together = np.unique(np.concatenate([np.empty(0), *frames]))
    said = [
        f"{some[0]:g} to {some[-1]:g}" if len(some) > 1 else f"{some[0]:g}"
        for some in (together[together < first - 0.5], together[together > last + 0.5])
        if len(some)
    ]
    return (f"Keys set by hand outside of the sound stay as they are (frames {' and '.join(said)}).",) if said else ()
