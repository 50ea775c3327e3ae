# SPDX-License-Identifier: GPL-3.0-or-later
"""One window of the generator: what it predicts, which codes are drawn, and what it hands on to the next.

Windows of the usual kind are recorded (`record_windows`), and run sooner from then on, with the same results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...networks.code_sampling import CorrelatedSampler, NucleusSampling, code_sampler
from ...networks.traced import Program, Traced
from .body_parts import BODY_PARTS, PARTS
from .codec import MotionCodecs
from .config import EmageConfig
from .network import Audio, Emage, Prediction
from .token_rows import TOKEN_ROWS, TokenRows
from .token_sampling import TokenWindow, draw_tokens

_HOLD_FRAMES = 20  # of correlated draws

Draw = Callable[[Tensor, int, int], Tensor]
NOTHING = Prediction({}, {})


@dataclass(frozen=True)
class WindowOptions:
    """nucleus, correlated, guidance: as in `SamplingOptions`. parts: what is made."""

    nucleus: NucleusSampling | None
    correlated: bool
    guidance: float
    parts: tuple[str, ...]

    @property
    def kind(self) -> object:
        """What a recorded window depends on: all but the seed."""
        return replace(self, nucleus=self.nucleus and replace(self.nucleus, seed=0))


@dataclass(frozen=True)
class SeenWindow:
    """What the model gets: the sound, motion and mask (B, T, channels), the speaker (B,), and the number of the first frame."""

    heard: Audio
    motion: Tensor
    mask: Tensor
    speaker: Tensor | None
    first_frame: int


@dataclass(frozen=True)
class MadeWindow:
    """codes (B, T), or latents (B, N, latent) of tokens, by part; the prediction; what the next window begins with (B, seed, channels),
    made when it is asked for."""

    codes: dict[str, Tensor]
    prediction: Prediction
    handed_on: Callable[[], Tensor]


_RECORDED: Traced[Emage] = Traced()


def window_predictor(model: Emage, options: WindowOptions) -> Callable[[SeenWindow], MadeWindow]:
    """From what a window sees to what is made of it."""
    program = _RECORDED.ready(model, options.kind)
    plain = _plain_predictor(model, options)
    if program is None:
        return plain
    noise_of = _noise(model, options)

    def predict(seen: SeenWindow) -> MadeWindow:
        if not _is_usual(model, seen):
            return plain(seen)
        assert isinstance(seen.heard, tuple)
        *codes, handed_on = program(*seen.heard[:2], seen.motion, seen.mask, seen.speaker, *noise_of(seen.first_frame))
        return MadeWindow(dict(zip(BODY_PARTS, codes, strict=True)), NOTHING, lambda: handed_on)

    return predict


def record_windows(model: Emage, options: WindowOptions) -> None:
    """Let windows of this kind run sooner from now on: half a second of work, on any thread, and nothing to wait for."""
    if not _may_record(model, options):
        return
    config, channels = model.config, model.postures.shape[-1]
    any_numbers = torch.Generator().manual_seed(1)
    content, rhythm, motion = (
        torch.randn(1, config.window, width, generator=any_numbers).to(model.postures)
        for width in (config.content_width, config.rhythm_width, channels)
    )
    mask = (motion > -1.0).to(motion)
    example = content, rhythm, motion, mask, torch.zeros(1, dtype=torch.long), *_noise(model, options)(0)
    _RECORDED.record(model, options.kind, lambda constant: _step(constant, options), example)


def _may_record(model: Emage, options: WindowOptions) -> bool:
    """Whether windows are body and hands for content and rhythm, drawn as the button draws them, on the processor."""
    config, nucleus = model.config, options.nucleus
    usual = options.correlated and options.guidance == 1.0 and options.parts == BODY_PARTS and nucleus is not None
    heard = config.postures and config.audio == "content_rhythm"
    return usual and heard and model.postures.device.type == "cpu"


def _is_usual(model: Emage, seen: SeenWindow) -> bool:
    """Whether a window has the shape of the recorded ones."""
    one_whole = seen.motion.shape[:2] == (1, model.config.window) and seen.motion.shape == seen.mask.shape
    return one_whole and seen.speaker is not None and seen.motion.shape[-1] == model.postures.shape[-1]


def _step(model: Emage, options: WindowOptions) -> Program:
    """From content, rhythm, motion, mask, speaker and noise to the parts' codes and what is handed on."""

    rows = TOKEN_ROWS.of(model) if model.config.token_frames > 1 else None  # made before anything is recorded

    def step(
        content: Tensor, rhythm: Tensor, motion: Tensor, mask: Tensor, speaker: Tensor, *noise: Tensor
    ) -> tuple[Tensor, ...]:
        seen = SeenWindow((content, rhythm), motion, mask, speaker, 0)
        made = _plain_predictor(model, options, lambda _first_frame: noise, rows)(seen)
        return *(made.codes[part] for part in BODY_PARTS), made.handed_on()

    return step


def _plain_predictor(
    model: Emage,
    options: WindowOptions,
    noise_of: Callable[[int], tuple[Tensor, ...]] | None = None,
    rows: TokenRows | None = None,
) -> Callable[[SeenWindow], MadeWindow]:
    """Window by window, call by call. noise_of: gives what is drawn from, instead of the seed. rows: the model's, if it has tokens."""
    if model.config.token_frames > 1:
        return _token_predictor(model, options, noise_of, rows or TOKEN_ROWS.of(model))
    draw = _draw(options, noise_of)

    def predict(seen: SeenWindow) -> MadeWindow:
        codes, prediction = _predicted_frames(model, seen, options, draw)
        return MadeWindow(codes, prediction, lambda: _handed_on(model, codes))

    return predict


