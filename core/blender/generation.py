# SPDX-License-Identifier: GPL-3.0-or-later
"""What travels between the steps of a generation, as plain data: what is read for it, and what is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..audio.clip import AudioClip
from ..prompts.kept_phrases import KeptPhrase
from ..prompts.pacing import PromptPaces
from ..rigs.animation import RigSwitch
from ..rigs.character import Character
from ..rigs.description import RigDescription
from ..rigs.pins import Pin
from ..rigs.posed_figure import PosedFigure
from ..settings import DEFAULT_PARTS, GenerateSettings
from .keying.channels import Channel
from .keying.existing_keys import ExistingChannel
from .keying.nla_channels import NlaChannels
from .keying.plan import Plan
from .keying.timing import Timing
from .meanwhile import KeysBefore
from .reading.motion_sources import MotionSource
from .sounds.source import SoundSource

if TYPE_CHECKING:
    from ..performance.face.listening import Listening
    from .face_controls.gathering import GatheredControls


@dataclass(frozen=True)
class Gathered:
    """Everything that `work` needs, without bpy.

    scene_id, root_id: session ids of the scene and of the character's root. objects: name, then → session id of each object of the
    character. mapping: hand-made corrections or None. timing: how seconds of sound become frames. existing: what is keyed on the
    character now; sources: all that moves it; nla: what its NLA does. controls: where lips, head, eyes and expression come from.
    keys_before: all keys that play, to see what was set since. listening: when it is others who speak, in a dialogue. phrases: of a
    dance, that come again. sound: what the source holds, where it was read already.
    """

    scene_id: int
    root_id: int
    root_name: str
    objects: dict[str, int]
    source: SoundSource
    description: RigDescription
    mapping: dict[str, Any] | None
    settings: GenerateSettings
    timing: Timing
    existing: dict[Channel, ExistingChannel]
    posed: PosedFigure
    paces: PromptPaces
    sources: tuple[MotionSource, ...]
    pins: tuple[Pin, ...]
    phrases: tuple[KeptPhrase, ...]
    nla: NlaChannels
    controls: GatheredControls
    keys_before: KeysBefore
    listening: Listening | None = None
    sound: AudioClip | None = None

    @property
    def replaces_everything(self) -> bool:
        """Whether nothing that an earlier generation wrote is to stay."""
        whole = self.settings.parts >= DEFAULT_PARTS and not self.settings.holds and self.settings.stance != "AS_POSED"
        return whole and self.timing.region is None


@dataclass(frozen=True)
class Worked:
    """The result of `work`: the curves to write, what of the rig must be switched for them, and what to say about it.

    replaces_everything: whether nothing that an earlier generation wrote is to stay. has_prompts: whether there are any.
    of_clips: what clips move that are replaced, (object, on its shape keys, data path). mode: SPEECH or DANCE, whichever it became.
    beats: (seconds from the sound's beginning, whether a bar begins) of each beat of the music. heard: what the sound is like.
    """

    name: str
    character: Character
    plan: Plan
    duration_s: float
    seconds: float
    notes: tuple[str, ...]
    switches: tuple[RigSwitch, ...]
    replaces_everything: bool
    has_prompts: bool
    of_clips: frozenset[tuple[str, bool, str]]
    mode: str
    beats: tuple[tuple[float, bool], ...]
    heard: str
