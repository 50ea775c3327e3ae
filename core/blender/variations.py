# SPDX-License-Identifier: GPL-3.0-or-later
"""Variations: takes of several seeds in one click, flipped through until one of them is kept."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import bpy

from ..errors import UserError
from ..progress import Progress
from ..wording import count
from . import characters, generate, writing
from .generation import Gathered, Worked
from .remembered import Memory, Take
from .report import Report
from .setting_properties import scene_settings
from .sounds.source import read
from .takes import playing, take_memory
from .takes.variation_group import variation_group
from .transaction import Transaction

LEAST, MOST = 2, 8
_SEEDS = 2**31  # as many as Blender's integers hold


@dataclass(frozen=True)
class VariationsReport:
    """reports: of each variation, in order."""

    reports: tuple[Report, ...]
    seeds: tuple[int, ...]

    @property
    def headline(self) -> str:
        seconds = sum(report.work_s + report.write_s for report in self.reports)
        seeds = ", ".join(map(str, self.seeds))
        return f"{count(len(self.reports), 'variation')} (seeds {seeds}) in {seconds:.1f} s: flip through them, and keep one"


def gather(context: bpy.types.Context, number: int, overrides: Mapping[str, Any] | None = None) -> tuple[Gathered, ...]:
    """What each variation needs: the same, with one seed after the other. Raises UserError; changes nothing."""
    if not LEAST <= number <= MOST:
        raise UserError(f"There cannot be {number} variations.", f"Choose a number from {LEAST} to {MOST}.")
    one = generate.gather(context, overrides)
    first = one.settings.seed
    return tuple(replace(one, settings=replace(one.settings, seed=(first + step) % _SEEDS)) for step in range(number))


def work(gathered: Sequence[Gathered], progress: Progress) -> tuple[Worked, ...]:
    """From sound to curves, one seed after the other; the sound is read once. Any thread. Raises UserError, Cancelled."""
    began_s, share = time.perf_counter(), 1.0 / len(gathered)
    progress.report(0.0, "Reading the sound")
    sound = read(gathered[0].source, progress.part(0.0, 0.1 * share))
    read_s = time.perf_counter() - began_s
    first, *others = (
        generate.work(replace(one, sound=sound), progress.part(place * share, (place + 1) * share))
        for place, one in enumerate(gathered)
    )
    return replace(first, seconds=first.seconds + read_s), *others


def write(gathered: Sequence[Gathered], worked: Sequence[Worked]) -> VariationsReport:
    """Write a take for each seed, all of them or none, and play the first. Main thread. Raises UserError if the character is gone."""
    one = gathered[0]
    scene, root = writing.find(one.scene_id, one.root_id, one.root_name)
    mark = uuid.uuid4().hex
    reports: list[Report] = []
    with Transaction(scene, root):
        before = characters.memory(root).take_index
        for each, result in zip(gathered, worked):
            if reports:  # each of them is made beside what played before, none beside another
                playing.make_current(characters.memory(root), max(before, 0))
            reports.append(generate.write(each, result))
            take_memory.current(root).variation = mark
        memory = characters.memory(root)
        playing.make_current(memory, variation_group(memory)[0])
        memory.previous_take = before
        report = VariationsReport(tuple(reports), tuple(each.settings.seed for each in gathered))
        scene_settings(scene).last_report = "\n".join((report.headline, *(each.text for each in reports)))
    return report


def step(root: bpy.types.Object, direction: int) -> Take:
    """Play the next variation, or the one before (-1); behind the last comes the first. Raises UserError if there is none."""
    memory = characters.memory(root)
    places = _required(memory)
    return playing.activate(root, places[(places.index(memory.take_index) + direction) % len(places)])


def keep(root: bpy.types.Object) -> tuple[str, int]:
    """Keep the variation that plays, and delete the others. Returns its name and how many went. Raises UserError if there are none."""
    memory = characters.memory(root)
    others = [place for place in _required(memory) if place != memory.take_index]
    take_memory.current(root).variation = ""
    for place in reversed(others):
        playing.delete(root, place)
    return take_memory.current(root).name, len(others)


def _required(memory: Memory) -> list[int]:
    places = variation_group(memory)
    if not places:
        raise UserError("No variation plays.", "Generate variations, or select one of them in the list of takes.")
    return places
