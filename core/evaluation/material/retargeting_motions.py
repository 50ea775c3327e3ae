# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions to put onto rigs: recorded ones with most movement, made-up ones where nothing is recorded, and dances."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ...audio import decoding
from ...motion.clip import Clip
from ...motion.joints import FACE_JOINTS, JOINT_NAMES
from ...motion.resampling import clip_at
from ...motion.rotations import from_axis_angle
from ...performance.dance.pipeline import perform
from ...settings import DEFAULT_PARTS, GenerateSettings
from ...training.data.body import load

# Styles from floor work to large arms, and when the dancer is surely under way.
_STYLES, _UNDER_WAY_S, _DANCE_RATE_HZ = ("BREAK", "KRUMP", "BALLET_JAZZ", "HOUSE", "WAACK", "SALSA"), 2.0, 30.0


def recorded(cache: Path, count: int, seconds: float) -> dict[str, Clip]:
    """Motions of the corpus: gestures with fingers by turns with others, the liveliest second onwards, those with most movement."""
    clips = [body for body in load(cache) if len(body.clip) > 30 and not body.glitches]
    lively = sorted(clips, key=lambda body: -float(np.abs(np.diff(body.clip.rotations, axis=0)).sum(-1).mean()))
    fingers = [body for body in lively if body.has_fingers]
    others = [body for body in lively if not body.has_fingers]
    chosen = [
        body
        for pair in zip(fingers[:: max(1, len(fingers) // count)], others[:: max(1, len(others) // count)])
        for body in pair
    ][:count] or lively[:count]
    return {f"{number}_{body.name}".replace("__", "_"): _part(body.clip, seconds) for number, body in enumerate(chosen)}


def _part(clip: Clip, seconds: float) -> Clip:
    frames = min(len(clip), round(seconds * clip.rate_hz))
    return Clip(
        clip.rotations[:frames], clip.root_translation_m[:frames], clip.contacts[:frames], clip.rate_hz, clip.driven
    )


def made_up(seed: int, seconds: float) -> Clip:
    """A standing body that waves all its joints, smoothly, within what a body can do; feet stay on the floor."""
    rng = np.random.default_rng(seed)
    frames, rate_hz = round(seconds * 30), 30.0
    clip = Clip.still(frames, rate_hz, frozenset(JOINT_NAMES).difference(FACE_JOINTS))
    times_s = np.arange(frames) / rate_hz
    size = {
        "pelvis": 0.0,
        "hip": 0.0,
        "knee": 0.0,
        "ankle": 0.0,
        "foot": 0.0,
        "shoulder": 0.6,
        "elbow": 0.3,
        "wrist": 0.3,
    }
    for index, joint in enumerate(JOINT_NAMES):
        stem = joint.split("_", 1)[-1]
        wave = size.get(stem, 0.12) * np.sin(times_s[:, None] * rng.uniform(1.0, 3.0, 3) + rng.uniform(0, 6, 3))
        sign = 1.0 if joint.startswith("left") else -1.0
        if stem == "shoulder":
            wave[:, 2] -= 0.9 * sign
        if stem == "elbow":
            wave[:, 1] -= (1.0 + 0.5 * np.sin(times_s + seed)) * sign
        if stem[:-1] in ("index", "middle", "ring", "pinky"):
            wave[:, 2] -= sign * (0.5 + 0.4 * np.sin(times_s * 2 + seed))
        clip.rotations[:, index] = from_axis_angle(wave)
    clip.root_translation_m[:] = 0.0
    clip.contacts[:] = 1.0
    return clip


def danced(sound: Path, count: int, seconds: float) -> dict[str, Clip]:
    """What the button dances to a piece of music over the stage, in so many styles. Raises UserError."""
    music, found = decoding.load(sound), {}
    for style in _STYLES[:count]:
        settings = GenerateSettings(mode="DANCE", dance_style=style, parts=DEFAULT_PARTS | {"ROOT"})
        body = perform(music, settings).body
        start_s = max(min(_UNDER_WAY_S, music.duration_s - seconds), 0.0)
        frames = int(min(seconds, music.duration_s) * _DANCE_RATE_HZ)
        part = clip_at(body, _DANCE_RATE_HZ, start_s, frames)
        found[f"dance_{style.lower()}"] = replace(part, start_s=0.0)  # the bench counts frames from its first
    return found
