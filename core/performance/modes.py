# SPDX-License-Identifier: GPL-3.0-or-later
"""Which performance a sound asks for: someone talks, or someone dances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import UserError
from ..paths import DANCE_WEIGHTS
from ..settings import GenerateSettings


@dataclass(frozen=True)
class Chosen:
    """mode: SPEECH or DANCE. notes: sentences for the report."""

    mode: str
    notes: tuple[str, ...] = ()


def can_dance() -> bool:
    """Whether the weights of the dance model came along."""
    return (DANCE_WEIGHTS / "model.safetensors").is_file()


def require_dance() -> None:
    """Raises UserError without the weights of the dance model."""
    if not can_dance():
        raise UserError(
            "The dance model is missing (weights/bailando).",
            "Install the full zip of Audio2Rig again, which brings it, or choose Speech under Mode.",
        )


def choose(settings: GenerateSettings, in_dialogue: bool = False) -> Chosen:
    """What a sound is performed as; in a dialogue nobody dances.

    Raises:
        UserError: where a dance is asked for, and the model is missing.
    """
    if settings.mode != "DANCE" or in_dialogue:
        return Chosen("SPEECH")
    require_dance()
    return Chosen("DANCE")


def pipeline(mode: str) -> Callable[..., Any]:
    """`perform` of a mode, imported when someone generates. Raises ImportError, OSError if a package is missing."""
    if mode == "DANCE":
        from .dance.pipeline import perform
    else:
        from .speech import perform
    return perform
