# SPDX-License-Identifier: GPL-3.0-or-later
"""What a generation has to honour on a character: which parts can be driven, what moves it already, and what was set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..performance.parts import moved_joints
from ..prompts.blending import with_holds
from ..prompts.model import PosePrompts
from ..rigs.character import Character
from ..rigs.detection import mapping
from ..rigs.retargeting.canonical_prompts import prompts_in_canonical_space
from ..settings import GenerateSettings
from . import left_out, prompt_paces
from .generation import Gathered
from .keying.channels import Channel
from .keying.existing_keys import ExistingChannel
from .keying.existing_motion import ExistingMotion
from .keying.rig_prompts import have_prompts, out_of_range_notes, rig_prompts
from .keying.shared_prompts import share_prompts
from .keying.timing import Timing
from .stance import in_its_stance


@dataclass(frozen=True)
class Conditions:
    """settings: with those parts alone that are to be generated. motion: what moves the character already. existing: what its channels
    keep, without clips that are replaced. prompts: what was set by hand, on canonical joints. has_prompts: whether there may be any, also
    where nothing is driven. notes: about parts and motion; prompt_notes: about prompts."""

    character: Character
    settings: GenerateSettings
    motion: ExistingMotion
    existing: Mapping[Channel, ExistingChannel]
    prompts: PosePrompts
    has_prompts: bool
    notes: tuple[str, ...]
    prompt_notes: tuple[str, ...]

    @classmethod
    def of(cls, gathered: Gathered, duration_s: float) -> Conditions:
        """duration_s: of the sound. Raises UserError if nothing of the character can be driven."""
        timing, description = gathered.timing, gathered.description
        character = Character.of(description, mapping.map_character(description, gathered.mapping))
        parts, undrivable = left_out.drivable(gathered.settings.parts, character)
        settings = replace(gathered.settings, parts=parts)
        sounding = _sounding(timing, duration_s)
        motion = ExistingMotion.of(
            gathered.sources, character, settings, sounding, timing.frames_per_second, gathered.nla.unread
        )
        existing = motion.without_clip_keys(gathered.existing)
        existing = motion.with_nla(existing, gathered.nla, sounding, timing.shot_start, settings.use_prompts)
        existing, conflicts = share_prompts(existing, description, character.mapping, timing)
        settings, stance_notes = in_its_stance(replace(settings, parts=motion.parts_left), gathered.posed, character)
        given = rig_prompts(existing, description, timing)
        prompts, out_of_range = prompts_in_canonical_space(given, character, moved_joints(settings))
        prompts = with_holds(prompts, prompt_paces.of_joints(prompts, gathered.paces, timing))
        from_nla = gathered.nla.notes() if motion.decision.prompts else ()
        return cls(
            character,
            settings,
            motion,
            existing,
            replace(prompts, phrases=gathered.phrases),
            have_prompts(existing, character, settings.use_nla or bool(timing.lines)),
            (*undrivable, *motion.notes, *from_nla, *stance_notes),
            (*out_of_range_notes(out_of_range, timing), *conflicts),
        )


def _sounding(timing: Timing, duration_s: float) -> tuple[float, float]:
    """The first and last frame that are generated."""
    grid = timing.grid(duration_s)
    first, last = float(grid[0]), float(grid[-1])
    if timing.region is None:
        return first, last
    return max(first, timing.region[0]), min(last, timing.region[1])
