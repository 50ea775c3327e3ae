# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deleted character leaves behind: its takes, which would stay in the file for ever, as they have fake users.

While the file is being saved they have none, so Blender lets go of them with the character, which nothing uses; afterwards they are
as they were, so that undo brings back all of it.
"""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from . import handlers
from .remembered import holders

_waiting: list[bpy.types.Action] = []


def of_deleted() -> list[bpy.types.Action]:
    """Actions of takes that only characters remember which were deleted, and that nothing else uses."""
    from .takes.take_memory import TAG  # with numpy: not for enabling

    there: set[bpy.types.Action] = set()
    gone: set[bpy.types.Action] = set()
    for character in holders():
        remembered = _remembered(getattr(character, "audio2rig").takes)  # noqa: B009 -- registering adds it
        if not remembered:
            continue
        # asked last: Blender walks through all collections for it
        deleted = not character.use_fake_user and character.library is None and not character.users_collection
        (gone if deleted else there).update(remembered)
    for scene in bpy.data.scenes:
        for kept in getattr(scene, "audio2rig").overridden:  # noqa: B009
            if kept.owner is not None and kept.owner.users_collection:
                there.update(_remembered(kept.takes))
    left = {action for action in gone - there if TAG in action and action.use_fake_user}
    return list(left - _playing()) if left else []


def _remembered(takes) -> set[bpy.types.Action]:
    return {track.action for take in takes for track in take.tracks if track.action is not None}


def _playing() -> set[bpy.types.Action]:
    """The Actions that objects of scenes play, or their shape keys, themselves or in the NLA."""
    found: set[bpy.types.Action | None] = set()
    collections = (*bpy.data.collections, *(scene.collection for scene in bpy.data.scenes))
    for part in {part for collection in collections for part in collection.objects}:
        for owner in (part, getattr(part.data, "shape_keys", None)):
            data = owner.animation_data if owner is not None else None
            if data is not None:
                found.add(data.action)
                found.update(strip.action for track in data.nla_tracks for strip in track.strips)
    return {action for action in found if action is not None}


@persistent
def _before_saving(*_: object) -> None:
    _waiting[:] = of_deleted()
    for action in _waiting:
        action.use_fake_user = False


@persistent
def _after_saving(*_: object) -> None:
    for action in _waiting:
        action.use_fake_user = True
    _waiting.clear()


_HANDLERS = (("save_pre", _before_saving), ("save_post", _after_saving), ("save_post_fail", _after_saving))


def register() -> None:
    handlers.install(*_HANDLERS)


def unregister() -> None:
    handlers.remove(*_HANDLERS)
