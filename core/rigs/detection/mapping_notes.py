# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mapping covers of a face, and what people are told about what it does not."""

from __future__ import annotations

from collections.abc import Mapping

from ...motion.face import ARKIT_NAMES
from ...motion.joints import SIDES
from ...wording import count, first_few
from ..description import RigDescription
from .key_orders import nameless
from .shape_keys import LIPS, PARTS, detect, speech_likeness
from .words_for_bones import missing_bones

_NAMED = 5  # keys, before the rest is only counted
_ENOUGH_TO_SPEAK = 0.6  # share of speech's mouths that shapes must show; by eye
# What to do about a key that cannot be keyed, by the first word of the reason.
_ADVICE = {
    "driven": (
        "Remove the drivers (right-click the value, Delete Drivers), or bake the performance onto a copy without them."
    ),
    "empty": (
        "Sculpt what they should show, or tell under Mapping which other shape shows it; until then others do what "
        "they can."
    ),
    "muted": "Turn the shape keys on again with their check boxes.",
    "locked": "Unlock them in the shape keys list.",
    "its": "Unlock or unmute the curves in the Graph Editor.",
    "linked": "Make a library override of the character, or make it local.",
    "a": "Make the library override editable in the Outliner.",
    "absolute": "Tick Relative in the mesh's Shape Keys panel.",
}


def coverage_of(
    shapes: Mapping[str, Mapping[str, float]], bones: Mapping[str, str]
) -> tuple[dict[str, tuple[int, int]], tuple[str, ...]]:
    """How much of each part of the face is driven: {part: (driven, total)}, and the canonical shapes that nothing
    shows.

    shapes: key → {canonical shape: weight}. bones: role → bone name.
    """
    shown = {name for shape in shapes.values() for name in shape}
    by_bone = _by_bone(bones)
    coverage: dict[str, tuple[int, int]] = {}
    missing: set[str] = set()
    poses = [shape for shape in shapes.values() if len(shape) > 2 and shape.keys() & LIPS]
    # a mouth of poses is solved for as a whole: single shapes are not missing from it if it can speak
    speaks = bool(poses) and speech_likeness(list(shapes.values())) >= _ENOUGH_TO_SPEAK
    for part, names in PARTS.items():
        driven = names if part == "lips" and speaks else names & (shown | by_bone.get(part, set()))
        coverage[part] = (len(driven), len(names))
        missing |= names - driven
    return coverage, tuple(name for name in ARKIT_NAMES if name in missing)


def _by_bone(bones: Mapping[str, str]) -> dict[str, set[str]]:
    """What bones can show of each part of the face: part → canonical shapes."""
    shown: dict[str, set[str]] = {part: set() for part in PARTS}
    if "jaw" in bones:
        shown["lips"] |= {"jawOpen", "jawForward", "jawLeft", "jawRight"}
    if "lip_upper" in bones and "lip_lower" in bones:
        shown["lips"] |= LIPS
        for shape, role in (("cheekSquint", "cheek"), ("noseSneer", "nose")):
            shown["cheeks"] |= {f"{shape}{side.capitalize()}" for side in SIDES if f"{side}_{role}" in bones}
    if "left_brow_inner" in bones:
        shown["brows"] |= PARTS["brows"]
    if "left_lid_upper" in bones:
        shown["eyes"] |= PARTS["eyes"]
    for side in SIDES:
        if f"{side}_lid_upper" in bones:
            shown["blink"].add(f"eyeBlink{side.capitalize()}")
        if f"{side}_eye_smplhf" in bones or f"{side}_gaze_target" in bones:
            shown["gaze"] |= {f"eyeLook{way}{side.capitalize()}" for way in ("Up", "Down", "In", "Out")}
    if "tongue" in bones:
        shown["tongue"] |= {"tongueOut", "tongueTipUp"}
    return shown


def blocked_notes(blocked: Mapping[str, list[str]], description: RigDescription) -> list[str]:
    """One sentence for each reason why keys cannot be keyed (→ "name (mesh)"), if they would have been of use."""
    notes = []
    every = [key.name for mesh in description.meshes for key in mesh.keys]
    useful = {key for match in detect(every) for key in match.keys} if blocked else set()
    for reason, keys in blocked.items():
        lost = [key for key in keys if key.rsplit(" (", 1)[0] in useful]
        if not lost:
            continue
        some = ", ".join(lost[:3]) + (" …" if len(lost) > 3 else "")
        advice = _ADVICE.get(reason.split()[0].strip(",;:"), "") if reason else ""
        said = count(len(lost), "shape key is", "shape keys are")
        advice = "" if ";" in reason else f" {advice}"  # the reason already says what to do
        notes.append(f"{said} left alone, {reason}: {some}.{advice}".rstrip())
    return notes


