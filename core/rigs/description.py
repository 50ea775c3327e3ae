# SPDX-License-Identifier: GPL-3.0-or-later
"""A character as plain data, read once from Blender (or built by a test)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .mouth_geometry import MeasuredMouth
from .sliders import Response, Slider


@dataclass(frozen=True)
class ShapeKey:
    """One shape key of one mesh. `blocked` says why it cannot be keyed ("driven", "muted", "locked"), "" if it can.
    empty: it was measured, and moves no point of its mesh. slider: what it follows by a driver, and how; that is keyed in its place."""

    name: str
    minimum: float = 0.0
    maximum: float = 1.0
    blocked: str = ""
    empty: bool = False
    slider: Response | None = None


@dataclass(frozen=True)
class FaceMesh:
    """A mesh object with shape keys. `blocked` says why none of it can be keyed ("linked"), "" if it can."""

    name: str
    keys: tuple[ShapeKey, ...]
    blocked: str = ""


@dataclass(frozen=True)
class Bone:
    """One bone in rest pose, in armature space (Blender's: Z up, metres, before the object's own transform).

    rest: float64 (4, 4), bone space → armature space; the bone points along its +Y. parent: name or "". rotation_mode:
    Blender's ('QUATERNION', 'XYZ' …, 'AXIS_ANGLE'). blocked: why its rotation can't be keyed, "" if it can;
    blocked_location: the same of its location. connected: joined to its parent's tail, so that it cannot be moved.
    inherits_rotation: it turns with its parent. local_location: it is moved along its own axes, not the armature's.
    locked: axes x, y, z of its rotation that stay at the Euler angles held (in the bone's order; XYZ for the modes
    without one); locked_components: it is the x, y, z of its quaternion or axis that stay. locked_location: axes of the
    location that stay. notes: what else moves it, phrases for people.
    """

    name: str
    parent: str
    rest: np.ndarray
    length: float
    rotation_mode: str = "QUATERNION"
    deform: bool = True
    blocked: str = ""
    blocked_location: str = ""
    connected: bool = False
    inherits_rotation: bool = True
    local_location: bool = True
    locked: tuple[bool, bool, bool] = (False, False, False)
    held: tuple[float, float, float] = (0.0, 0.0, 0.0)
    locked_components: bool = False
    locked_location: tuple[bool, bool, bool] = (False, False, False)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RigDescription:
    """A character: its meshes with shape keys and its armature.

    bones: by name, parents before children; empty without an armature. world: float64 (4, 4), armature space → scene.
    on_jaw: mesh objects, also without shape keys, that the jaw bone or one below it moves. mouth: how far its shapes open it.
    """

    name: str
    meshes: tuple[FaceMesh, ...] = ()
    bones: dict[str, Bone] = field(default_factory=dict)
    world: np.ndarray = field(default_factory=lambda: np.eye(4))
    armature: str = ""
    on_jaw: frozenset[str] = frozenset()
    mouth: MeasuredMouth = field(default_factory=MeasuredMouth)

    @property
    def unit_m(self) -> float:
        """How long a unit of armature space is in the scene."""
        return float(np.cbrt(abs(np.linalg.det(np.asarray(self.world, np.float64)[:3, :3])))) or 1.0

    @property
    def empty_keys(self) -> frozenset[str]:
        """Names of shape keys that move nothing on any mesh that has them."""
        moving = {key.name for mesh in self.meshes for key in mesh.keys if not key.empty}
        return frozenset(key.name for mesh in self.meshes for key in mesh.keys if key.name not in moving)

    @property
    def bones_blocked(self) -> str:
        """Why no bone at all can be keyed, "" if one can."""
        reasons = {bone.blocked for bone in self.bones.values()}
        return reasons.pop() if len(reasons) == 1 else ""

    @property
    def sliders(self) -> tuple[Slider, ...]:
        """What shapes follow, each once."""
        found = (key.slider.slider for mesh in self.meshes for key in mesh.keys if key.slider is not None)
        return tuple(dict.fromkeys(found))
