# SPDX-License-Identifier: GPL-3.0-or-later
"""What drives what on one character: found by itself, corrected by hand, kept as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...errors import UserError
from ...motion.face_track import ARKIT_NAMES, FACE_INDEX
from ...motion.joints import BODY_JOINTS, JOINT_NAMES
from ..conventions.control_table import ROLES
from ..description import RigDescription
from .bone_roles import FACE_ROLES, LIDS, FoundBones, find_bones
from .shape_keys import LIPS, PARTS, choose, detect, speech_likeness

FORMAT = "audio2rig mapping"
VERSION = 1
BONE_ROLES = frozenset((*JOINT_NAMES, *LIDS, *ROLES))
_ENOUGH_TO_SPEAK = 0.6
# What to do about a key that cannot be keyed, by the first word of the reason.
_ADVICE = {
    "driven": "Remove the drivers (right-click the value, Delete Drivers), or bake the performance onto a copy without them.",
    "muted": "Turn the shape keys on again with their check boxes.",
    "locked": "Unlock them in the shape keys list.",
    "its": "Unlock or unmute the curves in the Graph Editor.",
    "linked": "Make a library override of the character, or make it local.",
    "a": "Make the library override editable in the Outliner.",
    "absolute": "Tick Relative in the mesh's Shape Keys panel.",
}


@dataclass(frozen=True)
class CharacterMapping:
    """How a character is driven.

    shapes: {mesh: {key: {canonical shape: weight}}}, what each key looks like at value 1. bones: role → bone name (joints, lids
    and the roles of `control_table`). conventions: (label, found, total) of what was recognised, shapes first, bones last.
    coverage: {part of the face: (driven, total)}. missing: canonical shapes that nothing shows. notes: sentences for people.
    jaw_with_shapes: turn the jaw bone even if shape keys open the mouth. controls: the
    `ControlTable` that the rig follows, "" if it has none.
    """

    name: str
    shapes: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    bones: dict[str, str] = field(default_factory=dict)
    conventions: tuple[tuple[str, int, int], ...] = ()
    coverage: dict[str, tuple[int, int]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    jaw_with_shapes: bool = False
    controls: str = ""

    @property
    def keys(self) -> dict[str, dict[str, float]]:
        """All driven keys of all meshes: name → mix."""
        return {key: shape for keys in self.shapes.values() for key, shape in keys.items()}

    def drives(self, part: str) -> bool:
        """Whether shape keys move this part of the face (a name of `matching.PARTS`)."""
        names = PARTS[part]
        return any(names & shape.keys() for shape in self.keys.values())

    def summary(self) -> str:
        """One line: "ARKit 52 of 52 · Mixamo 20 of 22"."""
        found = " · ".join(f"{label} {count} of {total}" for label, count, total in self.conventions)
        return found or "Nothing that can be driven was recognised."

    def report(self) -> str:
        """What each part of the face is driven by, what is missing, and the notes; several lines."""
        lines = [self.summary()]
        lines += [f"{part}: {count} of {total}" for part, (count, total) in self.coverage.items()]
        face = [f"{role} {name}" for role, name in self.bones.items() if role in FACE_ROLES]
        if face:
            lines.append("bones: " + ", ".join(face))
        if self.missing:
            lines.append("missing: " + ", ".join(self.missing))
        return "\n".join((*lines, *self.notes))

    def to_json(self) -> str:
        """The mapping as a file that `from_json` and `map_character(override=…)` read."""
        return json.dumps(
            {
                "format": FORMAT,
                "version": VERSION,
                "name": self.name,
                "automatic": False,
                "jaw_with_shapes": self.jaw_with_shapes,
                "controls": self.controls,
                "keys": self.keys,
                "bones": self.bones,
                "shapes": self.shapes,
                "conventions": self.conventions,
                "coverage": self.coverage,
                "missing": self.missing,
                "notes": self.notes,
            },
            ensure_ascii=False,
            indent=1,
        )

    @classmethod
    def from_json(cls, text: str) -> CharacterMapping:
        """Read what `to_json` wrote. Raises UserError on anything else."""
        try:
            data = json.loads(text)
        except ValueError as error:
            raise UserError(
                f"This is not a mapping file: {error}.", "Choose a file that Export Mapping wrote."
            ) from error
        override = read_override(data)
        shapes = data.get("shapes", {"": override["keys"]})
        if not isinstance(shapes, dict):
            raise UserError('"shapes" of the mapping must be a table of meshes.', "Export the mapping again.")
        try:
            return cls(
                str(data.get("name", "")),
                {str(mesh): _read_keys(keys) for mesh, keys in shapes.items()},
                {role: name for role, name in override["bones"].items() if name},
                tuple((str(label), int(found), int(total)) for label, found, total in data.get("conventions", ())),
                {str(part): (int(pair[0]), int(pair[1])) for part, pair in data.get("coverage", {}).items()},
                tuple(map(str, data.get("missing", ()))),
                tuple(map(str, data.get("notes", ()))),
                override["jaw_with_shapes"],
                str(data.get("controls", "")),
            )
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise UserError(f"The mapping file is damaged: {error}.", "Export the mapping again.") from error


def _read_keys(keys) -> dict[str, dict[str, float]]:
    if not isinstance(keys, Mapping):
        raise UserError('"keys" of a mapping must be a table: shape key → {shape: weight}.', "See docs/rigs.md.")
    result = {}
    for key, shape in keys.items():
        if isinstance(shape, str):  # short for one shape at full weight
            shape = {shape: 1.0} if shape else {}
        if not isinstance(shape, Mapping):
            raise UserError(f'The mix of "{key}" must be a table: shape → weight.', 'For instance {"jawOpen": 0.6}.')
        mix = {}
        for name, weight in shape.items():
            if name not in FACE_INDEX:
                raise UserError(
                    f'"{key}" is mapped to "{name}", which is not one of the ARKit or tongue shapes.',
                    "Use names such as jawOpen, mouthSmileLeft, eyeBlinkRight, tongueTipUp.",
                )
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not math.isfinite(weight):
                raise UserError(
                    f'The weight of "{name}" in "{key}" must be a number, not {weight!r}.',
                    "Use 1.0 for the whole shape.",
                )
            if weight:
                mix[name] = float(weight)
        result[str(key)] = mix
    return result


def read_override(data) -> dict:
    """Check a mapping made by hand or read from a file. Raises UserError.

    data: {"keys": {shape key: {canonical: weight} or canonical or {}}, "bones": {role: bone name or ""},
    "automatic": false to leave alone all that is not listed, "jaw_with_shapes": bool}, all optional.
    """
    if not isinstance(data, Mapping):
        raise UserError("A mapping must be a table.", "Choose a file that Export Mapping wrote.")
    if data.get("format", FORMAT) != FORMAT or not isinstance(data.get("version", VERSION), int):
        raise UserError("This file is no mapping of Audio2Rig.", "Choose a file that Export Mapping wrote.")
    if data.get("version", VERSION) > VERSION:
        raise UserError(
            f"This mapping was written by a newer Audio2Rig (version {data['version']} of the format).",
            "Update the extension, or export the mapping from this version.",
        )
    bones = data.get("bones", {})
    if not isinstance(bones, Mapping):
        raise UserError('"bones" of a mapping must be a table: role → bone.', 'For instance {"jaw": "jaw_master"}.')
    if unknown := sorted(set(bones) - BONE_ROLES):
        raise UserError(
            f"The mapping names parts that are not known: {', '.join(map(str, unknown))}.",
            f"Known for faces: {', '.join(FACE_ROLES)}.",
        )
    return {
        "keys": _read_keys(data.get("keys", {})),
        "bones": {role: str(name or "") for role, name in bones.items()},
        "automatic": data.get("automatic", True) is not False,
        "jaw_with_shapes": bool(data.get("jaw_with_shapes", False)),
    }


def map_character(description: RigDescription, override: dict | None = None) -> CharacterMapping:
    """Find out how to drive a character. override: see `read_override`. Raises UserError on a bad override."""
    given = read_override(override) if override else read_override({})
    free: dict[str, list[str]] = {}  # mesh → keys that may be keyed
    blocked: dict[str, list[str]] = {}  # reason → keys
    for mesh in description.meshes:
        for key in mesh.keys:
            reason = mesh.blocked or key.blocked
            if not reason and key.maximum <= max(key.minimum, 0.0):
                reason = f"limited to values up to {key.maximum:g}"
            if reason:
                blocked.setdefault(reason, []).append(f"{key.name} ({mesh.name})")
            else:
                free.setdefault(mesh.name, []).append(key.name)
    names = list(dict.fromkeys(key for keys in free.values() for key in keys))
    matches = detect(names)
    choice = choose(matches)
    wanted = dict(choice.keys) if given["automatic"] else {}
    notes: list[str] = []
    for key, shape in given["keys"].items():
        wanted.pop(key, None)
        if shape and key in names:
            wanted[key] = shape
        elif shape and not any(key == entry.name for mesh in description.meshes for entry in mesh.keys):
            notes.append(f"There is no shape key “{key}” (given by hand).")
    shapes = {mesh: own for mesh, keys in free.items() if (own := {key: wanted[key] for key in keys if key in wanted})}

    found = (
        find_bones(description, given["bones"])
        if given["automatic"]
        else find_bones(description, {**dict.fromkeys(BONE_ROLES, ""), **given["bones"]})
    )
    coverage, missing = _coverage(wanted, found.bones)
    conventions = [
        (match.convention.label, match.found, match.total)
        for match, _ in choice.used
        if match.keys.keys() & wanted.keys()
    ]
    if found.bones:
        label = found.convention.label if found.convention is not None else "Bones"
        conventions.append((label, found.found, len(BODY_JOINTS)))
    notes += _blocked_notes(blocked, matches, description)
    notes += found.notes
    notes += _speech_notes(wanted, found, bool(description.meshes), bool(blocked))
    return CharacterMapping(
        description.name,
        shapes,
        found.bones,
        tuple(conventions),
        coverage,
        missing,
        tuple(dict.fromkeys(notes)),
        given["jaw_with_shapes"],
        found.convention.face_controls if found.convention is not None else "",
    )


def _coverage(wanted: dict[str, dict[str, float]], bones: dict[str, str]):
    """Parts → (driven, total), and the canonical shapes that nothing shows."""
    shown = {name for shape in wanted.values() for name in shape}
    by_bone = {
        "blink": {f"eyeBlink{side.capitalize()}" for side in ("left", "right") if f"{side}_lid_upper" in bones},
        "gaze": {
            f"eyeLook{way}{side.capitalize()}"
            for side in ("left", "right")
            for way in ("Up", "Down", "In", "Out")
            if f"{side}_eye_smplhf" in bones or f"{side}_gaze_target" in bones
        },
        "lips": {"jawOpen", "jawForward", "jawLeft", "jawRight"} if "jaw" in bones else set(),
        "brows": {
            "browInnerUp",
            *(f"{shape}{side}" for shape in ("browDown", "browOuterUp") for side in ("Left", "Right")),
        }
        if "left_brow_inner" in bones
        else set(),
    }
    if "left_lid_upper" in bones:
        by_bone["eyes"] = set(PARTS["eyes"])
    if "lip_upper" in bones and "lip_lower" in bones:
        by_bone["lips"] |= LIPS
        for side in ("left", "right"):
            by_bone.setdefault("cheeks", set()).update(
                f"{name}{side.capitalize()}"
                for name, role in (("cheekSquint", "cheek"), ("noseSneer", "nose"))
                if f"{side}_{role}" in bones
            )
    if "tongue" in bones:
        by_bone["tongue"] = {"tongueOut", "tongueTipUp"}
    coverage, missing = {}, []
    poses = [shape for shape in wanted.values() if len(shape) > 2 and shape.keys() & LIPS]
    # a mouth of poses is solved for as a whole: single shapes are not missing from it if it can speak
    speaks = bool(poses) and speech_likeness(list(wanted.values())) >= _ENOUGH_TO_SPEAK
    for part, names in PARTS.items():
        driven = names & (shown | by_bone.get(part, set()))
        if part == "lips" and speaks:
            driven = names
        coverage[part] = (len(driven), len(names))
        missing += [name for name in ARKIT_NAMES if name in names - driven]
    order = {name: index for index, name in enumerate(ARKIT_NAMES)}
    return coverage, tuple(sorted(missing, key=order.__getitem__))


def _blocked_notes(blocked: dict[str, list[str]], matches, description: RigDescription) -> list[str]:
    """One sentence for each reason, if the keys would have been of use."""
    notes = []
    every = [key.name for mesh in description.meshes for key in mesh.keys]
    useful = {key for match in detect(every) for key in match.keys} if blocked else set()
    for reason, keys in blocked.items():
        lost = [key for key in keys if key.rsplit(" (", 1)[0] in useful]
        if not lost:
            continue
        some = ", ".join(lost[:3]) + (" …" if len(lost) > 3 else "")
        advice = _ADVICE.get(reason.split()[0].strip(",;:"), "") if reason else ""
        shapes = "shape key is" if len(lost) == 1 else "shape keys are"
        advice = "" if ";" in reason else f" {advice}"  # the reason already says what to do
        notes.append(f"{len(lost)} {shapes} left alone, {reason}: {some}.{advice}".rstrip())
    return notes


def _speech_notes(
    wanted: dict[str, dict[str, float]], found: FoundBones, has_keys: bool, has_blocked: bool
) -> list[str]:
    lips = [shape for shape in wanted.values() if shape.keys() & LIPS]
    if lips:
        value = speech_likeness(lips)
        if value < _ENOUGH_TO_SPEAK:
            return [
                f"The mouth's shapes can show {value:.0%} of speech; lip shapes such as mouthPucker, mouthFunnel "
                "and mouthClose, or a set of visemes, would let it speak clearly."
            ]
        return []
    if "lip_upper" in found.bones and "lip_lower" in found.bones:
        return []
    if "jaw" in found.bones:
        return [
            "There are no shapes for the lips, only a jaw bone: the mouth opens and closes, but cannot round or press."
        ]
    if has_keys and not has_blocked:
        return ["None of the shape keys was recognised as part of a mouth. Tell under Mapping which shape is which."]
    return [] if has_blocked else ["There are neither mouth shapes nor a jaw bone, so the lips cannot be driven."]
