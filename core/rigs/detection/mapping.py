# SPDX-License-Identifier: GPL-3.0-or-later
"""What drives what on one character: found by itself, corrected by hand, kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ... import json_text
from ...errors import UserError
from ...motion.joints import BODY_JOINTS
from ..description import RigDescription
from ..sliders import Slider
from .bone_roles import FoundBones, find_bones
from .face_roles import FACE_ROLES
from .mapping_notes import blocked_notes, coverage_of, jaw_for_meshes, missing_bones_note, speech_notes
from .mapping_override import BONE_ROLES, FORMAT, VERSION, MappingOverride, read_keys, read_override
from .shape_keys import PARTS, Choice, choose, detect, twins


@dataclass(frozen=True)
class CharacterMapping:
    """How a character is driven.

    shapes: {mesh: {key: {canonical shape: weight}}}, what each key looks like at value 1. bones: role → bone name
    (joints, lids and the roles of `control_table`). conventions: (label, found, total) of what was recognised, shapes
    first, bones last. coverage: {part of the face: (driven, total)}. missing: canonical shapes that nothing shows.
    notes: sentences for people. jaw_with_shapes: turn the jaw bone even if shape keys open the mouth. controls: the
    `ControlTable` that the rig follows, "" if it has none. apart: like shapes, of meshes that have no key of the sets that were chosen,
    but another set for the same part of the face; each of them is followed by itself.
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
    apart: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, dict[str, float]]:
        """All driven keys of all meshes: name → mix."""
        return {key: shape for keys in self.shapes.values() for key, shape in keys.items()}

    def drives(self, part: str) -> bool:
        """Whether shape keys move this part of the face (a name of `shape_keys.PARTS`)."""
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
        data = json_text.parsed(text, "This mapping file", "Choose a file that Export Mapping wrote.")
        override = read_override(data)
        shapes = data.get("shapes", {"": override["keys"]})
        if not isinstance(shapes, dict):
            raise UserError('"shapes" of the mapping must be a table of meshes.', "Export the mapping again.")
        try:
            return cls(
                str(data.get("name", "")),
                {str(mesh): read_keys(keys) for mesh, keys in shapes.items()},
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


def map_character(description: RigDescription, override: Mapping[str, object] | None = None) -> CharacterMapping:
    """Find out how to drive a character. override: see `read_override`. Raises UserError on a bad override."""
    given = read_override(override or {})
    free, blocked = _free_and_blocked(description)
    bones = given["bones"] if given["automatic"] else {**dict.fromkeys(BONE_ROLES, ""), **given["bones"]}
    found = _without_sliders(find_bones(description, bones), description, given["bones"])
    # where the shape that should open the mouth is there in name only, another one must
    free = _not_of_bones(free, description, found)
    names = list(dict.fromkeys(key for keys in free.values() for key in keys))
    must_open = "jaw" not in found.bones and any(
        "jawOpen" in match.mix(key) for match in detect(sorted(description.empty_keys)) for key in match.keys
    )
    matches = detect(names, tuple(free.values()))
    choice = choose(matches, names if must_open else ())
    wanted, notes = _wanted(description, names, choice, given)
    shapes = _by_mesh(free, wanted, choice, given)
    known = {key for match in matches for key in match.keys}
    apart = (
        _apart({mesh: [key for key in keys if key in known] for mesh, keys in free.items()}, shapes)
        if given["automatic"]
        else {}
    )
    jaw_with_shapes, told = jaw_for_meshes(description, found.bones, {**shapes, **apart})
    coverage, missing = coverage_of(wanted, found.bones)
    notes += blocked_notes(blocked, description)
    notes += found.notes
    notes += told
    notes += missing_bones_note(found.bones) if not description.bones_blocked else []
    notes += speech_notes(wanted, found.bones, description, bool(blocked))
    return CharacterMapping(
        description.name,
        shapes,
        found.bones,
        _recognised(choice, wanted, found),
        coverage,
        missing,
        tuple(dict.fromkeys(notes)),
        given["jaw_with_shapes"] or jaw_with_shapes,
        found.convention.face_controls if found.convention is not None else "",
        apart,
    )


def _free_and_blocked(description: RigDescription) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Shape keys that may be keyed, mesh → names, and those that may not, reason → "name (mesh)"."""
    free: dict[str, list[str]] = {}
    blocked: dict[str, list[str]] = {}
    empty = description.empty_keys
    for mesh in description.meshes:
        for key in mesh.keys:
            reason = mesh.blocked or key.blocked
            if not reason and key.maximum <= max(key.minimum, 0.0):
                reason = f"limited to values up to {key.maximum:g}"
            if not reason and key.name in empty:
                reason = "empty"
            if reason:
                blocked.setdefault(reason, []).append(f"{key.name} ({mesh.name})")
            else:
                free.setdefault(mesh.name, []).append(key.name)
    return free, blocked


def _without_sliders(found: FoundBones, description: RigDescription, by_hand: Mapping[str, str]) -> FoundBones:
    """Without bones of the face that only move shapes: a knob of a board called jaw is no jaw."""
    if found.convention is not None and found.convention.face_controls:
        return found
    knobs = {
        slider.bone
        for slider in description.sliders
        if slider.owner == description.armature
        and slider.bone in description.bones
        and not _turns(slider)
        and not description.bones[slider.bone].deform
    }
    bones = {
        role: name
        for role, name in found.bones.items()
        if role not in FACE_ROLES or name not in knobs or by_hand.get(role) == name
    }
    return replace(found, bones=bones)


def _turns(slider: Slider) -> bool:
    return ".rotation_" in slider.path


def _not_of_bones(
    free: Mapping[str, list[str]], description: RigDescription, found: FoundBones
) -> dict[str, list[str]]:
    """Without keys that follow the turn of a bone that is driven itself: they come with it."""
    driven = {*found.bones.values()}
    follow = {
        (mesh.name, key.name)
        for mesh in description.meshes
        for key in mesh.keys
        if key.slider is not None
        and _turns(key.slider.slider)
        and key.slider.slider.owner == description.armature
        and key.slider.slider.bone in driven
    }
    return {mesh: [key for key in keys if (mesh, key) not in follow] for mesh, keys in free.items()}


def _wanted(
    description: RigDescription, names: list[str], choice: Choice, given: MappingOverride
) -> tuple[dict[str, dict[str, float]], list[str]]:
    """The keys to drive and what each shows, corrected by hand, and a sentence about each key that is not there."""
    wanted = dict(choice.keys) if given["automatic"] else {}
    notes = []
    for key, shape in given["keys"].items():
        wanted.pop(key, None)
        if shape and key in names:
            wanted[key] = shape
        elif shape and not any(key == entry.name for mesh in description.meshes for entry in mesh.keys):
            notes.append(f"There is no shape key “{key}” (given by hand).")
    return wanted, notes


def _by_mesh(
    free: Mapping[str, list[str]], wanted: Mapping[str, dict[str, float]], choice: Choice, given: MappingOverride
) -> dict[str, dict[str, dict[str, float]]]:
    """The keys to drive on each mesh; a mesh that spells them in another way has them by its own names."""
    spelled = twins(choice, free) if given["automatic"] else {}
    shapes = {}
    for mesh, keys in free.items():
        own = {key: wanted[key] for key in keys if key in wanted}
        for key, leader in spelled.get(mesh, {}).items():
            if key not in given["keys"] and leader in wanted:
                own[key] = wanted[leader]
        if own:
            shapes[mesh] = own
    return shapes


def _apart(
    free: Mapping[str, list[str]], shapes: Mapping[str, dict[str, dict[str, float]]]
) -> dict[str, dict[str, dict[str, float]]]:
    """Keys of meshes whose own set shows a part of the face that others show by a set which they lack: teeth with visemes in a face
    with ARKit shapes."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for mesh, keys in free.items():
        shown = _parts_of(shapes.get(mesh, {}).values())
        elsewhere = _parts_of(mix for other, mixes in shapes.items() if other != mesh for mix in mixes.values())
        lacking = elsewhere - shown
        if not lacking:
            continue
        own = {
            key: mix
            for key, mix in choose(detect(keys)).keys.items()
            if (parts := _parts_of([mix])) & lacking and not parts & shown
        }
        if own:
            found[mesh] = own
    return found


def _parts_of(mixes: Iterable[Mapping[str, float]]) -> set[str]:
    names = {name for mix in mixes for name in mix}
    return {part for part, of_part in PARTS.items() if names & of_part}


def _recognised(
    choice: Choice, wanted: dict[str, dict[str, float]], found: FoundBones
) -> tuple[tuple[str, int, int], ...]:
    """What was recognised: (label, found, total), shapes first."""
    rows = [
        (match.convention.label, match.found, match.total)
        for match, _ in choice.used
        if match.keys.keys() & wanted.keys()
    ]
    if found.bones:
        label = found.convention.label if found.convention is not None else "Bones"
        rows.append((label, found.found, len(BODY_JOINTS)))
    return tuple(rows)
