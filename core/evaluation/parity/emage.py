# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the EMAGE fixtures of the parity bench (see `parity`)."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
from torch import nn

from ...models.emage import body_parts, masking
from ...models.emage.codec import GlobalMotion, MotionCodec, MotionCodecs, integrate
from ...models.emage.config import EmageConfig
from ...models.emage.network import Emage, EmageNetwork, Prediction
from ...models.emage.sampling import MaskedMotion, SamplingOptions, generate
from ...motion import rotation_tensors as rotations
from ...motion.locomotion import contacts
from ..metrics import face, frechet, gesture
from .checking import Arrays, recorded_outputs
from .fill import fill

_CONFIG = EmageConfig.named("published")


@functools.cache
def _network() -> EmageNetwork:
    return fill(EmageNetwork(_CONFIG))


@functools.cache
def _codec(part: str) -> MotionCodec:
    return fill(MotionCodec(_CONFIG.codecs[part]))


@functools.cache
def _global_motion() -> GlobalMotion:
    return fill(GlobalMotion(_CONFIG.global_motion))


@functools.cache
def _codecs() -> MotionCodecs:
    codecs = MotionCodecs(_CONFIG)
    # Each was filled under its own keys, without a prefix.
    for part in body_parts.PARTS:
        codecs.parts[part] = _codec(part)
    codecs.global_motion = _global_motion()
    return codecs.eval()


def _model() -> Emage:
    """The whole model around the filled parts."""
    model = Emage.__new__(Emage)
    nn.Module.__init__(model)
    model.config, model.network, model.codecs = _CONFIG, _network(), _codecs()
    return model.eval()


_BATCH_FIRST = (
    "motion_encoder",
    "bodyhints_body",
    "bodyhints_face",
    "audio_encoder_face",
    "audio_encoder_body",
    "audio_face_motion_proj",
    "motion2latent_upper",
)
_SEQUENCE_FIRST = (
    "face_motion_decoder",
    "motion_self_encoder",
    "audio_motion_cross_attn",
    "body_motion_decoder_upper",
    "body_motion_decoder_lower",
)


def _outputs(prediction: Prediction) -> dict[str, torch.Tensor]:
    result = {f"out.rec_{part}": latents for part, latents in prediction.latents.items()}
    return result | {f"out.cls_{part}": logits for part, logits in prediction.logits.items()}


def _forward(
    arrays: Arrays, audio: torch.Tensor, motion: torch.Tensor, mask: torch.Tensor, use_audio: bool = True
) -> dict:
    names = {name: name for name in _BATCH_FIRST + _SEQUENCE_FIRST}
    names |= {f"audio_body_block{i}": f"audio_encoder_body.feat_extractor.{i}" for i in range(6)}
    network = _network()
    with recorded_outputs({name: network.get_submodule(path) for name, path in names.items()}) as seen:
        result = _outputs(network(audio, motion, mask, use_audio=use_audio))
    for name, value in seen.items():
        if f"mid.{name}" in arrays.keys():
            if name in _BATCH_FIRST:
                value = value[:1, ::8]
            elif name in _SEQUENCE_FIRST:
                value = value[::8, :1]
            else:
                value = value[:1, :4, :64]
            result[f"mid.{name}"] = value
    return result


def _seeded(motion: torch.Tensor) -> torch.Tensor:
    batch, frames, channels = motion.shape
    return masking.seed_mask(batch, frames, channels, _CONFIG.seed_frames)


def _forward_a(arrays: Arrays) -> dict:
    motion = arrays.tensor("in.motion")
    return _forward(arrays, arrays.tensor("in.audio"), motion, _seeded(motion))


def _forward_masked(arrays: Arrays, use_audio: bool) -> dict:
    whole = arrays.sibling("forward_A")
    audio, motion = whole.tensor("in.audio")[:1], whole.tensor("in.motion")[:1]
    return _forward(arrays, audio, motion, arrays.tensor("in.mask").float(), use_audio)


