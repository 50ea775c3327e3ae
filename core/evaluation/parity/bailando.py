# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the Bailando fixtures of the parity bench (see `parity`)."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from ...audio.music import signal
from ...models.bailando import body_halves, music_features, objectives, rewards
from ...models.bailando.config import BailandoConfig
from ...models.bailando.fast_sampling import generate_fast
from ...models.bailando.gpt import ActorCriticGpt, CrossConditionalGpt
from ...models.bailando.memory import ChoreographicMemory, HalfMemory
from ...models.bailando.tokens import DanceOptions, Tokens
from ...networks.quantizers import MovingAverageQuantizer, code_entropy
from ..metrics import dance, frechet
from .checking import Arrays
from .fill import fill

_CONFIG = BailandoConfig.named("published")


@functools.cache
def _memory() -> ChoreographicMemory:
    return fill(ChoreographicMemory(_CONFIG))


@functools.cache
def _memory_without_root() -> ChoreographicMemory:
    return fill(ChoreographicMemory(replace(_CONFIG, root_decoder=False)))


@functools.cache
def _actor_critic() -> ActorCriticGpt:
    return fill(ActorCriticGpt(_CONFIG))


@functools.cache
def _gpt() -> CrossConditionalGpt:
    return fill(CrossConditionalGpt(_CONFIG))


def _codebook_ema(arrays: Arrays) -> dict:
    k, latents = arrays.tensor("in.k"), arrays.tensor("in.latents")
    quantizer = MovingAverageQuantizer(*k.shape, decay=float(arrays["in.mu"]), threshold=1.0)
    quantizer.k.copy_(k)
    quantizer.set_usage(arrays.tensor("in.usage"))
    rows = latents.transpose(1, 2)
    quantized = quantizer.eval()(rows)
    kept = quantizer.update(rows, quantized.codes)
    return {
        "out.codes": quantized.codes,
        "out.quantised": quantized.latents.transpose(1, 2),
        "out.commit": quantized.loss,
        "out.usage": quantizer.count,
        "out.kept_rows": kept,
        "out.k_kept": quantizer.k * kept[:, None],
        "out.fit": quantized.distance,
        "out.entropy": code_entropy(quantized.codes, len(k), 1e-8),
    }


def _gpt_forward(arrays: Arrays) -> dict:
    network = _actor_critic()
    up, down, music = (arrays.tensor(f"in.{name}") for name in ("code_up", "code_down", "music"))
    taken = arrays.tensor("in.target_up"), arrays.tensor("in.target_down")
    logits, short = network(up, down, music), network(up[:, :10], down[:, :10], music[:, :10])
    base = network.gpt_base
    first = base.blocks[0](base.embed(up, down, base.cond_emb(music)).flatten(1, 2), _mask(up.shape[1]))
    whole = last = base(up, down, music)
    for block in network.gpt_head.blocks:
        last = block(last, _mask(up.shape[1]))
    return {
        "out.logits_up": logits.up,
        "out.logits_down": logits.down,
        "out.logits_up_10": short.up,
        "out.logits_down_10": short.down,
        "out.actor_ce": objectives.token_cross_entropy(logits, *taken),
        "out.entropy": objectives.policy_entropy(logits),
        "out.critic_value": network.value(up, down, music),
        "mid.base_block0": first[:1, ::6],
        "mid.base_out": whole[:1, ::6],
        "mid.head_ln": network.gpt_head.ln_f(last)[:1, ::6],
    }


def _mask(length: int) -> torch.Tensor:
    from ...models.bailando.gpt import cross_mask

    return cross_mask(length)


def _reinforcement(arrays: Arrays) -> dict:
    poses, beats, values = arrays["in.pose"], arrays["in.music_beats"], arrays.tensor("in.values")
    joints = poses.reshape(*poses.shape[:2], body_halves.JOINTS, 3)
    plain = np.stack([rewards.reward(j, b) for j, b in zip(joints, beats, strict=True)])
    consistent = np.stack([rewards.reward(j, b, consistency=1.0) for j, b in zip(joints, beats, strict=True)])
    return {
        "out.reward": plain,
        "out.reward_with_consistency": consistent,
        "out.td_error": objectives.temporal_difference(torch.from_numpy(plain), values),
    }


def _stages(half: HalfMemory, name: str, frames: torch.Tensor, codes: torch.Tensor) -> dict:
    result, x = {}, frames.transpose(1, 2)
    encoder: Any = half.encoders[0]
    decoder: Any = half.decoders[0]
    for index, stage in enumerate(encoder.level_blocks[0].model):
        x = stage(x)
        result[f"mid.{name}_enc{index}"] = x[:1, ::8]
    latents = half.codebook.lookup(codes).transpose(1, 2)
    return result | {f"mid.{name}_dec_trunk": decoder.level_blocks[0](latents)[:1, ::32]}


def _vqvae(arrays: Arrays) -> dict:
    memory, frames = _memory(), arrays.tensor("in.x")
    up, down = memory.encode(frames)
    halved = body_halves.split(body_halves.without_root(frames))
    return {
        "out.code_up": up,
        "out.code_down": down,
        "out.rec": memory.decode(up, down)[:, ::2],
        **_stages(memory.vqvae_up, "up", halved[0], up),
        **_stages(memory.vqvae_down, "down", halved[1], down),
    }


