# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters in the scene: which one is meant and what belongs to it.

Panels use this while drawing, so it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from typing import Any

import bpy

from .. import json_text
from ..errors import UserError
from ..rigs.detection.mapping_override import read_override
from ..rigs.detection.spelling import words
from .reading import instances
from .reading.face_sliders import followed_keys, followed_objects
from .remembered import append
from .setting_properties import scene_settings

# Words of bones: what a face hangs on and is made of, and what only a body has.
_HEAD_WORDS = frozenset("head neck skull face facial jaw mouth lip lips tongue eye eyes brow eyebrow 頭 首 顔".split())
_BODY_WORDS = frozenset(
    "hips hip pelvis thigh leg upleg calf shin knee foot spine chest torso hand forearm arm 足 腰 腕 センター".split()
)
_CARRYING_WHOLLY = {"CHILD_OF", "COPY_TRANSFORMS", "ARMATURE"}
_CARRYING = {*_CARRYING_WHOLLY, "COPY_LOCATION"}


def shape_keys(mesh_object: bpy.types.Object) -> bpy.types.Key | None:
    """The shape keys of a mesh object, or None if there are none besides the basis."""
    if not isinstance(mesh_object.data, bpy.types.Mesh):
        return None
    keys = mesh_object.data.shape_keys
    return keys if keys is not None and len(keys.key_blocks) > 1 else None


def armature_of(part: bpy.types.Object) -> bpy.types.Object | None:
    """The armature that moves `part`: itself, its Armature modifier's, the nearest one that it is parented to, or the one that it follows
    by a constraint."""
    if part.type == "ARMATURE":
        return part
    deforming = [
        modifier.object
        for modifier in part.modifiers
        if isinstance(modifier, bpy.types.ArmatureModifier) and modifier.object is not None
    ]
    if deforming:
        return deforming[0] if len(set(deforming)) == 1 else max(deforming, key=lambda one: _likely_body(part, one))
    parent = part.parent
    while parent is not None:
        if (armature := armature_of(parent)) is not None:
            return armature
        parent = parent.parent
    return next((armature for armature, _, influence in _carriers(part, _CARRYING_WHOLLY) if influence > 0.5), None)


def _likely_body(part: bpy.types.Object, armature: bpy.types.Object) -> tuple[bool, bool, bool, int]:
    """How likely an armature is a character's own, of several that deform one mesh: cloth, hair and breasts have rigs, too."""
    assert isinstance(armature.data, bpy.types.Armature)
    named = [frozenset(words(bone.name)) for bone in armature.data.bones]
    has_body, has_head = any(_BODY_WORDS & one for one in named), any(_HEAD_WORDS & one for one in named)
    return has_body and has_head, has_body or has_head, part.parent == armature, len(named)


def _carriers(part: bpy.types.Object, kinds: Set[str]) -> Iterator[tuple[bpy.types.Object, str, float]]:
    """(armature, bone of it, influence) of what carries an object by constraints of some kinds, such as Child Of; bone: "" for the whole
    armature."""
    constraint: Any
    for constraint in part.constraints:
        if constraint.type in kinds and not constraint.mute:
            for place in constraint.targets if constraint.type == "ARMATURE" else (constraint,):
                if place.target is not None and place.target.type == "ARMATURE":
                    yield place.target, place.subtarget, constraint.influence


def character_armature(part: bpy.types.Object) -> bpy.types.Object | None:
    """Like `armature_of`, but for a face with an armature of its own it is the armature of the body that carries it."""
    armature = armature_of(part)
    seen = {armature}
    while armature is not None and (body := _carrier(armature)) is not None and body not in seen:
        seen.add(body)
        armature = body
    return armature


def _carrier(face: bpy.types.Object) -> bpy.types.Object | None:
    """The armature of the body that an armature of a face alone hangs on, or None if it stands for itself.

    A rider on a horse has legs of its own; a face that only bones move is driven by those.
    """
    body, bone = _hung_on(face)
    if body is None or body == face or not isinstance(face.data, bpy.types.Armature):
        return None
    on_head = bool(_HEAD_WORDS.intersection(words(bone)))
    if bone and not on_head or any(_BODY_WORDS.intersection(words(own.name)) for own in face.data.bones):
        return None
    if not on_head and not any(_HEAD_WORDS.intersection(words(own.name)) for own in face.data.bones):
        return None
    moves_shapes = any(shape_keys(part) is not None and armature_of(part) == face for part in bpy.data.objects)
    return body if moves_shapes else None


