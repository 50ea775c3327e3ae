# SPDX-License-Identifier: GPL-3.0-or-later
"""What a generation did, in words: for the panel, the command line and the Info editor."""

from __future__ import annotations

from dataclasses import dataclass

from ..wording import count


@dataclass(frozen=True)
class Report:
    """take, character: names. keys, shapes, bones, prompts: counts of what was written and kept. sound_s: length of the
    sound; work_s, write_s: how long it took. notes: what a person should know, one sentence each.
    what: what it was made from.
    """

    take: str
    character: str
    keys: int
    shapes: int
    bones: int
    prompts: int
    sound_s: float
    work_s: float
    write_s: float
    notes: tuple[str, ...] = ()
    what: str = "sound"

    @property
    def headline(self) -> str:
        """One line for the status bar."""
        parts = [count(self.keys, "key"), count(self.shapes, "shape"), count(self.bones, "bone")]
        return f"{self.take}: {', '.join(parts)} in {self.work_s + self.write_s:.1f} s"

    @property
    def text(self) -> str:
        """All of it, a line each."""
        faster = self.sound_s / max(self.work_s + self.write_s, 1e-3)
        lines = [
            f"Take {self.take} on {self.character}",
            f"{count(self.keys, 'key')} on {count(self.shapes, 'shape')} and {count(self.bones, 'bone')}",
            f"{self.sound_s:.1f} s of {self.what} in {self.work_s + self.write_s:.1f} s ({faster:.1f} × real time)",
        ]
        if self.prompts:
            lines.append(f"{count(self.prompts, 'prompt')} kept")
        return "\n".join([*lines, *self.notes])
