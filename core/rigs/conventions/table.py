# SPDX-License-Identifier: GPL-3.0-or-later
"""What one row set of a convention holds, and the shorthand in which the tables are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...motion.face_track import FACE_INDEX

Mix = dict[str, float]


@dataclass(frozen=True)
class ShapeConvention:
    """Shape keys of one naming convention.

    identifier: stable name (used in files). label: what a person reads. mixes: native name → what it shows at value 1.
    kind: "channels" (each key is one canonical shape or a part of one) or "visemes" (whole mouth poses).
    moods: names that pose the whole face; known, but not driven on their own. spellings: other names for the same key.
    prefixes: what may stand before a name. minimum: matches needed before the convention counts as present.
    exact_case: names so short that only their exact spelling counts. parts: several keys may share one canonical shape,
    each moving a part of it (left half, upper lip …), so all follow it. by_hand: names that no program prescribes; another
    convention with as many of the keys is meant. source: where the names are from.
    """

    identifier: str
    label: str
    mixes: dict[str, Mix]
    source: str
    kind: str = "channels"
    moods: frozenset[str] = frozenset()
    spellings: dict[str, str] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()
    minimum: int = 3
    exact_case: bool = False
    parts: bool = False
    by_hand: bool = False

    def __post_init__(self):
        for name, shape in self.mixes.items():
            if unknown := set(shape) - set(FACE_INDEX):
                raise ValueError(f"{self.identifier}: {name} mixes unknown shapes {sorted(unknown)}")
        if unknown := (self.moods | set(self.spellings.values())) - set(self.mixes):
            raise ValueError(f"{self.identifier}: no mix for {sorted(unknown)}")


@dataclass(frozen=True)
class BoneConvention:
    """Bones of one naming convention.

    bones: native name → joint of `core.motion.joints.JOINT_NAMES`, or a lid: "left_lid_upper", "left_lid_lower",
    "right_lid_upper", "right_lid_lower"; the first bone of a joint wins. signs: names that only this convention has.
    prefixes: what may stand before a name. face_controls: identifier of its `ControlTable`, "" if it has none.
    inert: bones that belong to the convention but to no joint. spellings: other names of the same bones.
    """

    identifier: str
    label: str
    bones: dict[str, str]
    source: str
    signs: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    face_controls: str = ""
    inert: tuple[str, ...] = ()
    spellings: dict[str, str] = field(default_factory=dict)


def mix(text: str) -> Mix:
    """Read "jawOpen 0.6, mouthStretch* 0.3": a star stands for Left and Right; a missing number is 1."""
    result: Mix = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, weight = entry.partition(" ")
        names = (name[:-1] + "Left", name[:-1] + "Right") if name.endswith("*") else (name,)
        result.update(dict.fromkeys(names, float(weight or 1.0)))
    return result


def mixes(text: str) -> dict[str, Mix]:
    """Read lines "native name = mix"; an empty mix means that the shape shows nothing the face can say."""
    rows = (line.split("=", 1) for line in text.strip().splitlines() if line.strip())
    return {name.strip(): mix(value) for name, value in rows}


def channels(text: str) -> dict[str, Mix]:
    """Read "native=canonical native=canonical …": each shape shows one canonical shape."""
    return {name: {shape: 1.0} for name, shape in (pair.split("=") for pair in text.split())}


def humanoid(centre: str, left: str, marks: tuple[str, ...]) -> dict[str, str]:
    """Bones of a whole body: bone → joint, of "joint=bone; joint=bone; …" in the middle and on the left.

    The right ones mirror the left by their side marks: pairs of what stands for left and for right in a name.
    """
    bones = {bone: joint for joint, bone in _entries(centre)}
    for joint, bone in _entries(left):
        bones[bone] = f"left_{joint}"
        bones[_mirror(bone, marks)] = f"right_{joint}"
    return bones


def _mirror(name: str, marks: tuple[str, ...]) -> str:
    """The right-hand name of a left-hand bone."""
    for left, right in zip(marks[::2], marks[1::2]):
        if name.endswith(left):
            return name[: -len(left)] + right
        if name.startswith(left):
            return right + name[len(left) :]
        if left in name:
            return name.replace(left, right, 1)
    raise ValueError(f"{name} has none of the side marks {marks}")


def _entries(text: str) -> list[list[str]]:
    """Read "joint=bone; joint=bone; …"."""
    return [entry.strip().split("=", 1) for entry in text.split(";") if entry.strip()]
