# SPDX-License-Identifier: GPL-3.0-or-later
"""Which naming conventions a character follows, and which of its shape keys drive what.

A character may carry several sets at once (ARKit and visemes on Ready Player Me, ARKit, action units and visemes on
Rocketbox, VRM vowels and MMD blinks). Driving two of them would move the mouth twice, so each part of the face gets
one set; another may only add what the first cannot show at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...motion.face import ARKIT_NAMES, TONGUE_NAMES
from ...motion.face_track import FACE_INDEX, FACE_NAMES
from ..conventions import shape_conventions
from ..conventions.table import ShapeConvention
from ..conventions.visemes import SPOKEN
from ..retargeting.face_shapes import Basis, likeness
from ..retargeting.mouth_appearance import MOUTH_NAMES
from .spelling import exact, normalise, stem

LIPS = frozenset(name for name in MOUTH_NAMES if not name.startswith(("tongue", "noseSneer")))
TONGUE = frozenset(("tongueOut", *TONGUE_NAMES))
PARTS: dict[str, frozenset[str]] = {
    "lips": LIPS,
    "tongue": TONGUE,
    "blink": frozenset(("eyeBlinkLeft", "eyeBlinkRight")),
    "eyes": frozenset(f"eye{shape}{side}" for shape in ("Squint", "Wide") for side in ("Left", "Right")),
    "gaze": frozenset(name for name in ARKIT_NAMES if name.startswith("eyeLook")),
    "brows": frozenset(name for name in ARKIT_NAMES if name.startswith("brow")),
    "cheeks": frozenset(name for name in ARKIT_NAMES if name.startswith(("cheekSquint", "noseSneer"))),
}
# By eye, on characters that carry several sets.
_GOOD_ENOUGH = 0.85  # of speech: single shapes that show as much are preferred to visemes that show more
_CLEARLY_BETTER = 0.02  # by which visemes must show more of speech
_SHOWN = 0.1  # a set shows a shape if one of its poses has at least as much of it
_COMMON_PREFIX = 5  # keys that share a prefix which no table knows
_MOST = 0.6  # of the short words behind one prefix that a table must know: of a series from A to M it knows six of 13
_COPY = re.compile(r"\.\d{3}$")  # what Blender appends to a name that is taken
_NAMESPACE = re.compile(r"[.:|]")
_LAST_WORD = re.compile(r"(.*[\s_.\-:|/])(\w{1,2})", re.DOTALL)  # what stands before a short word, and that word
_ENDINGS = re.compile(r"(div\d+)?\d*(hd\d*)?")  # Daz: …_div2, …_HD; and Blender's .001


@dataclass(frozen=True)
class Match:
    """One convention found on a character.

    keys: native key name → name in the convention's table.
    """

    convention: ShapeConvention
    keys: dict[str, str]

    @property
    def found(self) -> int:
        """How many of the table's names are there."""
        return len(set(self.keys.values()))

    @property
    def total(self) -> int:
        """How many names the table has."""
        return len(self.convention.mixes)

    def mix(self, key: str) -> dict[str, float]:
        """What a key looks like at value 1: {canonical shape: weight}."""
        return self.convention.mixes[self.keys[key]]

    def __str__(self) -> str:
        return f"{self.convention.label} {self.found} of {self.total}"


@dataclass(frozen=True)
class Choice:
    """What drives what.

    keys: native key → {canonical shape: weight}. used: the matches that contribute, with the number of keys each gives.
    """

    keys: dict[str, dict[str, float]]
    used: tuple[tuple[Match, int], ...]


@lru_cache(maxsize=64)
def _table(identifier: str) -> dict[str, str]:
    """Every spelling of the convention, as it is compared → the name in the table."""
    convention = shape_conventions()[identifier]
    form = exact if convention.exact_case else normalise
    table = {form(spelling): name for spelling, name in convention.spellings.items()}
    table.update({form(name): name for name in convention.mixes})
    for prefix in convention.prefixes if convention.exact_case else ():
        table.update(
            {
                form(prefix) + form(name): name
                for name in (*convention.mixes, *convention.spellings)
                if name in convention.mixes
            }
        )
        table.update({form(prefix) + form(spelling): name for spelling, name in convention.spellings.items()})
    return table


