# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries over time: what a person does to the file while a job runs, and many takes kept in one file."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Any

import bpy

from .. import clone
from . import file_state, rigs
from .arena import Arena, Broken, unforeseen_errors
from .random_settings import random_settings


def meanwhile(arena: Arena) -> None:
    """The file changes while the sound is worked on: the take fits what is there then, or nothing is written and why is said."""
    root = rigs.fresh(arena)
    if arena.chance(0.6):
        arena.generate(filepath=arena.sound(), parts=arena.pick(({"LIPS"}, {"LIPS", "HEAD", "BODY"})))
    generate, errors = clone.part("core.blender.generate"), clone.part("core.errors")
    ranged = {"frame_start": 4, "frame_end": 14} if arena.chance(0.3) else {}
    try:
        gathered = generate.gather(bpy.context, {"audio_path": arena.sound(), "use_nla": arena.chance(0.2), **ranged})
        worked = generate.work(gathered, clone.part("core.progress").Progress())
    except errors.UserError as error:
        arena.say(f"refused: {error}")
        return
    for do in arena.random.sample(_MEANWHILE, arena.random.randint(1, 3)):
        arena.say(f"meanwhile {do.__name__.strip('_')}")
        try:
            do(arena, root)
        except ReferenceError:
            break  # the character is deleted already
    before = file_state.snapshot()
    with unforeseen_errors() as traces:
        try:
            said = generate.write(gathered, worked).text
        except errors.UserError as error:
            said = ""
            arena.require_same(before, f"nothing was written ({error})")
    if traces:
        raise Broken(traces[0])
    arena.require_finite()
    if said:
        _require_no_dead_curves(said)


def _require_no_dead_curves(said: str) -> None:
    """Raises Broken if a take that plays has curves of bones and shapes that are not there, and nothing was said."""
    characters, compat = clone.part("core.blender.characters"), clone.part("core.blender.compat")
    owners: list[Any] = [*bpy.data.objects, *bpy.data.shape_keys]
    for owner in owners:
        action = owner.animation_data.action if owner.animation_data is not None else None
        if action is None or clone.part("core.blender.takes.take_memory").TAG not in action or "meanwhile" in said:
            continue
        for curve in compat.active_curves(owner).fcurves:
            bone, shape = characters.bone_of_path(curve.data_path), characters.shape_of_path(curve.data_path)
            bones, shapes = getattr(owner, "pose", None), getattr(owner, "key_blocks", None)
            if (bone and bones is not None and bone not in bones.bones) or (
                shape and shapes is not None and shape not in shapes
            ):
                raise Broken(f"the curve {curve.data_path} leads nowhere, and the report does not speak of it")


def _rename_bones(arena: Arena, root: Any) -> None:
    for bone in root.data.bones if root.type == "ARMATURE" else ():
        if arena.chance(0.3):
            bone.name = f"neu {bone.name}"


def _remove_bones(arena: Arena, root: Any) -> None:
    if root.type != "ARMATURE":
        return
    rigs.select(root)
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in list(root.data.edit_bones)[1:]:
        if arena.chance(0.2):
            root.data.edit_bones.remove(bone)
    if arena.chance(0.85):
        bpy.ops.object.mode_set(mode="OBJECT")


def _rename_objects(_arena: Arena, root: Any) -> None:
    for part in (root, *root.children):
        part.name = f"neu {part.name}"


def _rename_shapes(arena: Arena, root: Any) -> None:
    for part in rigs.shaped(root):
        for key in part.data.shape_keys.key_blocks[1:]:
            if arena.chance(0.3):
                key.name = f"neu {key.name}"


def _remove_shapes(arena: Arena, root: Any) -> None:
    for part in rigs.shaped(root):
        if arena.chance(0.3):
            part.shape_key_clear()
        else:
            part.shape_key_remove(arena.pick(part.data.shape_keys.key_blocks[1:]))


def _delete_takes(_arena: Arena, root: Any) -> None:
    rigs.select(root)
    while len(root.audio2rig.takes) > 1 and "FINISHED" in str(_quietly(clone.operators().take_delete)):
        pass


def _delete_actions(_arena: Arena, _root: Any) -> None:
    for action in list(bpy.data.actions):
        bpy.data.actions.remove(action)


def _play_another(_arena: Arena, root: Any) -> None:
    rigs.select(root)
    _quietly(lambda: clone.operators().take_activate(index=0))


def _generate_another(arena: Arena, root: Any) -> None:
    rigs.select(root)
    _quietly(lambda: clone.operators().generate("EXEC_DEFAULT", filepath=arena.sound(), parts={"LIPS"}))


def _delete_parts(_arena: Arena, root: Any) -> None:
    for child in list(root.children)[:1]:
        bpy.data.objects.remove(child)


def _delete_character(_arena: Arena, root: Any) -> None:
    bpy.data.objects.remove(root)


def _other_character(arena: Arena, root: Any) -> None:
    rigs.add_person(root.name, with_limbs=False)


def _set_keys(arena: Arena, root: Any) -> None:
    rigs.set_keys(arena, root)


def _other_scene(_arena: Arena, _root: Any) -> None:
    window: Any = bpy.context.window
    window.scene = bpy.data.scenes.new("Other")


def _other_rate(arena: Arena, _root: Any) -> None:
    bpy.context.scene.render.fps = arena.pick((12, 24, 60))
    bpy.context.scene.frame_start = 1001


