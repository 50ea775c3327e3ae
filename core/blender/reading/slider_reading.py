# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading drivers: which slider a shape key follows, and how, so that the slider can be keyed in the shape's place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from ...rigs.driver_expressions import parse
from ...rigs.sliders import Function, Response, Slider, response
from .. import characters, compat
from .face_sliders import of_armature, only_target

_DEEPEST = 4  # drivers one behind the other
_WHOLE = 0.99  # influence of a constraint
_ALIGNED = 0.9  # share of a world axis that one axis of a bone must have to count as it
_EULER = ("AUTO", "XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX", "SWING_TWIST_X", "SWING_TWIST_Y", "SWING_TWIST_Z")
_COMPONENT = re.compile(r"(?P<path>.*?)(\[(?P<number>\d)\]|\.(?P<letter>[xyzw]))$")
_LIMITS = {"location": "LIMIT_LOCATION", "rotation_euler": "LIMIT_ROTATION"}
_PROPERTIES = {"LOC": "location", "ROT": "rotation_euler", "SCALE": "scale"}

WhyBoneIsKept = Callable[[Any, str], str]


@dataclass(frozen=True)
class _Source:
    """What a driver's variable reads: of owner, the property at path and index. variable: from its value, what the driver sees. limits: of
    the value."""

    owner: bpy.types.Object | bpy.types.Key
    path: str
    index: int
    variable: Function
    limits: tuple[float, float] = (-np.inf, np.inf)
    rest: float = 0.0
    bone: str = ""
    rotation_mode: str = ""


def slider_of(
    curve: bpy.types.FCurve, reach: tuple[float, float], why_bone_is_kept: WhyBoneIsKept, scene: bpy.types.Scene
) -> Response | str:
    """The slider that a driven shape follows and how it does, or why that cannot be keyed in its place.

    reach: the shape's range. why_bone_is_kept: of a pose bone and one of its properties.
    """
    function: Function = np.asarray
    for _ in range(_DEEPEST):
        drive, source = _function(curve), _source(curve)
        if isinstance(source, str):
            return source
        if drive is None:
            return f"by the expression “{curve.driver.expression}”, which has no way back"  # pyright: ignore[reportOptionalMemberAccess]
        if not curve.driver.is_valid:  # pyright: ignore[reportOptionalMemberAccess]
            return "by a driver that Blender does not run (its expression or what it reads is wrong, or scripts are not allowed)"
        function = _chained(function, _chained(drive, source.variable))
        above = _driver_of(source)
        if above is None:
            return _response(source, function, reach, why_bone_is_kept, scene)
        curve = above
    return "by a chain of drivers"


def _response(
    source: _Source, function: Function, reach: tuple[float, float], why_kept: WhyBoneIsKept, scene: bpy.types.Scene
) -> Response | str:
    target = _object_of(source.owner, scene)
    if target is None:
        return "by something that is not in this scene"
    why = _why_kept(source, why_kept)
    if why:
        return f"by a slider of “{target.name}”, but {why}"
    on_keys = isinstance(source.owner, bpy.types.Key)
    slider = Slider(target.name, on_keys, source.path, source.index, source.rest, source.bone, source.rotation_mode)
    found = response(slider, function, source.limits, reach)
    return found or "by a slider that hardly moves it"


def _chained(outer: Function, inner: Function) -> Function:
    return lambda values: outer(inner(values))


def _object_of(owner: bpy.types.Object | bpy.types.Key, scene: bpy.types.Scene) -> bpy.types.Object | None:
    if isinstance(owner, bpy.types.Object):
        return owner if scene.objects.get(owner.name) == owner else None
    return next((part for part in scene.objects if characters.shape_keys(part) == owner), None)


def _why_kept(source: _Source, why_bone_is_kept: WhyBoneIsKept) -> str:
    if not compat.is_editable(source.owner):
        return "it is linked from another file; make a library override (Object > Library Override > Make)"
    curves = compat.active_curves(source.owner)
    curve = curves.fcurves.find(source.path, index=source.index) if curves is not None else None
    if curve is not None and (curve.lock or curve.mute):
        return f"its curve is {'locked' if curve.lock else 'muted'}"
    if not source.bone or not isinstance(source.owner, bpy.types.Object) or source.owner.pose is None:
        return ""
    bone = source.owner.pose.bones.get(source.bone)
    return why_bone_is_kept(bone, source.path.rsplit(".", 1)[-1]) if bone is not None else "the bone is missing"


