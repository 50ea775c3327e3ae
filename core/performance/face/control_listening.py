# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening in a dialogue where head or eyes come from elsewhere: a target of the gaze wins over who speaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion.face_track import FaceTrack
from ...settings import GenerateSettings
from ..parts import EYES, HEAD
from ..performance import Performance
from .control_sources import FaceControls
from .controls import keep_looking
from .listening import Listening, listen


def listening_as(
    performance: Performance,
    listening: Listening,
    settings: GenerateSettings,
    controls: FaceControls | None,
    character: str,
) -> Performance:
    """The performance as one who hears what the others say, with head and eyes as their controls have them.

    Args:
        performance: of all of the dialogue.
        listening: who speaks when, and from where.
        settings: of the generation.
        controls: what was read for the controls; None: all is this sound's.
        character: its name.
    """
    if settings.source(HEAD) != "SOUND" or settings.source(EYES) not in ("SOUND", "LOOK_AT"):
        return listen(performance, replace(listening, speakers=()), settings, character)  # only the mouth closes
    if controls is None or controls.target is None:
        return listen(performance, listening, settings, character)
    ahead = tuple(replace(speaker, yaw_deg=0.0, pitch_deg=0.0) for speaker in listening.speakers)
    heard = listen(performance, replace(listening, speakers=ahead), settings, character)
    values = np.array(heard.face.values)
    body, _ = keep_looking(values, heard.body, settings, controls)
    return replace(heard, face=FaceTrack(values, heard.face.rate_hz, heard.face.start_s), body=body)
