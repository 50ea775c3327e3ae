# SPDX-License-Identifier: GPL-3.0-or-later
"""How an operator tells a person what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ..core.errors import UserError

logger = logging.getLogger(__name__)


def show(operator: bpy.types.Operator, error: Exception) -> set[str]:
    """Report an error; what nobody foresaw also goes to the log, with its trace. Returns {"CANCELLED"}."""
    if isinstance(error, UserError):
        operator.report({"ERROR"}, str(error))
    else:
        logger.error("%s failed", operator.bl_idname, exc_info=error)
        operator.report({"ERROR"}, f"{type(error).__name__}: {error}. The system console has the details.")
    return {"CANCELLED"}


@contextmanager
def reported(operator: bpy.types.Operator) -> Iterator[set[str]]:
    """Run a block and report a UserError that it raises. The yielded set is what the operator returns."""
    result = {"FINISHED"}
    try:
        yield result
    except UserError as error:
        result.clear()
        result.update(show(operator, error))
