# SPDX-License-Identifier: GPL-3.0-or-later
"""The bones of a body by their place alone, where neither conventions nor words name them.

What mirrors each other makes pairs, the paired chains that reach the floor are legs, those that reach farthest to the
sides are arms, the bones between are the spine, what branches at an arm's end is a hand. The toes tell which way is
ahead.
"""

from __future__ import annotations

import numpy as np

from ..description import RigDescription
from ..spaces import unit_vector
from .bone_tree import BoneTree, bone_tree, chain_length, longest_way, mirrored_pairs, reach
from .bone_words import spine_roles

# Shares below are of the body's height, by eye on rigs of many makers.
# Which fingers a hand of so many has, the thumb aside.
_FINGERS_OF_COUNT = {
    1: ("middle",),
    2: ("index", "pinky"),
    3: ("index", "middle", "pinky"),
    4: ("index", "middle", "ring", "pinky"),
}


def body_by_place(description: RigDescription) -> dict[str, str]:
    """Joints of pelvis, spine, neck, head, limbs and fingers: joint → bone; empty if it does not look like a body."""
    if len(description.bones) < 8:
        return {}
    world = np.asarray(description.world, np.float64)[:3, :3]
    up = (
        unit_vector(np.linalg.solve(world, np.array([0.0, 0.0, 1.0])))
        if abs(np.linalg.det(world)) > 1e-12
        else np.array([0.0, 0.0, 1.0])
    )
    up = np.eye(3)[np.abs(up).argmax()] * np.sign(up[np.abs(up).argmax()])
    best: tuple[int, BoneTree | None, dict[str, str]] = (0, None, {})
    for across in np.eye(3):
        if abs(across @ up) > 0.5:
            continue
        tree = bone_tree(description, across, up)
        pairs = mirrored_pairs(tree)
        if len(pairs) > best[0]:
            best = (len(pairs), tree, pairs)
    if best[1] is None or best[0] < 8:
        return {}
    return _body_of(best[1], best[2])


def _body_of(tree: BoneTree, pairs: dict[str, str]) -> dict[str, str]:
    near = [name for name in pairs if tree.middle(name)[0] > 0]  # one of each pair
    tops = [name for name in near if tree.bones[name].parent not in pairs]
    chains = [longest_way(tree, top) for top in tops]
    legs = [
        chain
        for chain in chains
        if len(chain) >= 3
        and min(tree.heads[chain[-1]][1], tree.tails[chain[-1]][1]) < tree.low + 0.1 * tree.height
        and tree.heads[chain[0]][1] > tree.low + 0.25 * tree.height
    ]
    arms = [
        chain
        for chain in chains
        if len(chain) >= 3
        and chain not in legs
        and max(tree.heads[name][0] for name in chain) > 0.12 * tree.height
        and tree.heads[chain[0]][1] > tree.low + 0.4 * tree.height
    ]
    if not legs or not arms:
        return {}
    leg = max(legs, key=lambda chain: chain_length(tree, chain))
    arm = max(arms, key=lambda chain: chain_length(tree, chain))
    result: dict[str, str] = {}
    one = {**_leg(tree, leg), **_arm(tree, arm)}
    result |= {f"near_{joint}": name for joint, name in one.items()}
    result |= {f"far_{joint}": pairs[name] for joint, name in one.items() if name in pairs}
    result |= _middle(tree, leg, arm, pairs)
    return _sided(tree, result)


def _half_way(tree: BoneTree, chain: list[str]) -> int:
    """Index of the joint in a chain that lies nearest to the middle of its length: the knee, the elbow."""
    steps = [np.linalg.norm(tree.heads[second] - tree.heads[first]) for first, second in zip(chain, chain[1:])]
    along = np.concatenate([[0.0], np.cumsum(steps)])
    return 1 + int(np.abs(along[1:-1] - 0.5 * along[-1]).argmin())


def _leg(tree: BoneTree, chain: list[str]) -> dict[str, str]:
    floor, height = tree.low, tree.height
    # the ankle: the last joint from which the leg still came down, before it goes ahead along the floor
    ankle = next(
        (index for index in range(2, len(chain)) if tree.heads[chain[index]][1] < floor + 0.12 * height), len(chain) - 1
    )
    hip = 0
    while hip < ankle - 2 and not _goes_down(tree, chain[hip], chain[hip + 1]):
        hip += 1
    part = chain[hip : ankle + 1]
    if len(part) < 3:
        return {}
    knee = part[_half_way(tree, part)]
    found = {"hip": part[0], "knee": knee, "ankle": part[-1]}
    if ankle + 1 < len(chain):
        found["foot"] = chain[ankle + 1]
    return found


def _goes_down(tree: BoneTree, first: str, second: str) -> bool:
    way = tree.heads[second] - tree.heads[first]
    return way[1] < -0.7 * np.linalg.norm(way)


