# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of prompts keeps itself: whoever changes a key, here or in another editor, finds it listed a moment later.

A panel that shows the list asks while drawing whether it still holds (`keep`); if not, it is read anew once nothing has changed for
a moment. Nothing is read while no panel shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.handlers import persistent

from ..errors import UserError
from . import characters, compat, handlers, later

if TYPE_CHECKING:
    from ..rigs.character import Character

_QUIET_S = 0.2  # while keys are dragged, nothing is read
_Known = tuple[object, ...]


class _State:
    """changes: how often an Action, or what shape keys play, changed since Blender started. listed: root → what its list was made
    from. looked_at: root → what it was, and what is known of it."""

    changes = 0
    listed: dict[int, _Known] = {}
    looked_at: dict[int, tuple[_Known, "Character"]] = {}


def keep(context: bpy.types.Context, root: bpy.types.Object) -> None:
    """While a panel draws: let the list of this character be renewed if it may be out of date."""
    if _State.listed.get(compat.session_id(root)) == made_from(root) or not compat.is_editable(root):
        return
    changes = _State.changes

    def renew_if_quiet(scene: bpy.types.Scene, root: bpy.types.Object) -> None:
        if changes == _State.changes:  # else the tab is drawn anew, and asks again
            renew(root, scene)

    later.soon_on("prompts", context.scene, root, renew_if_quiet, _QUIET_S)


def made_from(root: bpy.types.Object) -> _Known:
    """What differs once the keys that play on a character may have changed."""
    data = root.animation_data
    memory = characters.memory(root)
    return (
        _State.changes,
        data.action if data is not None else None,
        memory.take_index,
        len(memory.takes),
        memory.mapping,
    )


def renew(root: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Read the list anew. A mapping that is damaged leaves it as it was; the buttons say so."""
    from . import prompts  # with numpy: not for enabling

    _State.listed[compat.session_id(root)] = made_from(root)
    try:
        prompts.refresh(root, scene, character(root, scene))
    except UserError:
        return


def character(root: bpy.types.Object, scene: bpy.types.Scene) -> "Character":
    """What is known of a character, looked at anew only if something was added to it, taken away or renamed. Raises UserError."""
    from .reading import rig_reading

    bones = tuple(root.data.bones.keys()) if isinstance(root.data, bpy.types.Armature) else ()
    keys = (characters.shape_keys(mesh) for mesh in characters.face_meshes(root, scene))
    shapes = tuple(tuple(one.key_blocks.keys()) for one in keys if one is not None)
    made_of = bones, shapes, characters.memory(root).mapping
    identity = compat.session_id(root)
    if identity not in _State.looked_at or _State.looked_at[identity][0] != made_of:
        _State.looked_at[identity] = made_of, rig_reading.character_of(root, scene)
    return _State.looked_at[identity][1]


@persistent
def _on_change(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    if depsgraph.id_type_updated("ACTION") or depsgraph.id_type_updated("KEY"):  # a Key: another Action was assigned
        _State.changes += 1


@persistent
def _on_other_data(*_arguments: object) -> None:
    """Undo, redo, another file: what was listed may be gone."""
    _State.changes += 1
    _State.listed.clear()
    _State.looked_at.clear()


_HANDLERS = (
    ("depsgraph_update_post", _on_change),
    ("undo_post", _on_other_data),
    ("redo_post", _on_other_data),
    ("load_post", _on_other_data),
)


def register() -> None:
    handlers.install(*_HANDLERS)


def unregister() -> None:
    _on_other_data()
    handlers.remove(*_HANDLERS)
