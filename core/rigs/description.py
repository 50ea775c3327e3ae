# SPDX-License-Identifier: GPL-3.0-or-later
"""A character as plain data, read once from Blender (or built by a test)."""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class ShapeKey:
    """One shape key of one mesh. `blocked` says why it cannot be keyed ("driven", "muted", "locked"), "" if it can."""

    name: str
    minimum: float = 0.0
    maximum: float = 1.0
    blocked: str = ""


@dataclass(frozen=True)
class FaceMesh:
    """A mesh object with shape keys. `blocked` says why none of it can be keyed ("linked"), "" if it can."""

    name: str
    keys: tuple[ShapeKey, ...]
    blocked: str = ""


@dataclass(frozen=True)
class Bone:
    """One bone in rest pose, in armature space (Blender's: Z up, metres, before the object's own transform).

    rest: float64 (4, 4), bone space → armature space; the bone points along its +Y. parent: name or "".
    rotation_mode: Blender's ('QUATERNION', 'XYZ' …, 'AXIS_ANGLE'). blocked: why it can't be keyed, "" if it can.
    """

    name: str
    parent: str
    rest: np.ndarray
    length: float
    rotation_mode: str = "QUATERNION"
    deform: bool = True
    blocked: str = ""


@dataclass(frozen=True)
class RigDescription:
    """A character: its meshes with shape keys and its armature.

    bones: by name, parents before children; empty without an armature. world: float64 (4, 4), armature space → scene.
    """

    name: str
    meshes: tuple[FaceMesh, ...] = ()
    bones: dict[str, Bone] = field(default_factory=dict)
    world: np.ndarray = field(default_factory=lambda: np.eye(4))
    armature: str = ""
