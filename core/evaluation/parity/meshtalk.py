# SPDX-License-Identifier: GPL-3.0-or-later
"""Runners of MeshTalk's fixtures; see `core.evaluation.parity.checking`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...models.meshtalk.config import MeshTalkConfig
from ...models.meshtalk.context_model import ContextModel
from ...models.meshtalk.encoders import MultimodalEncoder
from ...models.meshtalk.face_space import FaceSpace
from ...models.meshtalk.fast_sampling import sample_fast
from ...models.meshtalk.latent import one_hot
from ...models.meshtalk.network import MeshTalk
from ...models.meshtalk.objectives import FaceRegions, TalkingFaces, context_loss, latent_losses
from ...models.meshtalk.sampling import decode_labels
from ...models.meshtalk.smoothing import smooth_geometry
from ...models.meshtalk.sound import normalise_level, padding, sound_chunks
from ...models.meshtalk.vertex_unet import VertexUnet
from .checking import Arrays, recorded_outputs
from .fill import fill

CONFIG = MeshTalkConfig()
MODULES = {
    "encoder": lambda: MultimodalEncoder(CONFIG),
    "vertex_unet": lambda: VertexUnet(CONFIG),
    "context_model": lambda: ContextModel(CONFIG),
}
MARGINS = {
    "context_sample_argmax:out.labels": "mid.margin",
    "end_to_end:out.labels": "mid.margin",
    "fusion:out.labels": "mid.margin",
}


@lru_cache(maxsize=3)
def _filled(name: str) -> Any:
    return fill(MODULES[name]())


def free() -> None:
    _filled.cache_clear()


def _model() -> MeshTalk:
    """The whole model around the filled parts."""
    model = MeshTalk.__new__(MeshTalk)
    nn.Module.__init__(model)
    model.config = CONFIG
    model.encoder, model.vertex_unet, model.context_model = (_filled(name) for name in MODULES)
    return model.eval()


def _heads(x: Tensor) -> Tensor:
    """(B, H·F, T) -> (B, T, H, F)."""
    return x.transpose(1, 2).unflatten(-1, (CONFIG.heads, -1))


def audio_chunking(arrays: Arrays) -> dict:
    chunks = sound_chunks(normalise_level(arrays.tensor("in.audio"), CONFIG.level), CONFIG)[0]
    centre = padding(CONFIG)
    return {
        "out.frames": len(chunks),
        "out.chunks_sub": chunks[:, ::50],
        "out.first_sample_check": chunks[:, centre : centre + 40],
    }


def audio_encoder(arrays: Arrays) -> dict:
    encoder = _filled("encoder").audio_encoder
    chunks = sound_chunks(arrays.tensor("in.audio"), CONFIG, 0, int(arrays["in.n_frames"]))
    watched = {"log_mel": encoder.melspec, "conv_in": encoder.convert_dimensions}
    watched |= {f"conv{index}": convolution for index, convolution in enumerate(encoder.convs)}
    with recorded_outputs(watched) as seen:
        code = encoder(chunks)
    results = {"out.code": code, "out.code_single_frame": encoder(chunks[:, :1]), "mid.log_mel": seen["log_mel"][0, :4]}
    results |= {f"mid.{name}": seen[name][:2, :16] for name in watched if name != "log_mel"}
    return results


def context_teacher_forced(arrays: Arrays) -> dict:
    model = _filled("context_model")
    watched = {"embedding": model.embedding}
    watched |= {f"layer{index}": layer for index, layer in enumerate(model.context_layers)}
    with recorded_outputs(watched) as seen:
        logprobs = model(one_hot(arrays.tensor("in.labels"), CONFIG.classes), arrays.tensor("in.audio_code"))
    return {
        "out.logprobs": logprobs[:, ::3],
        "out.labels": logprobs.argmax(-1),
        "mid.receptive_field": model.receptive_field,
        **{f"mid.{name}": _heads(seen[name])[:, ::6] for name in watched},
    }


def _every(total: int, kept: int) -> int:
    """The step with which `kept` of `total` frames were stored."""
    return -(-total // kept)


def context_sample_argmax(arrays: Arrays) -> dict:
    model = _filled("context_model")
    audio_code = arrays.tensor("in.audio_code")
    labels = sample_fast(model, audio_code, temperature=0.0)
    logprobs = model(one_hot(labels, CONFIG.classes), audio_code)
    step = _every(logprobs.shape[1], arrays["out.logprobs_on_result"].shape[1])
    return {
        "out.labels": labels,
        "out.labels_teacher_forced_on_result": logprobs.argmax(-1),
        "out.logprobs_on_result": logprobs[:, ::step],
    }


def expression_encoder(arrays: Arrays) -> dict:
    encoder = _filled("encoder").expression_encoder
    with recorded_outputs({"layer0": encoder.layers[0], "layer1": encoder.layers[1], "lstm": encoder.lstm}) as seen:
        code = encoder(arrays.tensor("in.geom"))
    return {"out.code": code, "mid.layer0": seen["layer0"], "mid.layer1": seen["layer1"], "mid.lstm": seen["lstm"][0]}


def fusion(arrays: Arrays) -> dict:
    logprobs = _filled("encoder").fusion_model(arrays.tensor("in.expression_code"), arrays.tensor("in.audio_code"))
    return {"out.logprobs": logprobs, "out.labels": logprobs.argmax(-1)}


def vertex_unet(arrays: Arrays) -> dict:
    unet = _filled("vertex_unet")
    latent = one_hot(arrays.tensor("in.labels"), CONFIG.classes)
    watched = {f"encoder{index}": layer for index, layer in enumerate(unet.encoder)}
    watched |= {"fusion": unet.fusion, "lstm": unet.temporal, "decoder0": unet.decoder[0], "decoder1": unet.decoder[1]}
    with recorded_outputs(watched) as seen:
        geometry = unet(arrays.tensor("in.template"), latent)
    seen["lstm"] = seen["lstm"][0]
    frames = latent.shape[1]
    return {
        "out.geom": geometry[:, ::2],
        "out.geom_vertices_sub": geometry[:, :, ::25],
        **{f"mid.{name}": value.expand(-1, frames, -1) for name, value in seen.items()},
    }


def smoothing(arrays: Arrays) -> dict:
    geometry = arrays.tensor("in.geom")
    return {"out.no_mask": smooth_geometry(geometry), "out.masked": smooth_geometry(geometry, arrays.tensor("in.mask"))}


def end_to_end(arrays: Arrays) -> dict:
    model = _model()
    frames = arrays["out.labels"].shape[1]
    chunks = sound_chunks(arrays.tensor("in.audio_normalised"), CONFIG, 0, frames)
    labels = sample_fast(model.context_model, model.encoder.audio_encoder(chunks), temperature=0.0)
    geometry = decode_labels(model, arrays.tensor("in.template"), labels)[0]
    smoothed = smooth_geometry(geometry, arrays.tensor("in.mask"))
    return {"out.labels": labels, "out.geom_sub": geometry[:, ::20], "out.smoothed_sub": smoothed[:, ::20]}


def losses(arrays: Arrays) -> dict:
    model = _model()
    geometry = arrays.tensor("in.geom")
    frames = geometry.shape[1]
    chunks = sound_chunks(arrays.tensor("in.audio_normalised"), CONFIG)[0]
    chunks = torch.stack((chunks[:frames], chunks[frames : 2 * frames].flip(0)))
    terms = latent_losses(
        model,
        TalkingFaces(arrays.tensor("in.template"), geometry, chunks),
        FaceSpace(),
        FaceRegions(arrays.tensor("in.mouth_mask"), arrays.tensor("in.eye_mask"), arrays.tensor("in.landmarks")),
        noise=False,
    )
    audio_code = model.encoder.audio_encoder(chunks)
    expression_code = model.encoder.expression_encoder(geometry)
    labels = model.encoder.fusion_model(expression_code, audio_code).argmax(-1)
    return {
        "mid.audio_code": audio_code,
        "mid.expression_code": expression_code,
        "mid.labels": labels,
        "out.recon": terms["reconstruction"],
        "out.landmarks": terms["landmarks"],
        "out.modality_crossing": np.float32(terms["mouth"] + terms["upper"]),
        "out.cross_entropy": context_loss(model, TalkingFaces(geometry[:, 0], geometry, chunks)),
    }


FIXTURES = {
    "audio_chunking": audio_chunking,
    "audio_encoder": audio_encoder,
    "context_sample_argmax": context_sample_argmax,
    "context_teacher_forced": context_teacher_forced,
    "end_to_end": end_to_end,
    "expression_encoder": expression_encoder,
    "fusion": fusion,
    "losses": losses,
    "smoothing": smoothing,
    "vertex_unet": vertex_unet,
}
