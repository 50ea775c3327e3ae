# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character's channels have already: prompts, other keys, and how they play."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ...rigs.description import RigDescription
from ..property_paths import read
from ..takes.playing_keys import PlayingCurve, PlayingKeys
from .channels import Channel, channels_of
from .fcurves import Keys, Origin
from .unrolled_keys import all_keys

_CLIP_KEYS = 6  # fewer keys are no clip, see `clips`


@dataclass(frozen=True)
class Span:
    """Which frames matter: region, first and last of those that are generated anew, if only these are; sound: of the sound, last
    infinite where its length is not known yet; scene: of the scene."""

    region: tuple[float, float] | None
    sound: tuple[float, float]
    scene: tuple[float, float]

    @property
    def whole(self) -> tuple[float, float]:
        """The first and last frame that anybody sees."""
        every = [*self.scene, *self.sound, *(self.region or ())]
        known = [frame for frame in every if np.isfinite(frame)]
        return min(known), max(known)


@dataclass(frozen=True)
class ExistingChannel:
    """What a channel has already.

    frames float64 (P,), values float32 (P, size), keyed bool (P, size): the prompts, ascending, and which components
    were set by hand; the others are as the curves have them. keys: all keys there are, per component, repeats written out.
    played float32 (F, size): how the channel plays now at each frame from played_from on, in the range that is generated
    anew, or where a clip goes on beside the sound; None where that is not needed. following: of a shape, the keys that
    follow prompts on the same shape of other meshes; those are among its prompts. goes_on: it is a clip's, and plays on
    outside of what is generated. modified: modifiers other than repeats change it.
    """

    frames: np.ndarray
    values: np.ndarray
    keyed: np.ndarray
    keys: tuple[Keys, ...] = ()
    played: np.ndarray | None = None
    following: Keys | None = None
    played_from: float = 0.0
    goes_on: bool = False
    modified: bool = False

    @classmethod
    def unkeyed(cls, size: int) -> ExistingChannel:
        """Nothing at all."""
        return cls(np.empty(0), np.empty((0, size), np.float32), np.empty((0, size), bool), (Keys.none(),) * size)

    def with_prompts(self, which: np.ndarray) -> ExistingChannel:
        """With these prompts alone, bool (P,) or rows (N,)."""
        return replace(self, frames=self.frames[which], values=self.values[which], keyed=self.keyed[which])

    def as_clip(self, own: np.ndarray | None = None) -> ExistingChannel:
        """With no prompts but what was edited in a take: its keys are those of a clip. own: frames (N,) of the animator's edits, if it is
        a bake of ours, whose other keys are a take's."""
        goes_on = self.played is not None
        if own is None:
            keys = tuple(
                one.with_origins(np.where(one.origins == Origin.BY_HAND, Origin.CLIP, one.origins)) for one in self.keys
            )
            edited = np.concatenate([one.frames[one.origins == Origin.EDITED] for one in keys])
            return replace(self.with_prompts(np.isin(self.frames, edited)), goes_on=goes_on, keys=keys)
        keys = tuple(one.generated_but_at(own) for one in self.keys)
        return replace(self.with_prompts(np.isin(self.frames, own)), goes_on=goes_on, keys=keys)


def read_existing(
    root: bpy.types.Object,
    scene: bpy.types.Scene,
    description: RigDescription,
    span: Span,
    use_prompts: bool,
    playing: PlayingKeys,
) -> dict[Channel, ExistingChannel]:
    """What each channel of the character has already. Main thread. span: which frames matter. playing: the character's
    keys."""
    existing: dict[Channel, ExistingChannel] = {}
    seen = playing.of(root) if span.region is None else None  # beside a range all that is shown counts, keyed or not
    for channel, owner in channels_of(root, scene, description, seen):
        curves = playing.of(owner).get(channel.path, {})
        mine = {part: curves[channel.first + part] for part in range(channel.size) if channel.first + part in curves}
        shown = read(owner, channel.path) if mine or span.region is not None else None
        if mine or shown is not None:
            now = at_rest(channel) if shown is None else channel.own(np.array(shown, np.float32))
            existing[channel] = _read(channel, mine, span, use_prompts, now)
    return existing


