# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepared data as arrays in one file of the cache."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np


@dataclass(frozen=True, eq=False)
class ArrayStore:
    """A dataclass whose fields are all arrays. compressed: its file is packed, which takes time and is worth it where it is small."""

    compressed: ClassVar[bool] = False

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `write` wrote."""
        with np.load(path) as data:
            return cls(**{name: data[name] for name in data.files})

    def write(self, path: Path) -> None:
        """Beside its place first, so that a run that is cut off leaves no half file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        (np.savez_compressed if self.compressed else np.savez)(part, **vars(self))
        part.replace(path)
