# SPDX-License-Identifier: GPL-3.0-or-later
"""What a try has: its random numbers, a folder, sounds, and how it asks the extension and sees whether it held."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy

from .. import clone
from . import file_state

_PYTHONS_WORDS = ("Traceback", "The system console has the details", "This should not happen")


class Broken(Exception):
    """The extension did not hold."""


class Injected(Exception):
    """What a try raises in the midst of the extension."""


@dataclass
class Arena:
    """One try. folder: empty, its own. voice, buzz: good sounds of a second or two. doing: what was done, to say it where it broke."""

    random: random.Random
    folder: Path
    voice: Path
    buzz: Path
    doing: list[str] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, choices: Any) -> Any:
        return self.random.choice(list(choices))

    def sound(self) -> str:
        return str(self.pick((self.voice, self.buzz)))

    def say(self, what: str) -> None:
        """Note what is done now."""
        self.doing.append(what[:300])

    # ------------------------------------------------------------------------------------------------ asking the extension

    def attempt(self, what: str, do: Callable[[], Any]) -> tuple[bool, str]:
        """Do it; (whether it was done, what was said). Raises Broken for a trace, or for a refusal that changed the file."""
        self.say(what)
        before = file_state.snapshot()
        with unforeseen_errors() as traces:
            done, said = _answer(do)
        if traces or any(word in said for word in _PYTHONS_WORDS):
            raise Broken(f"{what}: {(traces or [said])[0]}")
        if not done:
            self.require_same(before, f"{what} was refused ({said[:80]})")
        return done, said

    def generate(self, broken_before: int = 0, **options: Any) -> tuple[bool, str]:
        """The button; whether it wrote a take, and what was said. broken_before: as `require_finite` takes it."""
        done, said = self.attempt(
            f"generate({', '.join(f'{name}={value!r}' for name, value in options.items())})",
            lambda: clone.operators().generate("EXEC_DEFAULT", **options),
        )
        if done:
            self.require_finite(broken_before)
        return done, said

    # ------------------------------------------------------------------------------------------------------- what must hold

    def require_same(self, before: dict[str, Any], when: str) -> None:
        if changed := file_state.differences(before, file_state.snapshot()):
            raise Broken(f"{when}, but this changed: {'; '.join(changed[:3])}")

    def require_finite(self, broken_before: int = 0) -> None:
        """Takes have no more numbers that are not finite than the animator's keys had."""
        if (count := file_state.not_finite_keys()) > broken_before:
            raise Broken(f"{count} numbers of keys of takes are not finite")

    def require_kept(self) -> None:
        """What takes wrote is there."""
        for holder in bpy.data.objects:
            for take in list(holder.audio2rig.takes)[1:]:  # pyright: ignore[reportAttributeAccessIssue] -- registering adds it
                if take.tracks and all(track.action is None for track in take.tracks):
                    raise Broken(f'take "{take.name}" has no Action')


def _answer(do: Callable[[], Any]) -> tuple[bool, str]:
    errors = clone.part("core.errors")
    try:
        result = do()
    except (errors.UserError, errors.Cancelled) as error:
        return False, str(error)
    except (
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:  # how operators answer, and Blender for values that it does not take
        return False, str(error)
    return not isinstance(result, set) or "FINISHED" in result, str(result)


@contextmanager
def unforeseen_errors() -> Iterator[list[str]]:
    """What the extension logs with a trace meanwhile, but for what a try injected."""
    found: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            if "not finite and are left out" in record.getMessage():
                found.append(f"the last guard was needed: {record.getMessage()}")
            elif error is not None and not was_injected(error):
                found.append(f"{record.getMessage()}: {type(error).__name__}: {error} ({_place(error)})")

    handler = Listening(logging.ERROR)
    logger = logging.getLogger(clone.PACKAGE)
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)


def was_injected(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, Injected) or "injected by a try" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
