# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries with what is kept for the next generation: phrases of a dance, pins and beat markers, also damaged ones of somebody else's."""

from __future__ import annotations

from functools import partial
from typing import Any

import bpy

from .. import clone
from . import rigs, texts
from .arena import Arena

_FRAMES = (0, 1, -5, 40, 10**6, 2**31 - 1, -(2**31))


def phrases(arena: Arena) -> None:
    """Phrases and pins are kept, spoiled and generated with."""
    rigs.empty()
    scene: Any = bpy.context.scene
    scene.render.fps = arena.pick((24, 30, 60))
    root = rigs.add_person("Rig")
    rigs.select(root)
    scene.audio2rig.character = root
    rigs.set_keys(arena, root, 12)
    operators = clone.operators()
    if arena.chance(0.15):
        scene.render.fps, scene.render.fps_base = 32767, arena.pick((1.0, 0.001))
    for _ in range(arena.random.randint(1, 3)):
        first = arena.pick((1, 3, *_FRAMES)) if arena.chance(0.3) else arena.random.randint(1, 10)
        last = arena.pick(_FRAMES) if arena.chance(0.3) else first + arena.random.randint(14, 40)
        given = {"first": _whole(first), "last": _whole(last)}
        if arena.chance(0.3):
            given |= {"at_a_frame": True, "again": arena.pick(_FRAMES)}
        arena.attempt(f"repeat_phrase({given})", partial(operators.repeat_phrase, **given))
        _pin(arena, operators)
    _spoil(arena, root)
    scene.audio2rig.beat_markers = arena.chance(0.5)
    if arena.chance(0.4):
        scene.audio2rig.beats_marked = texts.bad_json(arena, {"0123456789abcdef": [[1, "1"], [13, "·"]]})
    for _ in range(2):
        arena.generate(filepath=arena.sound(), mode=arena.pick(("DANCE", "DANCE", "SPEECH")), parts={"BODY", "HEAD"})
    for name in ("remove_phrase", "remove_pin"):
        arena.attempt(name, getattr(operators, name))
    arena.require_finite()


def _whole(number: int) -> int:
    return min(max(number, -(2**31)), 2**31 - 1)


def _pin(arena: Arena, operators: Any) -> None:
    holder = bpy.data.objects.new("holder", None)
    bpy.context.scene.collection.objects.link(holder)
    if arena.chance(0.3):
        holder.location.x = arena.pick(rigs.NOT_FINITE)
    if arena.chance(0.5):
        holder.keyframe_insert("location", frame=1)
        holder.location.y += 1.0
        holder.keyframe_insert("location", frame=20)
    given: dict[str, Any] = {"effector": arena.pick(("LEFT_HAND", "RIGHT_FOOT", "HIPS", "AUTO"))}
    if arena.chance(0.6):
        given["target"] = arena.pick((holder.name, "NO SUCH", ""))
    if arena.chance(0.4):
        given |= {"first": arena.pick(_FRAMES), "last": arena.pick(_FRAMES)}
    arena.attempt(f"add_pin({given})", partial(operators.add_pin, **given))


def _spoil(arena: Arena, root: Any) -> None:
    """Put something else into what a file remembers of phrases and pins."""
    for phrase in root.audio2rig.kept_phrases:
        if arena.chance(0.3):
            good = {"rate_hz": 24, "frames": 9, "joints": [], "motion": ""}
            phrase.motion = arena.pick((texts.bad_json(arena, good), phrase.motion[:-9]))
        if arena.chance(0.3):
            phrase.first, phrase.last, phrase.again = (arena.pick(_FRAMES) for _ in range(3))
        if arena.chance(0.1):
            phrase.name = arena.pick(("", "🙂", "a" * 63))
    for pin in root.audio2rig.pins:
        if arena.chance(0.3):
            pin.last = arena.pick(_FRAMES)
        if arena.chance(0.2):
            pin.world[arena.random.randrange(16)] = arena.pick((*rigs.NOT_FINITE, 1e38))
        if arena.chance(0.2):
            pin.offset[arena.random.randrange(16)] = arena.pick((*rigs.NOT_FINITE, 1e38))
        if arena.chance(0.2) and pin.target is not None:
            bpy.data.objects.remove(pin.target)
