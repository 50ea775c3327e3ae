# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to motion that a character has already: replaced, kept, or taken as prompts. Any thread."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...errors import UserError
from ...performance.parts import BODY, EXPRESSION, EYES, HANDS, HEAD, LEGS, LIPS, ROOT, in_body
from ...rigs.animation import Controls
from ...rigs.character import Character
from ...settings import GenerateSettings
from ...wording import count, first_few
from .. import characters
from ..reading.motion_sources import MotionSource
from .channels import Channel
from .clips import ExistingClip, find_clips
from .driven_paths import FACE_GROUPS, PART_OF_GROUP, Driven
from .existing_keys import ExistingChannel
from .nla_channels import NlaChannels

# what of these is kept is left out at the end: the body listens to the face
_OF_FACE = frozenset((LIPS, EXPRESSION, EYES, HEAD))
_FACE_SHARE = 1.0 / 3.0  # of the face's shapes or bones of a part, from which on a clip is what moves it; by eye


@dataclass(frozen=True)
class Decision:
    """What is done with each clip: kept, replaced, prompts. still: it moves nothing, its keys only keep everything at rest. groups:
    the parts of the character that are not generated. channels: (object, on its shape keys, data path) of what else is not: a loop on
    a few shapes keeps those and leaves the rest of the face. forced: a clip that would be kept is replaced, as nothing else is there
    to generate."""

    kept: tuple[ExistingClip, ...] = ()
    replaced: tuple[ExistingClip, ...] = ()
    prompts: tuple[ExistingClip, ...] = ()
    still: tuple[ExistingClip, ...] = ()
    groups: frozenset[str] = frozenset()
    channels: frozenset[tuple[str, bool, str]] = frozenset()
    forced: bool = False

    def parts_left(self, parts: frozenset[str]) -> frozenset[str]:
        """The parts whose motion still has to be made: a body that is kept is not even thought up."""
        kept = {PART_OF_GROUP[group] for group in self.groups}
        if not {"Left fingers", "Right fingers"} <= self.groups:
            kept -= {HANDS}
        body = in_body(parts)
        if not body & kept:
            return parts - (kept & {HANDS})
        left = parts - {BODY} | (body - kept)
        return left - kept - ({ROOT} if LEGS in kept else frozenset()) - _OF_FACE | parts & _OF_FACE


def decide(clips: Iterable[ExistingClip], answer: str, sound: tuple[float, float], driven: Driven) -> Decision:
    """What is done with the clips.

    answer: AUTO, REPLACE, KEEP or PROMPTS, see `GenerateSettings.existing_motion`. sound: the first and last frame that are generated.
    """
    if answer == "PROMPTS":
        return Decision(prompts=tuple(clips))
    clips = tuple(clips)
    still = tuple(clip for clip in clips if not clip.moved)
    clips = tuple(clip for clip in clips if clip.moved)
    if answer == "REPLACE":
        return Decision(replaced=clips, still=still)
    wanted = clips if answer == "KEEP" else tuple(clip for clip in clips if clip.is_kept_by_itself(*sound))
    of_clip = {clip: _groups(clip, driven) for clip in clips}
    groups = frozenset().union(*(of_clip[clip] for clip in wanted))
    if answer == "AUTO" and groups and groups >= frozenset(driven.paths.values()):
        return Decision(replaced=clips, still=still, forced=True)
    single = {clip: _single_channels(clip, driven, groups) for clip in wanted if clip.loops or answer == "KEEP"}
    kept = tuple(clip for clip in clips if of_clip[clip] and of_clip[clip] <= groups or single.get(clip))
    return Decision(
        kept,
        tuple(clip for clip in clips if clip not in kept),
        still=still,
        groups=groups,
        channels=frozenset().union(*single.values()),
    )


def _single_channels(clip: ExistingClip, driven: Driven, groups: frozenset[str]) -> frozenset[tuple[str, bool, str]]:
    """What a clip moves of parts of which it moves too little to be what moves them."""
    paths = {(clip.source.target, clip.source.on_shape_keys, path) for path in clip.moved}
    return frozenset(path for path in paths & driven.paths.keys() if driven.paths[path] not in groups)


