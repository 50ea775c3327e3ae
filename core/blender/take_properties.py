# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""What is remembered of a take: its name, what it was made with, which lines it speaks, its sliders, what each data-block plays.

No `from __future__ import annotations`: see `properties`.
"""

from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty


def _take_renamed(take: Any, _context: bpy.types.Context) -> None:
    """Typing another name into a take's row renames all that belongs to it."""
    from .takes import naming

    naming.apply(take)


def _first_of_newest(take: Any) -> float:
    return take.lines[-1].first if take.lines else 0.0


def _last_of_newest(take: Any) -> float:
    return take.lines[-1].last if take.lines else 0.0


def _adjusted(take: Any, _context: bpy.types.Context) -> None:
    """Dragging a slider of a take changes its keys at once."""
    from .adjusting import applying  # with numpy: not for enabling

    applying.changed(take)


def _amount(label: str, what: str) -> Any:
    """A slider of a take."""
    return FloatProperty(
        name=label,
        description=f"How far {what}, 1 as it was generated. Keys set by hand stay as they are",
        default=1.0,
        min=0.0,
        soft_max=2.0,
        max=4.0,
        update=_adjusted,
    )


class Audio2RigTrack(bpy.types.PropertyGroup):
    """What one data-block of the character plays in one take."""

    target: PointerProperty(name="Object", description="The object that is animated", type=bpy.types.Object)
    on_root: BoolProperty(name="The Character", description="The object is the character that this is remembered with")
    on_shape_keys: BoolProperty(name="Shape Keys", description="The object's shape keys are animated, not the object")
    action: PointerProperty(name="Action", description="The Action with the keys", type=bpy.types.Action)
    slot: StringProperty(name="Slot", description="Which slot of the Action")
    roles: StringProperty(description="Which slider of the take each channel belongs to, as JSON")
    extrapolation: StringProperty(description="How the Action goes on over the NLA beside its keys")
    resting: StringProperty(description="Values, before the first generation, of what nothing animated then, as JSON")


class Audio2RigLine(bpy.types.PropertyGroup):
    """One sound that a take speaks (see core.blender.keying.lines)."""

    sound: StringProperty(name="Sound", description="The sound file")
    strip: StringProperty(name="Strip", description="The strip of the sequencer that it came from")
    first: FloatProperty(name="First Frame", description="The first frame that was generated from it")
    last: FloatProperty(name="Last Frame", description="The last frame that was generated from it")


class Audio2RigTake(bpy.types.PropertyGroup):
    """One generation, kept. `name` is the Action's name, `called` what it was before it is edited."""

    name: StringProperty(name="Name", description="The take's name, and its Action's", update=_take_renamed)
    called: StringProperty(description="The name that its Actions have")
    note: StringProperty(name="Note", description="What you want to remember of this take")
    uid: StringProperty(description="Marks the take's Actions")
    is_original: BoolProperty(description="What the character played before the first generation")
    seed: IntProperty(name="Seed", description="The seed of this take")
    mood: StringProperty(name="Mood", description="The mood that it was made with, and how strong")
    style: StringProperty(name="Style", description="The style that it was made with")
    prompts: IntProperty(name="Prompts", description="How many keys set by hand it kept")
    first: FloatProperty(name="First Frame", description="The first frame that was generated for it")
    last: FloatProperty(name="Last Frame", description="The last frame that was generated for it")
    variation: StringProperty(description="Marks takes that are variations of each other")
    imported: StringProperty(name="Recording", description="The file of a captured face that it was imported from")
    heard: StringProperty(description="What its newest sound is like, as numbers, to find takes of like sounds by")
    created: StringProperty(name="Made", description="When it was made")
    report: StringProperty(name="Report", description="What this generation did")
    lines: CollectionProperty(description="The sounds that it speaks, the newest last", type=Audio2RigLine)
    frame_start: FloatProperty(name="Start", description="The first frame of its newest line", get=_first_of_newest)
    frame_end: FloatProperty(name="End", description="The last frame of its newest line", get=_last_of_newest)
    adjusted: StringProperty(description="The setting of the sliders below that its keys have, as JSON")
    adjust_error: StringProperty(description="Why its keys are not what the sliders say", options={"SKIP_SAVE"})
    jaw: _amount("Jaw", "the jaw opens")
    lips: _amount("Lips", "lips and tongue move; where they meet they still do")
    upper_face: _amount("Upper Face", "brows, cheeks and the lids' expression move")
    eyes: _amount("Eyes", "the gaze moves; blinks still shut")
    head: _amount("Head", "head and neck move about their mean pose")
    body: _amount("Body", "trunk, arms and fingers move about their mean pose; feet and hips stay")
    offset_ms: FloatProperty(
        name="Offset (ms)",
        description="How much later the take happens, in thousandths of a second; below 0: earlier. Keys set by hand stay where they are",
        default=0.0,
        min=-1000.0,
        max=1000.0,
        soft_min=-200.0,
        soft_max=200.0,
        step=1000,
        precision=0,
        update=_adjusted,
    )
    tracks: CollectionProperty(description="What each data-block plays", type=Audio2RigTrack)


CLASSES = (Audio2RigTrack, Audio2RigLine, Audio2RigTake)
