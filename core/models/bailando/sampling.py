# SPDX-License-Identifier: GPL-3.0-or-later
"""A dance for music: tokens one after another (paper section 3.2), then joint positions.

`generate` is the plain rule: the whole network on the whole window for every token. `fast_sampling` gives the same
tokens many times sooner; `dance` uses it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...networks.code_sampling import code_sampler
from ...progress import Progress
from . import body_halves
from .fast_sampling import generate_fast
from .gpt import CrossConditionalGpt
from .memory import ChoreographicMemory
from .network import Bailando
from .tokens import OURS, DanceOptions, Tokens, start_tokens, window_starts


@torch.inference_mode()
def generate(
    network: CrossConditionalGpt,
    music: Tensor,
    start: Tokens,
    options: DanceOptions = OURS,
    given: Tokens | None = None,
    progress: Progress | None = None,
) -> Tokens:
    """Continue the start codes to the end of the music.

    Args:
        network: the GPT, in eval mode.
        music: (B, T, 438); row k belongs to the code after the k-th (the published caller drops the first row of the
            music).
        start: codes (B, s ≥ 1).
        options: window rule and draws.
        given: codes (B, T + 1) that are kept where they are not negative (prompts).
        progress: is told how far it is, and asked whether to go on.

    Returns:
        Codes (B, T + 1), the start codes included.

    Raises:
        Cancelled: through `progress`.
    """
    first, last = start.up.shape[1], music.shape[1]
    choose, halves = code_sampler(options.nucleus), [start.up, start.down]
    prompts = (None, None) if given is None else (given.up, given.down)
    for known, begin in enumerate(window_starts(first, last, network.config.context, options.window), first):
        if progress is not None:
            progress.report(known / (last + 1), "Dancing")
        logits = network(*(codes[:, begin:] for codes in halves), music[:, begin:known])
        for half, scores in enumerate((logits.up, logits.down)):
            chosen, prompt = choose(scores[:, -1], 2 * known + half), prompts[half]
            if prompt is not None:
                chosen = torch.where(prompt[:, known] >= 0, prompt[:, known], chosen)
            halves[half] = torch.cat((halves[half], chosen[:, None]), dim=1)
    return Tokens(*halves)


def dance(
    model: Bailando,
    music: Tensor,
    options: DanceOptions = OURS,
    *,
    start: Tokens | None = None,
    given: Tokens | None = None,
    progress: Progress | None = None,
) -> Tokens:
    """A dance's tokens. Puts the model in eval mode.

    Args:
        model: memory and GPT.
        music: features (B, T, 438), one row a token; the first row belongs to the start codes.
        options: window rule and draws.
        start: codes (B, 1); None: those of the published demo.
        given: codes (B, T) that are kept where they are not negative (prompts).
        progress: is told how far it is, and asked whether to go on.

    Returns:
        Codes (B, T).

    Raises:
        ValueError: a start code is not in the codebook.
        Cancelled: through `progress`.
    """
    model.eval()
    start = start_tokens(model.config, len(music), music.device) if start is None else start
    largest = int(torch.stack((start.up, start.down)).max())
    if largest >= model.config.codes:
        raise ValueError(f"there is no code {largest}: the codebook has {model.config.codes}")
    return generate_fast(model.gpt, music[:, 1:], start, options, given, progress)


@torch.inference_mode()
def decode_positions(memory: ChoreographicMemory, tokens: Tokens, in_place: bool = False) -> Tensor:
    """Codes (B, n) → joint positions in the world (B, 8 n, 24, 3), metres, 60 frames a second; in_place keeps the root
    at 0."""
    frames = memory.decode(tokens.up, tokens.down)
    frames = body_halves.without_root(frames) if in_place else body_halves.integrate_root(frames)
    return body_halves.world_positions(frames)
