# SPDX-License-Identifier: GPL-3.0-or-later
"""Every setting of a generation, once: scene properties, operator properties, options, columns come from these fields.

To add one, add a field to `GenerateSettings` and use it (CONTRIBUTING.md, "Add a setting").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .errors import UserError
from .setting_fields import Item, Place, setting, settings_of

LAST_FRAME = 1_048_574  # of Blender, and its first one the other way
PARTS: tuple[Item, ...] = (
    ("LIPS", "Lips", "Lips, jaw and tongue"),
    ("EXPRESSION", "Expression", "Brows, cheeks and eyelid squints that follow the voice"),
    ("EYES", "Eyes", "Blinks and gaze"),
    ("HEAD", "Head", "Head and neck, with the accents of the voice"),
    ("BODY", "Body", "Torso, arms and legs: gestures, posture, weight"),
    ("HANDS", "Hands", "The fingers"),
    ("ROOT", "Root", "Let the whole figure travel; without it the performance stays on its spot"),
    ("LEFT_ARM", "Left Arm", "The left arm alone, with its hand, in place of the whole body"),
    ("RIGHT_ARM", "Right Arm", "The right arm alone, with its hand, in place of the whole body"),
    ("TORSO", "Torso", "The spine alone, in place of the whole body"),
    ("LEGS", "Legs", "Hips and legs alone, in place of the whole body"),
)
IN_BODY = ("LEFT_ARM", "RIGHT_ARM", "TORSO", "LEGS")  # what BODY stands for
DEFAULT_PARTS = frozenset(("LIPS", "EXPRESSION", "EYES", "HEAD", "BODY", "HANDS"))
HANDS_THAT_HOLD: tuple[Item, ...] = (
    ("LEFT", "Left Hand", "The left hand holds something: its forearm, wrist and fingers keep the pose that is there"),
    (
        "RIGHT",
        "Right Hand",
        "The right hand holds something: its forearm, wrist and fingers keep the pose that is there",
    ),
)
STANCES: tuple[Item, ...] = (
    ("AUTO", "Auto", "A figure that is posed sitting, kneeling or lying stays so; every other one stands"),
    ("STANDING", "Standing", "The figure stands, whatever its pose is now"),
    ("AS_POSED", "As Posed", "Hips and legs keep their pose and their keys; what is above them plays"),
)
MODES: tuple[Item, ...] = (
    ("AUTO", "Auto", "Listen first: the character talks to a voice and dances to music. The report says which it was"),
    ("SPEECH", "Speech", "Someone talks, or sings"),
    ("DANCE", "Dance", "The character dances to the music"),
)
DANCE_STYLES: tuple[Item, ...] = (
    ("AUTO", "Auto", "A style that fits the tempo and the energy of the music"),
    ("BREAK", "Break", "Breakdance, as it is danced standing: quick steps, low and wide"),
    ("HOUSE", "House", "Light quick footwork over a springing beat"),
    ("BALLET_JAZZ", "Ballet Jazz", "Long lines, turns and stretched arms"),
    ("STREET_JAZZ", "Street Jazz", "Sharp poses and isolations"),
    ("KRUMP", "Krump", "Stomps, chest and arms thrown with force"),
    ("LA_HIP_HOP", "LA Hip-Hop", "Precise accents all over the body, as in choreography for stage and film"),
    ("LOCK", "Lock", "Quick moves that stop short: points and wrist rolls"),
    ("MIDDLE_HIP_HOP", "Middle Hip-Hop", "Grooves and bounces of the nineties"),
    ("POP", "Pop", "Hits and waves: muscles that jerk on the beat"),
    ("WAACK", "Waack", "Whirling arms and poses"),
    ("SALSA", "Salsa", "Steps of a couple's dance, by one: forth and back, with hips"),
)
SOURCES: tuple[Item, ...] = (
    ("FILE", "File", "A sound or video file"),
    ("STRIP", "Strip", "A sound strip of the sequencer, with its trim and its place in time"),
)
EMOTIONS: tuple[Item, ...] = (
    (
        "FROM_VOICE",
        "From Voice",
        "How aroused the voice is, heard from effort, pitch and pace, moves brows, lids, head and gestures. Whether it is pleased or not "
        "cannot be heard: choose that below, or here",
    ),
    ("NEUTRAL", "Neutral", "Only what the words need, whatever the voice is like"),
    ("HAPPY", "Happy", "Smiling, cheeks up"),
    ("EXCITED", "Excited", "A wide smile, brows and lids up"),
    ("SURPRISED", "Surprised", "Brows up, eyes wide"),
    ("AFRAID", "Afraid", "Brows up and together, eyes wide, mouth stretched"),
    ("SAD", "Sad", "Inner brows up, corners of the mouth down, head and eyes down"),
    ("ANGRY", "Angry", "Brows down, lids tense, lips pressed"),
    ("DISGUSTED", "Disgusted", "Nose wrinkled, upper lip raised"),
    ("CONTEMPTUOUS", "Contemptuous", "One corner of the mouth pulled up, lids low, head back"),
    ("THOUGHTFUL", "Thoughtful", "Brows uneven, mouth aside, eyes away"),
    ("TIRED", "Tired", "Lids and head heavy, hardly moving"),
)
# Blender keeps a choice by its number: in the order in which they came, the newest at the end
_KEPT_EMOTIONS = (
    *("NEUTRAL", "HAPPY", "SAD", "ANGRY", "SURPRISED", "AFRAID", "DISGUSTED"),
    *("FROM_VOICE", "EXCITED", "CONTEMPTUOUS", "THOUGHTFUL", "TIRED"),
)
STYLES: tuple[Item, ...] = (
    ("NATURAL", "Natural", "As people talk"),
    ("CALM", "Calm", "Fewer and slower movements"),
    ("LIVELY", "Lively", "More and larger movements"),
)
LOCOMOTIONS: tuple[Item, ...] = (
    ("OFF", "Off", "Both feet stand still"),
    ("SHIFT", "Weight Shifts", "The weight goes from foot to foot, as people stand and talk"),
    ("FREE", "Free", "Steps too. Switch on Root as well, and the character moves through the scene"),
)
EXISTING_MOTIONS: tuple[Item, ...] = (
    (
        "AUTO",
        "Auto",
        "A clip that plays during most of the sound, or loops, is kept; a shorter one is replaced, and so is a take that was baked down",
    ),
    (
        "REPLACE",
        "Replace",
        "What was generated takes the place of the clip. The clip itself stays as it was, in its Action",
    ),
    ("KEEP", "Keep", "Only what the clip does not move is generated: a face over a walk"),
    ("PROMPTS", "As Prompts", "Every key of the clip is met exactly, like one that was set by hand"),
)
CONTROLS = ("LIPS", "HEAD", "EYES", "EXPRESSION")  # the parts of the face that may come from elsewhere
CONTROL_SOURCES: tuple[Item, ...] = (
    ("SOUND", "This Sound", "What the sound gives"),
    ("PRESET", "Preset", "A pose that is held"),
    ("ACTION", "Action", "An Action of this character: a take, an imported or a hand-made one"),
    ("CAPTURE", "Capture File", "A Live Link Face CSV, a JSON file of shapes, keypoints of OpenPose or MediaPipe"),
)
EYES_SOURCES: tuple[Item, ...] = (
    *CONTROL_SOURCES,
    ("LOOK_AT", "Look At", "An object, the camera or the other speaker"),
)
LIPS_PRESETS: tuple[Item, ...] = (
    ("CLOSED", "Closed", "The mouth is closed and says nothing"),
    ("OPEN", "Open", "The mouth stays a little open"),
    ("SMILE", "Smile", "The mouth is closed and smiles"),
)
HEAD_PRESETS: tuple[Item, ...] = (
    ("STILL", "Still", "The head faces the front and does not move"),
    ("FORWARD", "Forward", "The head nods with the voice, but does not turn or tilt aside"),
)
EYES_PRESETS: tuple[Item, ...] = (
    ("FORWARD", "Forward", "The eyes look ahead; they blink as the sound has it"),
    ("STILL", "Still", "The eyes look ahead and do not blink"),
    ("CLOSED", "Closed", "The eyes are closed"),
)
EXPRESSION_PRESETS = tuple(item for item in EMOTIONS if item[0] != "FROM_VOICE")
_KEPT_EXPRESSIONS = tuple(name for name in _KEPT_EMOTIONS if name != "FROM_VOICE")
LOOK_AT: tuple[Item, ...] = (
    ("OBJECT", "Object", "An object; of another character its head"),
    ("CAMERA", "Camera", "The scene's camera, also where markers change it"),
    ("SPEAKER", "Other Speaker", "In a dialogue: who speaks, or spoke last"),
)
DRIVEN_BY_KEYPOINTS: tuple[Item, ...] = (
    ("LIPS", "Lips", "The mouth, too, as the video shows it. Else it says what the sound says, which is sharper"),
    ("EXPRESSION", "Expression", "Brows, lids, cheeks and the slow part of a smile"),
    ("EYES", "Eyes", "Gaze and blinks"),
    ("HEAD", "Head", "How the head turns"),
    ("BODY", "Body", "Arms and trunk pass through the poses in which they are surely seen"),
)
DEVICES: tuple[Item, ...] = (
    (
        "AUTO",
        "Auto",
        "An NVIDIA graphics card for sounds of two minutes and more, if PyTorch can use one; the processor for all else",
    ),
    ("CUDA", "CUDA", "An NVIDIA graphics card"),
    ("MPS", "MPS", "An Apple graphics processor"),
    ("CPU", "CPU", "The processor"),
)


def _strength(label: str, what: str) -> Any:
    tooltip = f"How far {what}: 0 not at all, 1 as the model says"
    return setting(1.0, label, tooltip, minimum=0.0, maximum=2.0, soft_maximum=1.5, subtype="FACTOR", animatable=True)


def _source(label: str, items: tuple[Item, ...] = CONTROL_SOURCES) -> Any:
    return setting("SOUND", f"{label} Source", f"Where the part {label} comes from", items=items)


def _preset(label: str, items: tuple[Item, ...]) -> Any:
    return setting(items[0][0], f"{label} Preset", "The pose that is held", items=items)


def _action(label: str) -> Any:
    return setting("", f"{label} Action", "The Action that is played; its first key is where the sound begins")


def _file(label: str) -> Any:
    tooltip = "A Live Link Face CSV, a JSON file of shapes, or keypoints of OpenPose or MediaPipe"
    return setting("", f"{label} File", tooltip, subtype="FILE_PATH")


def _smoothing(label: str, more: str = "") -> Any:
    tooltip = f"Over how many seconds it is averaged. 0 leaves it as it is{more}"
    return setting(0.0, f"{label} Smoothing", tooltip, minimum=0.0, maximum=5.0, soft_maximum=1.0)


def _offset(label: str) -> Any:
    tooltip = "How many seconds later it plays; earlier if negative"
    return setting(0.0, f"{label} Offset", tooltip, minimum=-600.0, maximum=600.0, soft_maximum=2.0)


@dataclass(frozen=True)
class GenerateSettings:
    """What a person chooses for a generation.

    The same seed gives the same performance. Strengths: 0 = that part is exactly still, 1 = as the models say.
    transcript: "" if not known. first_frame, frame_end: if only these frames are generated anew. Raises UserError for
    values that make no sense.
    """

    audio_source: str = setting(
        "FILE", "Source", "Where the sound comes from", items=SOURCES, places=Place.SCENE | Place.COMMAND
    )
    audio_path: str = setting(
        "",
        "Sound",
        "Sound or video file: wav, flac, ogg, opus, mp3, m4a, mp4",
        subtype="FILE_PATH",
        argument="filepath",
        option="audio",
    )
    strip: str = setting("", "Strip", "Sound strip of the sequencer")
    mode: str = setting("AUTO", "Mode", "What the sound is", items=MODES)
    seed: int = setting(
        0,
        "Seed",
        "Another seed gives another, equally fitting performance; the same seed gives the same again",
        minimum=0,
    )
    frame_start: int = setting(
        1,
        "Start Frame",
        "The frame at which the sound begins; the scene's first one until it is set. A strip brings its own. With a last frame: the "
        "first one to generate anew",
        minimum=-LAST_FRAME,
        maximum=LAST_FRAME,
    )
    first_frame: int | None = None
    frame_end: int | None = setting(
        None,
        "Last Frame",
        "Generate only from the start frame to this one, and keep the rest of the current take",
        kind=int,
        places=Place.OPERATOR | Place.COMMAND,
    )
    use_prompts: bool = setting(
        True, "Use Prompts", "Keep the keys that were set by hand and make the rest flow into and out of them"
    )
    prompt_hold: float = setting(
        0.5,
        "Hold",
        "How many seconds a pose that was keyed once is held. Poses that follow sooner shorten it; two equal keys say "
        "themselves how long",
        minimum=0.0,
        maximum=60.0,
        soft_maximum=4.0,
    )
    prompt_ease: float = setting(
        0.33,
        "Ease",
        "How many seconds the way into and out of a pose takes at least. A pose that is far away takes longer, as with "
        "people",
        minimum=0.0,
        maximum=10.0,
        soft_maximum=2.0,
    )
    face_hold: float = setting(
        1.0,
        "Face Hold",
        "How many seconds an expression that was keyed once stays under the speech. Lips are not held: they go on "
        "speaking",
        minimum=0.0,
        maximum=60.0,
        soft_maximum=4.0,
    )
    face_ease: float = setting(
        0.33,
        "Face Ease",
        "How many seconds an expression that was keyed takes to come and to go",
        minimum=0.0,
        maximum=10.0,
        soft_maximum=2.0,
    )
    existing_motion: str = setting(
        "AUTO",
        "Existing Motion",
        "What happens to motion that the character has already: motion capture, an imported Action, a loop, the NLA",
        items=EXISTING_MOTIONS,
    )
    parts: frozenset[str] = setting(
        DEFAULT_PARTS, "Parts", "What is generated; everything else stays as it is", items=PARTS
    )
    holds: frozenset[str] = setting(
        frozenset(),
        "Holds Something",
        "Hands that hold something: forearm, wrist and fingers keep their pose, and the other hand gestures",
        items=HANDS_THAT_HOLD,
    )
    lips_strength: float = _strength("Lips", "the mouth moves")
    calibrate_lips: bool = setting(
        True,
        "Lip Calibration",
        "Measure how far this head's own shapes part its lips, and open small mouths further and large ones less, so that speech reads. "
        "Closed lips stay closed",
        panel="LIPS",
    )
    lip_opening: float = setting(
        1.0,
        "Lip Opening",
        "How far jaw and lips open beside that: 1.2 for a fifth more. Unlike the strength of Lips it leaves closed and rounded lips as "
        "they are",
        minimum=0.0,
        maximum=3.0,
        soft_maximum=1.6,
        subtype="FACTOR",
        panel="LIPS",
    )
    performer: str = setting(
        "",
        "Performer",
        "A file that Adapt to Performer wrote: face and body move as that person's, whichever was captured. Empty: as people do on average",
        subtype="FILE_PATH",
        panel="PERFORMER",
    )
    keypoints: str = setting(
        "",
        "Keypoints",
        "Keypoints of a video whose sound this is, as OpenPose (one of its files, or their folder) or MediaPipe writes them: face and body "
        "follow the person in it while they are seen. Empty: everything comes from the sound",
        subtype="FILE_PATH",
    )
    keypoints_drive: frozenset[str] = setting(
        frozenset(("EXPRESSION", "EYES", "HEAD", "BODY")),
        "Keypoints Drive",
        "What follows the keypoints; the rest comes from the sound, or from where Face Controls say",
        items=DRIVEN_BY_KEYPOINTS,
    )
    expression_strength: float = _strength("Expression", "the upper face moves")
    eyes_strength: float = _strength("Eyes", "the gaze moves")
    head_strength: float = _strength("Head", "the head moves")
    body_strength: float = _strength("Body", "torso, arms and legs move")
    hands_strength: float = _strength("Hands", "the fingers move")
    lips_source: str = _source("Lips")
    lips_preset: str = _preset("Lips", LIPS_PRESETS)
    lips_action: str = _action("Lips")
    lips_file: str = _file("Lips")
    lips_smoothing: float = _smoothing("Lips", "; more than a twentieth blurs closed lips")
    lips_offset: float = _offset("Lips")
    head_source: str = _source("Head")
    head_preset: str = _preset("Head", HEAD_PRESETS)
    head_action: str = _action("Head")
    head_file: str = _file("Head")
    head_smoothing: float = _smoothing("Head")
    head_offset: float = _offset("Head")
    eyes_source: str = _source("Eyes", EYES_SOURCES)
    eyes_preset: str = _preset("Eyes", EYES_PRESETS)
    eyes_action: str = _action("Eyes")
    eyes_file: str = _file("Eyes")
    eyes_smoothing: float = _smoothing("Eyes", "; blinks are never blurred")
    eyes_offset: float = _offset("Eyes")
    expression_source: str = _source("Expression")
    expression_preset: str = setting(
        "NEUTRAL",
        "Expression Preset",
        "The expression that is held",
        items=EXPRESSION_PRESETS,
        kept_as=_KEPT_EXPRESSIONS,
    )
    expression_action: str = _action("Expression")
    expression_file: str = _file("Expression")
    expression_smoothing: float = _smoothing("Expression")
    expression_offset: float = _offset("Expression")
    look_at: str = setting("OBJECT", "Look At", "What the eyes look at", items=LOOK_AT)
    look_at_target: str = setting("", "Target", "The object that the eyes look at")
    look_at_influence: float = setting(
        1.0,
        "Influence",
        "How much the eyes keep to the target: 0 glances as the sound has it. Key it to look there for a while",
        minimum=0.0,
        maximum=1.0,
        subtype="FACTOR",
        animatable=True,
    )
    look_at_head: float = setting(
        0.5,
        "Head's Share",
        "How much of the way to the target the head turns; the eyes do the rest. 0: the eyes alone",
        minimum=0.0,
        maximum=1.0,
        subtype="FACTOR",
        animatable=True,
    )
    emotion: str = setting(
        "FROM_VOICE",
        "Emotion",
        "The mood that shows while speaking",
        items=EMOTIONS,
        kept_as=_KEPT_EMOTIONS,
        animatable=True,
    )
    emotion_strength: float = setting(
        0.7,
        "Emotion Strength",
        "How much of the mood shows",
        minimum=0.0,
        maximum=1.0,
        subtype="FACTOR",
        animatable=True,
    )
    second_emotion: str = setting(
        "NEUTRAL",
        "Second Emotion",
        "Mixed into the first one: happy and surprised, sad and angry, or any of them on top of what the voice gives",
        items=EMOTIONS,
        kept_as=_KEPT_EMOTIONS,
        animatable=True,
    )
    second_strength: float = setting(
        0.5,
        "Second Strength",
        "How much of the second emotion shows",
        minimum=0.0,
        maximum=1.0,
        subtype="FACTOR",
        animatable=True,
    )
    style: str = setting("NATURAL", "Style", "How lively the performance is", items=STYLES, panel="STYLE")
    locomotion: str = setting("SHIFT", "Locomotion", "What the legs do", items=LOCOMOTIONS, panel="BODY")
    stance: str = setting(
        "AUTO", "Stance", "Whether hips and legs play, or keep the pose that they have", items=STANCES, panel="BODY"
    )
    dance_style: str = setting("AUTO", "Dance Style", "What is danced", items=DANCE_STYLES)
    dance_energy: float = setting(
        1.0,
        "Energy",
        "How large and strong the dance is: 0 small, 1 as the music has it, 2 as large as it goes",
        minimum=0.0,
        maximum=2.0,
        subtype="FACTOR",
    )
    stage_radius_m: float = setting(
        1.5,
        "Stage Radius",
        "How far the dance may travel from where it begins, in metres for an adult. 0: on the spot. It travels only while Root is on",
        minimum=0.0,
        maximum=100.0,
        soft_maximum=5.0,
    )
    dance_sings: bool = setting(
        False, "Sing", "The lips sing what they hear in the music. Else the mouth is closed, and the face only lives"
    )
    beat_markers: bool = setting(
        False,
        "Beat Markers",
        'Put markers on the timeline: "1" where a bar begins, "·" on the other beats. Markers of your own are not touched',
    )
    transcript: str = setting(
        "",
        "Transcript",
        "What is said, if you have it in writing: gestures may follow the words. Not needed",
        longest=10_000_000,
    )
    shape_tolerance: float = setting(
        0.005,
        "Shape Tolerance",
        "How far a simplified curve may leave the generated one, in shape value. 0 keeps a key on every frame",
        minimum=0.0,
        maximum=0.1,
        precision=4,
        panel="OUTPUT",
    )
    rotation_tolerance: float = setting(
        0.3,
        "Rotation Tolerance",
        "How far a simplified rotation may leave the generated one, in degrees. 0 keeps a key on every frame",
        minimum=0.0,
        maximum=10.0,
        panel="OUTPUT",
    )
    step_frames: int = setting(
        1,
        "Hold Every Pose",
        "For so many frames, with stepped keys: 2 is on twos, 3 on threes. Closed lips and blinks are not lost, and prompts stay exact. "
        "1: smooth curves",
        minimum=1,
        maximum=4,
        panel="OUTPUT",
    )
    use_nla: bool = setting(
        False,
        "As NLA Strip",
        "Put the take on an NLA track above the animation that is there, instead of making it the active Action",
        panel="OUTPUT",
    )
    use_sound_strip: bool = setting(
        True,
        "Add Sound",
        "Add a sound file to the sequencer, unless it is there, and sync playback to the sound, so that the take is heard",
        panel="SOUND",
    )
    extend_scene: bool = setting(
        True,
        "Extend Scene",
        "Let the scene end with the sound if a file lasts longer; only once for each sound. The shot around a strip stays as it was cut",
        panel="SOUND",
    )
    device: str = setting(
        "AUTO", "Device", "What the models run on", items=DEVICES, places=Place.PREFERENCES | Place.COMMAND
    )
    threads: int = setting(
        0,
        "Threads",
        "Processor threads that generating may use. 0 is automatic: half of the cores each for lips and face, one for the body",
        minimum=0,
        maximum=256,
        places=Place.PREFERENCES | Place.COMMAND,
    )

    def __post_init__(self):
        for one in settings_of(type(self)):
            object.__setattr__(self, one.name, one.checked(getattr(self, one.name)))
        if self.frame_range is not None and self.frame_range[1] <= self.frame_range[0]:
            first, last = self.frame_range
            raise UserError(
                f"The range ends (frame {last}) before it begins (frame {first})."
                if last < first
                else f"The range has no length (frame {first}).",
                "Give a frame_end after frame_start.",
            )

        if self.frame_range is not None and max(map(abs, self.frame_range)) > LAST_FRAME:
            raise UserError("The range goes beyond what Blender can play.", f"Its last frame is {LAST_FRAME}.")

    @property
    def frame_range(self) -> tuple[int, int] | None:
        """(first, last) frame if only these are generated anew."""
        if self.frame_end is None:
            return None
        return (self.frame_start if self.first_frame is None else self.first_frame, self.frame_end)

    def strength(self, part: str) -> float:
        """The strength of a part, 0 where it is not generated (ROOT has none of its own: 1 or 0)."""
        return getattr(self, strength_name(part), 1.0) if part in self.parts else 0.0

    def source(self, control: str) -> str:
        """Where a control (of CONTROLS) comes from: SOUND, too, where it is switched off."""
        return self.of_control(control, "source") if control in self.parts else "SOUND"

    def of_control(self, control: str, what: str) -> Any:
        """A control's preset, action, file, smoothing or offset."""
        return getattr(self, f"{control.lower()}_{what}")

    def overridden(self, given: Mapping[str, Any]) -> GenerateSettings:
        """These settings with what a caller gives instead; None: as it is here. Raises UserError, also for unknown
        names.

        frame_start alone is where the sound begins; with frame_end, the first frame to generate anew.
        """
        known = {one.name for one in settings_of(type(self))}
        if unknown := given.keys() - known:
            raise UserError(
                f"There is no setting {', '.join(sorted(unknown))}.", f"There are {', '.join(sorted(known))}."
            )
        changes = completed(given)
        if "frame_end" in changes:
            changes["first_frame"] = changes.pop("frame_start", self.frame_start)
        return replace(self, **changes)


class Overrides(dict[str, Any]):
    """{setting: value} in place of the scene's, given by the names that the operator's properties have: `filepath` is the sound."""

    def __init__(self, **given: Any):
        names = {one.argument: one.name for one in settings_of(GenerateSettings)}
        super().__init__({names.get(argument, argument): value for argument, value in given.items()})


def strength_name(part: str) -> str:
    """The field that holds a part's strength; ROOT has none."""
    return f"{part.lower()}_strength"


def completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, and what that implies: a file or a strip that is named is the source of the sound."""
    changes = {name: value for name, value in given.items() if value is not None}
    for name, source in (("audio_path", "FILE"), ("strip", "STRIP")):
        if name in changes and not changes[name]:
            del changes[name]
        elif name in changes:
            changes["audio_source"] = source
    return changes
