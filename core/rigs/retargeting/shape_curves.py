# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys: a key that is one canonical shape follows it; poses and incomplete sets are solved for
(`face_shapes`)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion.face_track import FACE_INDEX
from ..description import RigDescription
from ..detection.mapping import CharacterMapping
from ..detection.shape_keys import LIPS, TONGUE
from .face_shapes import Basis, solve_mouth, solve_shapes

_Mixes = dict[str, dict[str, float]]  # key → {canonical shape: weight}
_Limits = dict[str, list[tuple[float, float]]]  # key → lowest and highest value on each mesh that has it
_SEEN = 1e-4  # of a shape: less all the time is nothing that others must show in its place
# Mouth shapes a set of single shapes may lack and still be followed one by one.
_DISPENSABLE = frozenset(
    (
        "jawForward",
        "jawLeft",
        "jawRight",
        "mouthLeft",
        "mouthRight",
        "cheekPuff",
        "mouthDimpleLeft",
        "mouthDimpleRight",
        "mouthFrownLeft",
        "mouthFrownRight",
        "mouthShrugUpper",
    )
)


def shape_curves(
    values: np.ndarray, description: RigDescription, mapping: CharacterMapping, wanted: frozenset[str]
) -> dict[str, dict[str, np.ndarray]]:
    """Curves of a character's shape keys.

    Args:
        values: (T, 55), canonical weights of the face, 0..1.
        description: tells the keys' ranges.
        mapping: what each key shows.
        wanted: keys that show any of these canonical shapes get curves.

    Returns:
        {mesh: {key: float32 (T,)}}, within each key's range.
    """
    result = _of_meshes(values, description, mapping, wanted)
    for mesh, keys in mapping.apart.items():  # each such mesh by itself: its shapes say nothing about the others
        own = _of_meshes(values, description, replace(mapping, shapes={mesh: keys}, apart={}), wanted)
        if mesh in own:
            result[mesh] = {**result.get(mesh, {}), **own[mesh]}
    return result


def _of_meshes(
    values: np.ndarray, description: RigDescription, mapping: CharacterMapping, wanted: frozenset[str]
) -> dict[str, dict[str, np.ndarray]]:
    mixes = {key: shape for key, shape in mapping.keys.items() if wanted & shape.keys()}
    limits: dict[str, list[tuple[float, float]]] = {}
    ranges: dict[tuple[str, str], tuple[float, float]] = {}
    for mesh in description.meshes:
        for key in mesh.keys:
            ranges[mesh.name, key.name] = key.minimum, key.maximum
            limits.setdefault(key.name, []).append((key.minimum, key.maximum))
    mouth = {key: shape for key, shape in mixes.items() if (LIPS | TONGUE) & shape.keys()}
    other = {key: shape for key, shape in mixes.items() if key not in mouth}
    curves = {**_mouth_curves(values, mouth, limits, mapping), **_plain_curves(values, other, limits, mapping)}
    result: dict[str, dict[str, np.ndarray]] = {}
    for mesh, keys in mapping.shapes.items():
        own = {}
        for key in keys:
            if key not in curves or (mesh, key) not in ranges:
                continue
            low, high = ranges[mesh, key]
            curve = curves[key]
            own[key] = curve if low <= 0.0 and high >= 1.0 else np.clip(curve, low, high)
        if own:
            result[mesh] = own
    return result


def _single(shape: dict[str, float]) -> bool:
    return len(shape) == 1


def _direct(values: np.ndarray, shape: dict[str, float]) -> np.ndarray:
    """The value of a key that shows `shape` at 1, nearest to the canonical values: float32 (T,) in 0..1."""
    if len(shape) == 1:
        name, weight = next(iter(shape.items()))
        curve = values[:, FACE_INDEX[name]]
        if weight == 1.0:
            return curve
        return np.clip(curve / weight, 0.0, 1.0).astype(np.float32)
    columns = values[:, [FACE_INDEX[name] for name in shape]]
    weights = np.array(list(shape.values()), np.float32)
    return np.clip(columns @ weights / (weights @ weights), 0.0, 1.0).astype(np.float32)


def _basis(mixes: _Mixes, limits: _Limits, mapping: CharacterMapping) -> tuple[Basis, list[list[str]]]:
    """The unknowns to solve for: keys that show one and the same single shape move together, and keys of different
    meshes that show the same pose."""
    carriers: dict[str, set[str]] = {}
    for mesh, keys in mapping.shapes.items():
        for key in keys:
            carriers.setdefault(key, set()).add(mesh)
    groups: dict[object, list[str]] = {}
    for key, shape in mixes.items():
        same = tuple(shape.items())
        others = {mesh for other in groups.get(same, ()) for mesh in carriers.get(other, ())}
        apart = same not in groups or not others & carriers.get(key, set())
        groups.setdefault(same if _single(shape) or apart else key, []).append(key)
    members = list(groups.values())
    low = [max(0.0, max(limit[0] for key in keys for limit in limits.get(key, [(0.0, 1.0)]))) for keys in members]
    high = [min(1.0, max(limit[1] for key in keys for limit in limits.get(key, [(0.0, 1.0)]))) for keys in members]
    return Basis.of([mixes[keys[0]] for keys in members], low, np.maximum(high, low)), members


def _mouth_curves(
    values: np.ndarray, mixes: _Mixes, limits: _Limits, mapping: CharacterMapping
) -> dict[str, np.ndarray]:
    """Lips, jaw and tongue: followed one by one if every key is one shape and enough are there, else solved for
    together."""
    if not mixes:
        return {}
    shown = {name for shape in mixes.values() for name in shape}
    jaw_by_bone = "jaw" in mapping.bones and "jawOpen" not in shown
    lacking = LIPS - shown - _DISPENSABLE - ({"jawOpen"} if jaw_by_bone else set())
    lacking = {name for name in lacking if values[:, FACE_INDEX[name]].max(initial=0.0) > _SEEN}
    if all(map(_single, mixes.values())) and (not lacking or len(shown & LIPS) < 3):
        return {key: _direct(values, shape) for key, shape in mixes.items()}
    basis, members = _basis(mixes, limits, mapping)
    weights = solve_mouth(basis, values).astype(np.float32)
    return {key: weights[:, column] for column, keys in enumerate(members) for key in keys}


def _plain_curves(
    values: np.ndarray, mixes: _Mixes, limits: _Limits, mapping: CharacterMapping
) -> dict[str, np.ndarray]:
    """Brows, lids, gaze, cheeks: followed one by one, or solved for where keys share a canonical shape."""
    uses: dict[str, set[tuple]] = {}
    for shape in mixes.values():
        for name in shape:
            uses.setdefault(name, set()).add(tuple(sorted(shape.items())))
    tangled = {key: shape for key, shape in mixes.items() if any(len(uses[name]) > 1 for name in shape)}
    # whatever shares a shape with a tangled key is part of the knot
    curves = {key: _direct(values, shape) for key, shape in mixes.items() if key not in tangled}
    if tangled:
        basis, members = _basis(tangled, limits, mapping)
        weights = solve_shapes(basis, values).astype(np.float32)
        curves.update({key: weights[:, column] for column, keys in enumerate(members) for key in keys})
    return curves
