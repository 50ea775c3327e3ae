# SPDX-License-Identifier: GPL-3.0-or-later
"""The same clips through us and through others that run offline, scored by the same probe in one run.

`python -m core.evaluation peers [--clips N] [--node-modules DIR]`. Peers: rhubarb-lip-sync-wasm (`npm install
rhubarb-lip-sync-wasm` into DIR's parent; nine mouth shapes) and pocketsphinx's free phone loop (no transcript). Their
symbols are scored one-hot with neighbours, which favours them: ours go through a face first.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np

from ...audio.clip import AudioClip
from ...models.speech import load
from ...training.data.speech import Utterance
from ..material.lip_probe import Group, add_mouth_arguments, arpabet_track, arriving, groups, probe_head, probe_tool
from ..material.rhubarb import Track, rhubarb

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_mouth_arguments(parser)
    parser.add_argument("--clips", type=int, default=100, help="how many validation clips")
    parser.add_argument(
        "--node-modules", type=Path, default=Path(".cache/peers/node_modules"), help="where npm installed Rhubarb"
    )


def phone_loop(utterances: tuple[Utterance, ...]) -> dict[str, Track]:
    """ARPABET phones by pocketsphinx without a transcript (its allphone search with its phone language model)."""
    from pocketsphinx import Decoder, get_model_path

    decoder = Decoder(
        allphone=get_model_path("en-us/en-us-phone.lm.bin"), lw=2.0, beam=1e-20, pbeam=1e-20, loglevel="FATAL"
    )
    result = {}
    for utterance in utterances:
        decoder.start_utt()
        decoder.process_raw(np.ascontiguousarray(utterance.audio()).tobytes(), full_utt=True)
        decoder.end_utt()
        result[utterance.id] = [(s.word, s.start_frame / 100, (s.end_frame + 1) / 100) for s in decoder.seg() or ()]
    return result


def run(arguments: argparse.Namespace) -> dict:
    tool = probe_tool(arguments.data)
    group = next(g for g in groups(arguments.cache, arguments.clips) if g.name.startswith("validation"))
    seconds = sum(u.duration_s for u in group.utterances)
    figures: dict = {"clips": len(group.utterances), "seconds": seconds, "fps": arguments.fps}

    def report(name: str, probed: list, elapsed_s: float, more: dict | None = None) -> None:
        row = {**tool.score(tool.probe(probed), probed), "times_real_time": seconds / elapsed_s, **(more or {})}
        figures[name] = row
        print(
            f"{name:36} balanced {row['balanced']:.3f}  frame {row['frame']:.3f}  {row['times_real_time']:6.1f} x real time  "
            + " ".join(f"{k} {float(v):.2f}" for k, v in row["recall"].items()),
            flush=True,
        )

    ours = "Audio2Rig (curves on a face)"
    report(ours, *_curves_on_a_face(tool, group, arguments))
    sounds = {utterance.id: utterance.audio() for utterance in group.utterances}
    rhubarb_name = "rhubarb-lip-sync-wasm (symbols)"
    report(rhubarb_name, *_symbols(tool, group, lambda: rhubarb(sounds, arguments.node_modules)))
    report("pocketsphinx phone loop (symbols)", *_symbols(tool, group, lambda: phone_loop(group.utterances)))
    figures["above_rhubarb"] = figures[ours]["balanced"] - figures[rhubarb_name]["balanced"]
    print(f"above Rhubarb: {figures['above_rhubarb']:+.3f}")
    return figures


def _curves_on_a_face(tool: ModuleType, group: Group, arguments: argparse.Namespace) -> tuple[list, float, dict]:
    """Our clips for the probe, how long we took for them in seconds, and how we met closures."""
    head, model = probe_head(tool, arguments.data), load(arguments.weights)
    began = time.perf_counter()
    tracks = [model.infer(AudioClip(u.audio().astype(np.float32) / 32768, name=u.id))[0] for u in group.utterances]
    curves = [arriving(track, arguments.fps) for track in tracks]
    elapsed_s = time.perf_counter() - began
    probed, closed = [], []
    for utterance, named in zip(group.utterances, curves, strict=True):
        frames, truth = int(utterance.duration_s * tool.RATE), arpabet_track(utterance)
        distances = head.distances({name: curve[:frames] for name, curve in named.items()})
        probed.append((tool.context(distances), tool.classes(truth, len(distances))))
        closed.append(tool.closures(distances[:, 0], probed[-1][1], truth))
    met, total, right, wrong = np.sum(closed, 0)
    return probed, elapsed_s, {"closure_recall": met / total, "closure_precision": right / max(right + wrong, 1)}


def _symbols(tool: ModuleType, group: Group, ask: Callable[[], dict[str, Track]]) -> tuple[list, float]:
    """A peer's clips for the probe, its symbols one-hot, and how long it took in seconds."""
    began = time.perf_counter()
    tracks = ask()
    elapsed_s = time.perf_counter() - began
    symbols = sorted({symbol for track in tracks.values() for symbol, _, _ in track})
    probed = []
    for utterance in group.utterances:
        frames = int(utterance.duration_s * tool.RATE)
        seen = tool.context(tool.one_hot(tracks[utterance.id], symbols, frames))
        probed.append((seen, tool.classes(arpabet_track(utterance), frames)))
    return probed, elapsed_s
