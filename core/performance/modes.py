# SPDX-License-Identifier: GPL-3.0-or-later
"""Which performance a sound asks for: someone talks, or someone dances. Mode says it, or the sound itself where that is Auto."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..audio.clip import AudioClip
from ..errors import UserError
from ..paths import DANCE_WEIGHTS
from ..settings import GenerateSettings

if TYPE_CHECKING:
    from ..audio.sound_kind import SoundKind  # with SciPy

# What Auto says of a sound, by what was heard. It talks where both are there: who speaks is to be understood.
# What a dance says of its music is the dance's (dance/dance_notes).
_SAID = {
    "SPEECH": "Mode Auto heard a voice: the character speaks.",
    "MUSIC": "Mode Auto heard music: the character dances. Choose Speech under Mode if it should speak or sing.",
    "BOTH": "Mode Auto heard music under a voice: the character speaks. Choose Dance under Mode if it should dance.",
    "NEITHER": "Mode Auto is not sure of a voice or of music here, and takes it for a voice. Choose Dance under Mode if it is music.",
}
_TALKS = 0.7  # share of speech in music from which on someone talks over it; below, it is singing, or a tune that is like it: by ear
_UNSURE = 0.5  # share of speech below which a voice is only what it is taken for
_LINE_IS_MUSIC = "{} sounds like music, not like a line: under Dialogue, leave its strip without a character."
_CANNOT = "This sounds like music, but the dance model is missing (weights/bailando): nobody dances."


@dataclass(frozen=True)
class Chosen:
    """mode: SPEECH or DANCE. notes: sentences for the report. kind: what the sound was taken for, where it was listened to."""

    mode: str
    notes: tuple[str, ...] = ()
    kind: SoundKind | None = None


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


def choose(clip: AudioClip, settings: GenerateSettings, in_dialogue: bool = False) -> Chosen:
    """What this sound is performed as.

    Args:
        clip: the sound, which is listened to where the mode is Auto, and in a dialogue.
        settings: with the mode.
        in_dialogue: others speak, too; then nobody dances.

    Raises:
        UserError: where a dance is asked for, and the model is missing.
    """
    if settings.mode == "SPEECH":
        return Chosen("SPEECH")
    if settings.mode == "DANCE" and not in_dialogue:
        require_dance()
        return Chosen("DANCE")
    from ..audio.sound_kind import sound_kind  # with SciPy

    found = sound_kind(clip.samples)
    heard = "MUSIC" if found.kind == "BOTH" and found.speech < _TALKS else found.kind
    if heard == "SPEECH" and found.speech < _UNSURE:
        heard = "NEITHER"
    if in_dialogue:
        return Chosen("SPEECH", (_LINE_IS_MUSIC.format(clip.name),) if heard == "MUSIC" else ())
    said = _SAID.get(heard, "")
    notes = (said,) if said else ()
    if heard == "MUSIC" and not can_dance():
        return Chosen("SPEECH", (_CANNOT,))
    return Chosen("DANCE" if heard == "MUSIC" else "SPEECH", notes, found)


def pipeline(chosen: Chosen) -> Callable[..., Any]:
    """`perform` of a mode, imported when someone generates. Raises ImportError, OSError if a package is missing."""
    if chosen.mode == "DANCE":
        from .dance.pipeline import perform

        return partial(perform, kind=chosen.kind)
    from .speech import perform

    return perform
