# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors that a person sees."""


class UserError(Exception):
    """Something a person can put right. `message` says what is wrong, `hint` what to do about it."""

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Cancelled(Exception):
    """The person stopped the job. Raised by `Progress.report`; nothing has been written."""
