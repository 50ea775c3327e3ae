# SPDX-License-Identifier: GPL-3.0-or-later
"""A skeleton as a tree of points in space: what lies above and below, what mirrors what, how far a branch reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..description import Bone, RigDescription
from ..spaces import rest_head, rest_tail


@dataclass(frozen=True)
class BoneTree:
    """Bones as points.

    heads, tails: name → float64 (3,), units of the armature; [1] is up, [0] across, its sign still open. children: name
    → names. low, height: of the lowest head, and of the highest over it.
    """

    bones: dict[str, Bone]
    heads: dict[str, np.ndarray]
    tails: dict[str, np.ndarray]
    children: dict[str, list[str]]
    low: float
    height: float

    def above(self, name: str) -> list[str]:
        """A bone and those above it, nearest first."""
        path = [name]
        while (parent := self.bones[path[-1]].parent) in self.bones:
            path.append(parent)
        return path

    def below(self, name: str) -> list[str]:
        """A bone and all below it."""
        return [name, *(further for child in self.children.get(name, []) for further in self.below(child))]

    def middle(self, name: str) -> np.ndarray:
        """Half way along a bone, (3,)."""
        return 0.5 * (self.heads[name] + self.tails[name])

    def is_central(self, name: str) -> bool:
        """Whether a bone begins in the plane between left and right."""
        return abs(self.heads[name][0]) < 0.02 * self.height


def bone_tree(description: RigDescription, across: np.ndarray, up: np.ndarray) -> BoneTree:
    """The tree of an armature. across, up: unit vectors (3,), armature space."""
    axes = np.stack([across, up, np.cross(across, up)], -1)
    bones = description.bones
    heads = {name: rest_head(bone) @ axes for name, bone in bones.items()}
    tails = {name: rest_tail(bone) @ axes for name, bone in bones.items()}
    children: dict[str, list[str]] = {}
    for bone in bones.values():
        children.setdefault(bone.parent, []).append(bone.name)
    # tails may point anywhere (imported rigs): where a bone has one child, it ends there
    for name in bones:
        if len(below := children.get(name, [])) == 1 and np.linalg.norm(heads[below[0]] - heads[name]) > 1e-9:
            tails[name] = heads[below[0]]
    heights = [point[1] for point in heads.values()]
    return BoneTree(bones, heads, tails, children, min(heights), max(max(heights) - min(heights), 1e-9))


def mirrored_pairs(tree: BoneTree) -> dict[str, str]:
    """Every bone beside the middle → the one that mirrors it."""
    names = [name for name in tree.bones if abs(tree.middle(name)[0]) > 0.002 * tree.height]
    if not names:
        return {}
    points = np.array([np.concatenate([tree.heads[name], tree.middle(name)]) for name in names])
    mirrored = points * [-1.0, 1.0, 1.0, -1.0, 1.0, 1.0]
    distance = np.linalg.norm(points[:, None] - mirrored[None], axis=-1)
    depth = np.array([len(tree.above(name)) for name in names])
    distance[depth[:, None] != depth[None]] = np.inf
    found: dict[str, str] = {}
    for index, name in enumerate(names):
        close = np.flatnonzero(distance[index] < 0.01 * tree.height)
        if len(close):
            found[name] = names[int(close[distance[index, close].argmin()])]
    return {name: other for name, other in found.items() if found.get(other) == name}


def longest_way(tree: BoneTree, top: str) -> list[str]:
    """From a bone down to where it branches for good, the longest way."""
    chain = [top]
    while below := tree.children.get(chain[-1], []):
        chain.append(max(below, key=lambda name: reach(tree, name)))
    return chain


def reach(tree: BoneTree, name: str) -> float:
    """How far the farthest tail below a bone is from its head, units of the armature."""
    return max(
        (float(np.linalg.norm(tree.tails[further] - tree.heads[name])) for further in tree.below(name)), default=0.0
    )


def chain_length(tree: BoneTree, chain: list[str]) -> float:
    """From the head of the first to that of the last, along the bones between."""
    return float(sum(np.linalg.norm(tree.heads[second] - tree.heads[first]) for first, second in zip(chain, chain[1:])))
