# SPDX-License-Identifier: GPL-3.0-or-later
"""What a setting is: a field of a dataclass that carries its label, its limits, its choices and where it is offered."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import Flag, auto
from functools import lru_cache
from math import isfinite
from numbers import Integral, Real
from typing import Any

from .errors import UserError
from .input_files import shown

MOST_CHARACTERS = 1000  # of a name or a path
Item = tuple[str, str, str]  # identifier, label, tooltip


def require_text(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text, if it can be stored and said anywhere. Raises UserError."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UserError(f"{shown(text)} is no text in UTF-8.", "Rename it.")
    if "\0" in text:
        raise UserError(f"{text[:40]!r} holds a zero, which ends a text.", "Leave it out.")
    if len(text) > most:
        raise UserError(f"{text[:40]}… is too long.", f"Up to {most} characters can be given.")
    return text


def identifiers(items: tuple[Item, ...]) -> tuple[str, ...]:
    return tuple(item[0] for item in items)


class Place(Flag):
    """Where a setting is offered. COMMAND: as an option of the command line and as a column of a batch."""

    SCENE = auto()
    PREFERENCES = auto()
    OPERATOR = auto()
    COMMAND = auto()


EVERYWHERE = Place.SCENE | Place.OPERATOR | Place.COMMAND
_INTEGERS = (-(2**31), 2**31 - 1)  # what Blender's integers hold
_YES, _NO = ("1", "true", "yes", "ja", "wahr", "on"), ("0", "false", "no", "nein", "falsch", "off", "")


@dataclass(frozen=True)
class Setting:
    """All that is known of one setting, beside its value.

    kind: bool, int, float, str or frozenset. items: the choices of a word, or of a set of words; kept_as: their identifiers in the order
    of the numbers by which files keep them (() where that is the order in which they are shown). soft_maximum, subtype, precision: as
    Blender's properties have them. animatable: it may be keyed. longest: how many characters a text may have. panel: the panel section
    that draws it ("" where a panel draws it by hand). argument, option: its name on the operator and on the command line, where that is
    not the field's.
    """

    default: Any
    label: str
    tooltip: str
    kind: type
    items: tuple[Item, ...] = ()
    kept_as: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    soft_maximum: float | None = None
    subtype: str = "NONE"
    precision: int = 2
    animatable: bool = False
    places: Place = EVERYWHERE
    longest: int = MOST_CHARACTERS
    panel: str = ""
    argument: str = ""
    option: str = ""
    name: str = ""

    def name_in(self, place: Place) -> str:
        """What it is called there."""
        return {Place.OPERATOR: self.argument, Place.COMMAND: self.option}.get(place, self.name)

    def parse(self, text: str) -> Any:
        """The value that a word of the command line or of a table means. Raises UserError."""
        words = text.strip()
        if self.kind is frozenset:
            separate = words.replace(";", ",").replace("+", ",").split(",")
            return self.checked(word.strip().upper() for word in separate if word.strip())
        if self.items:
            return self.checked(words.upper())
        if self.kind is bool:
            if words.lower() not in (*_YES, *_NO):
                raise UserError(f'"{text}" is no value for {self.option}.', "Say yes or no.")
            return words.lower() in _YES
        if self.kind is str:
            return self.checked(text)
        try:
            number = self.kind(words)
        except ValueError as error:
            raise UserError(f'"{shown(text)[:40]}" is no value for {self.option}.', self._allowed()) from error
        return self.checked(number)

    def checked(self, value: Any) -> Any:
        """The value as the field holds it. Raises UserError that names the setting and the choices."""
        if value is None:
            if self.default is None:
                return None
            raise UserError(f"{self.name} is not given.", f"Give a value of the kind {self.kind.__name__}.")
        if self.items:
            several = self.kind is frozenset
            chosen = frozenset(value) if several else frozenset({value})
            if unknown := chosen - set(identifiers(self.items)):
                choices = ", ".join(identifiers(self.items))
                raise UserError(
                    f"Unknown {self.name}: {', '.join(sorted(map(str, unknown)))}.", f"Choose from {choices}."
                )
            return chosen if several else value
        if not isinstance(value, {int: Integral, float: Real}.get(self.kind, self.kind)):
            raise UserError(
                f"{self.name} cannot be {_short(value)}.", f"Give a value of the kind {self.kind.__name__}."
            )
        if self.kind in (int, float):
            least, most = self.limits
            if not least <= value <= most or not isfinite(value):
                raise UserError(f"{self.name} cannot be {_short(value)}.", self._allowed())
        if self.kind is str:
            require_text(value, self.longest)
        return value

    def _allowed(self) -> str:
        """Which numbers may be given, in words."""
        kind, (least, most) = ("a whole number" if self.kind is int else "a number"), self.limits
        said = [f"{word} {limit:.12g}" for word, limit in (("from", least), ("to", most)) if isfinite(limit)]
        return " ".join(("Give", kind, *said)) + "."

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the greatest number allowed."""
        least, most = _INTEGERS if self.kind is int else (-float("inf"), float("inf"))
        return (least if self.minimum is None else self.minimum, most if self.maximum is None else self.maximum)


def _short(value: Any) -> str:
    """A value as an error names it."""
    if isinstance(value, int) and abs(value) > 10**18:  # Python itself refuses to write very long ones
        return "a number with so many digits"
    return shown(repr(value))[:60]


def setting(default: Any, label: str, tooltip: str, **more: Any) -> Any:
    """A field of `GenerateSettings`. more: as the fields of `Setting`; kind is that of the default."""
    more.setdefault("kind", type(default))
    return field(default=default, metadata={"setting": Setting(default, label, tooltip, **more)})


@lru_cache(maxsize=32)
def settings_of(cls: type, places: Place | None = None) -> tuple[Setting, ...]:
    """The settings that are fields of a dataclass, in order; places: only those that are offered there (at one of
    them)."""
    found = []
    for one in fields(cls):
        if known := one.metadata.get("setting"):
            found.append(
                replace(known, name=one.name, argument=known.argument or one.name, option=known.option or one.name)
            )
    return tuple(one for one in found if places is None or one.places & places)