def _groups(clip: ExistingClip, driven: Driven) -> frozenset[str]:
    """The parts of the character that a clip moves."""
    where = clip.source.target, clip.source.on_shape_keys
    both = {**driven.beside, **driven.paths}
    own = {path: group for (target, on_keys, path), group in both.items() if (target, on_keys) == where}
    moved: dict[str, int] = {}
    for path in clip.moved:
        moved[own[path]] = moved.get(own[path], 0) + 1
    there: dict[str, int] = {}
    for path, group in own.items():
        there[group] = there.get(group, 0) + (not path.endswith(".location"))
    return frozenset(
        group for group, number in moved.items() if group not in FACE_GROUPS or number >= _FACE_SHARE * there[group]
    )


@dataclass(frozen=True)
class ExistingMotion:
    """What a character does already, and what becomes of it in one generation.

    decision, driven: see there. parts_left: the parts whose motion still has to be made. notes: sentences for the report.
    """

    decision: Decision
    driven: Driven
    parts_left: frozenset[str]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        sources: Iterable[MotionSource],
        character: Character,
        settings: GenerateSettings,
        sound: tuple[float, float],
        frames_per_second: float,
        unread: Collection[tuple[str, bool]] = (),
    ) -> ExistingMotion:
        """sources: what moves the character. sound: the first and last frame that are generated. unread: (object, on its shape keys) whose
        NLA gives no prompts. Raises UserError if nothing is left to generate."""
        driven = Driven.of(character, settings.parts)
        clips = find_clips(sources, driven.paths, frames_per_second, driven.beside)
        decision = decide(clips, settings.existing_motion, sound, driven)
        left = decision.parts_left(settings.parts)
        _require_something_left(left, decision)
        return cls(
            decision,
            driven,
            left,
            (*in_words(decision, settings.existing_motion, sound, unread), *_steered(decision, driven)),
        )

    @property
    def replaced_paths(self) -> frozenset[tuple[str, bool, str]]:
        """(object, on its shape keys, data path) of the clips in Actions that are replaced, or that keep everything at rest."""
        return frozenset(
            (clip.source.target, clip.source.on_shape_keys, path)
            for clip in (*self.decision.replaced, *self.decision.still)
            if not clip.source.in_nla and not clip.ours
            for path in clip.paths
        )

    def without_clip_keys(self, existing: Mapping[Channel, ExistingChannel]) -> dict[Channel, ExistingChannel]:
        """What the channels have already, with the keys of clips that are kept or replaced being no prompts."""
        decision = self.decision
        dropped = {
            (clip.source.target, clip.source.on_shape_keys, path): clip.source.baked.get(path) if clip.ours else None
            for clip in (*decision.kept, *decision.replaced, *decision.still)
            if not clip.source.in_nla
            for path in clip.paths
        }
        result = dict(existing)
        for channel, found in existing.items():
            name = channel.target, channel.on_shape_keys, channel.path
            if name in dropped:
                result[channel] = found.as_clip(dropped[name])
        return result

    def with_nla(
        self,
        existing: Mapping[Channel, ExistingChannel],
        nla: NlaChannels,
        sound: tuple[float, float],
        earliest: float,
        use_prompts: bool,
    ) -> dict[Channel, ExistingChannel]:
        """What the channels have already, with the NLA's keys where those are prompts, and with how it goes on beside the take where it
        is replaced. sound, earliest: see `NlaChannels`."""
        clips = [*self.decision.prompts, *self.decision.replaced]
        targets = [
            (clip.source.target, clip.source.on_shape_keys, path)
            for clip in clips
            if clip.source.in_nla
            for path in clip.paths
            if characters.bone_of_path(path) not in self.driven.steering
        ]
        return nla.into(existing, targets, sound, earliest, use_prompts and bool(self.decision.prompts))

    def without_kept(self, controls: Controls) -> Controls:
        """The controls without what the kept clips move. Raises UserError if nothing is left."""
        if not self.decision.groups and not self.decision.channels:
            return controls
        left = _without(controls, self.decision, self.driven)
        _require_something_left((*left.shapes, *left.rotations, *left.locations, *left.sliders), self.decision)
        return left


