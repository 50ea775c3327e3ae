# SPDX-License-Identifier: GPL-3.0-or-later
"""Where bones are at any frame, from their curves alone: the scene stays at its frame, nothing is evaluated anew.

Constraints and drivers are left out, as they are not in the curves; bones that nothing keys stand as they are posed now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import bpy
import numpy as np
from mathutils import Euler, Matrix, Quaternion, Vector

from .. import characters, compat

_Curves = dict[tuple[str, int], bpy.types.FCurve]


def bone_places(root: bpy.types.Object, names: Iterable[str], frames: Sequence[float]) -> np.ndarray:
    """Where bones begin and end.

    Args:
        root: an armature object; as a whole it is taken to be where it is now.
        names: of its bones; those that it lacks are left out.
        frames: of the keys.

    Returns:
        float32 (F, B, 2, 3): heads and tails, world space.
    """
    pose = root.pose
    wanted = [name for name in names if pose is not None and name in pose.bones]
    found = np.zeros((len(frames), len(wanted), 2, 3), np.float32)
    if pose is None or not wanted:
        return found
    chain = _with_parents([pose.bones[name] for name in wanted])
    curves = compat.curves_by_channel(root)
    keyed = {bone.name: _Keyed(bone, curves) for bone in chain}
    for row, frame in enumerate(frames):
        posed: dict[str, Matrix] = {}
        for bone in chain:
            posed[bone.name] = _posed(bone, keyed[bone.name].basis(frame), posed)
        for column, name in enumerate(wanted):
            matrix = root.matrix_world @ posed[name]
            found[row, column] = matrix.translation, matrix @ Vector((0.0, pose.bones[name].bone.length, 0.0))
    return found


def _with_parents(bones: Iterable[bpy.types.PoseBone]) -> list[bpy.types.PoseBone]:
    """These bones and all that carry them, parents first."""
    found: dict[str, bpy.types.PoseBone] = {}
    for bone in bones:
        for one in [*reversed(bone.parent_recursive), bone]:
            found.setdefault(one.name, one)
    return list(found.values())


def _posed(bone: bpy.types.PoseBone, basis: Matrix, posed: dict[str, Matrix]) -> Matrix:
    """The bone's matrix in armature space, from its own and its parent's."""
    rest: Any = bone.bone
    if bone.parent is None:
        return rest.convert_local_to_pose(basis, rest.matrix_local)
    above: Any = bone.parent.bone
    return rest.convert_local_to_pose(
        basis, rest.matrix_local, parent_matrix=posed[bone.parent.name], parent_matrix_local=above.matrix_local
    )


class _Keyed:
    """The curves of one bone, and its values where there are none."""

    def __init__(self, bone: bpy.types.PoseBone, curves: _Curves):
        self._mode = bone.rotation_mode
        turn = characters.rotation_property(self._mode)
        self._turn = self._channel(bone, turn, curves)
        self._place = self._channel(bone, "location", curves)
        self._size = self._channel(bone, "scale", curves)

    @staticmethod
    def _channel(bone: bpy.types.PoseBone, name: str, curves: _Curves) -> list[tuple[float, bpy.types.FCurve | None]]:
        path = characters.bone_path(bone.name, name)
        return [(float(value), curves.get((path, index))) for index, value in enumerate(getattr(bone, name))]

    def basis(self, frame: float) -> Matrix:
        """Its own matrix at a frame."""
        turn, place, size = (_values(channel, frame) for channel in (self._turn, self._place, self._size))
        return Matrix.LocRotScale(place, _rotation(self._mode, turn), size)


def _values(channel: Iterable[tuple[float, bpy.types.FCurve | None]], frame: float) -> list[float]:
    return [curve.evaluate(frame) if curve is not None else value for value, curve in channel]


def _rotation(mode: str, values: list[float]) -> Quaternion | Euler:
    if mode == "QUATERNION":
        return Quaternion(values).normalized()
    if mode == "AXIS_ANGLE":
        return Quaternion(Vector(values[1:]), values[0])
    order: Any = mode
    return Euler(values, order)
