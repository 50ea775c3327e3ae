# SPDX-License-Identifier: GPL-3.0-or-later
"""A prompt on a shape counts for every mesh of the character that has the shape, whatever the mesh calls it: the teeth follow the
jaw of the head. Keys that follow are generated ones; the prompt stays where the animator set it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...rigs.description import RigDescription, ShapeKey
from ...rigs.detection.mapping import CharacterMapping
from ...wording import count
from .channels import Channel, shape_channel
from .existing_keys import ExistingChannel
from .fcurves import SAME_FRAME, Keys, Origin
from .timing import Timing

_SAME = 0.005  # shape value: prompts of two meshes that are this near agree; the default tolerance of a curve
_MOST_NOTES = 3


@dataclass(frozen=True)
class _Member:
    """The shape on one mesh."""

    mesh: str
    key: ShapeKey
    existing: ExistingChannel

    @property
    def channel(self) -> Channel:
        return shape_channel(self.mesh, self.key.name)

    @property
    def prompts(self) -> Keys:
        """Its own."""
        keys = self.existing.keys[0]
        return keys[np.isin(keys.frames, self.existing.frames.astype(np.float32))]

    def at(self, frame: float) -> float | None:
        """What its own prompts ask for at a frame: at a prompt, or while two equal ones hold; None where they leave it free."""
        frames, values = self.existing.frames, self.existing.values[:, 0]
        after = int(np.searchsorted(frames, frame - SAME_FRAME))
        if after < len(frames) and frames[after] <= frame + SAME_FRAME:
            return float(values[after])
        if 0 < after < len(frames) and abs(float(values[after] - values[after - 1])) < 1e-5:
            return float(values[after])
        return None


@dataclass(frozen=True)
class _Conflict:
    frame: float
    shape: str
    asked: tuple[tuple[str, float], ...]

    @property
    def sentence(self) -> str:
        meshes = " and ".join(f"{value:.2f} on “{mesh}”" for mesh, value in self.asked)
        return (
            f"At frame {self.frame:g} “{self.shape}” is set to {meshes}: each keeps its own, other meshes follow "
            f"“{self.asked[0][0]}”."
        )


def share_prompts(
    existing: Mapping[Channel, ExistingChannel], description: RigDescription, mapping: CharacterMapping, timing: Timing
) -> tuple[dict[Channel, ExistingChannel], tuple[str, ...]]:
    """What the channels have with the prompts of the other meshes, and sentences about prompts that contradict each other. Any thread."""
    shared = dict(existing)
    conflicts: dict[tuple[float, str], _Conflict] = {}
    for members in _same_shapes(existing, description, mapping):
        if len(members) < 2 or not any(len(member.existing.frames) for member in members):
            continue
        for member in members:
            others = [other for other in members if other.mesh != member.mesh]
            following = _following(member, others, timing)
            if len(following):
                shared[member.channel] = _with(member.existing, following)
        for conflict in _conflicts(members):
            conflicts.setdefault((conflict.frame, conflict.shape), conflict)
    found = sorted(conflicts.values(), key=lambda one: one.frame)
    notes = [one.sentence for one in found[:_MOST_NOTES]]
    if len(found) > _MOST_NOTES:
        more = len(found) - _MOST_NOTES
        notes.append(f"{count(more, 'other prompt differs', 'other prompts differ')} between meshes, too.")
    return shared, tuple(notes)


def _same_shapes(
    existing: Mapping[Channel, ExistingChannel], description: RigDescription, mapping: CharacterMapping
) -> Iterator[list[_Member]]:
    """The meshes that show the same: keys with the same meaning, or unmapped ones with the same name."""
    groups: dict[object, list[_Member]] = {}
    unkeyed = ExistingChannel.unkeyed(1)
    for mesh in description.meshes:
        meanings = mapping.shapes.get(mesh.name, {})
        for key in mesh.keys:
            if key.blocked or mesh.blocked or key.slider is not None:
                continue
            mix = meanings.get(key.name)
            meaning = frozenset((name, round(weight, 4)) for name, weight in mix.items()) if mix else key.name
            there = existing.get(shape_channel(mesh.name, key.name), unkeyed)
            groups.setdefault(meaning, []).append(_Member(mesh.name, key, there))
    yield from groups.values()


def _following(member: _Member, others: list[_Member], timing: Timing) -> Keys:
    """The prompts of other meshes where the member has none of its own, as it can show them."""
    found = Keys.none()
    for other in reversed(others):  # of several, the first one's stay
        prompts = other.prompts
        free = np.array([member.at(float(frame)) is None for frame in prompts.frames], bool)
        if timing.region is not None:
            free &= (prompts.frames >= timing.region[0]) & (prompts.frames <= timing.region[1])
        found = Keys.merged([found, prompts[free]])
    generated = Keys.simple(found.frames, found.values).types
    found = replace(found.within(member.key.minimum, member.key.maximum), types=generated)
    return found.with_origins(np.full(len(found), Origin.FOLLOWING))


def _with(existing: ExistingChannel, following: Keys) -> ExistingChannel:
    frames = np.concatenate([existing.frames, following.frames.astype(np.float64)])
    order = np.argsort(frames, kind="stable")
    return replace(
        existing,
        frames=frames[order],
        values=np.concatenate([existing.values, following.values[:, None]])[order].astype(np.float32),
        keyed=np.concatenate([existing.keyed, np.ones((len(following), 1), bool)])[order],
        following=following,
    )


def _conflicts(members: list[_Member]) -> Iterator[_Conflict]:
    """Frames at which the meshes' own prompts ask for different values."""
    for frame in np.unique(np.concatenate([member.existing.frames for member in members])).tolist():
        asked = [(member, value) for member in members if (value := member.at(frame)) is not None]
        values = [float(np.clip(value, member.key.minimum, member.key.maximum)) for member, value in asked]
        if len(values) > 1 and max(values) - min(values) > _SAME:
            told = [asked[0], max(asked, key=lambda one: abs(one[1] - asked[0][1]))]
            yield _Conflict(frame, asked[0][0].key.name, tuple((member.mesh, value) for member, value in told))
