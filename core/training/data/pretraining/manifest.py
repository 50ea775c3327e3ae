# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixtures: which folders are learned from, and how often each is drawn.

    {"data_pack": 1.0,
     "sources": [{"kind": "captures", "folder": "takes/anna", "share": 3.0}, {"kind": "amass", "folder": "amass/ACCAD", "minutes": 60}]}

data_pack: share of the developers' recordings, 0 or left out: none. kind: of `folders.READERS`. folder: from where the manifest lies.
minutes: at most. share: how often a minute is drawn against a minute of the others, 1 if left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .... import json_text
from ....errors import UserError
from ....models.pretraining.motion_channels import RATE_HZ
from .folders import READERS
from .recording import MultimodalClip

_HINT = "docs/training.md shows a manifest."


@dataclass(frozen=True)
class Source:
    """One folder of a mixture. minutes: 0: all of it."""

    kind: str
    folder: Path
    share: float = 1.0
    minutes: float = 0.0


@dataclass(frozen=True)
class Manifest:
    """A mixture."""

    data_pack: float
    sources: tuple[Source, ...]

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Raises UserError, which names what is wrong."""
        content = json_text.read_file(path, "manifest", _HINT)
        rows = content.get("sources", []) if isinstance(content, dict) else None
        if not isinstance(rows, list) or unknown(content, ("data_pack", "sources")):
            raise UserError(f"{path.name} is no manifest: it has data_pack and a list of sources.", _HINT)
        sources = tuple(_source(row, number, path.parent) for number, row in enumerate(rows, 1))
        share = _number(content, "data_pack", 0.0, "The manifest")
        if not sources and not share:
            raise UserError(f"{path.name} names nothing to learn from.", _HINT)
        return cls(share, sources)

    def recordings(self, of_pack: Callable[[], Iterator[MultimodalClip]]) -> Iterator[MultimodalClip]:
        """Everything of the mixture. of_pack: the developers' recordings, asked for if they are wanted."""
        if self.data_pack:
            for clip in of_pack():
                yield replace(clip, share=clip.share * self.data_pack)
        for source in self.sources:
            left = source.minutes * 60.0 * RATE_HZ or float("inf")
            for clip in READERS[source.kind](source.folder):
                if left <= 0:
                    break
                left -= clip.frames
                yield replace(clip, share=clip.share * source.share)


def unknown(content: dict[str, Any], known: tuple[str, ...]) -> list[str]:
    """Names in a table that nobody asks for."""
    return sorted(set(content) - set(known))


def _source(row: Any, number: int, beside: Path) -> Source:
    called = f"Source {number} of the manifest"
    if not isinstance(row, dict) or row.get("kind") not in READERS or not isinstance(row.get("folder"), str):
        raise UserError(f"{called} needs a kind ({', '.join(READERS)}) and a folder.", _HINT)
    if more := unknown(row, ("kind", "folder", "share", "minutes")):
        raise UserError(f"{called} has {', '.join(more)}, which means nothing here.", _HINT)
    share, minutes = _number(row, "share", 1.0, called), _number(row, "minutes", 0.0, called)
    return Source(row["kind"], beside / row["folder"], share, minutes)


def _number(row: dict[str, Any], name: str, default: float, called: str) -> float:
    value = row.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise UserError(f"{called} has a {name} that is no number from 0 on: {value!r}.", _HINT)
    return float(value)
