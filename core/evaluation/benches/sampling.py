# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed of the systems' generators at published sizes with random weights: frames a second on this machine.

`python -m core.evaluation sampling [--system NAME …] [--seconds 4] [--threads 2] [--repeat 6]`. Beside each figure stands
the speed at which the published code was measured on two cores, and whether the tokens equal those of the plain way,
which runs the whole network again for every token. Threads wait actively and large arrays lie in huge pages
(OMP_WAIT_POLICY, THP_MEM_ALLOC_ENABLE, where nobody set them otherwise), for reading weights is what bounds these figures. On a
machine that is busy otherwise, the frames for each second of processor time say more than those for each second of the clock.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import TypeVar

os.environ.setdefault("OMP_WAIT_POLICY", "ACTIVE")  # read when PyTorch is loaded
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")

import torch

from ...errors import UserError

T = TypeVar("T")

PUBLISHED_MESHTALK_FPS = 53.0  # 30 frames in 0.57 s


def _best(function: Callable[[], T], repeat: int, clock: Callable[[], float] = time.perf_counter) -> tuple[float, T]:
    """Shortest time of several runs in seconds, and the last result."""
    runs = []
    for _ in range(repeat):
        start = clock()
        result = function()
        runs.append((clock() - start, result))
    return min(seconds for seconds, _ in runs), runs[-1][1]


def meshtalk(seconds: float, repeat: int) -> dict:
    """Latent sampling alone, and the whole way from sound to vertices."""
    from ...models.meshtalk import MeshTalk, MeshTalkConfig, animate
    from ...models.meshtalk.fast_sampling import sample_fast
    from ...models.meshtalk.sampling import sample

    torch.manual_seed(0)
    model = MeshTalk(MeshTalkConfig()).eval()
    config = model.config
    frames = round(seconds * config.rate_hz)
    codes = torch.randn(1, frames, config.code_dim)
    sampling_s, labels = _best(lambda: sample_fast(model.context_model, codes, 1.0, seed=1), repeat)
    cpu_s, _ = _best(lambda: sample_fast(model.context_model, codes, 1.0, seed=1), repeat, time.process_time)
    plain_frames = 3
    plain_s, plain = _best(lambda: sample(model.context_model, codes[:, :plain_frames], 1.0, seed=1), 1)
    sound = torch.randn(1, round(seconds * config.sample_rate_hz)) * 0.05
    template = torch.randn(1, config.points, config.dims)
    whole_s, geometry = _best(lambda: animate(model, sound, template, seed=1), max(1, repeat - 1))
    rate = frames / sampling_s
    return {
        "frames_per_s": rate,
        "frames_per_cpu_s": frames / cpu_s,
        "published_frames_per_s": PUBLISHED_MESHTALK_FPS,
        "times_published": rate / PUBLISHED_MESHTALK_FPS,
        "same_tokens": bool((labels[:, :plain_frames] == plain).all()),
        "plain_frames_per_s": plain_frames / plain_s,
        "sound_to_vertices_frames_per_s": geometry.shape[1] / whole_s,
    }


def pdfgc(seconds: float, repeat: int) -> dict:
    """Sound to mouth codes."""
    from ...models.pdfgc import Pdfgc, PdfgcConfig, mouth_codes

    torch.manual_seed(0)
    model = Pdfgc(PdfgcConfig(), with_motion=False).eval()
    sound = torch.randn(round(seconds * model.config.sample_rate_hz)) * 0.05
    elapsed_s, codes = _best(lambda: mouth_codes(model, sound), repeat)
    return {"frames_per_s": len(codes) / elapsed_s}


PUBLISHED_BAILANDO_S = 13.2  # GPT for 10 s of dance, 75 tokens, on two cores, as measured on the published code
PUBLISHED_DECODE_S = 0.14
SECONDS = 10.0


