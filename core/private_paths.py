# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages and logs without the name of whose computer it is: they are pasted into forums and tickets."""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback


def without_home(text: str) -> str:
    """A text in which paths within the person's own folder begin with ~, which every shell and every field here understands."""
    home = os.path.expanduser("~").rstrip("/\\")
    if len(home) < 3:  # the root of a disk, or not known
        return text
    spellings = {home, home.replace("\\", "/"), home.replace("\\", "\\\\")}
    either = "|".join(map(re.escape, sorted(spellings, key=len, reverse=True)))
    return re.sub(f"(?<![\\w./\\\\-])(?:{either})(?![\\w.-])", "~", text)


def log_failure(logger: logging.Logger, message: str, *arguments: object) -> None:
    """Log the exception that is handled now, with its trace, as `Logger.exception` does but for the names of its files."""
    if not logger.isEnabledFor(logging.ERROR):
        return
    record = logger.makeRecord(logger.name, logging.ERROR, "", 0, message, arguments, sys.exc_info())
    record.exc_text = without_home(traceback.format_exc().rstrip())  # what formatters take instead of making it anew
    logger.handle(record)