def _tweak(_arena: Arena, root: Any) -> None:
    if root.animation_data is not None and root.animation_data.action is not None:
        strip = root.animation_data.nla_tracks.new().strips.new("x", 1, root.animation_data.action)
        strip.select = True


def _other_modes(arena: Arena, root: Any) -> None:
    for bone in root.pose.bones if root.pose is not None else ():
        bone.rotation_mode = arena.pick(("XYZ", "QUATERNION", "AXIS_ANGLE"))


def _undo_all(_arena: Arena, root: Any) -> None:
    root.animation_data_clear()


def _quietly(do: Callable[[], Any]) -> Any:
    try:
        return do()
    except RuntimeError:
        return None


_MEANWHILE = [
    *(_rename_bones, _remove_bones, _rename_objects, _rename_shapes, _remove_shapes, _delete_takes, _delete_actions),
    *(_play_another, _generate_another, _delete_parts, _delete_character, _other_character, _set_keys, _other_scene),
    *(_other_rate, _tweak, _other_modes, _undo_all),
]


def kept_takes(arena: Arena, runs: int = 4, is_watched: bool = False) -> None:
    """Takes kept over many random runs in one file, with all that a person does to takes between them; saved and opened, too.

    is_watched: look at every add and remove for elements that are held over it; else at those of some tries.
    """
    with _watching_elements() if is_watched or arena.chance(0.25) else contextlib.nullcontext(()) as stale:
        _keep(arena, runs)
    if stale:
        raise Broken(f"an element of a collection was held over an add or remove: {', '.join(sorted(stale))}")


def _keep(arena: Arena, runs: int) -> None:
    root = rigs.fresh(arena)
    operators = clone.operators()
    compat = clone.part("core.blender.compat")
    for number in range(runs):
        parts = arena.pick(({"LIPS"}, {"LIPS", "EYES", "HEAD"}, {"BODY", "HANDS"}, {"LIPS", "HEAD", "BODY"}))
        region = {"frame_start": 3, "frame_end": 3 + arena.random.randint(2, 20)} if arena.chance(0.2) else {}
        taken = len(root.audio2rig.takes)
        options = {
            "filepath": arena.sound(),
            "seed": number,
            "parts": parts,
            "extend_scene": arena.chance(0.5),
            **region,
        }
        more = random_settings(arena) if arena.chance(0.3) else {}
        more = {name: value for name, value in more.items() if not name.endswith("_action")}
        done, _ = arena.generate(**{"use_nla": arena.chance(0.1), **more, **options})
        if done and len(root.audio2rig.takes) <= taken:
            raise Broken("a take was written and is not kept")
        step = arena.pick(
            ("", "activate", "delete", "compare", "bake", "keys", "prompts", "remove", "adjust", "rename", "reopen")
        )
        arena.say(step)
        if step == "activate":
            chosen = arena.random.randrange(len(root.audio2rig.takes) or 1)
            arena.attempt(step, partial(operators.take_activate, index=chosen))
        elif step in ("delete", "compare", "bake"):
            arena.attempt(step, getattr(operators, {"bake": "bake_down"}.get(step, f"take_{step}")))
        elif step == "keys":
            rigs.set_keys(arena, root)
        elif step == "prompts":
            arena.attempt(step, lambda: operators.add_prompt(which="ALL"))
        elif step == "remove":
            arena.attempt(step, lambda: operators.remove_prompts(scope="ALL"))
        elif step == "rename":
            for take in root.audio2rig.takes:
                take.name = arena.pick(("take", "🙂", "a" * 60, take.name))
        elif step == "reopen":
            before = file_state.snapshot()
            path = str(arena.folder / "kept.blend")
            name, session = root.name, compat.session_id(root)
            bpy.ops.wm.save_as_mainfile(filepath=path)
            bpy.ops.wm.open_mainfile(filepath=path)
            root = bpy.data.objects[name]
            arena.say(f"was {session}")
            if changed := [
                said for said in file_state.differences(before, file_state.snapshot()) if "sounds" not in said
            ]:
                raise Broken(f"saved and opened again it is another: {'; '.join(changed[:3])}")
        arena.require_finite()
        arena.require_kept()


@contextlib.contextmanager
def _watching_elements() -> Iterator[set[str]]:
    """Which functions hold an element of a collection while Blender moves its elements: what they read then is freed memory."""
    stale: set[str] = set()

    def watch(frame: FrameType, event: str, called: Any) -> None:
        if event != "c_call" or getattr(called, "__name__", "") not in ("add", "remove", "clear", "move"):
            return
        collection = getattr(called, "__self__", None)
        if not isinstance(collection, bpy.types.bpy_prop_collection) or not len(collection):
            return
        if not isinstance(collection[0], bpy.types.PropertyGroup):
            return
        addresses = {element.as_pointer() for element in collection}
        running: FrameType | None = frame
        while running is not None:
            if "audio2rig/core/blender" in running.f_code.co_filename.replace("\\", "/"):
                stale.update(
                    f"{running.f_code.co_name}: {name}"
                    for name, value in running.f_locals.items()
                    if type(value) is type(collection[0]) and value.as_pointer() in addresses
                )
            running = running.f_back

    sys.setprofile(watch)
    try:
        yield stale
    finally:
        sys.setprofile(None)