def _hung_on(part: bpy.types.Object) -> tuple[bpy.types.Object | None, str]:
    """The armature that carries an object by a parent or a constraint, and the bone of it, "" for the whole of it."""
    above, bone = part.parent, part.parent_bone if part.parent_type == "BONE" else ""
    while above is not None and above.type != "ARMATURE":
        above, bone = above.parent, above.parent_bone if above.parent_type == "BONE" else ""
    if above is not None:
        return above, bone
    return next(((armature, bone) for armature, bone, _ in _carriers(part, _CARRYING)), (None, ""))


def root_of(part: bpy.types.Object | None) -> bpy.types.Object | None:
    """The object that stands for the whole character of which `part` is one: its armature, or its mesh; or None."""
    if part is None:
        return None
    armature = character_armature(part)
    if armature is not None:
        return armature
    if shape_keys(part) is not None:
        return _root_of_followers(part) or part
    below = part.children_recursive
    for kind in ("ARMATURE", "MESH"):
        for child in below:
            if child.type == kind and (kind == "ARMATURE" or shape_keys(child) is not None):
                return character_armature(child) or child
    # A mesh without keys (a body) next to one with keys (a head) below the same empty.
    if part.parent is not None and part.type == "MESH":
        return root_of(part.parent)
    return None


def _root_of_followers(sliders: bpy.types.Object) -> bpy.types.Object | None:
    """The armature of the character whose shapes follow those of a mesh without one, or None."""
    own = shape_keys(sliders)
    followers = {keys for keys in bpy.data.shape_keys if own in followed_keys(keys)}
    for part in bpy.data.objects if followers else ():
        if shape_keys(part) in followers and (armature := character_armature(part)) is not None:
            return armature
    return None


def top_of(part: bpy.types.Object) -> bpy.types.Object:
    """The last one of an object's parents, or the object itself."""
    while part.parent is not None:
        part = part.parent
    return part


