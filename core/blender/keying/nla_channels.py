# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels that the NLA moves, below the take that will play: its keys as prompts, or how a take that replaces it begins and ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import bpy
import numpy as np

from ...rigs.description import RigDescription
from ...wording import first_few
from ..compat import Animated
from ..reading.nla_motion import NlaMotion, PlayedNla
from ..takes.playing_keys import PlayingKeys, character_owners
from .channels import Channel, channels_of
from .existing_keys import ExistingChannel, Span, at_rest
from .fcurves import SAME_FRAME, Keys, enum_value

BESIDE = 15  # frames beside what is generated that are read: a take may last as long as its face needs to come to rest


@dataclass(frozen=True)
class NlaChannel:
    """What the NLA does with one channel: values float32 (F, size) at each frame from `first` on, heard bool (F,), whether it plays
    there; frames float64 (N,), where it has keys."""

    first: float
    values: np.ndarray
    heard: np.ndarray
    frames: np.ndarray

    def rows(self, frames: np.ndarray) -> np.ndarray:
        """int64 (N,): the rows of `values` at frames (N,), the nearest ones beyond the ends."""
        return np.clip(np.rint(frames - self.first).astype(np.int64), 0, len(self.values) - 1)

    def as_prompts(self, sound: tuple[float, float]) -> ExistingChannel:
        """Its keys during the sound as the animator's."""
        frames = self.frames[(self.frames >= sound[0] - SAME_FRAME) & (self.frames <= sound[1] + SAME_FRAME)]
        values = self.values[self.rows(frames)]
        kinds = np.full(len(frames), enum_value("type", "KEYFRAME"), np.int32)
        keys = tuple(Keys.simple(frames, values[:, part], kinds) for part in range(values.shape[1]))
        return ExistingChannel(frames, values, np.ones(values.shape, bool), keys)

    def beside(self, existing: ExistingChannel, sound: tuple[float, float], earliest: float) -> ExistingChannel:
        """The channel with what the NLA plays before and after the sound, so that a take flows out of it and back into it.

        earliest: the frame before which nobody sees it.
        """
        before = np.arange(max(sound[0] - BESIDE, earliest), sound[0])
        after = np.arange(sound[1] + 1.0, sound[1] + BESIDE + 1.0)
        sides = [side for side in (before, after) if len(side) and self.heard[self.rows(side)].all()]
        if not sides:
            return existing
        frames = np.concatenate(sides)
        values = self.values[self.rows(frames)]
        keys = tuple(Keys.merged([old, Keys.simple(frames, values[:, part])]) for part, old in enumerate(existing.keys))
        seen = np.arange(sound[0], sound[1] + 1.0)
        played = self.values[self.rows(seen)]
        return replace(existing, keys=keys, played=played, played_from=sound[0], goes_on=True)


@dataclass(frozen=True)
class NlaChannels:
    """What the NLA does with a character's channels. unread: (object, on its shape keys) → strips that cannot be read. hidden: Actions
    whose keys hide it."""

    channels: Mapping[Channel, NlaChannel] = field(default_factory=dict)
    unread: Mapping[tuple[str, bool], tuple[str, ...]] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    def into(
        self,
        existing: Mapping[Channel, ExistingChannel],
        targets: Iterable[tuple[str, bool, str]],
        sound: tuple[float, float],
        earliest: float,
        are_prompts: bool,
    ) -> dict[Channel, ExistingChannel]:
        """What the channels have already, with the NLA. targets: (object, on its shape keys, data path) of clips in it."""
        found, wanted = dict(existing), frozenset(targets)
        for channel, nla in self.channels.items():
            if (channel.target, channel.on_shape_keys, channel.path) not in wanted:
                continue
            now = found.get(channel) or ExistingChannel.unkeyed(channel.size)
            if are_prompts and not len(now.frames):
                now = replace(nla.as_prompts(sound), played=now.played, played_from=now.played_from)
            found[channel] = nla.beside(now, sound, earliest)
        return found

    def notes(self) -> Iterator[str]:
        """Sentences about keys of the NLA that are no prompts although that was asked for."""
        if self.unread:
            strips = dict.fromkeys(name for names in self.unread.values() for name in names)
            yield (
                f"The NLA with {_some(strips)} could not be read, so its keys are no prompts and the take replaces it: it has a meta "
                "strip, a transition, or a strip with modifiers or a time of its own. Bake it first (NLA editor, Edit > Bake Action)."
            )
        if self.hidden:
            yield f"Where {_some(self.hidden)} has keys, the NLA below is not seen: there only the Action's keys are prompts."


def read_nla(
    root: bpy.types.Object, scene: bpy.types.Scene, description: RigDescription, span: Span, playing: PlayingKeys
) -> NlaChannels:
    """What the NLA does with each channel of a character during the sound, and beside it. Main thread; changes nothing."""
    first, last = span.region or span.sound
    last = min(last, max(span.scene[1], first)) if np.isinf(last) else last
    frames = np.arange(np.floor(first) - BESIDE, np.ceil(last) + BESIDE + 1.0)
    motions: dict[Animated, tuple[NlaMotion, PlayedNla] | None] = {}
    if all(NlaMotion.of(owner) is None for owner in character_owners(root, scene)):
        return NlaChannels()
    found: dict[Channel, NlaChannel] = {}
    unread: dict[tuple[str, bool], tuple[str, ...]] = {}
    hidden: dict[str, None] = {}
    for channel, owner in channels_of(root, scene, description):
        if owner not in motions:
            moved = NlaMotion.of(owner)
            motions[owner] = (moved, moved.over(frames)) if moved is not None else None
        if (both := motions[owner]) is None:
            continue
        motion, played = both
        if motion.unread:
            unread[channel.target, channel.on_shape_keys] = motion.unread
            continue
        if channel.path not in motion.paths:
            continue
        above = playing.of(owner).get(channel.path, {})
        if any(not one.is_of_a_take for one in above.values()):
            action = owner.animation_data.action if owner.animation_data is not None else None
            hidden |= {action.name: None} if action is not None else {}
            continue
        values, heard = played.values(channel.path, channel.first, at_rest(channel))
        found[channel] = NlaChannel(float(frames[0]), values, heard, motion.key_frames(channel.path))
    return NlaChannels(found, unread, tuple(hidden))


def _some(names: Iterable[str]) -> str:
    return first_few(f"“{name}”" for name in names)
