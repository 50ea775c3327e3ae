# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches of control rigs (from IK to FK, what follows what) that a take needs: keyed with it, and as before outside
of it."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np

from ...rigs.animation import RigSwitch
from .. import characters
from ..takes.playing_keys import PlayingCurve, playing_keys
from . import fcurves
from .fcurves import SAME_FRAME, CurveKeys, Keys

_SAME = 1e-4  # of a switch, 0 to 1
_MOST_FRAMES = 4  # that are named


def path_of(switch: RigSwitch) -> str:
    """The data path of a switch, from its armature object."""
    bone = characters.bone_path(switch.bone, "")
    return bone.removesuffix(".") + switch.path


def curves_for(
    root: bpy.types.Object, switches: Iterable[RigSwitch], first: float, last: float, in_nla: bool
) -> tuple[list[CurveKeys], list[str]]:
    """Curves that set the switches from frame first to last, and sentences about those that cannot be set. Main thread.

    Where the character has a curve for a switch already, that goes on before and after. in_nla: on a track of its own.
    """
    found, notes, switches = [], [], tuple(switches)
    playing = {} if in_nla or not switches else playing_keys([root]).of(root)
    driven = {driver.data_path for driver in root.animation_data.drivers} if root.animation_data is not None else set()
    for switch in switches:
        path = path_of(switch)
        try:
            root.path_resolve(path)
        except ValueError:
            continue  # another version of the rig, which has no such switch
        played = playing.get(path, {}).get(0)
        old = played.curve if played is not None else None
        if path in driven or (old is not None and (old.lock or old.mute)):
            state = "driven" if path in driven else "locked or muted"
            notes.append(
                f"The switch {switch.path.strip('.[]')} of “{switch.bone}” is {state}: set it to {switch.value:g} "
                "yourself, or the performance is not seen."
            )
            continue
        by_hand = _set_in_a_take(played, first, last)
        if (np.abs(by_hand.values - switch.value) > _SAME).any():
            at = ", ".join(f"{frame:g}" for frame in by_hand.frames[:_MOST_FRAMES])
            notes.append(
                f"The switch {switch.path.strip('.[]')} of “{switch.bone}” is as you keyed it at frame {at}: where it is "
                f"not {switch.value:g}, the performance is not seen."
            )
        keys = Keys.merged([_keys(switch.value, played, first, last), by_hand])
        found.append(CurveKeys(path, 0, switch.bone, keys))
    return found, notes


def _set_in_a_take(played: PlayingCurve | None, first: float, last: float) -> Keys:
    """What the animator set on a take's switch since: it stays. What was there before the first take gives way to it."""
    if played is None or not played.is_of_a_take:
        return Keys.none()
    keys = played.keys
    return keys[keys.by_hand & (keys.frames >= first - SAME_FRAME) & (keys.frames <= last + SAME_FRAME)]


def _keys(value: float, played: PlayingCurve | None, first: float, last: float) -> Keys:
    now = _steps([first], [value])
    if played is None:
        return now
    old, keys = played.curve, played.keys
    inside = [frame for frame in keys.frames if first < frame < last]
    if all(abs(old.evaluate(frame) - value) < _SAME for frame in (first, *inside, last)) and len(keys):
        return keys  # it plays that already
    kept = keys[(keys.frames < first - SAME_FRAME) | (keys.frames > last + SAME_FRAME)]
    around = [frame for frame in (first - 1.0, last + 1.0) if not np.any(np.abs(kept.frames - frame) < SAME_FRAME)]
    return Keys.merged([_steps(around, [old.evaluate(frame) for frame in around]), kept, now])


def _steps(frames: list[float], values: list[float]) -> Keys:
    keys = Keys.simple(np.array(frames, np.float32), np.array(values, np.float32))
    keys.interpolation[:] = fcurves.enum_value("interpolation", "CONSTANT")
    return keys