def _forward_audio_check(arrays: Arrays) -> dict:
    whole = arrays.sibling("forward_A")
    audio, motion = whole.tensor("in.audio")[:1], whole.tensor("in.motion")[:1]
    late = torch.roll(audio, _CONFIG.samples_per_frame, dims=1)
    result = {}
    for name, heard in (("silent", torch.zeros_like(audio)), ("late", late)):
        prediction = _network()(heard, motion, _seeded(motion))
        result |= {f"out.{name}_rec_{part}": latents[:, ::8] for part, latents in prediction.latents.items()}
    return result


def _feature_lengths(arrays: Arrays) -> dict:
    encoder: Any = _network().audio_encoder_body
    return {
        "out.feature_frames": [encoder.frames(int(n) * _CONFIG.samples_per_frame) for n in arrays["in.motion_frames"]]
    }


def _contact_labels(arrays: Arrays) -> dict:
    return {"out.contact": contacts.still_labels(arrays["in.foot_joints"])}


def _global_ae(arrays: Arrays) -> dict:
    network, x = _global_motion(), arrays.tensor("in.x")
    return {
        "mid.latent": network.encoder(x),
        "out.rec": network(x),
        "out.trans": network.translation(x, arrays.tensor("in.ref_trans"), _CONFIG.rate_hz),
    }


def _vq(arrays: Arrays, part: str) -> dict:
    codec, x = _codec(part), arrays.tensor("in.x")
    latents = codec.encoder(x)
    codes = codec.encode(x)
    reconstruction, quantized = codec(x)
    return {
        "mid.pre_latent": latents,
        "out.index": codes,
        "out.latent": codec.latents(x),
        "out.rec": codec.decode(codes),
        "out.embedding_loss": quantized.loss,
        "out.perplexity": quantized.perplexity,
        "out.rec_from_pre_latent": reconstruction,
        "out.rec_codes": codec.decode(arrays.tensor("in.codes")),
    }


def _vq_model_decode(arrays: Arrays) -> dict:
    codes = {part: arrays.tensor(f"in.{part}_index") for part in body_parts.PARTS}
    decoded = _codecs().decode(codes, arrays.tensor("in.ref_trans"))
    return {
        "out.expression": decoded.expression,
        "out.motion337": decoded.motion,
        "out.axis_angle": decoded.axis_angle,
        "out.trans": decoded.translation,
    }


def _inference(arrays: Arrays, keyed: bool) -> dict:
    given = MaskedMotion(arrays.tensor("in.motion"), arrays.tensor("in.mask")) if keyed else None
    made = generate(_model(), arrays.tensor("in.audio"), given, SamplingOptions(published=True))
    result = {f"out.{part}_index": codes for part, codes in made.codes.items()}
    return result | {
        "out.rec_face": made.latents["face"][:, ::4],
        "out.rec_upper": made.latents["upper"][:, ::4],
        "out.cls_lower": made.logits["lower"][:, ::4],
        "out.expression": made.decoded.expression[:, ::2],
        "out.motion337": made.decoded.motion[:, ::2],
        "out.trans": made.decoded.translation,
    }


def _rotations(arrays: Arrays) -> dict:
    axis_angle, raw, velocity = (arrays.tensor(f"in.{name}") for name in ("axis_angle", "raw6d", "velocity"))
    matrix = rotations.axis_angle_to_matrix(axis_angle)
    start = torch.tensor((0.5, -1.0))
    return {
        "out.matrix": matrix,
        "out.rot6d": rotations.matrix_to_rot6d(matrix),
        "out.quaternion_wxyz": rotations.axis_angle_to_quaternion(axis_angle),
        "out.axis_angle_back": rotations.rot6d_to_axis_angle(rotations.matrix_to_rot6d(matrix)),
        "out.quat_from_matrix": rotations.matrix_to_quaternion(matrix),
        "out.raw6d_matrix": rotations.rot6d_to_matrix(raw),
        "out.raw6d_axis_angle": rotations.rot6d_to_axis_angle(raw),
        "out.velocity2position": integrate(velocity[..., 0], start, _CONFIG.rate_hz)[..., None],
    }


