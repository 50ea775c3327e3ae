# SPDX-License-Identifier: GPL-3.0-or-later
"""From a whole sound to a whole performance: windows that hand their last frames on as the next one's seed (paper
section 4.4).

Two modes. Published: 533 samples a frame (0.06 % behind the sound), and a tail of up to 8 frames lost when it is too
short for a window. Ours cuts the sound at its true times and fills the last window with silence, so that every frame of
the sound is covered.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ...networks.code_sampling import NucleusSampling
from ...progress import Progress
from .body_parts import rest_frames
from .codec import DecodedMotion
from .config import EmageConfig
from .face_hearing import window_of
from .network import Audio, Emage, Prediction
from .window_sampling import NOTHING, SeenWindow, WindowOptions, parts_of, record_windows, window_predictor


@dataclass(frozen=True)
class SamplingOptions:
    """How a performance is made.

    Args:
        frames: how many to make; None: the sound's.
        published: the published mode, see the module.
        nucleus: draw codes; None takes the likeliest.
        correlated: draws of neighbouring frames are correlated (`CorrelatedSampler`), so that codes do not flicker.
        face: False leaves the face at rest, which saves a third of the time.
        guidance: above 1 the body follows the sound more closely than the model believes (a second pass of the body).
        predictions: give latents and logits, too, which take more memory than all else.
    """

    frames: int | None = None
    published: bool = False
    nucleus: NucleusSampling | None = None
    correlated: bool = True
    face: bool = True
    guidance: float = 1.0
    predictions: bool = True


@dataclass(frozen=True)
class MaskedMotion:
    """What the caller gives: motion (B, T, channels) and mask (B, T, channels), 0 = given, 1 = hidden.

    Frames of the performance beyond T are hidden.
    """

    motion: Tensor
    mask: Tensor


@dataclass(frozen=True)
class Window:
    """Frames start..end of the whole go in; the first `keep` of them come out."""

    start: int
    end: int
    keep: int


@dataclass(frozen=True)
class Generated:
    """codes, latents, logits by part, (B, T), (B, T, width), (B, T, codes), the last two if asked for; decoded: the whole body they
    stand for. Tokens of several frames have latents for codes."""

    codes: dict[str, Tensor]
    latents: dict[str, Tensor]
    logits: dict[str, Tensor]
    decoded: DecodedMotion


def published_windows(frames: int, config: EmageConfig) -> list[Window]:
    """The published rule: windows of 64 that keep 60; a shorter last one only if more than 4 new frames remain."""
    seed, step = config.seed_frames, config.window - config.seed_frames
    rounds, remain = divmod(max(frames - seed, 0), step)
    windows = [Window(i * step, i * step + config.window, step) for i in range(rounds)]
    if remain > seed:
        windows.append(Window(rounds * step, rounds * step + seed + remain, seed + remain))
    return windows


def covering_windows(frames: int, config: EmageConfig) -> list[Window]:
    """Full windows that together cover every frame; the last may reach beyond the end."""
    step = config.window - config.seed_frames
    count = max(-(-(frames - config.seed_frames) // step), 1)
    windows = [Window(i * step, i * step + config.window, step) for i in range(count)]
    last = windows[-1]
    windows[-1] = Window(last.start, last.end, frames - last.start)
    return windows


def frame_count(samples: int, config: EmageConfig, published: bool = False) -> int:
    """Motion frames of a sound of `samples` samples: all that begin within it; as published, only the whole ones."""
    frames = samples * config.rate_hz / config.sample_rate_hz
    return int(frames) if published else math.ceil(frames)


def _cut(audio: Tensor, start: int, length: int) -> Tensor:
    """audio (B, N, …) from `start` on, `length` long, zeros beyond its end."""
    piece = audio[:, start : start + length]
    missing = length - piece.shape[1]
    return (
        piece if missing <= 0 else torch.cat((piece, piece.new_zeros(piece.shape[0], missing, *piece.shape[2:])), dim=1)
    )


def _audio_of(audio: Audio, window: Window, config: EmageConfig, published: bool) -> Audio:
    frames = window.end - window.start
    if isinstance(audio, tuple):
        content, rhythm = (_cut(stream, window.start, frames) for stream in audio[:2])
        if len(audio) == 2:
            return content, rhythm
        return content, rhythm, window_of(audio[2], window.start, frames, config.rate_hz)
    at = (
        window.start * config.samples_per_frame
        if published
        else round(window.start * config.sample_rate_hz / config.rate_hz)
    )
    return _cut(audio, at, frames * config.samples_per_frame)


def _with_seed(whole: MaskedMotion, window: Window, config: EmageConfig, previous: Tensor | None) -> MaskedMotion:
    """One window of the caller's motion and mask in which the first seed frames are given.

    previous: the last decoded frames (B, seed, channels) of the window before. Where the caller's mask hides a cell of
    a seed frame it takes the decoded value; in the first window the caller's own value counts whatever the mask says.
    """
    seed, span = config.seed_frames, slice(window.start, window.end)
    motion, mask = whole.motion[:, span].clone(), whole.mask[:, span].clone()
    if previous is not None:
        motion[:, :seed] = torch.where(mask[:, :seed] > 0.5, previous, motion[:, :seed])
    mask[:, :seed] = 0.0
    return MaskedMotion(motion, mask)


@torch.inference_mode()
def generate(
    model: Emage,
    audio: Audio,
    given: MaskedMotion | None = None,
    options: SamplingOptions = SamplingOptions(),
    *,
    speaker: Tensor | None = None,
    start: Tensor | None = None,
    progress: Progress | None = None,
) -> Generated:
    """A performance for a sound of any length. Puts the model in eval mode.

    Args:
        model: network and codecs.
        audio: samples (B, N) at 16 kHz, or content (B, T, …) and rhythm (B, T, …) by motion frame, and for a face that hears with
            the pre-trained encoder `speech.hearing.levelled` of the sound.
        given: what is visible of the motion; None: nothing.
        options: how it is made.
        speaker: index (B,), 0 if None.
        start: (B, 3) metres, where the root starts; the origin if None.
        progress: is told how far it is, and asked whether to go on.

    Returns:
        Codes, latents and logits by part (the last two if asked for), and the whole body.

    Raises:
        ValueError: there is no frame to make.
        Cancelled: through `progress`.
    """
    model.eval()
    first = audio[0] if isinstance(audio, tuple) else audio
    frames = _frames(audio, model.config, options)
    windows = (published_windows if options.published else covering_windows)(frames, model.config)
    if not windows or frames < 1:
        raise ValueError(f"{frames} frames are too few")
    whole = _whole(given, frames, max(frames, windows[-1].end), first, model.config)
    kept = list(_predict_windows(model, audio, whole, windows, options, speaker, progress))
    parts = parts_of(model.config, options.face)
    codes = {part: torch.cat([c[part][:, :keep] for c, _, keep in kept], dim=1) for part in parts}
    told = parts if options.predictions else ()
    latents = {part: torch.cat([p.latents[part][:, :keep] for _, p, keep in kept], dim=1) for part in told}
    drawn = told if model.config.token_frames == 1 else ()
    logits = {part: torch.cat([p.logits[part][:, :keep] for _, p, keep in kept], dim=1) for part in drawn}
    decoded = model.codecs.decode(codes, first.new_zeros(len(first), 3) if start is None else start).first(frames)
    if progress is not None:
        progress.report(1.0, "Moving the body")
    return Generated(codes, latents, logits, decoded)


def _window_options(config: EmageConfig, options: SamplingOptions) -> WindowOptions:
    return WindowOptions(options.nucleus, options.correlated, options.guidance, parts_of(config, options.face))


def prepare(model: Emage, options: SamplingOptions) -> None:
    """Let `generate` with these options run sooner from now on: half a second of work, on any thread, and nothing to wait for."""
    record_windows(model.eval(), _window_options(model.config, options))


def _frames(audio: Audio, config: EmageConfig, options: SamplingOptions) -> int:
    if options.frames is not None:
        return options.frames
    if isinstance(audio, tuple):
        return audio[0].shape[1]
    return frame_count(audio.shape[1], config, options.published)


def _whole(given: MaskedMotion | None, frames: int, length: int, like: Tensor, config: EmageConfig) -> MaskedMotion:
    """`length` frames of hidden rest pose, with what is given in the first `frames` of them."""
    motion = rest_frames(len(like), length, config.motion_channels, like=like)
    mask = torch.ones_like(motion)
    if given is not None:
        count = min(given.motion.shape[1], frames)
        motion[:, :count] = given.motion[:, :count]
        mask[:, :count] = given.mask[:, :count].to(mask.dtype)
    return MaskedMotion(motion, mask)


def _predict_windows(
    model: Emage,
    audio: Audio,
    whole: MaskedMotion,
    windows: list[Window],
    options: SamplingOptions,
    speaker: Tensor | None,
    progress: Progress | None,
) -> Iterator[tuple[dict[str, Tensor], Prediction, int]]:
    """For each window its codes, the prediction, and how many frames or tokens of it count."""
    config, previous = model.config, None
    predict, stride = window_predictor(model, _window_options(config, options)), config.token_frames
    for index, window in enumerate(windows):
        if progress is not None:
            progress.report(index / len(windows), "Moving the body")
        seen = _with_seed(whole, window, config, previous)
        heard = _audio_of(audio, window, config, options.published)
        made = predict(SeenWindow(heard, seen.motion, seen.mask, speaker, window.start))
        if index + 1 < len(windows):
            previous = made.handed_on()
        yield made.codes, made.prediction if options.predictions else NOTHING, -(-window.keep // stride)
