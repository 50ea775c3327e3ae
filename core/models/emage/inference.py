# SPDX-License-Identifier: GPL-3.0-or-later
"""From a whole sound to a whole performance: windows that hand their last frames on as the next one's seed (paper section 4.4).

Two modes. `published=True` does what the published code does: 533 samples a frame (0.06 % behind the sound), and a tail of
up to 8 frames lost when it is too short for a window. Ours cuts the sound at its true times and fills the last window with
silence, so that every frame of the sound is covered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ...networks.sampling import Sampling, code_chooser
from ...networks.steady_sampling import SteadyChooser
from ...progress import Progress
from .body_parts import BODY_PARTS, PARTS, rest_frames
from .codec import DecodedMotion, MotionCodecs
from .config import EmageConfig
from .network import EmageNetwork, Prediction

Audio = Tensor | tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Window:
    """Frames start..end of the whole go in; the first `keep` of them come out."""

    start: int
    end: int
    keep: int


@dataclass(frozen=True)
class Generated:
    """codes, latents, logits by part, (B, T), (B, T, width), (B, T, codes); decoded: the whole body they stand for."""

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


Draw = Callable[[Tensor, int, int], Tensor]


def choose_codes(prediction: Prediction, codecs: MotionCodecs, draw: Draw, first_frame: int = 0) -> dict[str, Tensor]:
    """`draw` (logits, first frame, number of the part → codes) for the body; for the face the code nearest to the regressed
    latent, since the published face classes were trained with weight 0."""
    codes = {part: draw(prediction.logits[part], first_frame, number) for number, part in enumerate(BODY_PARTS)}
    if "face" in prediction.latents:
        codes["face"] = codecs["face"].quantizer.nearest(prediction.latents["face"])
    return codes


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
        return tuple(_cut(stream, window.start, frames) for stream in audio)
    at = (
        window.start * config.samples_per_frame
        if published
        else round(window.start * config.sample_rate_hz / config.rate_hz)
    )
    return _cut(audio, at, frames * config.samples_per_frame)


def _with_seed(
    motion: Tensor, mask: Tensor, window: Window, config: EmageConfig, previous: Tensor | None
) -> tuple[Tensor, Tensor]:
    """One window of the caller's motion and mask in which the first seed frames are given.

    previous: the last decoded frames (B, seed, channels) of the window before. Where the caller's mask hides a cell of a
    seed frame it takes the decoded value; in the first window the caller's own value counts whatever the mask says.
    """
    seed = config.seed_frames
    motion, mask = motion[:, window.start : window.end].clone(), mask[:, window.start : window.end].clone()
    if previous is not None:
        motion[:, :seed] = torch.where(mask[:, :seed] > 0.5, previous, motion[:, :seed])
    mask[:, :seed] = 0.0
    return motion, mask


def _guided(heard: Prediction, unheard: Prediction, guidance: float) -> Prediction:
    """Body logits pushed away from what the model would do without the sound (classifier-free guidance, Ho and Salimans 2022):
    EMAGE's third training pass has taught it that."""
    logits = {
        part: unheard.logits[part] + guidance * (value - unheard.logits[part]) if part in unheard.logits else value
        for part, value in heard.logits.items()
    }
    return Prediction(heard.latents, logits)


def _run(
    network: EmageNetwork,
    codecs: MotionCodecs,
    audio: Audio,
    motion: Tensor,
    mask: Tensor,
    windows: list[Window],
    speaker: Tensor | None,
    published: bool,
    draw: Draw,
    parts: tuple[str, ...],
    guidance: float,
    progress: Progress | None,
) -> Iterator[tuple[dict[str, Tensor], Prediction, int]]:
    config, previous = network.config, None
    for index, window in enumerate(windows):
        if progress is not None:
            progress.report(index / len(windows), "Moving the body")
        given, hidden = _with_seed(motion, mask, window, config, previous)
        prediction = network(_audio_of(audio, window, config, published), given, hidden, speaker, True, parts)
        if guidance != 1.0:
            prediction = _guided(prediction, network(None, given, hidden, speaker, False, BODY_PARTS), guidance)
        codes = choose_codes(prediction, codecs, draw, window.start)
        if index + 1 < len(windows):
            # only the last frames are handed on, and they depend on few before them
            needed = config.seed_frames + codecs.reach_frames
            decoded = codecs.decode({part: of_part[:, -needed:] for part, of_part in codes.items()})
            previous = decoded.motion[:, -config.seed_frames :]
            if config.prompt_expression:
                previous = torch.cat((previous, decoded.expression[:, -config.seed_frames :]), dim=-1)
        yield codes, prediction, window.keep


def _draw(sampling: Sampling | None, steady: bool) -> Draw:
    if sampling is not None and steady:
        return SteadyChooser(sampling)
    choose = code_chooser(sampling)
    return lambda logits, _first_frame, _part: choose(logits)


@torch.inference_mode()
def generate(
    network: EmageNetwork,
    codecs: MotionCodecs,
    audio: Audio,
    motion: Tensor | None = None,
    mask: Tensor | None = None,
    *,
    frames: int | None = None,
    speaker: Tensor | None = None,
    start: Tensor | None = None,
    published: bool = False,
    sampling: Sampling | None = None,
    steady: bool = True,
    face: bool = True,
    guidance: float = 1.0,
    progress: Progress | None = None,
) -> Generated:
    """A performance for a sound of any length.

    guidance: above 1 the body follows the sound more closely than the model believes (takes a second pass of the body).
    face: False leaves the face at rest, which saves a third of the time.
    sampling: draw codes instead of taking the likeliest; steady: neighbouring frames share their luck (`steady_sampling`).

    audio: samples (B, N) at 16 kHz, or (content (B, T, …), rhythm (B, T, …)) by frame. motion, mask (B, ≤ T, channels): what
    the caller gives; mask 0 = given, 1 = hidden; frames beyond them are hidden rest pose. frames: how many to make (the
    sound's, if None). speaker (B,). start (B, 3): where the root starts, the origin if None. Raises Cancelled through `progress`.
    """
    config = network.config
    first = audio[0] if isinstance(audio, tuple) else audio
    if frames is None:
        frames = first.shape[1] if isinstance(audio, tuple) else frame_count(first.shape[1], config, published)
    windows = (published_windows if published else covering_windows)(frames, config)
    if not windows or frames < 1:
        raise ValueError(f"{frames} frames are too few")
    batch, length = first.shape[0], max(frames, windows[-1].end)
    full = rest_frames(batch, length, config.motion_channels, like=first)
    hidden = torch.ones_like(full)
    if motion is not None:
        given = min(motion.shape[1], frames)
        full[:, :given] = motion[:, :given]
        if mask is not None:
            hidden[:, :given] = mask[:, :given].to(hidden.dtype)
    draw = _draw(sampling, steady)
    parts = PARTS if face else BODY_PARTS
    kept: list[tuple[dict[str, Tensor], Prediction, int]] = list(
        _run(network, codecs, audio, full, hidden, windows, speaker, published, draw, parts, guidance, progress)
    )
    codes = {part: torch.cat([c[part][:, :keep] for c, _, keep in kept], dim=1) for part in parts}
    latents = {part: torch.cat([p.latents[part][:, :keep] for _, p, keep in kept], dim=1) for part in parts}
    logits = {part: torch.cat([p.logits[part][:, :keep] for _, p, keep in kept], dim=1) for part in parts}
    decoded = codecs.decode(codes, first.new_zeros(batch, 3) if start is None else start)
    if progress is not None:
        progress.report(1.0, "Moving the body")
    return Generated(codes, latents, logits, decoded)