def _without(controls: Controls, decision: Decision, driven: Driven) -> Controls:
    groups = decision.groups
    own_bones = {characters.bone_of_path(path) for _, on_keys, path in decision.channels if not on_keys}
    own_shapes = {characters.shape_of_path(path) for _, on_keys, path in decision.channels if on_keys}  # on every mesh
    own_paths = {(target, path) for target, _, path in decision.channels}
    shapes = {
        mesh: {
            key: values
            for key, values in keys.items()
            if driven.shapes.get((mesh, key)) not in groups and key not in own_shapes
        }
        for mesh, keys in controls.shapes.items()
    }

    def generated(of_bones: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {
            bone: values
            for bone, values in of_bones.items()
            if driven.bones.get(bone) not in groups and bone not in own_bones
        }

    return replace(
        controls,
        shapes={mesh: keys for mesh, keys in shapes.items() if keys},
        rotations=generated(controls.rotations),
        locations=generated(controls.locations),
        sliders={
            slider: values
            for slider, values in controls.sliders.items()
            if driven.sliders.get(slider) not in groups and (slider.owner, slider.path) not in own_paths
        },
        resting=_without(controls.resting, decision, driven) if controls.resting is not None else None,
    )


def _require_something_left(what: Collection[object], decision: Decision) -> None:
    if not what:
        raise UserError(
            f"Existing motion that is kept moves all that would be generated: {listed(decision.kept)}.",
            "Choose Replace or As Prompts under Existing Motion, or other parts.",
        )


# -------------------------------------------------------------------------------------------------------------- in words


def named(clip: ExistingClip) -> str:
    """“Walk” in the NLA, 62 bones, frames 1 to 250."""
    where = " in the NLA" if clip.source.in_nla else ""
    what = count(clip.members, "shape" if clip.source.on_shape_keys else "bone")
    if clip.loops:
        frames = "looping"
    else:
        frames = f"frames {clip.first:.0f} to {clip.last:.0f}"
    return f"“{clip.source.name}”{where} ({what}, {frames})"


def in_words(
    decision: Decision, answer: str, sound: tuple[float, float], unread: Collection[tuple[str, bool]] = ()
) -> tuple[str, ...]:
    """Sentences for the report about what was done with motion that was there. unread: as above."""
    found = (
        [f"Existing motion is kept: {listed(decision.kept)}. Not generated: {', '.join(_not_generated(decision))}."]
        if decision.kept
        else []
    )
    if decision.replaced:
        found.append(_replaced(decision, answer, sound))
    prompts = [
        clip
        for clip in decision.prompts
        if not (clip.source.in_nla and (clip.source.target, clip.source.on_shape_keys) in unread)
    ]
    if prompts:
        found.append(f"The keys of existing motion are prompts: {listed(prompts)}.")
    return tuple(found)


def _steered(decision: Decision, driven: Driven) -> Iterator[str]:
    """What becomes of limbs that were moved by controls which are not driven."""
    clips = [
        clip
        for clip in (*decision.replaced, *decision.prompts)
        if any(characters.bone_of_path(path) in driven.steering for path in clip.moved)
    ]
    if clips:
        bones = sorted(
            {
                bone
                for clip in clips
                for path in clip.moved
                if (bone := characters.bone_of_path(path)) in driven.steering
            }
        )
        named = first_few(f"“{bone}”" for bone in bones)
        yield (
            f"Part of it is on controls that are not driven ({named}). They keep their keys, which are no prompts; the limbs that are "
            "generated play in FK. To have the motion of these controls, choose Keep under Existing Motion."
        )


def _replaced(decision: Decision, answer: str, sound: tuple[float, float]) -> str:
    text = f"Existing motion is replaced, its keys are no prompts: {listed(decision.replaced)}."
    if answer == "REPLACE":
        return text
    if decision.forced:
        return f"{text} It moves all that would be generated. Choose Keep or As Prompts under Existing Motion, or other parts."
    if all(clip.ours for clip in decision.replaced):
        return f"{text} It was baked from a take. To have it, choose Keep or As Prompts under Existing Motion."
    worst = max(clip.covers(*sound) for clip in decision.replaced if not clip.ours)
    return f"{text} It covers {100.0 * worst:.0f} % of the sound. To have it, choose Keep or As Prompts under Existing Motion."


def listed(clips: Iterable[ExistingClip]) -> str:
    """Their names, with what they move and when."""
    return first_few(dict.fromkeys(named(clip) for clip in clips))


def _not_generated(decision: Decision) -> list[str]:
    """The parts, and the bones and shapes of others, that are not generated."""
    single = {
        characters.bone_of_path(path) or characters.shape_of_path(path) or path for _, _, path in decision.channels
    }
    return [*(group.lower() for group in sorted(decision.groups)), *([first_few(sorted(single))] if single else [])]
