# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of EMAGE's networks, with named presets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...audio.lip_classes import LIP_CLASSES
from ...motion.face_track import FACE_NAMES
from ...motion.gesture_plan import CONTENT_WIDTH, RHYTHM_WIDTH
from ...networks.presets import preset
from ..speech.config import TrunkConfig


@dataclass(frozen=True)
class CodecConfig:
    """One vector-quantised autoencoder (paper section 4.1): a code for each frame of one body part.

    Args:
        channels: numbers of the part's vector in one frame.
        layers: convolutions with a residual block each, in encoder and decoder.
        width: channels of the convolutions and of a latent.
        codes: size of the codebook.
        commitment: weight of the latents' distance to their codes, beside the codes' to the latents.
        stride: frames of one code, a power of two; above 1 the codec is `strided_codec`'s (ours).
        levels: codebooks, each for what the ones before leave over (ours, with a stride).
        latent: channels of a latent, with a stride.
    """

    channels: int
    layers: int = 2
    width: int = 256
    codes: int = 256
    commitment: float = 1.0
    stride: int = 1
    levels: int = 1
    latent: int = 0


def _published_codecs() -> dict[str, CodecConfig]:
    return {
        "face": CodecConfig(106),
        "upper": CodecConfig(78),
        "hands": CodecConfig(180),
        "lower": CodecConfig(61, layers=4),
    }


@dataclass(frozen=True)
class EmageConfig:
    """Everything that fixes the shapes of the weights; saved beside them as config.json. The defaults are the published
    sizes.

    A frame of masked motion: 55 joints × rot6d | translation 3 (m) | foot contact 4 = 337 [| expression] =
    `motion_channels`. "Ours" is what the published model does not have.

    Args:
        feature_width: channels of the motion and the audio encoder.
        hidden: channels of the transformers.
        heads: attention heads of every transformer layer.
        feedforward: inner channels of every transformer layer.
        dropout: share dropped in the transformers while training.
        window: frames that the network sees at a time.
        seed_frames: the first frames of a window, which are given: the last of the window before.
        speakers: rows of the speaker embedding.
        cross_layers: layers of the attention from motion to audio.
        face_layers: layers of the face's decoder.
        part_layers: layers of the decoder of each body part.
        motion_layers: convolutions of the encoder of masked motion.
        position_period: frames after which the sinusoids of the position code repeat.
        position_length: rows of the position code; no window may be longer.
        rate_hz: motion frames a second.
        sample_rate_hz: of the sound.
        samples_per_frame: as published, an integer: 0.06 % less than the sound has.
        wave_channels: of the blocks of the wave encoder.
        wave_strides: of the same blocks.
        wave_first_padding: zeros around the sound, in samples, which make up for strides of 540 in all.
        audio: "wave" (published audio-only model: samples at 16 kHz) or "content_rhythm" (the full paper, section 4.3).
        content_width: numbers of content in each motion frame, for "content_rhythm".
        rhythm_width: numbers of rhythm in each motion frame, for "content_rhythm".
        template_layers: keep two transformer layers that nothing uses but the published checkpoints hold.
        face_joints: what the face part owns beside the expression: the jaw; with 23 and 24 the eyes too (ours).
        prompt_expression: append the expression to the motion input, so that shapes can be given as prompts (ours).
        audio_positions: what is heard has its position code, too, and the face begins from it (ours).
        strokes: how many strokes the memory holds, 0 for none (ours; see `stroke_memory`).
        postures: keep a resting posture for each speaker, which the first window begins from (ours).
        usable_speakers: those whose whole body was recorded, as often as they should be chosen; () for all (ours).
        codecs: by body part: face, upper, hands, lower; with a stride there is no face (ours).
        global_motion: of the network that finds the root's path; `codes` and `commitment` count for nothing there. With a stride
            there is none: the root sways on the spot (ours).
        hearing: sizes of the pre-trained encoder that the face hears with, for "content_rhythm" and codecs of single frames; None: it
            hears what the body hears (ours; see `face_hearing`).
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
    hearing: TrunkConfig | None = None

    def __post_init__(self) -> None:
        if self.hearing is not None and (self.audio != "content_rhythm" or self.token_frames > 1):
            raise ValueError("only a face beside content and rhythm, frame by frame, hears with a pre-trained encoder")

    @property
    def expression_channels(self) -> int:
        """Numbers of the face part beside its joints: 100 as published, 0 without a face."""
        return self.codecs["face"].channels - 6 * len(self.face_joints) if "face" in self.codecs else 0

    @property
    def token_frames(self) -> int:
        """Frames of one code: 1 as published."""
        return self.codecs["upper"].stride

    @property
    def motion_channels(self) -> int:
        """Numbers of one frame of the masked motion."""
        return 337 + (self.expression_channels if self.prompt_expression else 0)

    @classmethod
    def named(cls, name: str) -> EmageConfig:
        """A preset: "published", "small" (11 M parameters with its codecs, for two CPU cores), "talking" (ours,
        with a face), "lively" (ours, shipped)."""
        return preset(PRESETS, name, "EMAGE")

    @classmethod
    def from_values(cls, **values: Any) -> EmageConfig:
        """The configuration whose fields, codecs as dictionaries, stand in a config.json."""
        codecs = {name: CodecConfig(**codec) for name, codec in values.pop("codecs").items()}
        global_motion = CodecConfig(**values.pop("global_motion"))
        hearing = TrunkConfig.read(values.pop("hearing", None))
        return cls(**values, codecs=codecs, global_motion=global_motion, hearing=hearing)


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
    """Gesture plans in place of the wave, gaze and face shapes in the motion vector: what was shipped before "lively"."""
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


def _lively() -> EmageConfig:
    """What we train and ship: body and hands alone, in tokens of four frames."""
    codecs = {
        part: dataclasses.replace(codec, layers=2, width=128, codes=512, stride=4, levels=1, latent=64)
        for part, codec in _published_codecs().items()
        if part != "face"
    }
    return dataclasses.replace(
        _talking(),
        hidden=192,
        feedforward=384,
        cross_layers=3,
        dropout=0.05,
        content_width=CONTENT_WIDTH,
        window=96,
        seed_frames=8,
        speakers=26,
        face_joints=(),
        prompt_expression=False,
        usable_speakers=(*range(10), *range(16, 26)),
        codecs=codecs,
    )


PRESETS = {"published": EmageConfig(), "small": _small(), "talking": _talking(), "lively": _lively()}
