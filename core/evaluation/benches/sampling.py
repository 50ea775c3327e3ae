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

os.environ.setdefault("OMP_WAIT_POLICY", "ACTIVE")  # read when PyTorch is loaded
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")

import torch

from ...errors import UserError
from ..material.sampling_body import bailando, emage

PUBLISHED_MESHTALK_FPS = 53.0  # 30 frames in 0.57 s


def _best(
    function: Callable[[], object], repeat: int, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, object]:
    """Shortest time of several runs in seconds, and the last result."""
    best, result = float("inf"), None
    for _ in range(repeat):
        start = clock()
        result = function()
        best = min(best, clock() - start)
    return best, result


def meshtalk(seconds: float, repeat: int) -> dict:
    """Latent sampling alone, and the whole way from sound to vertices."""
    from ...models.meshtalk import MeshTalk, MeshTalkConfig
    from ...models.meshtalk.sampling import sample, sample_by_forward

    torch.manual_seed(0)
    model = MeshTalk(MeshTalkConfig()).eval()
    config = model.config
    frames = round(seconds * config.rate_hz)
    codes = torch.randn(1, frames, config.code_dim)
    sampling_s, labels = _best(lambda: sample(model.context_model, codes, 1.0, seed=1), repeat)
    cpu_s, _ = _best(lambda: sample(model.context_model, codes, 1.0, seed=1), repeat, time.process_time)
    plain_frames = 3
    plain_s, plain = _best(lambda: sample_by_forward(model.context_model, codes[:, :plain_frames], 1.0, seed=1), 1)
    sound = torch.randn(1, round(seconds * config.sample_rate_hz)) * 0.05
    template = torch.randn(1, config.points, config.dims)
    whole_s, geometry = _best(lambda: model.animate(sound, template, seed=1), max(1, repeat - 1))
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
    from ...models.pdfgc import Pdfgc, PdfgcConfig

    torch.manual_seed(0)
    model = Pdfgc(PdfgcConfig(), with_motion=False).eval()
    sound = torch.randn(round(seconds * model.config.sample_rate_hz)) * 0.05
    elapsed_s, codes = _best(lambda: model.mouth_codes(sound), repeat)
    return {"frames_per_s": len(codes) / elapsed_s}


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