def face_meshes(root: bpy.types.Object, scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The character's mesh objects in this scene that have shape keys, each set of keys once, in order of name."""
    if root.type == "ARMATURE":
        of_root: dict[bpy.types.Object | None, bool] = {None: False, root: True}
        members = []
        for other in scene.objects:
            if other.type == "MESH":
                armature = armature_of(other)
                if armature not in of_root:
                    of_root[armature] = armature is not None and character_armature(armature) == root
                if of_root[armature]:
                    members.append(other)
    elif root.parent is not None:
        top = top_of(root)
        members = [
            other for other in (top, *top.children_recursive) if other.type == "MESH" and armature_of(other) is None
        ]
        members = [other for other in members if other.name in scene.objects]
    else:
        members = [root, *(child for child in root.children_recursive if child.type == "MESH")]
    seen, meshes = set(), []
    for member in sorted(members, key=lambda mesh: mesh.name):
        keys = shape_keys(member)
        if keys is not None and keys not in seen:
            seen.add(keys)
            meshes.append(member)
    followed = {keys for mesh in meshes if (own := shape_keys(mesh)) is not None for keys in followed_keys(own)} - seen
    for other in sorted(scene.objects, key=lambda part: part.name) if followed else ():
        if shape_keys(other) in followed and character_armature(other) in (None, root):
            followed.discard(shape_keys(other))
            meshes.append(other)
    return sorted(meshes, key=lambda mesh: mesh.name)


def animated_objects(root: bpy.types.Object, scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The character, its meshes with shape keys, and objects of this scene that hold sliders which those follow."""
    meshes = face_meshes(root, scene)
    followed = [part for mesh in meshes if (keys := shape_keys(mesh)) is not None for part in followed_objects(keys)]
    found = dict.fromkeys((root, *meshes, *followed))
    return [part for part in found if part in (root, *meshes) or scene.objects.get(part.name) == part]


def candidates(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The roots of all characters of a scene that have shape keys, or else of all armatures, in order of name."""
    armatures = [part for part in scene.objects if part.type == "ARMATURE"]
    with_face = {
        character_armature(part) or _root_of_followers(part) or _group_root(part, scene)
        for part in scene.objects
        if shape_keys(part) is not None
    }
    return sorted(with_face or armatures, key=lambda part: part.name)


def _group_root(mesh_object: bpy.types.Object, scene: bpy.types.Scene) -> bpy.types.Object:
    """One of several keyed meshes without an armature stands for them: the first by name below the same parent."""
    return (face_meshes(mesh_object, scene) or [mesh_object])[0] if mesh_object.parent is not None else mesh_object


def find(context: bpy.types.Context) -> bpy.types.Object:
    """The character that is meant: the one chosen by hand, else that of the selection, else the scene's only one.

    Raises UserError if there is none, more than one to choose from, or only an instance of one.
    """
    scene = context.scene
    settings = scene_settings(scene)
    chosen = settings.character
    if chosen is not None and not chosen.users_scene:  # deleted, but for the setting that still points to it
        chosen = None
    if chosen is not None and scene.objects.get(chosen.name) != chosen:
        if not settings.character_follows_selection:
            raise UserError(
                f'"{chosen.name}" is not in the scene "{scene.name}".', "Choose another character in the panel."
            )
        chosen = None
    if chosen is not None and not settings.character_follows_selection:
        return root_of(chosen) or chosen
    selected = selected_roots(context)
    if len(selected) > 1 and root_of(context.view_layer.objects.active) not in selected:
        raise UserError(
            f"Several characters are selected: {names_of(selected)}.", "Select one, or choose it in the panel."
        )
    if selected:
        active = root_of(context.view_layer.objects.active)
        return _require_in(scene, active if active in selected else selected[0])
    instances.require_none(context)
    _require_no_other_keys(context)
    if chosen is not None:
        return root_of(chosen) or chosen
    possible = candidates(scene)
    if len(possible) == 1:
        return _require_in(scene, possible[0])
    if possible:
        raise UserError(f"The scene has several characters: {names_of(possible)}.", "Select the one that speaks.")
    if (instance := instances.first(scene)) is not None:
        raise UserError(instances.why_not(instance), instances.what_to_do(instance))
    raise UserError(
        "There is no character with shape keys or bones in this scene.",
        "Select yours, or add one with Add Demo Character in the Audio2Rig tab.",
    )


def _require_in(scene: bpy.types.Scene, root: bpy.types.Object) -> bpy.types.Object:
    """A character's root. Raises UserError if the scene has it no more, though meshes follow it still: what a setting points to outlives
    its deletion."""
    if scene.objects.get(root.name) == root or any(part == root for part in scene.objects):
        return root
    raise UserError(
        f'The meshes follow "{root.name}", which is not in the scene "{scene.name}": it was deleted, or is in another one.',
        "Put it back (Ctrl Z, or link it to the scene), or clear the meshes' parent and remove their Armature modifiers.",
    )


def _require_no_other_keys(context: bpy.types.Context) -> None:
    """Raises UserError if what is selected has shape keys, but is no mesh."""
    active = context.view_layer.objects.active
    if active is None or not active.select_get() or isinstance(active.data, bpy.types.Mesh):
        return
    if getattr(active.data, "shape_keys", None) is not None:
        kind = active.type.capitalize()
        raise UserError(
            f'"{active.name}" is a {kind}; shape keys can be driven on meshes only.',
            "Let them follow keys of the same names on a mesh, by drivers, or select another character.",
        )


def selected_roots(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The characters of which something is selected, in order of name."""
    roots = {root for part in context.view_layer.objects if part.select_get() and (root := root_of(part)) is not None}
    return sorted(roots, key=lambda part: part.name)


def names_of(parts: Iterable[bpy.types.Object]) -> str:
    return ", ".join(part.name for part in parts)


def follow_selection_to(scene: bpy.types.Scene, root: bpy.types.Object) -> None:
    """Show a character that was found from the selection; selecting another one changes it again."""
    scene_settings(scene).character = root
    scene_settings(scene).character_follows_selection = True


def shown(context: bpy.types.Context) -> bpy.types.Object | None:
    """The character that the panel is about, without looking through the scene: chosen by hand, else of the active object."""
    settings = scene_settings(context.scene)
    if settings.character is not None and not settings.character_follows_selection:
        return root_of(settings.character) or settings.character
    active = context.view_layer.objects.active
    if active is not None:
        root = character_armature(active) or (root_of(active) if shape_keys(active) is not None else None)
        if root is not None:
            return root
        if active.select_get() and instances.is_of_character(active):
            return None
    kept = settings.character
    return kept if kept is not None and context.scene.objects.get(kept.name) == kept else None


def memory(root: bpy.types.Object) -> Any:
    """What is remembered with a character (Audio2RigObject), to read. A library override loses properties of add-ons when
    the file is saved, so the scene keeps them for it."""
    if root.override_library is not None:
        for scene in bpy.data.scenes:
            for kept in scene_settings(scene).overridden:
                if kept.owner == root:
                    return kept
    return root.audio2rig  # pyright: ignore[reportAttributeAccessIssue] -- registering adds it


def memory_with(element: Any, collection: str) -> Any:
    """What is remembered with the character whose collection of that name holds an element; None if none holds it any more."""
    holder = element.id_data
    if isinstance(holder, bpy.types.Object):
        return getattr(holder, "audio2rig")  # noqa: B009 -- registering adds it
    some = scene_settings(holder).overridden
    return next((kept for kept in some if any(one == element for one in getattr(kept, collection))), None)


def shown_memory(context: bpy.types.Context) -> Any:
    """What is remembered with the character that the panel is about, to read; None without one."""
    root = shown(context)
    return memory(root) if root is not None else None


def own_memory(root: bpy.types.Object, scene: bpy.types.Scene) -> Any:
    """Like `memory`, to write."""
    found = memory(root)
    if root.override_library is not None and found.owner != root:
        append(scene_settings(scene).overridden, owner=root)
        found = scene_settings(scene).overridden[-1]
    return found


def stored_mapping(root: bpy.types.Object) -> dict[str, Any] | None:
    """The corrections of the mapping that were made by hand. Raises UserError if what is stored is damaged."""
    text = memory(root).mapping
    what, hint = f'The mapping stored with "{root.name}"', "Reset it under Mapping."
    mapping = json_text.stored(text, what, hint)
    try:
        read_override(mapping)
    except UserError as error:
        raise UserError(f"{what} is damaged: {error.message}", hint) from error
    return mapping if text else None


def undrivable_parts(root: bpy.types.Object) -> dict[str, str]:
    """{part: why it cannot be driven}, as far as the character has been looked at."""
    found = json_text.kept(memory(root).undrivable, f'What "{root.name}" cannot show')
    return {part: reason for part, reason in found.items() if isinstance(reason, str)}


# ---------------------------------------------------------------------------------------------------------- data paths


def shape_path(key_name: str) -> str:
    """The data path of a shape key's value, from its Key data-block."""
    return f'key_blocks["{bpy.utils.escape_identifier(key_name)}"].value'


def shape_of_path(path: str) -> str:
    """The shape key whose value a data path names, "" if it is none's."""
    before, _, rest = path.partition('key_blocks["')
    name, found, _ = rest.rpartition('"].value')
    return bpy.utils.unescape_identifier(name) if found and not before else ""


@lru_cache(maxsize=65536)
def bone_path(bone_name: str, property_name: str) -> str:
    """The data path of a property of a pose bone, from its armature object."""
    return f'pose.bones["{bpy.utils.escape_identifier(bone_name)}"].{property_name}'


def bone_of_path(path: str) -> str:
    """The bone whose property a data path names, "" if it is no pose bone's."""
    before, _, rest = path.partition('pose.bones["')
    name, found, _ = rest.rpartition('"].')
    return bpy.utils.unescape_identifier(name) if found and not before else ""


# what they are where nobody turned a bone
REST_ROTATIONS = {
    "rotation_quaternion": (1.0, 0.0, 0.0, 0.0),
    "rotation_axis_angle": (0.0, 0.0, 1.0, 0.0),
    "rotation_euler": (0.0, 0.0, 0.0),
}
_ROTATION_PROPERTIES = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}


def rotation_property(rotation_mode: str) -> str:
    """Which property a rotation mode keys."""
    return _ROTATION_PROPERTIES.get(rotation_mode, "rotation_euler")
