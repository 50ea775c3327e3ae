# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of no known convention: spine, limbs and fingers by the words in bones' names, and where these say nothing, by place.

By place: what mirrors each other makes pairs, the paired chains that reach the floor are legs, those that reach farthest to the
sides are arms, the bones between are the spine, what branches at an arm's end is a hand. The toes tell which way is ahead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..description import Bone, RigDescription
from ..retargeting.rest_pose import unit
from ..spaces import rest_head, rest_tail

_NUMBER = re.compile(r"\d+")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_SIDE_WORDS = {
    "left": "left",
    "l": "left",
    "lft": "left",
    "lf": "left",
    "right": "right",
    "r": "right",
    "rgt": "right",
    "rt": "right",
}
# fmt: off
_NOT_BODY = frozenset((
    "ik", "pole", "ctrl", "control", "ctl", "target", "tgt", "end", "nub", "leaf", "tip", "twist", "roll", "helper", "mch", "org", "offset",
    "slot", "handslot", "weapon", "prop", "attach", "socket", "cloth", "skirt", "hair", "tail", "wing", "breast", "metacarpal", "palm",
    "carpal", "muscle", "corrective", "jiggle", "parent", "heel", "vis", "wgt", "tweak", "dummy", "null", "hat", "cape", "sword", "shield",
    "eye", "brow", "lip", "jaw", "tongue", "cheek", "ear", "nose", "lid", "teeth", "armor", "pad", "belt", "pouch", "bag"))
# fmt: on
# (joint, written forms without side and number), tried in this order
_LIMB_WORDS = (
    ("collar", {"clavicle", "collar", "collarbone", "clav"}),
    ("shoulder", {"upperarm", "armupper", "uparm", "armup", "bicep", "humerus", "shldrbend", "shldr"}),
    ("elbow", {"lowerarm", "armlower", "forearm", "lowarm", "armlow", "elbow", "forearmbend"}),
    ("wrist", {"hand", "wrist"}),
    ("hip", {"thigh", "upperleg", "legupper", "upleg", "legup", "femur", "thighbend"}),
    ("knee", {"calf", "shin", "lowerleg", "leglower", "lowleg", "leglow", "knee"}),
    ("ankle", {"foot", "ankle"}),
    ("foot", {"toe", "toes", "ball", "toebase"}),
)
_CENTRE_WORDS = (("pelvis", {"pelvis", "hips", "hip"}), ("neck", {"neck", "necklower"}), ("head", {"head"}))
# fmt: off
_SPINE_WORDS = {"spine", "chest", "upperchest", "torso", "abdomen", "waist", "ribcage", "back", "stomach", "body", "lowerback", "upperback",
                "lowerspine", "upperspine", "spinelower", "spineupper", "abdomenlower", "abdomenupper", "chestlower", "chestupper"}
# fmt: on
_FINGER_WORDS = {
    "thumb": "thumb",
    "index": "index",
    "pointer": "index",
    "middle": "middle",
    "mid": "middle",
    "ring": "ring",
    "pinky": "pinky",
    "little": "pinky",
    "pinkie": "pinky",
}
_BY_COUNT = {
    1: ("middle",),
    2: ("index", "pinky"),
    3: ("index", "middle", "pinky"),
    4: ("index", "middle", "ring", "pinky"),
}


