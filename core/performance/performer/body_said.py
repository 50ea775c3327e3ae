# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of a performer's body: what moves as the performer, and what does not as it was chosen otherwise."""

from __future__ import annotations

from ...settings import GenerateSettings
from ..parts import EXPRESSION, HANDS, HEAD, LIPS, in_body
from .performer import Performer


def said_of_body(performer: Performer, settings: GenerateSettings) -> tuple[str, ...]:
    """Sentences about a performer whose body was captured, or whose face was not; none where a face is all there is and all that moves."""
    ways, name = performer.body, performer.name
    if ways is None:
        return ()
    said, face = [], bool(settings.parts & {LIPS, EXPRESSION})
    if in_body(settings.parts) or HANDS in settings.parts:
        said.append(f"The body moves as {name}'s, learned from {ways.minutes:.1f} minutes.")
        if in_body(settings.parts) and settings.stance == "AS_POSED":
            said.append(f"Hips and legs keep their pose, so {name}'s posture was not taken on: only the gestures were.")
    elif HEAD in settings.parts:
        said.append(f"Of {name}'s body only how lively the head is shows: Body and Hands are switched off.")
    elif not performer.has_face:
        return (
            f"{name}'s file changes nothing here: it says how the body moves, and Body, Hands and Head are switched off.",
        )
    if face and not performer.has_face:
        said.append(f"Lips and expression move as people's do on average: {name}'s face was not captured.")
    return tuple(said)
