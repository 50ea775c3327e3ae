# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found on a character: said in the panel, and corrected by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import bpy

from .. import json_text, output_files
from ..errors import UserError
from ..motion.face_track import FACE_NAMES
from ..motion.joints import JOINT_INDEX, JOINT_NAMES
from ..rigs.description import RigDescription
from ..rigs.detection import found_in_words, key_orders
from ..rigs.detection import mapping as mappings
from ..rigs.detection.mapping_override import read_override
from ..rigs.detection.words_for_bones import bone_in_words, missing_bones
from ..wording import in_words
from . import characters, compat
from .reading import rig_reading
from .remembered import append
from .setting_properties import scene_settings
from .stored_paths import used_files

_NAMED = 3  # things that are missing, before the rest is left to the panel


def detect(context: bpy.types.Context) -> bpy.types.Object:
    """Find the character that is meant, remember what it has, and show it in the panel. Raises UserError."""
    settings = scene_settings(context.scene)
    roots = characters.selected_roots(context)
    # a selected one, even if another was chosen by hand
    root = roots[0] if len(roots) == 1 else characters.find(context)
    description = rig_reading.describe(root, context.scene)
    rig_reading.require_something(root, description)
    _remember(root, context.scene, description)
    if settings.character != root:
        characters.follow_selection_to(context.scene, root)
    return root


def add_demo_character(context: bpy.types.Context) -> bpy.types.Object:
    """Add the demo character and show it in the panel. Raises UserError."""
    from . import demo_character

    if context.mode != "OBJECT":
        raise UserError("The file is in Edit or Pose Mode.", "Leave it first.")
    root = demo_character.add(context)
    remember(root, context.scene)
    characters.follow_selection_to(context.scene, root)
    return root


