# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the gestures of a voice: which stressed syllables get one, of what kind, and when its phases are.

Hands go back to rest when a pause follows; within a bout of speech strokes are chosen (`stroke_choice`), get a kind, a
hand and a size (`kinds`) and their times (`phases`); in pauses people shift their weight or touch themselves
(`adaptors`).
"""

from __future__ import annotations

from dataclasses import replace

from ...audio.prosody import Prosody
from ...motion.gesture_plan import USUAL_SIZE_M, GestureUnit
from ...settings import GenerateSettings
from ..performer.body_ways import BodyWays
from ..seeding import generator_for
from .adaptors import with_adaptors
from .context import bouts_of, context_of
from .kinds import strokes_of
from .phases import cut_off, phases_of, ready_after
from .stroke_choice import choose_strokes

MOST_SPEED_M_S = 1.7  # mean of the way to the stroke; measured: the fastest recorded ones
MOST_SIZE = 1.9  # by eye: as far as an arm reaches


def plan(prosody: Prosody, settings: GenerateSettings, ways: BodyWays | None = None) -> tuple[GestureUnit, ...]:
    """The gestures that go with a voice, in order. Where one begins while another is held, that one fades under it.

    Args:
        prosody: of the voice; time and memory grow with its length.
        settings: seed, style, transcript and body_strength count, and locomotion (no weight shifts when OFF); a
            body_strength of 0 gives (). Another seed gives another plan.
        ways: of a performer who gestures more, less or farther than others.
    """
    strength = settings.body_strength
    if strength <= 0.0 or not prosody.syllables:
        return ()
    context = context_of(prosody, settings, ways)
    units: list[GestureUnit] = []
    free_s = 0.05
    bouts = bouts_of(prosody)
    for index, bout in enumerate(bouts):
        random = generator_for(settings.seed, f"gestures {index}")
        chosen = choose_strokes(bout, context, random, ready_after(free_s))
        strokes = strokes_of(bout, chosen, context, random)
        following_s = bouts[index + 1].start_s if index + 1 < len(bouts) else prosody.duration_s + 10.0
        made = phases_of(strokes, bout, context, random, free_s, following_s)
        if made and units and units[-1].end_s > made[0].start_s:
            units[-1] = cut_off(units[-1], made[0].start_s)
        units += made
        if units:
            free_s = max(units[-1].leave_s + 0.15, 0.05)
    random = generator_for(settings.seed, "gestures adaptors")
    units = with_adaptors(units, context, random, shifts=settings.locomotion != "OFF")
    return tuple(
        replace(unit, size=float(min(unit.size * strength, MOST_SIZE, _most_size(unit))))
        for unit in units
        if unit.start_s < prosody.duration_s
    )


def _most_size(unit: GestureUnit) -> float:
    """As far as an arm gets in the time of the preparation."""
    return MOST_SPEED_M_S * (unit.reach_s - unit.start_s) / USUAL_SIZE_M
