# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON that came from elsewhere, from a file or stored in somebody's .blend: read by one function, with one error."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import Any

from .errors import UserError
from .input_files import MOST_TEXT_BYTES, read_text, shown

logger = logging.getLogger(__name__)
MOST_LEVELS = 32  # of lists and tables in each other; ours have at most 5
_TOO_DEEP = f"its lists and tables lie in each other more than {MOST_LEVELS} deep"
MOST_INTEGER = 2**53  # beyond it a float does not hold every whole number
_HALF = re.compile(r"\\ud[89a-f]", re.IGNORECASE)  # begins half of a character that UTF-16 writes as two
_SHOWN = 80  # characters of what Python says


class _Wrong(ValueError):
    """Valid as JSON, but nothing that we would read."""


def parsed(text: str, what: str, hint: str, may_lack_numbers: bool = False) -> Any:
    """What a text says.

    Args:
        text: the JSON.
        what: how the error calls it: "m.json", 'The mapping stored with "Rig"'.
        hint: what to do where it cannot be read.
        may_lack_numbers: let NaN and infinity pass; the caller knows what to do with them.

    Raises:
        UserError: it is no JSON, is nested deeper than `MOST_LEVELS`, or holds a number that is not finite or a name that is no text.
    """
    try:
        content = json.loads(text)
        _check(content, may_lack_numbers, bool(_HALF.search(text)))
    except RecursionError as error:
        raise UserError(f"{what} is no valid JSON: {_TOO_DEEP}.", hint) from error
    except ValueError as error:
        if isinstance(error, _Wrong):
            raise _refusal(what, str(error), hint) from error
        raise UserError(f"{what} is no valid JSON: {_reason(error)}.", hint) from error
    return content


def stored(text: str, what: str, hint: str) -> dict[str, Any]:
    """A table that we stored in a property; {} for "". Raises UserError."""
    content = parsed(text, f"{what} is damaged and cannot be read: it", hint) if text else {}
    if not isinstance(content, dict):
        raise UserError(f"{what} is damaged and cannot be read: it is no table.", hint)
    return content


def kept(text: str, what: str) -> dict[str, Any]:
    """Like `stored`, of what can be done without: nothing, and a line in the log, where it is damaged. Its numbers need not be finite."""
    try:
        content = parsed(text, what, "It is taken as empty.", may_lack_numbers=True) if text else {}
    except UserError as error:
        logger.warning("%s", error)
        return {}
    if not isinstance(content, dict):
        logger.warning("%s is no table. It is taken as empty.", what)
        return {}
    return content


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, int | float) and isfinite(value)


def read_file(path: Path, what: str, hint: str, most_bytes: int = MOST_TEXT_BYTES) -> Any:
    """What a JSON file says. what: in words, "mapping". Raises UserError."""
    return parsed(read_text(path, what, hint, most_bytes), shown(path.name), hint)


def _refusal(what: str, reason: str, hint: str) -> UserError:
    return UserError(f"{what} cannot be read: {reason}.", hint)


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:_SHOWN].lower()} in line {error.lineno}, column {error.colno}"
    return "a number has too many digits"  # what Python refuses to read as a whole number


def _check(content: Any, may_lack_numbers: bool, has_halves: bool) -> None:
    """Raises _Wrong. Level by level, so that no depth is too deep for the check itself."""
    level: list[Any] = [content]
    for _ in range(MOST_LEVELS + 1):
        level = [part for one in level for part in _parts(one, may_lack_numbers, has_halves)]
        if not level:
            return
    raise _Wrong(_TOO_DEEP)


def _parts(one: Any, may_lack_numbers: bool, has_halves: bool) -> Iterable[Any]:
    """What a list or a table holds. Raises _Wrong for a number or a text that is none."""
    if isinstance(one, dict):
        if has_halves:
            return (*one, *one.values())
        return one.values()
    if isinstance(one, list):
        return one
    if isinstance(one, float) and not may_lack_numbers and not isfinite(one):
        raise _Wrong("one of its numbers is not finite")
    if isinstance(one, int) and abs(one) > MOST_INTEGER:
        raise _Wrong("one of its whole numbers is too large")
    if has_halves and isinstance(one, str) and any("\ud800" <= letter <= "\udfff" for letter in one):
        raise _Wrong("one of its texts ends in the middle of a character")
    return ()
