# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a character's shape keys open its mouth, and how large its face is: what its lips are calibrated by."""

from __future__ import annotations

from collections.abc import Mapping

import bpy
import numpy as np

from ...rigs.description import FaceMesh
from ...rigs.detection.shape_keys import detect
from ...rigs.mouth_geometry import MeasuredMouth, centimetre_of, lip_opening, middle, moved, two_centres
from .. import characters
from .shape_measuring import points_of

_OPENS = 0.3  # of jawOpen in a key that is measured; by eye
_ON_LIPS = ("mouthPucker", "mouthFunnel", "mouthRollLower", "mouthRollUpper")  # move lips and little else
_BLINKS = ("eyeBlinkLeft", "eyeBlinkRight")
_MOST = 8  # keys of a kind on one mesh: a figure may have hundreds that open its mouth


def measure_mouth(
    meshes: tuple[FaceMesh, ...], scene: bpy.types.Scene, by_hand: Mapping[str, dict[str, float]]
) -> MeasuredMouth:
    """Measure a character's mouth at rest. by_hand: key → {canonical shape: weight}, as mapped by a person."""
    names = [[key.name for key in mesh.keys] for mesh in meshes]
    known = {key: match.mix(key) for match in detect(list(dict.fromkeys(sum(names, []))), names) for key in match.keys}
    known.update(by_hand)
    openings: dict[tuple[str, str], float] = {}
    lips, eyes = [], {blink: [] for blink in (*_BLINKS, "both")}
    for mesh, own in zip(meshes, names):
        keys = characters.shape_keys(scene.objects[mesh.name])
        if keys is None:
            continue
        shape = _Shapes(keys, np.array(scene.objects[mesh.name].matrix_world, np.float64))
        mixes = {name: known[name] for name in own if name in known}
        edges = np.zeros(len(shape.rest), bool)
        for name in [name for name, mix in mixes.items() if len(mix) == 1 and mix.keys() & {*_ON_LIPS}][:_MOST]:
            edges |= moved(shape.shift(name))
        lips.append(shape.rest[edges])
        opening = sorted(mixes, key=lambda name, mixes=mixes: -mixes[name].get("jawOpen", 0.0))[:_MOST]
        for name in opening:
            if mixes[name].get("jawOpen", 0.0) >= _OPENS:
                openings[mesh.name, name] = lip_opening(shape.shift(name), edges)
        for name in [name for name, mix in mixes.items() if mix.keys() & {*_BLINKS}][:_MOST]:
            shown = mixes[name].keys() & {*_BLINKS}
            eyes[next(iter(shown)) if len(shown) == 1 else "both"].append(shape.rest[moved(shape.shift(name))])
    if not any(openings.values()):
        return MeasuredMouth()
    return MeasuredMouth(openings, _centimetre(eyes, middle(lips)))


class _Shapes:
    """Shape keys of one mesh, in the scene's space. rest: float64 (V, 3)."""

    def __init__(self, keys: bpy.types.Key, world: np.ndarray):
        self._keys, self._world = keys, world
        assert keys.reference_key is not None  # of keys that a mesh has
        self.rest = points_of(keys.reference_key) @ world[:3, :3].T + world[:3, 3]

    def shift(self, name: str) -> np.ndarray:
        """float64 (V, 3): how a key moves each point at 1."""
        block = self._keys.key_blocks[name]
        return (points_of(block) - points_of(block.relative_key)) @ self._world[:3, :3].T


def _centimetre(eyes: Mapping[str, list[np.ndarray]], mouth: np.ndarray | None) -> float:
    left, right = (middle(eyes[blink]) for blink in _BLINKS)
    if left is not None and right is not None:
        return centimetre_of(np.stack([left, right]), mouth)
    both = [points for points in eyes["both"] if len(points)]
    return centimetre_of(two_centres(np.concatenate(both)), mouth) if both else 0.0