@lru_cache(maxsize=64)
def _inside(identifier: str) -> re.Pattern:
    """Finds one of the convention's names inside a longer one; the longest wins ("…mouthsmileleft" before "…smile")."""
    known = sorted((name for name in _table(identifier) if len(name) > 3), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, known)) or "(?!)")


def match_convention(
    convention: ShapeConvention, names: list[str], meshes: Sequence[Sequence[str]] = ()
) -> Match | None:
    """The convention on these keys, or None if too little of it is there.

    meshes: the keys of each mesh, where several meshes have keys: each may spell them in its own way. Without it all
    keys are one mesh's.
    """
    table = _table(convention.identifier)
    form = exact if convention.exact_case else normalise
    keys: dict[str, str] = {}
    rest: list[tuple[str, str, str]] = []  # key, what stands before, table name
    inside = _inside(convention.identifier) if not convention.exact_case else None
    for name in names:
        written = form(name)
        if written in table:
            keys[name] = table[written]
        elif (copied := form(_COPY.sub("", name))) in table:
            rest.append((name, "", table[copied]))
        elif inside is not None and (match := inside.search(written)):
            before, after = written[: match.start()], written[match.end() :]
            after = "" if _ENDINGS.fullmatch(after) else "…" + after
            rest.append((name, stem(before) + after, table[match.group()]))
    if not convention.exact_case:
        rest += _short_words(names, keys, table)
    # Something around the name counts if it is a known prefix, or if many keys share it.
    known = {stem(normalise(prefix)) for prefix in convention.prefixes}
    often = Counter(prefix for _, prefix, _ in rest)
    plain = dict(keys)
    for own in map(frozenset, meshes or (names,)):
        taken = {native for name, native in plain.items() if name in own}
        for name, prefix, native in rest:
            shared = often[prefix] >= _COMMON_PREFIX and not convention.identifier.startswith("vr")
            if name in own and (not prefix or prefix in known or shared) and native not in taken:
                keys[name] = native
    if len(set(keys.values())) < convention.minimum:
        return None
    _add_namespaced(keys, meshes or (names,), table, form)
    # in the order of the table, so that results do not depend on the order of the keys
    order = {native: index for index, native in enumerate(convention.mixes)}
    return Match(convention, dict(sorted(keys.items(), key=lambda item: order[item[1]])))


