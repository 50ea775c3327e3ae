# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings at random, as an operator takes them."""

from __future__ import annotations

from typing import Any

from .. import clone
from . import rigs, texts
from .arena import Arena


def random_settings(arena: Arena) -> dict[str, Any]:
    """Some settings at random: mostly values that may be given, sometimes limits and beyond."""
    fields = clone.part("core.setting_fields")
    offered = fields.settings_of(clone.part("core.settings").GenerateSettings, fields.Place.OPERATOR)
    offered = [one for one in offered if one.name not in ("audio_path", "threads", "device")]
    given: dict[str, Any] = {}
    for setting in arena.random.sample(offered, min(len(offered), arena.random.randint(1, 8))):
        given[setting.argument] = _value(arena, setting)
    return given


def _value(arena: Arena, setting: Any) -> Any:
    if setting.kind is bool:
        return arena.chance(0.5)
    if setting.items:
        names = [item[0] for item in setting.items]
        if setting.kind is frozenset:
            return set(arena.random.sample(names, arena.random.randint(0, min(4, len(names)))))
        return arena.pick(names)
    if setting.kind is str:
        return arena.pick(texts.WORDS).replace("\x00", "").replace("\ud800", "")
    least, most = setting.limits
    least, most = max(least, -(2.0**31)), min(most, 2.0**31 - 1)
    usual = min(most, 2.0 if setting.kind is float else 100.0)
    number = arena.pick((least, most, usual, arena.random.uniform(max(least, -usual), usual)))
    if setting.kind is float and arena.chance(0.1):
        return arena.pick(rigs.NOT_FINITE)
    return setting.kind(number)
