# SPDX-License-Identifier: GPL-3.0-or-later
"""What every operator shares: when it is greyed out and why, and how a person learns what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import bpy

from ..core.blender import characters, trial
from ..core.errors import Cancelled, UserError
from ..core.input_files import shown
from ..core.private_paths import log_failure

if TYPE_CHECKING:
    from bpy.types import Operator as _Operator
else:
    _Operator = object  # Blender wants one class of its own among the bases, last

logger = logging.getLogger(__name__)


class Audio2RigOperator(_Operator):
    """Mixed into `bpy.types.Operator`. A subclass says in `why_not` when it cannot run, and in `run` what it does.

    Whatever `run` raises is reported, in a window and in a script alike; modules that read or write the file are imported in it, not
    before someone clicks.
    """

    bl_options = {"REGISTER", "UNDO"}
    if TYPE_CHECKING:
        layout: Any  # a UILayout: None only while nothing is drawn

    @classmethod
    def why_not(cls, _context: bpy.types.Context) -> str:
        """Why the button is greyed out; "" if it may be pressed."""
        return ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        reason = cls.why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def run(self, context: bpy.types.Context) -> set[str] | None:
        """Do the work. Returns what Blender wants to hear, None for FINISHED. Raises UserError."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.reported(lambda: self.run(context))

    def reported(self, step: Callable[[], set[str] | None]) -> set[str]:
        """What a step returns; what it raises is reported, and logged with its trace if nobody foresaw it."""
        trial.end()  # what is only shown is not to be read or kept
        try:
            return step() or {"FINISHED"}
        except Cancelled:
            self.report({"INFO"}, "Cancelled. Nothing was changed")
        except UserError as error:
            self.report({"ERROR"}, shown(str(error)))
        except Exception as error:  # noqa: BLE001 -- logged with its trace
            log_failure(logger, "%s failed", self.bl_idname)
            self.report({"ERROR"}, shown(f"{type(error).__name__}: {error}. The system console has the details."))
        return {"CANCELLED"}


class CharacterOperator(Audio2RigOperator):
    """An operator about the character that the panel shows."""

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        return "Select the character" if characters.shown(context) is None else ""

    @staticmethod
    def character(context: bpy.types.Context) -> bpy.types.Object:
        """The character; `poll` has found one."""
        root = characters.shown(context)
        if root is None:
            raise UserError("No character is selected.", "Select the character.")
        return root


class RangeOperator(CharacterOperator):
    """An operator about a range of frames, which its properties `first` and `last` may say."""

    if TYPE_CHECKING:
        first: Any
        last: Any

    def given_frames(self, what: str) -> tuple[int, int] | None:
        """(first, last), None where neither was given. what: they are its frames. Raises UserError."""
        given = [self.properties.is_property_set(name) for name in ("first", "last")]
        if not any(given):
            return None
        if not all(given) or self.last < self.first:
            raise UserError(
                f"The frames of the {what} make no range.", "Give first and last, the last one not before it."
            )
        return self.first, self.last
