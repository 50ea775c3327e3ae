# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries that stop the extension half way: cancelled, interrupted, or by an exception anywhere while it writes."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import bpy

from .. import clone
from . import file_state, rigs
from .arena import Arena, Broken, Injected, unforeseen_errors, was_injected

_MOST_CALLS = 4000  # of the extension's, in the midst of which it fails
INTERRUPTED = KeyboardInterrupt("injected by a try")


def cancelled(arena: Arena) -> None:
    """Cancelled at any moment of the work, or refused by a full memory: the file is as it was, and the next click works."""
    rigs.fresh(arena)
    generate, progress = clone.part("core.blender.generate"), clone.part("core.progress")
    errors = clone.part("core.errors")
    before = file_state.snapshot()
    gathered = generate.gather(bpy.context, {"audio_path": arena.sound()})
    left = [arena.random.randint(0, 40)]
    why = arena.pick((errors.Cancelled(), INTERRUPTED, MemoryError("injected by a try")))

    class Ending(progress.Progress):
        def report(self, *words: Any) -> None:
            super().report(*words)
            left[0] -= 1
            if left[0] < 0:
                raise why

    arena.say(f"ended by {type(why).__name__} after {left[0]} reports")
    try:
        generate.write(gathered, generate.work(gathered, Ending()))
        arena.require_finite()
    except (errors.Cancelled, MemoryError, KeyboardInterrupt):
        arena.require_same(before, "it was ended")
    if not arena.generate(filepath=arena.sound(), parts={"LIPS"})[0] and bpy.data.shape_keys:
        raise Broken("the click after that does not work")


def injected(arena: Arena) -> None:
    """An exception anywhere while something is written leaves the file as it was."""
    root = rigs.fresh(arena)
    operators = clone.operators()
    sound = arena.sound()
    for seed in range(arena.random.randint(1, 3)):
        arena.generate(filepath=sound, seed=seed, use_sound_strip=arena.chance(0.5), use_nla=arena.chance(0.2))
    rigs.set_keys(arena, root)
    steps = _steps(arena, operators, sound)
    name = arena.pick(steps)
    call = int(math.exp(arena.random.uniform(0, math.log(_MOST_CALLS))))
    error = arena.pick((Injected("injected by a try"), OSError("injected by a try"), MemoryError("injected by a try")))
    arena.say(f"{name}, {type(error).__name__} at call {call}")
    before = file_state.snapshot()
    raised = False
    with unforeseen_errors() as traces, _failing_at(call, error) as reached:
        try:
            raised = "CANCELLED" in str(steps[name]())
        except Exception as seen:
            raised = True
            words = str(seen)
            if not was_injected(seen) and not reached and "Traceback" in words:
                raise Broken(f"{name}: {words}") from seen
    if traces:
        raise Broken(f"{name}: {traces[0]}")
    if reached and raised:
        arena.require_same(before, f"{name} failed in {reached[0]}")
    arena.require_finite()
    arena.generate(filepath=sound, parts={"LIPS", "HEAD"})


def _steps(arena: Arena, operators: Any, sound: str) -> dict[str, Callable[[], Any]]:
    """What is written in one transaction."""

    def generate(**options: Any) -> Callable[[], Any]:
        return lambda: operators.generate("EXEC_DEFAULT", filepath=sound, **options)

    return {
        "generate": generate(seed=7),
        "range": generate(seed=8, frame_start=5, frame_end=15),
        "nla": generate(seed=9, use_nla=True),
        "dance": generate(seed=10, mode="DANCE"),
        "dialogue": operators.generate_dialogue,
        "bake": operators.bake_down,
        "delete": operators.take_delete,
        "compare": operators.take_compare,
        "activate": lambda: operators.take_activate(index=0),
        "add prompt": lambda: operators.add_prompt(which="ALL"),
        "remove prompts": lambda: operators.remove_prompts(scope="ALL"),
        "variations": lambda: operators.generate_variations("EXEC_DEFAULT"),
    }


@contextmanager
def _failing_at(call: int, error: BaseException) -> Iterator[list[str]]:
    """Raise at so many calls, in Python or of Blender, from core/blender while a transaction is open. Gives where that was."""
    transaction = clone.part("core.blender.transaction").Transaction
    entered, left = transaction.__enter__, transaction.__exit__
    reached: list[str] = []
    inside, remaining = [0], [call]

    def enter(self: Any) -> Any:
        given = entered(self)
        inside[0] += 1
        return given

    def leave(self: Any, *words: Any) -> Any:
        inside[0] -= 1
        return left(self, *words)

    def watch(frame: FrameType, event: str, _argument: Any) -> None:
        if inside[0] <= 0 or event not in ("call", "c_call") or "audio2rig/core/blender" not in _path(frame):
            return
        if frame.f_code.co_name in ("leave", "__exit__", "<genexpr>"):
            return
        remaining[0] -= 1
        if remaining[0] == 0:
            sys.setprofile(None)
            reached.append(f"{frame.f_code.co_name} in line {frame.f_lineno}")
            raise error

    transaction.__enter__, transaction.__exit__ = enter, leave
    sys.setprofile(watch)
    try:
        yield reached
    finally:
        sys.setprofile(None)
        transaction.__enter__, transaction.__exit__ = entered, left


def _path(frame: FrameType) -> str:
    return frame.f_code.co_filename.replace("\\", "/")