def at_rest(channel: Channel) -> np.ndarray:
    """float32 (size,): its values where nothing moves it."""
    values = np.zeros(channel.size, np.float32)
    values[0] = float(channel.path.endswith("rotation_quaternion"))
    return values


def _read(
    channel: Channel, playing: Mapping[int, PlayingCurve], span: Span, use_prompts: bool, now: np.ndarray
) -> ExistingChannel:
    """playing: by component. now: the values (size,) that the file shows."""
    curves = {index: one.curve for index, one in playing.items()}
    keys = {
        index: all_keys(one.curve, one.keys if use_prompts else _without_following(one.keys), span.whole)
        for index, one in playing.items()
    }
    unkeyed = now if not curves else at_rest(channel)

    def at(frames: Iterable[float]) -> np.ndarray:
        found = np.array(
            [
                [curves[index].evaluate(frame) if index in curves else unkeyed[index] for index in range(channel.size)]
                for frame in frames
            ],
            np.float32,
        ).reshape(-1, channel.size)
        return found if np.isfinite(found).all() else _mended(found, list(frames), keys)

    by_hand = {index: part.frames[part.by_hand] for index, part in keys.items()} if use_prompts else {}
    frames = np.unique(np.concatenate([np.empty(0), *by_hand.values()])).astype(np.float64)
    keyed = np.zeros((len(frames), channel.size), bool)
    for index, mine in by_hand.items():
        keyed[:, index] = np.isin(frames, mine)
    played, first = None, 0.0
    if (seen := _frames_to_see(keys, span)) is not None:
        first = float(seen[0])
        played = at(seen) if curves else np.tile(now, (len(seen), 1))
    return ExistingChannel(
        frames,
        at(frames),
        keyed,
        tuple(keys.get(index, Keys.none()) for index in range(channel.size)),
        played,
        played_from=first,
        goes_on=played is not None and any((one.origins == Origin.CLIP).any() for one in keys.values()),
        modified=any(modifier.type != "CYCLES" for curve in curves.values() for modifier in curve.modifiers),
    )


def _mended(values: np.ndarray, frames: list[float], keys: Mapping[int, Keys]) -> np.ndarray:
    """Values (F, size) of curves that a key which is not finite breaks around it: there the line between the keys that are."""
    for index in range(values.shape[1]):
        wrong = ~np.isfinite(values[:, index])
        mine = keys.get(index, Keys.none())
        values[wrong, index] = np.interp(np.array(frames)[wrong], mine.frames, mine.values) if len(mine) else 0.0
    return values


def _frames_to_see(keys: Mapping[int, Keys], span: Span) -> np.ndarray | None:
    """The frames at which it matters how a channel plays now: those generated anew, or the sound's where a clip goes on beside it."""
    if span.region is not None:
        return np.arange(np.floor(span.region[0]), np.ceil(span.region[1]) + 1.0)
    some = [one.frames for one in keys.values() if len(one) >= _CLIP_KEYS]
    if not some:
        return None
    first, last = span.sound
    begins, ends = float(min(one[0] for one in some)), float(max(one[-1] for one in some))
    if begins >= first - 0.5 and ends <= last + 0.5 and np.isfinite(last) or ends <= first:
        return None
    return np.arange(np.floor(first), np.ceil(min(last, max(ends, first + 1.0))) + 1.0)


def _without_following(keys: Keys) -> Keys:
    """Keys that followed prompts stay where they are if there are to be no prompts."""
    return keys.with_origins(np.where(keys.origins == Origin.FOLLOWING, Origin.GENERATED, keys.origins))
