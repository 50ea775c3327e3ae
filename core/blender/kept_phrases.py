# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases of a dance that are kept with a character: read from its bones when the animator chooses them, and handed to every generation.

A phrase is stored as motion, not as frames to look at: another seed, style or take leaves it as it was liked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from ..errors import UserError
from ..motion.clip import Clip
from ..motion.joints import BODY_JOINTS, JOINT_INDEX
from ..motion.rotations import angle_between_deg, continuous
from ..prompts.kept_phrases import BESIDE_S, KeptPhrase, from_text, to_text
from ..rigs.character import Character
from ..rigs.prompts import RigPrompts
from . import characters
from .keying.timing import Timing
from .reading import rig_reading
from .reading.passing_frames import put_back
from .remembered import append, remove_selected
from .sounds import scene_time

SHORTEST_S, LONGEST_S = 0.5, 30.0
_LIMBS = frozenset(("left_shoulder", "right_shoulder", "left_hip", "right_hip"))  # of which one at least must be there
_STILL_DEG = 1.0  # who turns less in all bones does not dance


def add(
    context: bpy.types.Context, root: bpy.types.Object, frames: tuple[int, int] | None = None, again: int | None = None
) -> Any:
    """Keep what the character does in a range. Raises UserError.

    Args:
        context: whose scene is looked at, and left as it was.
        root: the character.
        frames: (first, last); None for the preview range.
        again: the frame at which it is to begin again; None: where the music comes back.
    """
    scene = context.scene
    if frames is None:
        if not scene.use_preview_range:
            raise UserError(
                "Which frames are meant?",
                "Set the timeline's preview range (P) around the phrase that is to come again.",
            )
        frames = scene.frame_preview_start, scene.frame_preview_end
    scene_time.require_possible(scene)
    scene_time.require_room(*frames)
    rate_hz = scene_time.frames_per_second(scene)
    length_s = (frames[1] - frames[0]) / rate_hz
    if not SHORTEST_S <= length_s <= LONGEST_S:
        raise UserError(
            f"The phrase is {max(length_s, 0.0):.1f} s long.", f"Choose {SHORTEST_S:g} to {LONGEST_S:g} s of the dance."
        )
    clip = _read(context, root, frames, rate_hz)
    memory = characters.own_memory(root, scene)
    append(
        memory.kept_phrases,
        name=_free_name(memory),
        first=frames[0],
        last=frames[1],
        motion=to_text(clip),
        at_a_frame=again is not None,
        again=again if again is not None else frames[1],
    )
    memory.kept_phrase_index = len(memory.kept_phrases) - 1
    return memory.kept_phrases[-1]


def _free_name(memory: Any) -> str:
    taken, number = {phrase.name for phrase in memory.kept_phrases}, 1
    while f"Phrase {number}" in taken:
        number += 1
    return f"Phrase {number}"


def remove(root: bpy.types.Object, scene: bpy.types.Scene) -> str:
    """Remove the selected phrase. Returns its name. Raises UserError."""
    return remove_selected(characters.own_memory(root, scene), "kept_phrases", "kept_phrase_index", "phrase")


def read(
    root: bpy.types.Object, scene: bpy.types.Scene, timing: Timing
) -> tuple[tuple[KeptPhrase, ...], tuple[str, ...]]:
    """The character's phrases that are switched on, in seconds of the sound, and sentences about those that cannot be read
    and are left out."""
    a_frame = scene_time.key_frames_a_frame(scene)
    found: list[KeptPhrase] = []
    notes: list[str] = []
    for phrase in characters.memory(root).kept_phrases:
        if not phrase.is_on:
            continue
        try:
            found.append(_phrase(phrase, timing, a_frame))
        except UserError as error:
            notes.append(f"Left out: {error.message} {error.hint}")
    return tuple(found), tuple(notes)


def _phrase(phrase: Any, timing: Timing, a_frame: float) -> KeptPhrase:
    """One of the remembered phrases. Raises UserError if it cannot be read."""
    first_s, last_s, again_s = (
        float(timing.time_s(frame * a_frame)) for frame in (phrase.first, phrase.last, phrase.again)
    )
    clip = from_text(phrase.motion, first_s - BESIDE_S, phrase.name)
    if not first_s < last_s:
        raise UserError(
            f"The kept phrase “{phrase.name}” ends before it begins.", "Remove it under Prompts, and keep it again."
        )
    span_s = (len(clip) - 1) / clip.rate_hz  # as it was read; the scene's rate may have been changed since
    pace = span_s / max(last_s - first_s + 2.0 * BESIDE_S, 1e-6)
    clip = replace(clip, rate_hz=clip.rate_hz * pace)
    return KeptPhrase(phrase.name, first_s, last_s, clip, again_s if phrase.at_a_frame else None)


# --------------------------------------------------------------------------------------------------------------- reading


def _read(context: bpy.types.Context, root: bpy.types.Object, frames: tuple[int, int], rate_hz: float) -> Clip:
    """What the body does in a range and a little beside it. Raises UserError if it does nothing."""
    from ..rigs.retargeting.canonical_prompts import prompts_in_canonical_space

    scene = context.scene
    character = rig_reading.character_of(root, scene)
    beside = BESIDE_S * rate_hz
    span = frames[1] - frames[0] + 2.0 * beside
    at = np.linspace(frames[0] - beside, frames[1] + beside, int(np.ceil(span)) + 1)
    read_hz = rate_hz * (len(at) - 1) / span
    times_s = np.arange(len(at)) / read_hz
    turns, places = _bones(context, root, character, at)
    if not turns or max(angle_between_deg(values[:1], values).max() for values in turns.values()) < _STILL_DEG:
        raise UserError(f"“{root.name}” does not move in these frames.", "Choose a range in which it dances.")
    given = RigPrompts(
        {name: (times_s, values) for name, values in turns.items()},
        {name: (times_s, values) for name, values in places.items()},
    )
    found, _ = prompts_in_canonical_space(given, character, frozenset(BODY_JOINTS))
    if not _LIMBS & found.joints.keys():
        raise UserError(f"No arm or leg of “{root.name}” was recognised.", "Say under Mapping which bones they are.")
    clip = Clip.still(len(at), read_hz, frozenset(found.joints))
    for joint, (_, quaternions) in found.joints.items():
        clip.rotations[:, JOINT_INDEX[joint]] = quaternions
    if found.root is not None:
        clip.root_translation_m[:] = found.root[1]
    return clip


def _bones(
    context: bpy.types.Context, root: bpy.types.Object, character: Character, frames: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Rotations, quaternions (F, 4), and places (F, 3) of the bones that generating moves, as they are played."""
    skeleton = character.skeleton
    bones = root.pose.bones if root.pose is not None else {}
    names = [name for name in skeleton.links if name in bones]
    carriers = [name for name in (skeleton.carrier, skeleton.travel) if name in bones]
    turns = {name: np.zeros((len(frames), 4)) for name in names}
    places = {name: np.zeros((len(frames), 3)) for name in carriers}
    with put_back(context.scene, root):
        for row, frame in enumerate(frames.tolist()):
            context.scene.frame_set(int(frame // 1), subframe=frame % 1)
            for name in names:
                turns[name][row] = bones[name].matrix_basis.to_quaternion()
            for name in carriers:
                places[name][row] = bones[name].matrix_basis.to_translation()
    return {name: continuous(values) for name, values in turns.items()}, places