def _arm(tree: BoneTree, chain: list[str]) -> dict[str, str]:
    hand = next(
        (
            index
            for index in range(2, len(chain))
            if len(tree.children.get(chain[index], [])) >= 2
            and all(reach(tree, child) < 0.2 * tree.height for child in tree.children[chain[index]])
        ),
        -1,
    )
    if hand < 0:  # no fingers: the last bone but those at its end that have no length to speak of
        hand = len(chain) - 1
        while hand > 2 and np.linalg.norm(tree.tails[chain[hand]] - tree.heads[chain[hand]]) < 0.01 * tree.height:
            hand -= 1
        if hand > 3 and len(chain) > 4:
            hand = 3
    part = chain[: hand + 1]
    # a clavicle: a first bone in the trunk, much shorter than the arm that follows
    total = chain_length(tree, part)
    collar = (
        len(part) > 3
        and np.linalg.norm(tree.heads[part[1]] - tree.heads[part[0]]) < 0.33 * total
        and tree.heads[part[0]][0] < 0.6 * tree.heads[part[1]][0] + 1e-9
    )
    limb = part[1:] if collar else part
    while len(limb) > 3 and np.linalg.norm(tree.heads[limb[1]] - tree.heads[limb[0]]) < 0.15 * chain_length(tree, limb):
        limb = limb[1:]
    if len(limb) < 3:
        return {}
    found = {"shoulder": limb[0], "elbow": limb[_half_way(tree, limb)], "wrist": limb[-1]}
    if collar:
        found["collar"] = part[0]
    return found | _fingers(tree, limb[-1], limb[_half_way(tree, limb)])


def _fingers(tree: BoneTree, hand: str, elbow: str) -> dict[str, str]:
    base = tree.heads[hand]
    along = unit_vector(base - tree.heads[elbow])
    chains = []
    for child in tree.children.get(hand, []):
        chain = longest_way(tree, child)
        forks = tree.children.get(chain[0], [])
        # one bone of the palm for two fingers
        chains += [longest_way(tree, fork) for fork in forks] if len(forks) > 1 else [chain]
    chains = [chain for chain in chains if reach(tree, chain[0]) > 0.005 * tree.height]
    if not chains:
        return {}

    def starts(chain: list[str]) -> np.ndarray:
        return tree.heads[chain[0]] - base

    def ends(chain: list[str]) -> np.ndarray:
        return tree.tails[chain[-1]] - base

    thumb = None
    if len(chains) > 1:
        # the thumb starts nearest to the wrist and points aside
        far = max(float(np.linalg.norm(starts(chain))) for chain in chains) + 1e-12
        thumb = min(
            chains,
            key=lambda chain: unit_vector(ends(chain) - starts(chain)) @ along + np.linalg.norm(starts(chain)) / far,
        )
    rest = [chain for chain in chains if chain is not thumb]
    aside = ends(thumb) - along * (ends(thumb) @ along) if thumb else np.array([0.0, 0.0, 1.0])
    rest.sort(key=lambda chain: -float((ends(chain) + starts(chain)) @ aside))
    found = {}
    named = [("thumb", thumb)] if thumb else []
    named += list(zip(_FINGERS_OF_COUNT.get(min(len(rest), 4), ()), rest))
    for finger, chain in named:
        for number, name in enumerate(_three(tree, chain, finger), 1):
            found[f"{finger}{number}"] = name
    return found


def _three(tree: BoneTree, chain: list[str], finger: str) -> list[str]:
    """The bones of a finger without what lies in the palm before it and a bone that only marks its end."""
    if len(chain) > 3 and finger != "thumb":
        base = tree.heads[tree.bones[chain[0]].parent]
        first, second = (float(np.linalg.norm(tree.heads[name] - base)) for name in chain[:2])
        if first < 0.5 * second:
            chain = chain[1:]
    return chain[:3]


def _middle(tree: BoneTree, leg: list[str], arm: list[str], pairs: dict[str, str]) -> dict[str, str]:
    """Pelvis, spine, neck and head: the bones between legs, arms and the top."""
    over_leg, over_arm = tree.above(leg[0])[1:], tree.above(arm[0])[1:]
    shared = [name for name in over_arm if name in over_leg]
    found: dict[str, str] = {}
    spine = [name for name in reversed(over_arm) if name not in over_leg]
    if shared:
        pelvis = shared[0]
        found["pelvis"] = pelvis
    found |= spine_roles(spine)
    chest = over_arm[0] if over_arm else ""
    tops = [
        name
        for name in (tree.below(chest) if chest else [])
        if name != chest
        and name not in pairs
        and tree.is_central(name)
        and tree.heads[name][1] > tree.heads[chest][1] - 1e-9
    ]
    if tops:
        path = [name for name in reversed(tree.above(max(tops, key=lambda name: tree.heads[name][1]))) if name in tops]
        many = len(path) > 1 and len(tree.children.get(path[-2], [])) > 2
        if (many or len(path) > 2) and not tree.children.get(path[-1]):
            path = path[:-1]  # a mark at the crown, or a part of the face
        head = next((name for name in path[1:] if len(tree.children.get(name, [])) > 2), path[-1])
        found["head"] = head
        if path.index(head) > 0:
            found["neck"] = path[0]
    return found


def _sided(tree: BoneTree, found: dict[str, str]) -> dict[str, str]:
    """near and far become left and right: toes point ahead, and left is up × ahead."""
    ways = [
        tree.heads[found[f"{mark}_foot"]] - tree.heads[found[f"{mark}_ankle"]]
        if f"{mark}_foot" in found
        else tree.tails[found[f"{mark}_ankle"]] - tree.heads[found[f"{mark}_ankle"]]
        for mark in ("near", "far")
        if f"{mark}_ankle" in found
    ]
    ahead = np.sum(ways, 0)[2] if ways else 1.0  # the third axis is across × up
    near, far = ("left", "right") if ahead >= 0 else ("right", "left")
    names = {"near": near, "far": far}
    return {
        (f"{names[mark]}_{joint}" if (mark := key.partition("_")[0]) in names else key): name
        for key, name in found.items()
        for joint in [key.partition("_")[2]]
    }