# ------------------------------------------------------------------------------------------------------------- functions


def _function(curve: bpy.types.FCurve) -> Function | None:
    """What a driver makes of its variable; None if that is no function of it alone."""
    driver: Any = curve.driver
    if not driver.variables:  # a constant, or of the frame alone
        return None
    expression = driver.expression if driver.type == "SCRIPTED" else driver.variables[0].name
    given = parse(expression, driver.variables[0].name)
    if given is None:
        return None
    drawn = _drawn(curve)
    return _chained(drawn, given) if drawn is not None else given


def _drawn(curve: bpy.types.FCurve) -> Function | None:
    """What the driver's own curve makes of a value: keys drawn by a person, or a generator; None if nothing."""
    has_keys = len(curve.keyframe_points) > 0
    modifiers: Any = [modifier for modifier in curve.modifiers if not modifier.mute]
    if not has_keys and not modifiers:
        return None
    added = not has_keys and modifiers and getattr(modifiers[0], "use_additive", False)

    def function(values: np.ndarray) -> np.ndarray:
        values = np.asarray(values, np.float64)
        drawn = [curve.evaluate(value) if np.isfinite(value) else np.nan for value in values.ravel()]
        return np.reshape(drawn, values.shape) + (values if added else 0.0)

    return function


# --------------------------------------------------------------------------------------------------------------- sources


def _source(curve: bpy.types.FCurve) -> _Source | str:
    target = only_target(curve)
    if curve.driver is not None and not curve.driver.variables:
        return "by a driver that reads nothing"
    if target is None or target.id is None:
        return "by several things at once"
    variable: Any = curve.driver.variables[0]  # pyright: ignore[reportOptionalMemberAccess] -- it has a target
    if variable.type == "TRANSFORMS":
        return _transform(target, target.id)
    if variable.type != "SINGLE_PROP":
        return "by a distance, an angle or the scene"
    return _single(target.id, target.data_path)


def _single(owner: Any, path: str) -> _Source | str:
    """A property that a driver reads as it is."""
    if isinstance(owner, bpy.types.Armature):  # an Action of the object animates its armature's properties, too
        holder = of_armature(owner)
        if holder is None:
            return "by an armature that is not in this scene"
        dot = "" if path.startswith("[") else "."
        owner, path = holder, f"data{dot}{path}"
    if not isinstance(owner, (bpy.types.Object, bpy.types.Key)):
        return f"by properties of “{owner.name}”"
    index = 0
    try:
        value: Any = owner.path_resolve(path)
        found = _COMPONENT.match(path)
        if found is not None and hasattr(owner.path_resolve(found["path"]), "__len__"):
            index = int(found["number"]) if found["number"] else "xyzw".index(found["letter"])
            index = _w_first(owner, found["path"], index) if found["letter"] else index
            path = found["path"]
    except ValueError:
        return f"by a property of “{owner.name}” that is missing"
    if isinstance(value, (bool, str)) or not isinstance(value, (int, float)):
        return f"by a switch of “{owner.name}”"
    limits, rest = _property_limits(owner, path)
    if isinstance(value, int) and limits[1] - limits[0] < 10:
        return f"by a switch of “{owner.name}”"
    bone = characters.bone_of_path(path)
    if bone and path.endswith("].scale"):
        rest = 1.0
    return _Source(owner, path, index, np.asarray, limits, rest, bone or _bone_of_property(path))


def _w_first(owner: Any, path: str, index: int) -> int:
    return (index + 1) % 4 if len(owner.path_resolve(path)) == 4 else index