def _short_words(names: Sequence[str], keys: Mapping[str, str], table: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(key, "", table name) of names that are too short to be looked for inside of others, where most of what stands behind
    one prefix is known: 口_あ 口_い 口_う 口_え 口_お."""
    behind: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        if name not in keys and (match := _LAST_WORD.fullmatch(_COPY.sub("", name))):
            behind.setdefault(match[1], []).append((name, table.get(normalise(match[2]), "")))
    return [
        (name, "", native)
        for some in behind.values()
        if (known := len({native for _, native in some if native})) >= _COMMON_PREFIX and known >= _MOST * len(some)
        for name, native in some
        if native
    ]


def _add_namespaced(
    keys: dict[str, str], meshes: Sequence[Sequence[str]], table: Mapping[str, str], form: Callable[[str], str]
) -> None:
    """Add keys behind a namespace ("teeth_BS.jawOpen", as Maya's exporters write) that say on their mesh what a key of
    another mesh says.

    keys: key → table name, changed.
    """
    wanted = frozenset(keys.values())
    for own in meshes:
        taken = {keys[name] for name in own if name in keys}
        for name in own:
            native = table.get(form(_NAMESPACE.split(_COPY.sub("", name))[-1])) if name not in keys else None
            if native in wanted and native not in taken:
                keys[name] = native
                taken.add(native)


def detect(names: Sequence[str], meshes: Sequence[Sequence[str]] = ()) -> list[Match]:
    """All conventions on these keys; the one with most keys first. meshes: see `match_convention`."""
    return list(_detected(tuple(names), tuple(map(tuple, meshes))))


@lru_cache(maxsize=16)  # a character is looked at several times from the click to the keys, and may have thousands
def _detected(names: tuple[str, ...], meshes: tuple[tuple[str, ...], ...]) -> list[Match]:
    found = [
        match
        for convention in shape_conventions().values()
        if (match := match_convention(convention, list(names), meshes))
    ]
    found.sort(key=lambda match: (-len(match.keys), match.convention.by_hand, match.total - match.found))
    result: list[Match] = []
    for match in found:
        # drop what an earlier match says as well: CC3+ on a CC4 head, Faceit on ARKit
        if not any(match.keys.keys() <= other.keys.keys() for other in result):
            result.append(match)
    return result


def _usable(match: Match) -> dict[str, dict[str, float]]:
    """The keys that may be driven, with their mixes: not moods, not empty ones."""
    return {
        key: match.mix(key)
        for key, native in match.keys.items()
        if native not in match.convention.moods and match.convention.mixes[native]
    }


def _is_channel(shape: dict[str, float]) -> bool:
    """One canonical shape, or its left and right together (for a sideways gaze one eye's outwards, the other's
    inwards)."""
    sideways = {"eyeLookIn": "eyeLookSide", "eyeLookOut": "eyeLookSide"}
    stems = (name.removesuffix("Left").removesuffix("Right") for name in shape)
    return len({sideways.get(name, name) for name in stems}) == 1


@lru_cache(maxsize=1)
def _speech() -> np.ndarray:
    """The mouths of speech, float64 (n, 55): what a set of lip shapes must be able to show."""
    faces = np.zeros((len(SPOKEN), len(FACE_NAMES)))
    for row, mouth in enumerate(SPOKEN):
        for shape, weight in mouth.items():
            faces[row, FACE_INDEX[shape]] = weight
    faces[:, [FACE_INDEX[name] for name in TONGUE]] = 0.0
    return faces


def speech_likeness(mixes: Sequence[Mapping[str, float]]) -> float:
    """How well these lip shapes can speak, 0..1."""
    lips = [tuple((name, weight) for name, weight in shape.items() if name in LIPS) for shape in mixes]
    lips = tuple(dict.fromkeys(shape for shape in lips if shape))
    if {shape[0][0] for shape in lips if len(shape) == 1} >= LIPS:
        return 1.0
    return _lips_likeness(lips) if lips else 0.0


@lru_cache(maxsize=256)
def _lips_likeness(lips: tuple[tuple[tuple[str, float], ...], ...]) -> float:
    return likeness(Basis.of([dict(shape) for shape in lips]), _speech())


def _union(matches: list[Match], part: frozenset[str], poses: bool = True) -> dict[str, dict[str, float]]:
    """Single-shape keys for one part: the match with most of it first, others only for what is not covered.

    poses: also keys that show several shapes of the part at once (both ends of the brows)."""
    pools = []
    for rank, match in enumerate(matches):
        inside = {key: shape for key, shape in _usable(match).items() if set(shape) <= part}
        pool = {key: shape for key, shape in inside.items() if _is_channel(shape)}
        covered = frozenset(name for shape in pool.values() for name in shape)
        separate = sum(len(shape) == 1 for shape in pool.values())
        if candidates := {**pool, **inside} if poses else pool:
            pools.append((-len(covered), -separate, rank, match, candidates))
    chosen: dict[str, dict[str, float]] = {}
    shown: set[str] = set()
    for _, _, _, match, pool in sorted(pools, key=lambda entry: entry[:3]):
        before = set(shown)
        # keys for one side first, so that a blink of both eyes only serves where there are none
        for key, shape in sorted(pool.items(), key=lambda item: len(item[1])):
            new = set(shape) - shown
            half = match.convention.parts and not set(shape) & before
            # a pose of several shapes (both ends of the brows) may share one of them: they are solved together then
            if new == set(shape) or half or (new and not _is_channel(shape) and not set(shape) & before):
                chosen[key] = shape
                shown |= set(shape)
    return chosen


def _widest(names: Sequence[str]) -> dict[str, dict[str, float]]:
    """The key that opens the mouth furthest and shows least besides, even if it is the only one of its convention:
    {key: mix}, empty without any."""
    poses = []
    for convention in shape_conventions().values():
        table = _table(convention.identifier)
        form = exact if convention.exact_case else normalise
        for name in names:
            native = table.get(form(name), "")
            shape = convention.mixes.get(native, {}) if native not in convention.moods else {}
            if shape.get("jawOpen", 0.0) >= _SHOWN:
                poses.append((shape["jawOpen"] / sum(map(abs, shape.values())), name, shape))
    best = max(poses, key=lambda pose: pose[0], default=None)
    return {best[1]: best[2]} if best is not None else {}


def choose(matches: list[Match], openers: Sequence[str] = ()) -> Choice:
    """Which keys to drive, so that nothing is driven twice.

    openers: keys of which one must open the mouth if nothing that is chosen does, be it a single vowel.
    """
    keys: dict[str, dict[str, float]] = {}
    for part, names in PARTS.items():
        if part not in ("lips", "tongue"):
            keys.update(_union(matches, names))

    singles = _union(matches, LIPS, poses=False)
    best, score = singles, speech_likeness(list(singles.values())) if singles else 0.0
    if score < _GOOD_ENOUGH:
        for match in matches:
            if match.convention.kind != "visemes":
                continue
            poses = {key: shape for key, shape in _usable(match).items() if set(shape) & (LIPS | TONGUE)}
            if poses and (value := speech_likeness(list(poses.values()))) > score + _CLEARLY_BETTER:
                best, score = poses, value
    # what the chosen set never shows may come from single shapes (smiles beside visemes)
    shown = {name for shape in best.values() for name, weight in shape.items() if weight >= _SHOWN}
    extra = {key: shape for key, shape in singles.items() if key not in best and not set(shape) & shown}
    keys.update(best)
    keys.update(extra)
    if best is singles or not any(set(shape) & TONGUE for shape in best.values()):
        keys.update({key: shape for key, shape in _union(matches, TONGUE, poses=False).items() if key not in keys})
    else:
        tongue = {name for shape in best.values() for name in shape} & TONGUE
        keys.update(
            {
                key: shape
                for key, shape in _union(matches, TONGUE, poses=False).items()
                if key not in keys and not set(shape) & tongue
            }
        )
    if openers and not any(shape.get("jawOpen", 0.0) >= _SHOWN for shape in keys.values()):
        keys.update(_widest(openers))
    used = []
    claimed: set[str] = set()
    for match in matches:
        own = [key for key in match.keys if key in keys and key not in claimed and keys[key] == match.mix(key)]
        claimed.update(own)
        if own:
            used.append((match, len(own)))
    return Choice(keys, tuple(used))


def twins(choice: Choice, meshes: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """Other spellings of chosen keys on the meshes that lack the chosen one: the teeth's Jaw_Open beside the head's
    jawOpen.

    Args:
        choice: what was chosen for all meshes.
        meshes: mesh → its keys.

    Returns:
        {mesh: {key: the chosen key that it goes with}}.
    """
    leaders: dict[tuple[str, str], str] = {}
    for match, _ in choice.used:
        for key, native in match.keys.items():
            if choice.keys.get(key) == match.mix(key):
                leaders.setdefault((match.convention.identifier, native), key)
    found: dict[str, dict[str, str]] = {}
    for mesh, keys in meshes.items():
        own = frozenset(keys)
        shown = {name for key in keys for name in choice.keys.get(key, ())}
        for match, _ in choice.used:
            for key, native in match.keys.items():
                leader = leaders.get((match.convention.identifier, native))
                if key not in own or key in choice.keys or leader is None or leader in own:
                    continue
                mix = choice.keys[leader]
                if len(mix) == 1 and shown & mix.keys():
                    continue
                if leader not in found.get(mesh, {}).values():
                    found.setdefault(mesh, {})[key] = leader
    return found
