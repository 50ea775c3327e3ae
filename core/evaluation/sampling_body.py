# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed of the generators of dance and gesture, for the `sampling` bench."""
from __future__ import annotations

import time
from collections.abc import Callable

import torch

PUBLISHED_BAILANDO_S = 13.2  # GPT for 10 s of dance, 75 tokens, on two cores, as measured on the published code
PUBLISHED_DECODE_S = 0.14
SECONDS = 10.0


def _seconds(function: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def bailando(seconds: float = SECONDS, repeat: int = 2) -> dict:
    """Sampling and decoding of 10 s of dance at published sizes, random weights; each way of windowing with and without
    its cache, and whether both gave the same tokens."""
    from ..models.bailando.config import BailandoConfig
    from ..models.bailando.gpt import CrossConditionalGpt
    from ..models.bailando.memory import ChoreographicMemory
    from ..models.bailando.sampling import WINDOWS, Tokens, decode_positions, generate
    from .fill import fill

    config = BailandoConfig.named("published")
    gpt, memory = fill(CrossConditionalGpt(config)), ChoreographicMemory(config).eval()
    generator = torch.Generator().manual_seed(0)
    tokens = round(SECONDS * config.tokens_per_second)
    music = torch.randn(1, tokens, config.music_width, generator=generator)
    start = torch.tensor([[423]]), torch.tensor([[12]])
    figures: dict = {"seconds_of_dance": SECONDS, "published_s": PUBLISHED_BAILANDO_S + PUBLISHED_DECODE_S}
    made: Tokens | None = None
    for window in WINDOWS:
        plain_s, plain = _seconds(lambda window=window: generate(gpt, music, *start, window=window, cached=False))
        quick = [_seconds(lambda window=window: generate(gpt, music, *start, window=window)) for _ in range(repeat)]
        quick_s, made = min(quick, key=lambda run: run[0])
        figures |= {f"{window}_s": quick_s, f"{window}_without_cache_s": plain_s,
                    f"{window}_same_tokens": bool(torch.equal(plain.up, made.up) and torch.equal(plain.down, made.down))}
    decode_s = min(_seconds(lambda: decode_positions(memory, made))[0] for _ in range(repeat))
    figures["decode_s"] = decode_s
    for window in WINDOWS:
        figures[f"{window}_times_published"] = figures["published_s"] / (figures[f"{window}_s"] + decode_s)
    return figures


def emage(seconds: float = 10.0, repeat: int = 2) -> dict:
    """Sound to whole body at published and at small size, random weights: times real time."""
    from ..models.emage.config import PRESETS
    from ..models.emage.model import Emage

    figures = {}
    for name, config in PRESETS.items():
        model = Emage(config).eval()
        sound = 0.05 * torch.randn(1, round(seconds * config.sample_rate_hz))
        elapsed_s = min(_seconds(lambda model=model, sound=sound: model.generate(sound))[0] for _ in range(repeat))
        figures[f"{name}_times_real_time"] = seconds / elapsed_s
        figures[f"{name}_parameters"] = sum(parameter.numel() for parameter in model.parameters())
    return figures
