# SPDX-License-Identifier: GPL-3.0-or-later
"""All or nothing: whatever fails while a take is written, added to or taken away leaves the file as it was.

Blender's own undo cannot serve here: it is a step of the person's, and takes every reference to data along. So what writing may
change is noted before it begins. Each step of the way back is by itself: one that fails is logged, and the others are taken.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

import bpy

from ..private_paths import log_failure
from . import beat_markers, characters, compat
from .compat import Animated
from .setting_properties import scene_settings
from .takes import ownership
from .takes.take_memory import TAG

logger = logging.getLogger(__name__)
_POSE = ("location", "rotation_quaternion", "rotation_euler", "rotation_axis_angle", "scale")
_MADE_HERE = ("actions", "meshes", "shape_keys", "sounds")  # collections of bpy.data to which writing may add


class Transaction:
    """`with Transaction(scene, root): …` undoes what the block did if it raises, and lets the exception pass.

    A character that shares takes with one that it was duplicated from has its own from then on.

    root: the character; its meshes belong to it. changed_in_place: Actions of a person's own whose curves the block will change.
    """

    def __init__(
        self, scene: bpy.types.Scene, root: bpy.types.Object, changed_in_place: Iterable[bpy.types.Action] = ()
    ):
        self._root = root
        self._steps: list[Callable[[], None]] = []
        self._copies: list[bpy.types.Action] = []
        self._before = {name: set(getattr(bpy.data, name)) for name in _MADE_HERE}
        self._changed_in_place = tuple(dict.fromkeys(changed_in_place))
        owners = _owners(scene, root)
        # The way back, in this order: first what is remembered, which may let a take play; then what plays; values last.
        self._note_memory(scene, root)
        sharing = ownership.sharing(root)
        for other in sharing:
            self._note_group(getattr(other, "audio2rig"))  # noqa: B009 -- a property that registering adds
        self._note_strips(scene)
        self._note_time(scene)
        self._note_beat_markers(scene)
        self._note_overrides()
        self._note_actions()
        for owner in (*owners, *(owner for other in sharing for owner in ownership.owners(other))):
            self._note_animation(owner)
        for owner in owners:
            self._note_values(owner)

    def __enter__(self) -> bpy.types.Object:
        """Gives the character."""
        for action in self._changed_in_place:
            copy = action.copy()
            assert copy is not None  # only the stub thinks so
            self._copies.append(copy)
        try:
            ownership.make_own(self._root)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self._root

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            for copy in self._copies:
                bpy.data.actions.remove(copy)
            return
        with ownership.held_back():
            for step in (*self._steps, self._put_back_actions, self._remove_new):
                _safely(step)

    @staticmethod
    def on_playing(scene: bpy.types.Scene, root: bpy.types.Object) -> Transaction:
        """One around changes of the Actions that animate the character now."""
        data = [owner.animation_data for owner in _owners(scene, root) if owner.animation_data is not None]
        playing = (one.action for one in data)
        return Transaction(scene, root, [action for action in playing if action is not None])

    # ------------------------------------------------------------------------------------------------- what is noted

    def _note_memory(self, scene: bpy.types.Scene, root: bpy.types.Object) -> None:
        own, settings = getattr(root, "audio2rig"), scene_settings(scene)  # noqa: B009 -- a property that registering adds
        stored, overridden = _dumped(own), [_dumped(kept) for kept in settings.overridden]
        said, character, follows = settings.last_report, settings.character, settings.character_follows_selection

        def put_back() -> None:
            _load(own, stored)
            _load_all(settings.overridden, overridden)
            settings.last_report = said
            if settings.character != character:
                settings.character = character
            settings.character_follows_selection = follows

        self._steps.append(put_back)

    def _note_group(self, group: Any) -> None:
        stored = _dumped(group)
        self._steps.append(lambda: _load(group, stored))

    def _note_strips(self, scene: bpy.types.Scene) -> None:
        had_editor = scene.sequence_editor is not None
        known = {strip.as_pointer() for strip in compat.strips(scene)}

        def put_back() -> None:
            editor: Any = scene.sequence_editor
            if editor is None:
                return
            if not had_editor:
                scene.sequence_editor_clear()
                return
            collection = editor.strips if hasattr(editor, "strips") else editor.sequences
            for name in [strip.name for strip in collection if strip.as_pointer() not in known]:
                collection.remove(collection[name])

        self._steps.append(put_back)

    def _note_time(self, scene: bpy.types.Scene) -> None:
        settings = scene_settings(scene)
        last, sync, extended = scene.frame_end, scene.sync_mode, settings.extended_for

        def put_back() -> None:
            scene.frame_end, scene.sync_mode = last, sync
            settings.extended_for = extended

        self._steps.append(put_back)

    def _note_beat_markers(self, scene: bpy.types.Scene) -> None:
        before = beat_markers.state(scene)
        self._steps.append(lambda: beat_markers.put_back(scene, before))

    def _note_overrides(self) -> None:
        before = self._before["meshes"]
        locked: list[Any] = [
            block
            for block in (*bpy.data.objects, *bpy.data.meshes)
            if block.override_library is not None and block.override_library.is_system_override
        ]

        def put_back() -> None:
            for block in locked:
                block.override_library.is_system_override = True
            for mesh in [mesh for mesh in bpy.data.meshes if mesh not in before]:
                reference = mesh.override_library.reference if mesh.override_library is not None else None
                if isinstance(reference, bpy.types.Mesh):
                    mesh.user_remap(reference)

        self._steps.append(put_back)

    def _note_actions(self) -> None:
        known: dict[Any, tuple[bool, str]] = {
            action: (action.use_fake_user, action.get(TAG, "")) for action in bpy.data.actions if action.library is None
        }

        def put_back() -> None:
            for action, (fake, take) in known.items():
                if action.use_fake_user != fake:
                    action.use_fake_user = fake
                if take and action.get(TAG) != take:
                    action[TAG] = take

        self._steps.append(put_back)

    def _note_animation(self, owner: Animated) -> None:
        data: Any = owner.animation_data
        action = data.action if data is not None else None
        slot = data.action_slot if data is not None and compat.has_slots() else None
        beside = data.action_extrapolation if data is not None else "HOLD"
        muted = {track.as_pointer(): track.mute for track in data.nla_tracks} if data is not None else {}
        played = {
            (track.as_pointer(), strip.as_pointer()): (strip.action, compat.strip_slot(strip))
            for track in (data.nla_tracks if data is not None else ())
            for strip in track.strips
        }

        def put_back() -> None:
            now: Any = owner.animation_data
            if now is None:
                return
            if now.action_extrapolation != beside:
                now.action_extrapolation = beside
            for track in [track for track in now.nla_tracks if track.as_pointer() not in muted]:
                now.nla_tracks.remove(track)
            for track in now.nla_tracks:
                track.mute = muted[track.as_pointer()]
                for strip in track.strips:
                    before = played.get((track.as_pointer(), strip.as_pointer()))
                    if before is not None and strip.action != before[0]:
                        strip.action = before[0]
                        compat.set_strip_slot(strip, before[1])
            if now.action != action or (slot is not None and now.action_slot != slot):
                compat.assign(owner, action, slot)
            if data is None:
                owner.animation_data_clear()

        self._steps.append(put_back)

    def _note_values(self, owner: Animated) -> None:
        if isinstance(owner, bpy.types.Key):
            self._note_array(owner.key_blocks, "value", 1)
            self._note_properties(owner)
            return
        self._note_properties(owner)
        if isinstance(owner.data, bpy.types.Armature):
            self._note_properties(owner.data)
        for name in _POSE:
            self._note_vector(owner, name)
        if owner.pose is not None:
            bones: Any = owner.pose.bones
            for name in _POSE:
                self._note_array(bones, name, {"location": 3, "rotation_euler": 3, "scale": 3}.get(name, 4))
            switches = {
                bone.name: {key: value for key, value in bone.items() if isinstance(value, (bool, int, float, str))}
                for bone in bones
                if bone.keys()
            }

            def put_back() -> None:
                for name, values in switches.items():
                    for key, value in values.items():
                        if bones[name].get(key) != value:
                            bones[name][key] = value

            self._steps.append(put_back)

    def _note_properties(self, owner: Any) -> None:
        """Custom properties of a data-block, which may be sliders."""
        known = {key: value for key, value in owner.items() if isinstance(value, (bool, int, float, str))}

        def put_back() -> None:
            for key, value in known.items():
                if owner.get(key) != value:
                    owner[key] = value

        self._steps.append(put_back)

    def _note_vector(self, owner: bpy.types.Object, name: str) -> None:
        known = tuple(getattr(owner, name))

        def put_back() -> None:
            if tuple(getattr(owner, name)) != known:
                setattr(owner, name, known)

        self._steps.append(put_back)

    def _note_array(self, collection: Any, name: str, size: int) -> None:
        values = [0.0] * (len(collection) * size)
        collection.foreach_get(name, values)
        self._steps.append(lambda: collection.foreach_set(name, values))

    # --------------------------------------------------------------------------------------------------- the way back

    def _put_back_actions(self) -> None:
        for action, copy in zip(self._changed_in_place, self._copies):
            name, fake = action.name, action.use_fake_user
            action.user_remap(copy)
            bpy.data.actions.remove(action)
            copy.name, copy.use_fake_user = name, fake
            self._before["actions"].add(copy)

    def _remove_new(self) -> None:
        for name, before in self._before.items():
            if name != "shape_keys":  # they go with their mesh
                for made in [block for block in getattr(bpy.data, name) if block not in before]:
                    getattr(bpy.data, name).remove(made)


def _owners(scene: bpy.types.Scene, root: bpy.types.Object) -> list[Animated]:
    """The data-blocks of a character that may be animated: its objects and their shape keys."""
    objects = characters.animated_objects(root, scene)
    return [*objects, *filter(None, map(characters.shape_keys, objects))]


def _safely(step: Callable[[], None]) -> None:
    try:
        step()
    except Exception:  # noqa: BLE001 -- logged with its trace
        log_failure(logger, "one step of undoing what was half written failed")


def _dumped(group: Any) -> dict[str, Any]:
    """All properties of a group as plain data; data-blocks stay as they are."""
    found: dict[str, Any] = {}
    for prop in group.bl_rna.properties:
        if prop.identifier == "rna_type":
            continue
        value = getattr(group, prop.identifier)
        found[prop.identifier] = [_dumped(one) for one in value] if prop.type == "COLLECTION" else value
    return found


def _load(group: Any, stored: dict[str, Any]) -> None:
    """Make a group what it was; what is as it was is not touched, so that no update is called."""
    for name, value in stored.items():
        if isinstance(value, list):
            _load_all(getattr(group, name), value)
        elif getattr(group, name) != value:
            setattr(group, name, value)


def _load_all(collection: Any, stored: list[dict[str, Any]]) -> None:
    if [_dumped(one) for one in collection] == stored:
        return
    collection.clear()
    for one in stored:
        _load(collection.add(), one)