def speech_notes(
    shapes: Mapping[str, Mapping[str, float]], bones: Mapping[str, str], description: RigDescription, has_blocked: bool
) -> list[str]:
    """What keeps the mouth from speaking: a sentence, or none. shapes, bones: as for `coverage_of`."""
    lips = [shape for shape in shapes.values() if shape.keys() & LIPS]
    if lips and (shut := _shut_mesh(shapes, description)):
        return [shut]
    if lips:
        value = speech_likeness(lips)
        if value < _ENOUGH_TO_SPEAK:
            return [
                f"The mouth's shapes can show {value:.0%} of speech; lip shapes such as mouthPucker, mouthFunnel "
                "and mouthClose, or a set of visemes, would let it speak clearly."
            ]
        return []
    if "lip_upper" in bones and "lip_lower" in bones:
        return []
    if "jaw" in bones:
        return [
            "There are no shapes for the lips, only a jaw bone: the mouth opens and closes, but cannot round or press."
        ]
    if description.meshes and not has_blocked:
        return [_no_mouth(description)]
    return [] if has_blocked else ["There are neither mouth shapes nor a jaw bone, so the lips cannot be driven."]


def _shut_mesh(shapes: Mapping[str, Mapping[str, float]], description: RigDescription) -> str:
    """A sentence if what opens the mouth moves teeth or tongue, but is empty on the mesh that shows most of the face; or ""."""
    used = {mesh: [key for key in mesh.keys if key.name in shapes] for mesh in description.meshes}
    main = max(used, key=lambda mesh: sum(not key.empty for key in used[mesh]), default=None)
    openers = [key for key in used[main] if shapes[key.name].get("jawOpen", 0.0) >= 0.1] if main is not None else []
    if main is None or not openers or not all(key.empty for key in openers):
        return ""
    return (
        f"{first_few((key.name for key in openers), _NAMED)} moves nothing on “{main.name}”, only on other meshes, so the mouth stays "
        "shut there. Make that shape anew, or switch it off (its check box) for another one to open the mouth."
    )


def _no_mouth(description: RigDescription) -> str:
    """Names the keys of which none was recognised, and says what to do."""
    names = list(dict.fromkeys(key.name for mesh in description.meshes for key in mesh.keys))
    some = first_few(names, _NAMED)
    said = (
        f"None of the shape keys was recognised as part of a mouth ({some}). Tell under Mapping which shape is which."
    )
    if alike := nameless(description):
        said += (
            f" {alike[0].name} has {len(alike[0].keys)}, as ARKit: Use Order of Keys there names them by their places."
        )
    return said


def missing_bones_note(bones: Mapping[str, str]) -> list[str]:
    """Names the joints of the body without a bone: a sentence, or none if all or none have one. bones: role → bone."""
    lacking = missing_bones(bones)
    return (
        [f"No bone was found for: {', '.join(lacking)}. Pick one under Mapping if the character has it."]
        if lacking
        else []
    )


def jaw_for_meshes(
    description: RigDescription, bones: Mapping[str, str], shapes: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> tuple[bool, list[str]]:
    """Whether the jaw bone has to turn although shapes open the mouth, and a sentence about it.

    Teeth without shapes hang on the jaw bone, and would stay behind. Where the face itself hangs on it, too, the mouth would open twice.

    Args:
        description: tells what the jaw bone moves.
        bones: role → bone name.
        shapes: mesh → key → {canonical shape: weight}.
    """
    opening = {mesh for mesh, keys in shapes.items() if any(mix.get("jawOpen", 0.0) > 0.0 for mix in keys.values())}
    hanging = sorted(description.on_jaw - opening)
    if "jaw" not in bones or not opening or not hanging:
        return False, []
    some = ", ".join(f"“{mesh}”" for mesh in hanging[:3]) + (" and others" if len(hanging) > 3 else "")
    hang = "hangs" if len(hanging) == 1 else "hang"
    if opening & description.on_jaw:
        has = "has" if len(hanging) == 1 else "have"
        return False, [
            f"{some} {hang} on the jaw bone “{bones['jaw']}” and {has} no shape that opens the mouth; the bone stays as it is, as it "
            "moves the face too, which its shapes open already. Copy the shapes to them (Surface Deform, then Apply as "
            "Shape Key)."
        ]
    return True, [
        f"The jaw bone “{bones['jaw']}” turns with the shapes, as {some} {hang} on it without a shape that opens the mouth."
    ]
