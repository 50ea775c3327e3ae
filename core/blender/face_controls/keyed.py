# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the scene that are keyed: those that act over time as curves, the others as they are where the sound begins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from ...performance.keyed_settings import ACT_OVER_TIME, NOTHING_KEYED, KeyedSettings
from ...setting_fields import Place, Setting, settings_of
from ...settings import GenerateSettings
from .. import compat
from ..keying.fcurves import is_muted, usable
from ..keying.timing import Timing
from ..setting_properties import scene_settings

_PREFIX = "audio2rig."
_CHANGES = 1e-4


def read_keyed(
    scene: bpy.types.Scene, settings: GenerateSettings, given: Collection[str], timing: Timing, last: float
) -> tuple[GenerateSettings, KeyedSettings, tuple[str, ...]]:
    """The settings where the sound begins, those that change over it, and sentences about keyed ones that cannot act over time.

    given: settings that a caller gave in place of the scene's: their keys do not count. last: the last key frame of the sound.
    """
    curves = _curves(scene)
    if not curves:
        return settings, NOTHING_KEYED, _driven_notes(scene)
    end = last if np.isfinite(last) else max(float(scene.frame_end), timing.frame_start + 1.0)
    frames = np.arange(np.floor(timing.frame_start), np.ceil(end) + 1.0)
    changes: dict[str, Any] = {}
    kept: dict[str, np.ndarray] = {}
    notes: list[str] = []
    for one in settings_of(GenerateSettings, Place.SCENE):
        curve = curves.get(one.name)
        if curve is None or one.name in given or one.kind in (str, frozenset) and not one.items:
            continue
        values = _values(scene, one, curve, frames)
        if one.kind is not frozenset:
            changes[one.name] = _value(one, values[0])
        if not _is_changing(values):
            continue
        if one.name in ACT_OVER_TIME:
            kept[one.name] = values
        else:
            now = changes.get(one.name, "what it is now")
            notes.append(f"“{one.label}” is keyed, but cannot act over time: {_said(now)} counts for the whole sound.")
    keyed = KeyedSettings(np.asarray(timing.time_s(frames), np.float64), kept) if kept else NOTHING_KEYED
    return replace(settings, **changes), keyed, (*notes, *_driven_notes(scene))


def _curves(scene: bpy.types.Scene) -> dict[str, bpy.types.FCurve]:
    """{setting: its curve}."""
    found = compat.active_curves(scene)  # pyright: ignore[reportArgumentType] -- a scene is animated, too
    return {
        curve.data_path.removeprefix(_PREFIX): curve
        for curve in (found.fcurves if found is not None else ())
        if curve.data_path.startswith(_PREFIX) and not is_muted(curve)
    }


def _values(scene: bpy.types.Scene, one: Setting, curve: bpy.types.FCurve, frames: np.ndarray) -> np.ndarray:
    """A setting at frames: numbers within its limits, or the words of a choice."""
    read = np.array([curve.evaluate(frame) for frame in frames])
    read = usable(read, np.array(one.default if isinstance(one.default, (int, float)) else -1.0))
    if one.items and one.kind is str:
        known: Any = scene_settings(scene).bl_rna.properties[one.name]
        words = {item.value: item.identifier for item in known.enum_items}
        return np.array([words.get(round(value), one.default) for value in read.tolist()])
    return np.clip(read, *one.limits) if one.kind in (int, float) else read


def _value(one: Setting, value: Any) -> Any:
    return value.item() if one.kind is str else round(value) if one.kind is int else one.kind(value)


def _is_changing(values: np.ndarray) -> bool:
    return bool((values != values[0]).any()) if values.dtype.kind in "US" else bool(np.ptp(values) > _CHANGES)


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _driven_notes(scene: bpy.types.Scene) -> tuple[str, ...]:
    """A sentence about settings that drivers move: their values now count."""
    drivers: Any = scene.animation_data.drivers if scene.animation_data is not None else ()
    known = {one.name: one.label for one in settings_of(GenerateSettings, Place.SCENE)}
    driven = [known[name] for curve in drivers if (name := curve.data_path.removeprefix(_PREFIX)) in known]
    if not driven:
        return ()
    return (f"Driven, and taken as they are now: {', '.join(driven)}. Key them to change them over time.",)