def find_body(description: RigDescription, taken: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Joints of the body that `taken` lacks → bones, and notes on what was only guessed by place.

    taken: role → bone name, as far as known; its bones are not given another role.
    """
    found = _by_words(description.bones, taken)
    known = {**taken, **found}
    needed = {f"{side}_{joint}" for side in ("left", "right") for joint in ("shoulder", "elbow", "hip", "knee")}
    if needed <= known.keys():
        return found, []
    placed = _by_place(description, known)
    used = set(known.values())
    fresh = {joint: name for joint, name in placed.items() if joint not in known and name not in used}
    notes = []
    if fresh:
        some = ", ".join(f"{name} ({joint})" for joint, name in list(fresh.items())[:3])
        notes.append(
            f"{len(fresh)} bones of the body were recognised by their place alone: {some} … Check them under Mapping."
        )
    return {**found, **fresh}, notes


# --------------------------------------------------------------------------------------------------------------- by words


def _parts(name: str) -> tuple[str, str, list[str], set[str]]:
    """A name's words joined without side and numbers, its side, its numbers, and its words."""
    split: list[str] = []
    for word in _WORDS.findall(name.replace("_", " ").rpartition(":")[2]):
        if len(word) > 2 and word[0] in "LR" and word[1].isupper() and word[2:].islower():
            split += [word[0], word[1:]]
        else:
            split.append(word)
    lower = [word.casefold() for word in split]
    side = next((_SIDE_WORDS[word] for word in lower if word in _SIDE_WORDS), "")
    plain = [word for word in lower if word not in _SIDE_WORDS and not word.isdigit()]
    return "".join(plain), side, [word for word in lower if word.isdigit()], set(plain)


def _depth(bones: dict[str, Bone], name: str) -> int:
    depth = 0
    while (name := bones[name].parent) in bones:
        depth += 1
    return depth


def _by_words(bones: dict[str, Bone], taken: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    used = set(taken.values())
    fingers: dict[tuple[str, str], list[str]] = {}
    spine: list[str] = []
    loose: dict[tuple[str, str], str] = {}  # (side, arm or leg or shoulder) → the bone called just that
    for name in sorted(bones, key=lambda name: (_depth(bones, name), len(name))):
        if name in used:
            continue
        joined, side, _, plain = _parts(name)
        if plain & _NOT_BODY:
            continue
        finger = next((_FINGER_WORDS[word] for word in plain if word in _FINGER_WORDS), "")
        if side and finger and not plain & {"toe", "foot"}:
            fingers.setdefault((side, finger), []).append(name)
        elif side:
            joint = next((joint for joint, words in _LIMB_WORDS if joined in words), "")
            if joint and f"{side}_{joint}" not in taken:
                found.setdefault(f"{side}_{joint}", name)
            elif joined in ("arm", "leg", "shoulder"):
                loose.setdefault((side, joined), name)
        else:
            joint = next((joint for joint, words in _CENTRE_WORDS if joined in words), "")
            if joint and joint not in taken:
                found.setdefault(joint, name)
            elif joined in _SPINE_WORDS:
                spine.append(name)
    for (side, word), name in loose.items():
        _place_loose(found, taken, bones, side, word, name)
    known = {**taken, **found}
    _place_spine(found, known, bones, spine)
    for (side, finger), names in fingers.items():
        chain = _longest_chain(bones, names)
        for number, name in enumerate(chain[:3], 1):
            if f"{side}_{finger}{number}" not in taken:
                found.setdefault(f"{side}_{finger}{number}", name)
    return found


def _place_loose(
    found: dict[str, str], taken: dict[str, str], bones: dict[str, Bone], side: str, word: str, name: str
) -> None:
    """ "Arm" is the upper one beside a forearm, "Leg" the lower one below a thigh, "Shoulder" a clavicle above an upper arm."""
    known = {**taken, **found}
    if word == "arm":
        found.setdefault(f"{side}_shoulder", name)
    elif word == "leg":
        found.setdefault(f"{side}_knee" if f"{side}_hip" in known else f"{side}_hip", name)
    else:
        upper = known.get(f"{side}_shoulder", "")
        has_arm = bool(upper) or any(_parts(bone.name)[:2] == ("arm", side) for bone in bones.values())
        found.setdefault(f"{side}_collar" if has_arm else f"{side}_shoulder", name)


def _place_spine(found: dict[str, str], known: dict[str, str], bones: dict[str, Bone], spine: list[str]) -> None:
    if any(f"spine{number}" in known for number in (1, 2, 3)):
        return
    chain = _longest_chain(bones, [name for name in spine if name not in known.values()])
    if "pelvis" not in known and len(chain) > 1:
        found["pelvis"], chain = chain[0], chain[1:]
    for joint, name in zip(
        {1: ("spine2",), 2: ("spine1", "spine3")}.get(len(chain), ("spine1", "spine2", "spine3")),
        chain if len(chain) < 4 else [chain[0], chain[len(chain) // 2], chain[-1]],
    ):
        found[joint] = name


def _longest_chain(bones: dict[str, Bone], names: list[str]) -> list[str]:
    """The most of these bones that hang below one another, from the top."""
    best: list[str] = []
    have = set(names)
    for name in names:
        chain, above = [name], bones[name].parent
        while above in bones:
            if above in have:
                chain.append(above)
            above = bones[above].parent
        if len(chain) > len(best):
            best = chain
    return best[::-1]


# --------------------------------------------------------------------------------------------------------------- by place


@dataclass
class _Tree:
    """Bones as points: up is [:, 1]; across is [:, 0], its sign still open."""

    bones: dict[str, Bone]
    heads: dict[str, np.ndarray]
    tails: dict[str, np.ndarray]
    children: dict[str, list[str]]
    low: float
    height: float

    def above(self, name: str) -> list[str]:
        path = [name]
        while (parent := self.bones[path[-1]].parent) in self.bones:
            path.append(parent)
        return path

    def below(self, name: str) -> list[str]:
        return [name, *(further for child in self.children.get(name, []) for further in self.below(child))]

    def middle(self, name: str) -> np.ndarray:
        return 0.5 * (self.heads[name] + self.tails[name])

    def central(self, name: str) -> bool:
        return abs(self.heads[name][0]) < 0.02 * self.height


def _tree(description: RigDescription, across: np.ndarray, up: np.ndarray) -> _Tree:
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
    return _Tree(bones, heads, tails, children, min(heights), max(max(heights) - min(heights), 1e-9))


def _pairs(tree: _Tree) -> dict[str, str]:
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


def _by_place(description: RigDescription, known: dict[str, str]) -> dict[str, str]:
    if len(description.bones) < 8:
        return {}
    world = np.asarray(description.world, np.float64)[:3, :3]
    up = (
        unit(np.linalg.solve(world, np.array([0.0, 0.0, 1.0])))
        if abs(np.linalg.det(world)) > 1e-12
        else np.array([0.0, 0.0, 1.0])
    )
    up = np.eye(3)[np.abs(up).argmax()] * np.sign(up[np.abs(up).argmax()])
    best: tuple[int, _Tree | None, dict[str, str]] = (0, None, {})
    for across in np.eye(3):
        if abs(across @ up) > 0.5:
            continue
        tree = _tree(description, across, up)
        pairs = _pairs(tree)
        if len(pairs) > best[0]:
            best = (len(pairs), tree, pairs)
    if best[1] is None or best[0] < 8:
        return {}
    return _body_of(best[1], best[2])


def _body_of(tree: _Tree, pairs: dict[str, str]) -> dict[str, str]:
    near = [name for name in pairs if tree.middle(name)[0] > 0]  # one of each pair
    tops = [name for name in near if tree.bones[name].parent not in pairs]
    chains = [_chain(tree, top) for top in tops]
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
    leg = max(legs, key=lambda chain: _length(tree, chain))
    arm = max(arms, key=lambda chain: _length(tree, chain))
    result: dict[str, str] = {}
    one = {**_leg(tree, leg), **_arm(tree, arm)}
    result |= {f"near_{joint}": name for joint, name in one.items()}
    result |= {f"far_{joint}": pairs[name] for joint, name in one.items() if name in pairs}
    result |= _middle(tree, leg, arm, pairs)
    return _sided(tree, result)


def _chain(tree: _Tree, top: str) -> list[str]:
    """From a bone down to where it branches for good, the longest way."""
    chain = [top]
    while below := tree.children.get(chain[-1], []):
        chain.append(max(below, key=lambda name: _reach(tree, name)))
    return chain


def _reach(tree: _Tree, name: str) -> float:
    return max(
        (float(np.linalg.norm(tree.tails[further] - tree.heads[name])) for further in tree.below(name)), default=0.0
    )


def _length(tree: _Tree, chain: list[str]) -> float:
    return float(sum(np.linalg.norm(tree.heads[second] - tree.heads[first]) for first, second in zip(chain, chain[1:])))


def _half_way(tree: _Tree, chain: list[str]) -> int:
    """Index of the joint in a chain that lies nearest to the middle of its length: the knee, the elbow."""
    steps = [np.linalg.norm(tree.heads[second] - tree.heads[first]) for first, second in zip(chain, chain[1:])]
    along = np.concatenate([[0.0], np.cumsum(steps)])
    return 1 + int(np.abs(along[1:-1] - 0.5 * along[-1]).argmin())


def _leg(tree: _Tree, chain: list[str]) -> dict[str, str]:
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


def _goes_down(tree: _Tree, first: str, second: str) -> bool:
    way = tree.heads[second] - tree.heads[first]
    return way[1] < -0.7 * np.linalg.norm(way)


def _arm(tree: _Tree, chain: list[str]) -> dict[str, str]:
    hand = next(
        (
            index
            for index in range(2, len(chain))
            if len(tree.children.get(chain[index], [])) >= 2
            and all(_reach(tree, child) < 0.2 * tree.height for child in tree.children[chain[index]])
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
    total = _length(tree, part)
    collar = (
        len(part) > 3
        and np.linalg.norm(tree.heads[part[1]] - tree.heads[part[0]]) < 0.33 * total
        and tree.heads[part[0]][0] < 0.6 * tree.heads[part[1]][0] + 1e-9
    )
    limb = part[1:] if collar else part
    while len(limb) > 3 and np.linalg.norm(tree.heads[limb[1]] - tree.heads[limb[0]]) < 0.15 * _length(tree, limb):
        limb = limb[1:]
    if len(limb) < 3:
        return {}
    found = {"shoulder": limb[0], "elbow": limb[_half_way(tree, limb)], "wrist": limb[-1]}
    if collar:
        found["collar"] = part[0]
    return found | _fingers(tree, limb[-1], limb[_half_way(tree, limb)])


def _fingers(tree: _Tree, hand: str, elbow: str) -> dict[str, str]:
    base = tree.heads[hand]
    along = unit(base - tree.heads[elbow])
    chains = []
    for child in tree.children.get(hand, []):
        chain = _chain(tree, child)
        forks = tree.children.get(chain[0], [])
        chains += (
            [_chain(tree, fork) for fork in forks] if len(forks) > 1 else [chain]
        )  # one bone of the palm for two fingers
    chains = [chain for chain in chains if _reach(tree, chain[0]) > 0.005 * tree.height]
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
            chains, key=lambda chain: unit(ends(chain) - starts(chain)) @ along + np.linalg.norm(starts(chain)) / far
        )
    rest = [chain for chain in chains if chain is not thumb]
    aside = ends(thumb) - along * (ends(thumb) @ along) if thumb else np.array([0.0, 0.0, 1.0])
    rest.sort(key=lambda chain: -float((ends(chain) + starts(chain)) @ aside))
    found = {}
    named = [("thumb", thumb)] if thumb else []
    named += list(zip(_BY_COUNT.get(min(len(rest), 4), ()), rest))
    for finger, chain in named:
        for number, name in enumerate(_three(tree, chain, finger), 1):
            found[f"{finger}{number}"] = name
    return found


def _three(tree: _Tree, chain: list[str], finger: str) -> list[str]:
    """The bones of a finger without what lies in the palm before it and a bone that only marks its end."""
    if len(chain) > 3 and finger != "thumb":
        base = tree.heads[tree.bones[chain[0]].parent]
        first, second = (float(np.linalg.norm(tree.heads[name] - base)) for name in chain[:2])
        if first < 0.5 * second:
            chain = chain[1:]
    return chain[:3]


def _middle(tree: _Tree, leg: list[str], arm: list[str], pairs: dict[str, str]) -> dict[str, str]:
    """Pelvis, spine, neck and head: the bones between legs, arms and the top."""
    over_leg, over_arm = tree.above(leg[0])[1:], tree.above(arm[0])[1:]
    shared = [name for name in over_arm if name in over_leg]
    found: dict[str, str] = {}
    spine = [name for name in reversed(over_arm) if name not in over_leg]
    if shared:
        pelvis = shared[0]
        found["pelvis"] = pelvis
    for joint, name in zip(
        {1: ("spine2",), 2: ("spine1", "spine3")}.get(len(spine), ("spine1", "spine2", "spine3")),
        spine if len(spine) < 4 else [spine[0], spine[len(spine) // 2], spine[-1]],
    ):
        found[joint] = name
    chest = over_arm[0] if over_arm else ""
    tops = [
        name
        for name in (tree.below(chest) if chest else [])
        if name != chest
        and name not in pairs
        and tree.central(name)
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


def _sided(tree: _Tree, found: dict[str, str]) -> dict[str, str]:
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