def _vqvae_decode_codes(arrays: Arrays) -> dict:
    frames = _memory().decode(arrays.tensor("in.code_up"), arrays.tensor("in.code_down"))
    return {"out.rec": frames, "out.rec_root_integrated": body_halves.integrate_root(frames)}


def _vqvae_losses(arrays: Arrays) -> dict:
    total, *halved = objectives.memory_loss(_memory_without_root(), arrays.tensor("in.x"))
    root_total, velocity = objectives.root_loss(_memory(), arrays.tensor("in.x_root_velocity"))
    result = {"out.stage1_total": total, "out.stage2_total": root_total, "out.stage2_root_velocity": velocity}
    for name, loss in zip(("up", "down"), halved, strict=True):
        result |= {
            f"out.stage1_{name}_recons_loss": loss.positions,
            f"out.stage1_{name}_commit_loss": loss.commitment,
            f"out.stage1_{name}_velocity_loss": loss.velocity,
            f"out.stage1_{name}_acceleration_loss": loss.acceleration,
        }
    return result


def _gpt_sample(arrays: Arrays) -> dict:
    music, up, down = (arrays.tensor(f"in.{name}") for name in ("music", "start_up", "start_down"))
    tokens = generate_fast(_gpt(), music, Tokens(up, down), DanceOptions(window="slide"))
    return {"out.code_up": tokens.up, "out.code_down": tokens.down}


def _metric_features_bas(arrays: Arrays) -> dict:
    result, music_beats = {}, arrays["in.music_beats"]
    for name in ("small", "large"):
        joints = arrays[f"in.joints_{name}"]
        centred = dance.from_first_root(joints)
        beats = dance.dance_beats(joints)
        width = len(arrays[f"out.dance_beats_{name}"])
        result |= {
            f"out.kinetic_{name}": dance.kinetic_features(centred),
            f"out.geometric_{name}": dance.geometric_features(centred),
            f"out.dance_beats_{name}": np.pad(beats, (0, max(0, width - len(beats))), constant_values=-1),
            f"f64.bas_{name}": dance.beat_alignment(music_beats, beats),
        }
    return result


def _metric_fid_div(arrays: Arrays) -> dict:
    truth, made = arrays["f64.gt"], arrays["f64.pred"]
    truth_normalised, made_normalised = dance.normalised(truth, made)
    return {
        "f64.gt_normalised": truth_normalised,
        "f64.pred_normalised": made_normalised,
        "f64.fid": frechet.frechet_dance(truth_normalised, made_normalised),
        "f64.fid_raw": frechet.frechet_dance(truth, made),
        "f64.div_pred": dance.diversity(made_normalised),
        "f64.div_gt": dance.diversity(truth_normalised),
    }


def _music_features(arrays: Arrays, behaviour: music_features.Behaviour, every: int) -> dict:
    inputs = arrays if "in.audio" in arrays else arrays.sibling(arrays.path.stem.removesuffix("_librosa081"))
    samples, rate_hz = inputs["in.audio"], int(inputs["in.sr"])
    result = {
        "out.features": music_features.features(samples, rate_hz, behaviour)[:, : arrays["out.features"].shape[1]]
    }
    if behaviour is music_features.Behaviour.PUBLISHED:
        power = signal.mel_power(samples, rate_hz)
        harmonic, percussive = signal.harmonic_percussive(samples)
        count = len(arrays["mid.harmonic"])
        result |= {
            "mid.mel_db": signal.decibels(power, float(power.max()))[::every],
            "mid.harmonic": harmonic[:count],
            "mid.percussive": percussive[:count],
        }
    return result


FIXTURES = {
    **{
        f"music_features_{rate}{suffix}": functools.partial(_music_features, behaviour=behaviour, every=every)
        for rate, every in (("7p5hz", 1), ("60hz", 6))
        for suffix, behaviour in (
            ("", music_features.Behaviour.LIBRARY),
            ("_librosa081", music_features.Behaviour.PUBLISHED),
        )
    },
    "metric_features_bas": _metric_features_bas,
    "metric_fid_div": _metric_fid_div,
    "codebook_ema": _codebook_ema,
    "gpt": _gpt_forward,
    "gpt_sample": _gpt_sample,
    "rl": _reinforcement,
    "vqvae": _vqvae,
    "vqvae_decode_codes": _vqvae_decode_codes,
    "vqvae_losses": _vqvae_losses,
}
MODULES: dict = {
    "gpt": _gpt,
    "gpt_actor_critic": _actor_critic,
    "sep_vqvae": _memory_without_root,
    "sep_vqvae_root": _memory,
}
MARGINS: dict[str, str] = {"vqvae:out.code_up": "mid.up_margin", "vqvae:out.code_down": "mid.down_margin"}


def free() -> None:
    for cached in (_memory, _memory_without_root, _actor_critic, _gpt):
        cached.cache_clear()
