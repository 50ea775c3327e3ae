# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed of the generators of dance and gesture, for the `sampling` bench."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

import torch

PUBLISHED_BAILANDO_S = 13.2  # GPT for 10 s of dance, 75 tokens, on two cores, as measured on the published code
PUBLISHED_DECODE_S = 0.14
SECONDS = 10.0


def _seconds(function: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def bailando(seconds: float = SECONDS, repeat: int = 2) -> dict:
    """Sampling and decoding of 10 s of dance at published sizes, random weights: seconds for each way of windowing, greedy
    and (`_drawn`) with seeded draws, how many times quicker than the published code that is, and whether the tokens are those
    that come without cache, packed weights and guesses. `pack_s` comes once for a loaded model, before its first dance."""
    from ...models.bailando.config import BailandoConfig
    from ...models.bailando.gpt import CrossConditionalGpt
    from ...models.bailando.memory import ChoreographicMemory
    from ...models.bailando.sampling import WINDOWS, Tokens, decode_positions, generate
    from ...networks.packed_linear import packed
    from ...networks.sampling import Sampling
    from ..parity.fill import fill

    config = BailandoConfig.named("published")
    gpt, memory = fill(CrossConditionalGpt(config)), ChoreographicMemory(config).eval()
    generator = torch.Generator().manual_seed(0)
    tokens = round(SECONDS * config.tokens_per_second)
    music = torch.randn(1, tokens, config.music_width, generator=generator)
    start = torch.tensor([[423]]), torch.tensor([[12]])
    ways = {
        f"{window}{suffix}": {"window": window, "sampling": sampling}
        for window in WINDOWS
        for suffix, sampling in (("", None), ("_drawn", Sampling()))
    }

    with ExitStack() as holding:
        pack_s, _ = _seconds(lambda: holding.enter_context(packed(gpt)))
        runs = {
            name: [_seconds(lambda way=way: generate(gpt, music, *start, **way)) for _ in range(repeat)]
            for name, way in ways.items()
        }
    quick: dict[str, tuple[float, Tokens]] = {name: min(made, key=lambda run: run[0]) for name, made in runs.items()}
    decode_s = min(_seconds(lambda: decode_positions(memory, quick["slide"][1]))[0] for _ in range(repeat))
    published_s = PUBLISHED_BAILANDO_S + PUBLISHED_DECODE_S
    figures: dict = {"seconds_of_dance": SECONDS, "published_s": published_s, "pack_s": pack_s, "decode_s": decode_s}
    for name, (quick_s, made) in quick.items():
        plain_s, plain = _seconds(lambda way=ways[name]: generate(gpt, music, *start, cached=False, **way))
        figures |= {
            f"{name}_s": quick_s,
            f"{name}_plain_s": plain_s,
            f"{name}_times_published": published_s / (quick_s + decode_s),
            f"{name}_same_tokens": torch.equal(plain.up, made.up) and torch.equal(plain.down, made.down),
        }
    return figures


def emage(seconds: float = 10.0, repeat: int = 2) -> dict:
    """Sound to whole body at published and at small size, random weights: times real time."""
    from ...models.emage.config import PRESETS
    from ...models.emage.model import Emage

    figures = {}
    for name, config in PRESETS.items():
        model = Emage(config).eval()
        sound = 0.05 * torch.randn(1, round(seconds * config.sample_rate_hz))
        elapsed_s = min(_seconds(lambda model=model, sound=sound: model.generate(sound))[0] for _ in range(repeat))
        figures[f"{name}_times_real_time"] = seconds / elapsed_s
        figures[f"{name}_parameters"] = sum(parameter.numel() for parameter in model.parameters())
    return figures