def _bone_of_property(path: str) -> str:
    """The bone of a custom property's data path."""
    found = re.match(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]\["', path)
    return bpy.utils.unescape_identifier(found[1]) if found else ""


def _property_limits(owner: Any, path: str) -> tuple[tuple[float, float], float]:
    """(lowest, highest), and the default of a custom property; of others there are no limits, and it is 0."""
    unlimited = (-np.inf, np.inf), 0.0
    if not path.endswith('"]'):
        return unlimited
    holder_path, name = path.rsplit('["', 1)
    try:
        holder = owner.path_resolve(holder_path) if holder_path else owner
        told = holder.id_properties_ui(bpy.utils.unescape_identifier(name.removesuffix('"]'))).as_dict()
    except (ValueError, TypeError, KeyError, AttributeError):
        return unlimited
    default = told.get("default", 0.0)
    default = float(default) if isinstance(default, (int, float)) else 0.0
    return (float(told.get("min", -np.inf)), float(told.get("max", np.inf))), default


def _transform(target: bpy.types.DriverTarget, owner: Any) -> _Source | str:
    """A component of where something is, as a driver reads it."""
    kind, _, axis = target.transform_type.partition("_")
    name = _PROPERTIES.get(kind)
    if not isinstance(owner, bpy.types.Object) or name is None or axis not in ("X", "Y", "Z"):
        return f"by “{owner.name}” in a way that has no way back"
    if kind == "ROT" and target.rotation_mode not in _EULER:
        return f"by the turn of “{owner.name}” as a quaternion"
    index = "XYZ".index(axis)
    local = target.transform_space != "WORLD_SPACE"
    rest = 1.0 if kind == "SCALE" else 0.0
    if not target.bone_target:
        if not local and (owner.parent is not None or kind != "LOC"):
            return f"by “{owner.name}” in World Space; choose Local Space in the driver"
        return _Source(owner, name, index, np.asarray, rest=float(getattr(owner, name)[index]))
    bone = owner.pose.bones.get(target.bone_target) if owner.pose is not None else None
    if bone is None:
        return f"by a bone of “{owner.name}” that is missing"
    mode = bone.rotation_mode if kind == "ROT" and bone.rotation_mode in ("QUATERNION", "AXIS_ANGLE") else ""
    path = characters.bone_path(bone.name, name)
    source = _Source(owner, path, index, np.asarray, rest=rest, bone=bone.name, rotation_mode=mode)
    if not local:
        return _in_world(source, bone) if kind == "LOC" else _not_in_world(owner)
    limited = target.transform_space == "LOCAL_SPACE"
    return replace(source, limits=_constraint_limits(bone, name, index)) if limited else source


def _not_in_world(owner: bpy.types.Object) -> str:
    return f"by the turn or size of a bone of “{owner.name}” in World Space; choose Local Space in the driver"


def _in_world(source: _Source, bone: bpy.types.PoseBone) -> _Source | str:
    """Where a bone's head is in the scene, while nothing but one of its own axes moves it."""
    assert isinstance(source.owner, bpy.types.Object)
    rest = np.array(source.owner.matrix_world @ bone.bone.matrix_local, np.float64)
    along = rest[source.index, :3]
    axis = int(np.argmax(np.abs(along)))
    if abs(along[axis]) < _ALIGNED * max(float(np.linalg.norm(along)), 1e-12):
        return f"by a bone of “{source.owner.name}” in World Space, askew to it; choose Local Space in the driver"
    base, slope = rest[source.index, 3], along[axis]
    limits = _constraint_limits(bone, "location", axis)
    return replace(source, index=axis, variable=lambda values: base + slope * np.asarray(values), limits=limits)


def _constraint_limits(bone: bpy.types.PoseBone, name: str, index: int) -> tuple[float, float]:
    """How far constraints let a bone go along or about one of its own axes."""
    low, high = -np.inf, np.inf
    constraint: Any
    for constraint in bone.constraints:
        if constraint.mute or constraint.influence < _WHOLE or constraint.type != _LIMITS.get(name):
            continue
        if constraint.owner_space != "LOCAL":
            continue
        axis = "xyz"[index]
        if name == "location":
            low = max(low, getattr(constraint, f"min_{axis}")) if getattr(constraint, f"use_min_{axis}") else low
            high = min(high, getattr(constraint, f"max_{axis}")) if getattr(constraint, f"use_max_{axis}") else high
        elif getattr(constraint, f"use_limit_{axis}"):
            low = max(low, getattr(constraint, f"min_{axis}"))
            high = min(high, getattr(constraint, f"max_{axis}"))
    return low, high


def _driver_of(source: _Source) -> bpy.types.FCurve | None:
    """The driver that moves what a driver reads, if there is one."""
    owner: Any = source.owner
    path = source.path
    if path.startswith("data"):
        owner, path = owner.data, path.removeprefix("data").removeprefix(".")
    drivers = owner.animation_data.drivers if owner.animation_data is not None else ()
    for curve in drivers:
        if curve.data_path == path and curve.array_index == source.index and not curve.mute:
            return curve
    return None
