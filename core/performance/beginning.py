# SPDX-License-Identifier: GPL-3.0-or-later
"""What every performance begins with, whatever the sound is performed as."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..audio.clip import AudioClip
from ..progress import Progress
from ..prompts.blending import with_holds
from ..prompts.model import PosePrompts
from ..prompts.pacing import Pace, PromptPaces
from ..settings import GenerateSettings
from .device import choose_device
from .seeding import seed_of_sound


@dataclass(frozen=True)
class Beginning:
    """device: PyTorch's name of it. own: the settings, their seed that of this sound and character. prompts: held as the settings say.
    notes: sentences for the report, about the sound and the device."""

    device: str
    own: GenerateSettings
    prompts: PosePrompts | None
    notes: tuple[str, ...]


def begin(
    clip: AudioClip, settings: GenerateSettings, prompts: PosePrompts | None, character: str, progress: Progress
) -> Beginning:
    """What the sound, the settings, the animator's keys and the character's name come to. Raises Cancelled when progress says so."""
    progress.report(0.0, "Loading the models")
    device, note = choose_device(settings.device, clip.duration_s)
    own = replace(settings, seed=seed_of_sound(settings.seed, clip.samples, character))
    notes = (*clip.warnings, note) if note else clip.warnings
    return Beginning(device, own, held_prompts(prompts, settings), tuple(notes))


def held_prompts(prompts: PosePrompts | None, settings: GenerateSettings) -> PosePrompts | None:
    """The prompts, held as the settings say where nothing else is known."""
    if prompts is None or prompts.paces:
        return prompts
    usual = PromptPaces(body=Pace(settings.prompt_hold, settings.prompt_ease))
    paces = {joint: usual.of("", times_s) for joint, (times_s, _) in prompts.joints.items()}
    if prompts.root is not None:
        paces["root"] = usual.of("", prompts.root[0])
    return with_holds(prompts, paces)
