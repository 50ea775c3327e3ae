# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Settings on the scene, and what is remembered with each character.

No `from __future__ import annotations` where properties are declared: Blender would have to compile each of them again
while registering, which is a third of the time that enabling takes.
"""

from collections.abc import Mapping
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..rigs.pin_effectors import EFFECTORS
from ..setting_fields import Place, settings_of
from ..settings import CONTROLS, GenerateSettings, completed
from . import preferences, prompt_properties, take_properties
from .setting_properties import declare, scene_settings

NAME = "audio2rig"  # of both pointers: scene.audio2rig, object.audio2rig


def _is_possible_character(_settings: Any, candidate: bpy.types.Object) -> bool:
    return candidate.type in {"ARMATURE", "MESH"}


def _chosen_by_hand(settings: Any, _context: bpy.types.Context) -> None:
    settings.character_follows_selection = False


def _take_selected(settings: Any, _context: bpy.types.Context) -> None:
    """Clicking a take in the list plays it."""
    from .takes import ownership, playing  # with numpy: not for enabling

    ownership.make_own(settings.owner or settings.id_data)
    playing.play_selected(settings)


def _sound_start(settings: Any) -> int:
    """Where the sound begins: where a person says, else with the shot."""
    return settings.chosen_start if settings.is_property_set("chosen_start") else settings.id_data.frame_start


def _choose_sound_start(settings: Any, frame: int) -> None:
    settings.chosen_start = frame


def _sound_chosen(settings: Any, _context: bpy.types.Context) -> None:
    from .sounds import lengths  # with numpy: not for enabling

    lengths.measure(settings.audio_path)


def _beat_markers_switched(settings: Any, _context: bpy.types.Context) -> None:
    """Switched off, the markers of beats go; only music that is listened to brings them back."""
    from . import beat_markers

    if not settings.beat_markers:
        beat_markers.clear(settings.id_data)


def _shown(_settings: Any, _context: bpy.types.Context) -> None:
    """A switch of what is drawn into the 3D View."""
    from .viewport import overlay

    overlay.sync()


def _may_hold(pin: Any, candidate: bpy.types.Object) -> bool:
    return candidate != pin.id_data  # a hand on its own body would hang on itself


def _pin_moved_on(pin: Any, _context: bpy.types.Context) -> None:
    """What holds a pin was changed: it stays where it is in the scene."""
    from . import pins

    pins.hold_there(pin)


class Audio2RigMappingRow(bpy.types.PropertyGroup):
    """One row of the mapping table. `name` is the canonical shape or joint."""

    label: StringProperty(name="Name", description="The shape key, or what the joint's bone is called")
    target: StringProperty(name="Drives", description="What this shape or joint drives on the character")
    state: StringProperty(description="Why nothing is driven, if so")
    is_bone: BoolProperty(description="The row is about a bone, not a shape key")


class Audio2RigPin(bpy.types.PropertyGroup):
    """A hand, a foot or the hips, held at a place or on an object (see core.blender.pins). `name` is what is held."""

    effector: EnumProperty(name="Pinned", description="What is held", items=EFFECTORS)
    target: PointerProperty(
        name="Object",
        description="What it is held on, moving or not; empty: a place in the scene",
        type=bpy.types.Object,
        poll=_may_hold,
        update=_pin_moved_on,
    )
    bone: StringProperty(name="Bone", description="A bone of that armature", update=_pin_moved_on)
    target_name: StringProperty(description="What the object was called, to tell that it was deleted")
    world: FloatVectorProperty(size=16, description="Where it was in the scene when it was pinned, by columns")
    offset: FloatVectorProperty(size=16, description="The same, seen from the object, by columns")
    first: IntProperty(name="From", description="The first frame at which it is held", default=1)
    last: IntProperty(name="To", description="The last frame at which it is held", default=60)
    ease: IntProperty(
        name="Ease", description="Frames before and after in which it gets there and is released", default=10, min=0
    )
    use_turn: BoolProperty(name="Keep Turn", description="It is also turned as it was when it was pinned", default=True)
    is_on: BoolProperty(name="On", description="Whether the next generation holds it", default=True)


class Audio2RigKeptPhrase(bpy.types.PropertyGroup):
    """A phrase of a dance that is to come again (see core.blender.kept_phrases). `name` is for people."""

    first: IntProperty(description="The first frame of where it was kept")
    last: IntProperty(description="The last frame of where it was kept")
    motion: StringProperty(description="What is danced, as text")
    at_a_frame: BoolProperty(
        name="At a Frame", description="It comes again once, at a frame, instead of where the music comes back"
    )
    again: IntProperty(name="Again at", description="The frame; it begins on the beat that is nearest")
    is_on: BoolProperty(name="On", description="Whether the next dance has it", default=True)


class Audio2RigObject(bpy.types.PropertyGroup):
    """`object.audio2rig`: what is remembered with a character, on its armature (or its mesh if it has none).

    Read and written through `characters.memory`, because a library override would lose it on saving.
    """

    owner: PointerProperty(
        name="Character", description="The overridden character that this is about", type=bpy.types.Object
    )

    takes: CollectionProperty(
        name="Takes", description="Every generation, and what was before", type=take_properties.Audio2RigTake
    )
    take_index: IntProperty(
        name="Take", description="The take that the character plays", default=-1, min=-1, update=_take_selected
    )
    previous_take: IntProperty(
        name="Previous Take", description="The take that was active before, for comparing", default=-1, min=-1
    )
    played: StringProperty(description="Which take was made to play last, by its mark")
    mapping: StringProperty(name="Mapping", description="Corrections of the mapping that were made by hand, as JSON")
    summary: StringProperty(name="Found", description="What was found on the character")
    face: StringProperty(name="Face", description="What drives the character's face")
    body: StringProperty(name="Body", description="What drives the character's body")
    undrivable: StringProperty(
        name="Cannot Be Driven", description="Parts that cannot be driven on the character and why, as JSON"
    )
    missing: StringProperty(name="Missing", description="The shapes that nothing on the character shows")
    missing_bones: StringProperty(name="Missing Bones", description="The joints for which no bone was found, in words")
    nameless: StringProperty(description="Meshes with as many shape keys as ARKit, whose names say nothing")
    mapping_rows: CollectionProperty(description="The mapping, row by row", type=Audio2RigMappingRow)
    only_unmapped: BoolProperty(name="Unmapped", description="Show only what nothing drives, or what shows nothing")
    mapping_index: IntProperty(name="Row", description="The selected row", default=0, min=0)
    prompts: CollectionProperty(
        description="The keys set by hand, by frame and part of the character", type=prompt_properties.Audio2RigPrompt
    )
    prompt_paces: CollectionProperty(
        description="How long prompts are held and eased, where that is not as usual",
        type=prompt_properties.Audio2RigPromptPace,
    )
    prompt_index: IntProperty(
        name="Prompt",
        description="The prompt nearest to the playhead; choosing one goes to its frame",
        min=-1,
        get=prompt_properties.nearest,
        set=prompt_properties.click,
    )
    clicked_prompt: IntProperty(description="The row of the list that was clicked last", default=-1, min=-1)
    pins: CollectionProperty(description="Hands, feet and hips that are held somewhere", type=Audio2RigPin)
    pin_index: IntProperty(name="Pin", description="The selected pin", default=0, min=0)
    kept_phrases: CollectionProperty(description="Phrases of a dance that come again", type=Audio2RigKeptPhrase)
    kept_phrase_index: IntProperty(name="Phrase", description="The selected phrase", default=0, min=0)


def _dialogue_chosen(row: Any, _context: bpy.types.Context) -> None:
    row.is_chosen = True


class Audio2RigDialogueRow(bpy.types.PropertyGroup):
    """Who says one strip of a dialogue."""

    strip: StringProperty(name="Strip", description="The sound strip of the sequencer")
    character: PointerProperty(
        name="Character",
        description="Who says this strip. Empty: nobody, it is left out of the dialogue",
        type=bpy.types.Object,
        poll=_is_possible_character,
        update=_dialogue_chosen,
    )
    is_chosen: BoolProperty(description="A person chose the character; else it was guessed")


class Audio2RigScene(bpy.types.PropertyGroup):
    """`scene.audio2rig`: what to generate, and how: the settings of core.settings, and what only Blender has."""

    character: PointerProperty(
        name="Character",
        description="The character that speaks: its armature, or its mesh if it has none. Empty: the selected one",
        type=bpy.types.Object,
        poll=_is_possible_character,
        update=_chosen_by_hand,
    )
    character_follows_selection: BoolProperty(
        name="Follow Selection",
        description="The character was found from the selection, so selecting another changes it",
        default=True,
        options={"HIDDEN"},
    )
    chosen_start: IntProperty(
        description="The frame at which the sound begins, once a person chose one", options={"HIDDEN"}
    )
    transcript_text: PointerProperty(
        name="Transcript",
        description="A text of the Text Editor that says what is said, in place of the line",
        type=bpy.types.Text,
    )
    overridden: CollectionProperty(
        description="What is remembered with characters that are library overrides", type=Audio2RigObject
    )
    beats_marked: StringProperty(
        description="Which markers on the timeline were put there for beats, as JSON", options={"HIDDEN"}
    )
    extended_for: StringProperty(description="The sound for which the scene's last frame was set", options={"HIDDEN"})
    show_ghosts: BoolProperty(
        name="Ghosts",
        description="Draw the poses that were set by hand into the 3D View: blue before the playhead, orange behind it",
        default=False,
        update=_shown,
    )
    show_trails: BoolProperty(
        name="Trails",
        description="Draw the ways of both hands and the hips into the 3D View, as their keys move them",
        default=False,
        update=_shown,
    )
    variations: IntProperty(
        name="Variations", description="How many takes Generate Variations makes, a seed each", default=4, min=2, max=8
    )
    dialogue: CollectionProperty(description="Who says which strip", type=Audio2RigDialogueRow)
    dialogue_index: IntProperty(name="Strip", description="The selected strip of the dialogue", default=0, min=0)
    found_takes: StringProperty(
        description="The takes that were found for a sound, as JSON", options={"HIDDEN", "SKIP_SAVE"}
    )
    last_report: StringProperty(name="Report", description="What the last generation did", options={"SKIP_SAVE"})


_BY_NAME = {
    "look_at_target": (bpy.types.Object, "objects"),
    **{f"{control.lower()}_action": (bpy.types.Action, "actions") for control in CONTROLS},
}  # settings that name a data-block: {setting: its type, where it is}


def _named(setting: str, blocks: str) -> dict[str, Any]:
    """How a setting that names a data-block is read and set: the data-block itself is remembered, so that it may be renamed."""
    block, name = f"{setting}_block", f"{setting}_name"

    def read(settings: Any) -> str:
        found = getattr(settings, block)
        return found.name if found is not None else getattr(settings, name)

    def choose(settings: Any, chosen: str) -> None:
        setattr(settings, block, getattr(bpy.data, blocks).get(chosen))
        setattr(settings, name, chosen)

    return {"get": read, "set": choose}


for _setting, (_type, _) in _BY_NAME.items():
    Audio2RigScene.__annotations__[f"{_setting}_block"] = PointerProperty(
        type=_type, description="What was chosen by name, so that it may be renamed", options={"HIDDEN"}
    )
    Audio2RigScene.__annotations__[f"{_setting}_name"] = StringProperty(
        description="What it was called when it was chosen, to tell that it was deleted", options={"HIDDEN"}
    )
declare(
    Audio2RigScene,
    Place.SCENE,
    more={
        **{setting: _named(setting, blocks) for setting, (_, blocks) in _BY_NAME.items()},
        "frame_start": {"get": _sound_start, "set": _choose_sound_start},
        # no FILE_PATH: its button would open a browser that shows every file; Choose Sound has one for sounds
        "audio_path": {"update": _sound_chosen, "subtype": "NONE"},
        "beat_markers": {"update": _beat_markers_switched},
    },
)


def has_chosen_start(scene: bpy.types.Scene, overrides: Mapping[str, Any]) -> bool:
    """Whether a person said at which frame the sound begins. overrides: of a generation; with a last frame they name a range."""
    if "frame_start" in overrides and "frame_end" not in overrides:
        return True
    return scene_settings(scene).is_property_set("chosen_start")


def read(scene: bpy.types.Scene) -> GenerateSettings:
    """What the scene and the preferences say."""
    settings = scene_settings(scene)
    values = preferences.values()
    for one in settings_of(GenerateSettings, Place.SCENE):
        value = getattr(settings, one.name)
        if one.kind is float:  # Blender's single precision may lie a little beyond a limit
            value = min(max(value, one.limits[0]), one.limits[1])
        values[one.name] = value
    if settings.transcript_text is not None:
        values["transcript"] = settings.transcript_text.as_string()
    return GenerateSettings(**values)


def write(scene: bpy.types.Scene, values: Mapping[str, Any]) -> None:
    """Change settings of the scene, as a person would in the panel. A sound that is named becomes its source."""
    settings = scene_settings(scene)
    for name, value in completed(values).items():
        setattr(settings, name, set(value) if isinstance(value, frozenset) else value)
        if name == "transcript":
            settings.transcript_text = None


CLASSES = (
    *take_properties.CLASSES,
    *prompt_properties.CLASSES,
    Audio2RigMappingRow,
    Audio2RigPin,
    Audio2RigKeptPhrase,
    Audio2RigObject,
    Audio2RigDialogueRow,
    Audio2RigScene,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    setattr(bpy.types.Scene, NAME, PointerProperty(type=Audio2RigScene))
    setattr(bpy.types.Object, NAME, PointerProperty(type=Audio2RigObject))


def unregister() -> None:
    delattr(bpy.types.Object, NAME)
    delattr(bpy.types.Scene, NAME)
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