def _token_predictor(
    model: Emage, options: WindowOptions, noise_of: Callable[[int], tuple[Tensor, ...]] | None, rows: TokenRows
) -> Callable[[SeenWindow], MadeWindow]:
    """Windows of tokens: their codes are latents (B, N, latent), and there are no logits."""
    stride = model.config.token_frames

    def predict(seen: SeenWindow) -> MadeWindow:
        assert isinstance(seen.heard, tuple)  # tokens are for content and rhythm
        shape = len(seen.motion), seen.motion.shape[1] // stride, len(model.network.latent_mean)
        noise = noise_of(seen.first_frame)[0] if noise_of else _token_noise(shape, options.nucleus, seen.first_frame)
        window = TokenWindow((seen.heard[0], seen.heard[1]), seen.motion, seen.mask, seen.speaker)
        own = rows if len(seen.motion) == 1 else None
        latents = draw_tokens(model, window, noise.to(seen.motion), options.guidance, own)
        return MadeWindow(latents, Prediction(latents, {}), lambda: _handed_on(model, latents, own))

    return predict


def _handed_on(model: Emage, codes: dict[str, Tensor], rows: TokenRows | None = None) -> Tensor:
    """What the next window begins with, of this one's codes: only the last frames, and they depend on few before them."""
    config, codecs = model.config, model.codecs
    needed = (config.seed_frames + codecs.reach_frames) // config.token_frames
    vectors = {}
    for part, of_part in codes.items():
        codec = rows.codecs[part].decoder if rows else codecs[part].decode
        vectors[part] = codec(of_part[:, -needed:])[:, -config.seed_frames :]
    last = codecs.whole_body(vectors)
    return torch.cat((last.motion, last.expression), dim=-1) if config.prompt_expression else last.motion


def _predicted_frames(
    model: Emage, seen: SeenWindow, options: WindowOptions, draw: Draw
) -> tuple[dict[str, Tensor], Prediction]:
    """A window of codes (B, T) of frames."""
    prediction = model.network(seen.heard, seen.motion, seen.mask, seen.speaker, True, options.parts)
    if options.guidance != 1.0:
        unheard = model.network(seen.heard, seen.motion, seen.mask, seen.speaker, False, BODY_PARTS)
        prediction = _guided(prediction, unheard, options.guidance)
    return choose_codes(prediction, model.codecs, draw, seen.first_frame), prediction


def _guided(heard: Prediction, unheard: Prediction, guidance: float) -> Prediction:
    """Body logits pushed away from what the model would do without the sound (classifier-free guidance, Ho and Salimans
    2022): EMAGE's third training pass has taught it that."""
    logits = {
        part: unheard.logits[part] + guidance * (value - unheard.logits[part]) if part in unheard.logits else value
        for part, value in heard.logits.items()
    }
    return Prediction(heard.latents, logits)


def choose_codes(prediction: Prediction, codecs: MotionCodecs, draw: Draw, first_frame: int = 0) -> dict[str, Tensor]:
    """The codes of a window.

    Args:
        prediction: of the window.
        codecs: the face's code is the one nearest to the regressed latent, since the published face classes were
            trained with weight 0.
        draw: (logits, first frame, number of the part) → codes, for the body.
        first_frame: of the window.

    Returns:
        int64 (B, T) by part.
    """
    codes = {part: draw(prediction.logits[part], first_frame, number) for number, part in enumerate(BODY_PARTS)}
    if "face" in prediction.latents:
        codes["face"] = codecs["face"].quantizer.nearest(prediction.latents["face"])
    return codes


def _draw(options: WindowOptions, noise_of: Callable[[int], tuple[Tensor, ...]] | None) -> Draw:
    if options.nucleus is not None and options.correlated:
        sampler = CorrelatedSampler(options.nucleus, _HOLD_FRAMES)
        if noise_of is None:
            return sampler
        return lambda logits, first_frame, part: sampler.chosen(logits, noise_of(first_frame)[part])
    sample = code_sampler(options.nucleus)
    return lambda logits, _first_frame, _part: sample(logits)


def _noise(model: Emage, options: WindowOptions) -> Callable[[int], tuple[Tensor, ...]]:
    """From the number of a window's first frame to what its draws are made from, (T, codes) a part, or (B, N, latents) of tokens."""
    config, nucleus = model.config, options.nucleus
    assert nucleus is not None
    if config.token_frames > 1:
        shape = 1, config.window // config.token_frames, len(model.network.latent_mean)
        return lambda first: (_token_noise(shape, nucleus, first),)
    sampler = CorrelatedSampler(nucleus, _HOLD_FRAMES)
    sizes = [config.codecs[part].codes for part in BODY_PARTS]
    return lambda first: tuple(sampler.noise(first, config.window, size, part) for part, size in enumerate(sizes))


def _token_noise(shape: tuple[int, ...], nucleus: NucleusSampling | None, first_frame: int) -> Tensor:
    if nucleus is None:
        return torch.zeros(shape)
    seed = (nucleus.seed * 1_000_003 + first_frame) % (1 << 63)
    return nucleus.temperature * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def parts_of(config: EmageConfig, face: bool) -> tuple[str, ...]:
    """The parts that are made: the face only where it is wanted, and known."""
    return PARTS if face and "face" in config.codecs else BODY_PARTS
