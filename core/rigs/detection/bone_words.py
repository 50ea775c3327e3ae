# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones of face and body by the words in their names, where no table of a convention has them."""

from __future__ import annotations

from ..description import Bone
from .spelling import normalise, side_of, words

# Words that tell that a bone is not the part of the face that its other words say.
_NOT_THE_PART = frozenset(
    """
    target ik pole ctrl end nub leaf tip top lid eyelid brow eyebrow lash lashes eyelash socket parent tgt
    helper mch org corner bag twist hair hat accessory blink
    """.split()
)
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
_NOT_BODY = frozenset(
    """
    ik pole ctrl control ctl target tgt end nub leaf tip twist roll helper mch org offset slot handslot weapon
    prop attach socket cloth skirt hair tail wing breast metacarpal palm carpal muscle corrective jiggle parent
    heel vis wgt tweak dummy null hat cape sword shield eye brow lip jaw tongue cheek ear nose lid teeth armor
    pad belt pouch bag
    """.split()
)
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
_CENTRE_WORDS = (
    ("pelvis", {"pelvis", "hips", "hip", "lowertorso"}),
    ("neck", {"neck", "necklower"}),
    ("head", {"head"}),
)
_SPINE_WORDS = frozenset(
    """
    spine chest upperchest torso uppertorso abdomen waist ribcage back stomach body lowerback upperback lowerspine
    upperspine spinelower spineupper abdomenlower abdomenupper chestlower chestupper
    """.split()
)
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


def face_by_words(names: list[str]) -> dict[str, str]:
    """Head, neck, jaw, eyes and lids: role → bone; the shortest name with a word wins."""
    found: dict[str, str] = {}
    split = {name: words(name) for name in names}
    for name in sorted(names, key=lambda name: (len(split[name]), len(name))):
        parts = set(split[name])
        joined = normalise(name)
        side = side_of(name)
        plain = not parts & _NOT_THE_PART
        if plain and ("head" in parts or joined in ("head", "kopf", "tete")):
            found.setdefault("head", name)
        elif plain and "neck" in parts:
            found.setdefault("neck", name)
        elif plain and parts & {"jaw", "mandible", "jawbone", "jawroot"} and not side:
            found.setdefault("jaw", name)
        elif plain and side and parts & {"eye", "eyeball"}:
            found.setdefault(f"{side}_eye_smplhf", name)
        elif (
            side
            and (parts & {"lid", "eyelid"} or "blink" in parts)
            and not parts & {"target", "ik", "ctrl", "mch", "org"}
        ):
            if parts & {"up", "upper", "top", "t"}:
                found.setdefault(f"{side}_lid_upper", name)
            elif parts & {"low", "lower", "bottom", "bot", "b", "down"}:
                found.setdefault(f"{side}_lid_lower", name)
    return found


def _parts(name: str) -> tuple[str, str, set[str]]:
    """A name's words joined without side and numbers, its side, and its words."""
    lower = words(name.rpartition(":")[2])
    side = next((_SIDE_WORDS[word] for word in lower if word in _SIDE_WORDS), "")
    plain = [word for word in lower if word not in _SIDE_WORDS and not word.isdigit()]
    return "".join(plain), side, set(plain)


def _depths(bones: dict[str, Bone]) -> dict[str, int]:
    """How many bones lie above each. bones: as a description has them, parents before children."""
    found: dict[str, int] = {}
    for name, bone in bones.items():
        found[name] = found.get(bone.parent, -1) + 1
    return found


def body_by_words(bones: dict[str, Bone], taken: dict[str, str]) -> dict[str, str]:
    """Joints of the body that `taken` (role → bone) lacks: joint → bone. Bones of `taken` are not given another
    role."""
    found: dict[str, str] = {}
    used = set(taken.values())
    fingers: dict[tuple[str, str], list[str]] = {}
    spine: list[str] = []
    loose: dict[tuple[str, str], str] = {}  # (side, arm or leg or shoulder) → the bone called just that
    depths = _depths(bones)
    for name in sorted(bones, key=lambda name: (depths[name], len(name))):
        if name in used:
            continue
        joined, side, plain = _parts(name)
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
    """ "Arm" is the upper one beside a forearm, the lower one below a shoulder that is the upper one; "Leg" the lower one below a
    thigh, "Shoulder" a clavicle above an upper arm, the upper arm beside a clavicle."""
    known = {**taken, **found}
    if word == "arm":
        below_it = bones[name].parent and bones[name].parent == known.get(f"{side}_shoulder")
        found.setdefault(f"{side}_elbow" if below_it else f"{side}_shoulder", name)
    elif word == "leg":
        found.setdefault(f"{side}_knee" if f"{side}_hip" in known else f"{side}_hip", name)
    elif f"{side}_collar" in known:
        found.setdefault(f"{side}_shoulder", name)
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
    found |= spine_roles(chain)


def spine_roles(chain: list[str]) -> dict[str, str]:
    """Which of the bones between pelvis and neck, from below, are the three joints of the spine: joint → bone."""
    joints = {1: ("spine2",), 2: ("spine1", "spine3")}.get(len(chain), ("spine1", "spine2", "spine3"))
    return dict(zip(joints, chain if len(chain) < 4 else [chain[0], chain[len(chain) // 2], chain[-1]]))


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