_CUT_FRAMES = 60  # left out at both ends of a clip: 2 s


def _padded(beats: list[np.ndarray], width: int) -> np.ndarray:
    return np.stack([np.pad(found, (0, width - len(found)), constant_values=-1) for found in beats])


def _metric_bc(arrays: Arrays) -> dict:
    audio, poses, mean_speed = arrays["in.audio"], arrays["in.pose"], arrays["in.mean_vel"]
    frames, per_frame = len(poses), 16000 / gesture.RATE_HZ
    kept = slice(round(_CUT_FRAMES * per_frame), int((frames - _CUT_FRAMES) / gesture.RATE_HZ * 16000))
    result = {}
    for name, sound, span in (("full", audio, (0, None)), ("cut", audio[kept], (_CUT_FRAMES, frames - _CUT_FRAMES))):
        onsets, beats = gesture.onset_times(sound), gesture.motion_beats(poses, mean_speed, *span)
        result |= {
            f"f64.onsets_{name}": onsets,
            f"f64.bc_{name}": gesture.beat_consistency(onsets, beats),
            f"out.beats_{name}": _padded(beats, max(arrays[f"out.beats_{name}"].shape[1], *map(len, beats))),
        }
    return result


def _metric_face(arrays: Arrays) -> dict:
    return {
        "f64.lvd": face.lvd(arrays["in.pred"], arrays["in.target"]),
        "f64.mse": face.mse(arrays["in.pred"], arrays["in.target"]),
    }


def _metric_fgd(arrays: Arrays) -> dict:
    other = arrays["f64.B"]
    return {
        "f64.fgd": frechet.frechet_gesture(arrays["f64.A"], other),
        "f64.fgd_singular": frechet.frechet_gesture(arrays["f64.A_singular"], other),
    }


def _metric_l1div(arrays: Arrays) -> dict:
    diversity = gesture.L1Diversity()
    diversity.add(arrays["in.clip1"])
    first = diversity.value
    diversity.add(arrays["in.clip2"])
    return {"f64.after_clip1": first, "f64.after_both": diversity.value}


def _metric_srgr(arrays: Arrays) -> dict:
    return {"f64.rate": gesture.srgr(arrays["in.result"], arrays["in.target"])}


FIXTURES = {
    "metric_bc": _metric_bc,
    "metric_face": _metric_face,
    "metric_fgd": _metric_fgd,
    "metric_l1div": _metric_l1div,
    "metric_srgr": _metric_srgr,
    "audio_feature_lengths": _feature_lengths,
    "contact_labels": _contact_labels,
    "forward_A": _forward_a,
    "forward_B": functools.partial(_forward_masked, use_audio=True),
    "forward_C": functools.partial(_forward_masked, use_audio=False),
    "forward_audio_check": _forward_audio_check,
    "forward_short": _forward_a,
    "global_ae": _global_ae,
    "inference_keyed": functools.partial(_inference, keyed=True),
    "inference_plain": functools.partial(_inference, keyed=False),
    "rotations": _rotations,
    "vq_model_decode": _vq_model_decode,
    **{f"vq_{part}": functools.partial(_vq, part=part) for part in body_parts.PARTS},
}
MODULES = {
    "audio_model": _network,
    "global_ae": _global_motion,
    **{f"vq_{part}": functools.partial(_codec, part) for part in body_parts.PARTS},
}
COMPARISONS = {
    "rotations:out.axis_angle_back": "axis_angle",
    "rotations:out.raw6d_axis_angle": "axis_angle",
    "rotations:out.quat_from_matrix": "quaternion_wxyz",
    "vq_model_decode:out.axis_angle": "axis_angle",
}
MARGINS = {
    **{
        f"inference_{kind}:out.{part}_index": f"mid.margin_{part}"
        for kind in ("plain", "keyed")
        for part in body_parts.PARTS
    },
    **{f"vq_{part}:out.index": "mid.index_margin" for part in body_parts.PARTS},
}


def free() -> None:
    for cached in (_network, _codec, _global_motion, _codecs):
        cached.cache_clear()
