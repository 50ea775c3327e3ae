# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of EMAGE's networks, with named presets."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...audio.lip_classes import LIP_CLASSES
from ...errors import UserError
from ...motion.face_track import FACE_NAMES
from ...motion.gesture_plan import CONTENT_WIDTH, RHYTHM_WIDTH
from ...networks.presets import preset


@dataclass(frozen=True)
class CodecConfig:
    """One vector-quantised autoencoder (paper section 4.1): a code of `codes` for each frame of one body part."""

    channels: int
    layers: int = 2
    width: int = 256
    codes: int = 256
    commitment: float = 1.0


def _published_codecs() -> dict[str, CodecConfig]:
    return {
        "face": CodecConfig(106),
        "upper": CodecConfig(78),
        "hands": CodecConfig(180),
        "lower": CodecConfig(61, layers=4),
    }


@dataclass(frozen=True)
class EmageConfig:
    """Sizes of the generator and its codecs. The defaults are the published ones.

    A frame of masked motion: 55 joints × 6 | translation 3 (m) | foot contact 4 = 337 [| expression] = `motion_channels`.
    audio: "wave" (published audio-only model: 16 kHz samples) or "content_rhythm" (the full paper: `content_width`
    numbers of content and `rhythm_width` of rhythm for each motion frame, mixed by content-rhythm attention).
    face_joints: what the face part owns beside the expression: the jaw; with 23 and 24 the eyes too (ours).
    audio_positions: what is heard has its position code, too, and the face begins from it (ours; not in the published model).
    strokes: how many strokes the memory holds (ours, see stroke_memory).
    postures: keep a resting posture for each speaker with the weights (ours): what the first window begins from.
    usable_speakers: those whose whole body was recorded, as often as they should be chosen; () for all.
    prompt_expression: append the face codec's expression to the motion input, so that shapes can be given as prompts (ours).
    position_period, position_length: the sinusoid table repeats after `position_period` frames.
    """

    feature_width: int = 256
    hidden: int = 768
    heads: int = 4
    feedforward: int = 1536
    dropout: float = 0.1
    window: int = 64
    seed_frames: int = 4
    speakers: int = 1
    cross_layers: int = 8
    face_layers: int = 4
    part_layers: int = 1
    motion_layers: int = 3
    position_period: int = 64
    position_length: int = 128
    rate_hz: float = 30.0
    sample_rate_hz: int = 16000
    samples_per_frame: int = 533
    wave_channels: tuple[int, ...] = (64, 64, 64, 128, 128, 256)
    wave_strides: tuple[int, ...] = (5, 6, 1, 6, 1, 3)
    wave_first_padding: int = 1600
    audio: str = "wave"
    content_width: int = 0
    rhythm_width: int = 0
    template_layers: bool = True
    face_joints: tuple[int, ...] = (22,)
    prompt_expression: bool = False
    audio_positions: bool = False
    strokes: int = 0
    postures: bool = False
    usable_speakers: tuple[int, ...] = ()
    codecs: Mapping[str, CodecConfig] = field(default_factory=_published_codecs)
    global_motion: CodecConfig = field(default_factory=lambda: CodecConfig(61, layers=4))

    @property
    def expression_channels(self) -> int:
        return self.codecs["face"].channels - 6 * len(self.face_joints)

    @property
    def motion_channels(self) -> int:
        return 337 + (self.expression_channels if self.prompt_expression else 0)

    @classmethod
    def named(cls, name: str) -> EmageConfig:
        """A preset: "published", "small" (11 M parameters with its codecs, for two CPU cores), "talking" (ours, shipped)."""
        return preset(PRESETS, name, "EMAGE")

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> EmageConfig:
        """Inverse of `to_json`. Raises UserError if the text is not such a configuration."""
        try:
            values = json.loads(text)
            values["codecs"] = {name: CodecConfig(**codec) for name, codec in values["codecs"].items()}
            values["global_motion"] = CodecConfig(**values["global_motion"])
            for name in ("wave_channels", "wave_strides", "face_joints", "usable_speakers"):
                values[name] = tuple(values[name])
            return cls(**values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UserError(
                f"This is not an EMAGE configuration: {error}.", "Use the config.json saved with the weights."
            ) from error


def _small() -> EmageConfig:
    codecs = {name: dataclasses.replace(codec, width=128, codes=256) for name, codec in _published_codecs().items()}
    return EmageConfig(
        feature_width=128,
        hidden=192,
        heads=4,
        feedforward=384,
        cross_layers=4,
        face_layers=2,
        template_layers=False,
        wave_channels=(32, 32, 32, 64, 64, 128),
        codecs=codecs,
        global_motion=CodecConfig(61, layers=4, width=128),
    )


def _talking() -> EmageConfig:
    """What we train and ship: gesture plans in place of the wave, gaze and face shapes in the motion vector."""
    published = {
        "face": CodecConfig(6 * 3 + len(FACE_NAMES)),
        "upper": CodecConfig(78),
        "hands": CodecConfig(180),
        "lower": CodecConfig(61, layers=4),
    }
    codecs = {name: dataclasses.replace(codec, width=128) for name, codec in published.items()}
    return EmageConfig(
        feature_width=128,
        hidden=160,
        heads=4,
        feedforward=320,
        dropout=0.02,
        cross_layers=4,
        face_layers=2,
        template_layers=False,
        audio="content_rhythm",
        content_width=CONTENT_WIDTH + len(LIP_CLASSES),
        rhythm_width=RHYTHM_WIDTH,
        speakers=14,
        audio_positions=True,
        postures=True,
        usable_speakers=tuple(range(10)),
        face_joints=(22, 23, 24),
        prompt_expression=True,
        codecs=codecs,
        global_motion=CodecConfig(61, layers=4, width=96),
    )


PRESETS = {"published": EmageConfig(), "small": _small(), "talking": _talking()}