def _seconds(function: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def bailando(seconds: float = SECONDS, repeat: int = 2) -> dict:
    """Sampling and decoding of 10 s of dance at published sizes, random weights: seconds for each way of windowing, greedy
    and (`_drawn`) with seeded draws, how many times quicker than the published code that is, and whether the tokens are those
    that come without cache, packed weights and guesses. `pack_s` comes once for a loaded model, before its first dance."""
    from ...models.bailando.config import BailandoConfig
    from ...models.bailando.fast_sampling import PACKED_GPTS, generate_fast
    from ...models.bailando.gpt import CrossConditionalGpt
    from ...models.bailando.memory import ChoreographicMemory
    from ...models.bailando.sampling import decode_positions, generate
    from ...models.bailando.tokens import WINDOW_RULES, DanceOptions, Tokens, start_tokens
    from ...networks.code_sampling import NucleusSampling
    from ..parity.fill import fill

    config = BailandoConfig.named("published")
    gpt, memory = fill(CrossConditionalGpt(config)), ChoreographicMemory(config).eval()
    generator = torch.Generator().manual_seed(0)
    tokens = round(SECONDS * config.tokens_per_second)
    music, start = torch.randn(1, tokens, config.music_width, generator=generator), start_tokens(config, 1)
    ways = {
        f"{window}{suffix}": DanceOptions(window, nucleus)
        for window in WINDOW_RULES
        for suffix, nucleus in (("", None), ("_drawn", NucleusSampling()))
    }

    pack_s, _ = _seconds(lambda: PACKED_GPTS.of(gpt))
    quick: dict[str, tuple[float, Tokens]] = {}
    for name, way in ways.items():
        runs = [_seconds(lambda way=way: generate_fast(gpt, music, start, way)) for _ in range(repeat)]
        quick[name] = min(runs, key=lambda run: run[0])
    decode_s = min(_seconds(lambda: decode_positions(memory, quick["slide"][1]))[0] for _ in range(repeat))
    published_s = PUBLISHED_BAILANDO_S + PUBLISHED_DECODE_S
    figures: dict = {"seconds_of_dance": SECONDS, "published_s": published_s, "pack_s": pack_s, "decode_s": decode_s}
    for name, (quick_s, made) in quick.items():
        plain_s, plain = _seconds(lambda way=ways[name]: generate(gpt, music, start, way))
        figures |= {
            f"{name}_s": quick_s,
            f"{name}_plain_s": plain_s,
            f"{name}_times_published": published_s / (quick_s + decode_s),
            f"{name}_same_tokens": torch.equal(plain.up, made.up) and torch.equal(plain.down, made.down),
        }
    return figures


def emage(seconds: float = 10.0, repeat: int = 2) -> dict:
    """Sound to whole body at published and at small size, random weights: times real time."""
    from ...models.emage import PRESETS, Emage, generate

    figures = {}
    for name, config in PRESETS.items():
        model = Emage(config).eval()
        sound = 0.05 * torch.randn(1, round(seconds * config.sample_rate_hz))
        elapsed_s = min(_seconds(lambda model=model, sound=sound: generate(model, sound))[0] for _ in range(repeat))
        figures[f"{name}_times_real_time"] = seconds / elapsed_s
        figures[f"{name}_parameters"] = sum(parameter.numel() for parameter in model.parameters())
    return figures


SYSTEMS: dict[str, Callable[[float, int], dict]] = {
    "meshtalk": meshtalk,
    "pdfgc": pdfgc,
    "bailando": bailando,
    "emage": emage,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--system", nargs="*", default=None, help="only these systems")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the sound")
    parser.add_argument("--repeat", type=int, default=6, help="runs of which the fastest counts")
    parser.add_argument("--threads", type=int, default=2)


def run(arguments: argparse.Namespace) -> dict:
    """Run the bench. Returns one dictionary of figures for each system."""
    unknown = set(arguments.system or ()) - set(SYSTEMS)
    if unknown:
        raise UserError(f"No such system: {', '.join(sorted(unknown))}.", f"There are {', '.join(SYSTEMS)}.")
    before = torch.get_num_threads()
    torch.set_num_threads(arguments.threads)
    results = {}
    try:
        for name in arguments.system or SYSTEMS:
            results[name] = SYSTEMS[name](arguments.seconds, arguments.repeat)
            figures = ", ".join(
                f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                for key, value in results[name].items()
            )
            print(f"{name}: {figures}", flush=True)
    finally:
        torch.set_num_threads(before)
    return {"threads": arguments.threads, **results}