def remember(root: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Store with the character what was found on it, so that the panel need not look again."""
    _remember(root, scene, rig_reading.describe(root, scene))


def _remember(root: bpy.types.Object, scene: bpy.types.Scene, description: RigDescription) -> None:
    show(root, scene, description, mappings.map_character(description, characters.stored_mapping(root)))


def show(
    root: bpy.types.Object, scene: bpy.types.Scene, description: RigDescription, mapped: mappings.CharacterMapping
) -> None:
    """Put a mapping into what the panel draws."""
    if not compat.is_editable(root):
        return
    settings = characters.own_memory(root, scene)
    settings.summary = mapped.summary()
    settings.face, settings.body = found_in_words.face_line(mapped), found_in_words.body_line(mapped)
    settings.missing = ", ".join(mapped.missing)
    settings.missing_bones = ", ".join(missing_bones(mapped.bones))
    settings.undrivable = json.dumps(found_in_words.cannot_be_driven(description, mapped))
    settings.nameless = ", ".join(mesh.name for mesh in key_orders.nameless(description))
    settings.mapping_rows.clear()
    blocked = {key.name: mesh.blocked or key.blocked for mesh in description.meshes for key in mesh.keys}
    blocked |= {name: blocked[name] or "empty" for name in description.empty_keys}
    unused = found_in_words.why_unused([name for name, reason in blocked.items() if not reason], mapped)
    keys = mapped.keys
    for name, reason in (blocked | unused).items():
        shown = format_mix(keys.get(name, {}))
        append(settings.mapping_rows, name=name, label=name, state=reason, target=shown)
    for role in _roles(mapped, bool(description.bones)):
        label = bone_in_words(role).capitalize()
        append(settings.mapping_rows, name=role, label=label, target=mapped.bones.get(role, ""), is_bone=True)


def found(root: bpy.types.Object) -> str:
    """What is remembered of a character in one line: "Face: none. Body: Rigify, 18 of 22; missing: left toes, …"."""
    memory = characters.memory(root)
    shapes = ", ".join(in_words(name) for name in memory.missing.split(", ")) if memory.face != "none" else ""
    said = []
    for what, line, missing in (("Face", memory.face, shapes), ("Body", memory.body, memory.missing_bones)):
        names = [name for name in missing.split(", ") if name]
        some = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
        said.append(f"{what}: {line}" + (f"; missing: {some}" if names else ""))
    return f"{'. '.join(said)}.".replace("….", "…")


def _roles(mapped: mappings.CharacterMapping, has_bones: bool) -> Iterator[str]:
    """What the panel lists: every joint, also those without a bone, so that one can be picked by hand; of the face's controls
    those that were found."""
    if has_bones:
        yield from JOINT_NAMES
    yield from (role for role in mapped.bones if role not in JOINT_INDEX or not has_bones)


# --------------------------------------------------------------------------------------------------- corrections by hand


def format_mix(mix: dict[str, float]) -> str:
    """{"jawOpen": 0.6, "mouthFunnel": 1.0} as "jawOpen 0.6, mouthFunnel"."""
    return ", ".join(name if weight == 1.0 else f"{name} {weight:.3g}" for name, weight in mix.items())


def parse_mix(text: str) -> dict[str, float]:
    """The reverse of format_mix. Raises UserError."""
    mix = {}
    for part in text.replace("=", " ").replace(";", ",").split(","):
        words = part.split()
        if not words:
            continue
        try:
            mix[words[0]] = float(words[1]) if len(words) == 2 else 1.0
        except ValueError as error:
            raise UserError(
                f'"{words[1]}" is no number.', "Write for instance: jawOpen 0.6, mouthFunnel 0.3"
            ) from error
        if len(words) > 2:
            raise UserError(f'"{part.strip()}" is no shape with a weight.', "Write: jawOpen 0.6, mouthFunnel 0.3")
    return mix


def shapes_to_pick(text: str) -> list[str]:
    """What may be meant while someone types what a key shows: every shape there is, in place of the last one that was typed."""
    before, comma, last = text.rpartition(",")
    typed = last.strip().lower()
    names = [name for name in FACE_NAMES if typed in name.lower()] or FACE_NAMES
    return [f"{before}{comma} {name}".strip() for name in names]


def correct(root: bpy.types.Object, scene: bpy.types.Scene, name: str, target: str, is_bone: bool) -> None:
    """Say by hand what a shape key shows ("jawOpen 0.6, mouthFunnel"), or which bone has a role; "" for nothing.

    Raises UserError, with nothing changed, if there is no such shape or bone.
    """
    override = characters.stored_mapping(root) or {}
    if is_bone:
        armature = root.data
        if target and (not isinstance(armature, bpy.types.Armature) or armature.bones.get(target) is None):
            raise UserError(f'"{root.name}" has no bone "{target}".', "Choose one from the list.")
        override.setdefault("bones", {})[name] = target
    else:
        override.setdefault("keys", {})[name] = parse_mix(target)
    _store(root, scene, override)


def _store(root: bpy.types.Object, scene: bpy.types.Scene, override: Mapping[str, object] | None) -> None:
    description = rig_reading.describe(root, scene)
    mapped = mappings.map_character(description, override)  # raises UserError before anything is stored
    characters.own_memory(root, scene).mapping = json.dumps(override, ensure_ascii=False) if override else ""
    show(root, scene, description, mapped)


def use_order(root: bpy.types.Object, scene: bpy.types.Scene, order: str) -> int:
    """Say of shape keys whose names say nothing that they come in an order of ARKit's. Returns how many. Raises UserError if there
    are none."""
    description = rig_reading.describe(root, scene)
    shown: dict[str, str] = {}
    for mesh in key_orders.nameless(description):
        shown |= key_orders.in_order(mesh, order)
    if not shown:
        raise UserError(
            f'"{root.name}" has no mesh with as many shape keys without a telling name.',
            "Choose another order, or say what each shows.",
        )
    override = characters.stored_mapping(root) or {}
    override.setdefault("keys", {}).update({key: {name: 1.0} if name else {} for key, name in shown.items()})
    _store(root, scene, override)
    return len(shown)


def reset(root: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Forget all corrections, also damaged ones."""
    characters.own_memory(root, scene).mapping = ""
    _store(root, scene, None)


def export_mapping(root: bpy.types.Object, scene: bpy.types.Scene, path: Path) -> None:
    """Write the whole mapping as JSON. Raises UserError."""
    output_files.require_writable(path, output_files.MAPPING, used_files())
    mapped = mappings.map_character(rig_reading.describe(root, scene), characters.stored_mapping(root))
    output_files.write_text(path, output_files.MAPPING, mapped.to_json() + "\n", used_files())


def import_mapping(root: bpy.types.Object, scene: bpy.types.Scene, path: Path) -> None:
    """Read a mapping that was exported, or written by hand. Raises UserError with nothing changed."""
    content = json_text.read_file(path, "mapping", "Choose a file that Export Mapping wrote.")
    _store(root, scene, read_override(content))
