# SPDX-License-Identifier: GPL-3.0-or-later
"""The same clips through us and through others that run offline, scored by the same probe in one run.

`python -m core.evaluation peers [--clips N] [--node-modules DIR]`. Peers: rhubarb-lip-sync-wasm (`npm install
rhubarb-lip-sync-wasm` into DIR's parent; nine mouth shapes) and pocketsphinx's free phone loop (no transcript). Their
symbols are scored one-hot with neighbours, which favours them: ours go through a face first.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from ...audio.clip import AudioClip
from ...errors import UserError
from ...models.speech import load
from ...training.data.speech import Utterance
from ..material.lip_probe import add_mouth_arguments, arpabet_track, arriving, groups, probe_head, probe_tool

log = logging.getLogger(__name__)

Track = list[tuple[str, float, float]]

# Reads raw 16-bit sounds listed in a file, writes {name: [[shape, start_s, end_s], …]}.
_RHUBARB = """
import { readFileSync, writeFileSync } from "node:fs";
import { Rhubarb } from "rhubarb-lip-sync-wasm";
const [list, output] = process.argv.slice(2);
const result = {};
for (const path of JSON.parse(readFileSync(list, "utf-8"))) {
    const cues = (await Rhubarb.getLipSync(readFileSync(path))).mouthCues;
    result[path] = cues.map(cue => [cue.value, cue.start, cue.end]);
}
writeFileSync(output, JSON.stringify(result));
process.exit(0);
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_mouth_arguments(parser)
    parser.add_argument("--clips", type=int, default=100, help="how many validation clips")
    parser.add_argument(
        "--node-modules", type=Path, default=Path(".cache/peers/node_modules"), help="where npm installed Rhubarb"
    )


def rhubarb(utterances: tuple[Utterance, ...], modules: Path) -> dict[str, Track]:
    """Mouth shapes A-H, X by Rhubarb (WebAssembly build), without a transcript."""
    if not (modules / "rhubarb-lip-sync-wasm").is_dir():
        raise UserError(
            f"rhubarb-lip-sync-wasm is not in {modules}.",
            f"Run `npm install --prefix {modules.parent} rhubarb-lip-sync-wasm`.",
        )
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for number, utterance in enumerate(utterances):
            path = Path(folder) / f"{number}.raw"
            path.write_bytes(np.ascontiguousarray(utterance.audio(), "<i2").tobytes())
            paths[str(path)] = utterance.id
        listing, output = Path(folder) / "list.json", Path(folder) / "cues.json"
        listing.write_text(json.dumps(list(paths)))
        script = modules.parent / "rhubarb_cues.mjs"
        script.write_text(_RHUBARB)
        subprocess.run(["node", str(script), str(listing), str(output)], check=True, capture_output=True)
        return {paths[path]: [tuple(cue) for cue in cues] for path, cues in json.loads(output.read_text()).items()}


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
    head = probe_head(tool, arguments.data)
    group = next(g for g in groups(arguments.cache, arguments.clips) if g.name.startswith("validation"))
    truth = {u.id: arpabet_track(u) for u in group.utterances}
    seconds = sum(u.duration_s for u in group.utterances)
    frames = {u.id: int(u.duration_s * tool.RATE) for u in group.utterances}
    figures: dict = {"clips": len(group.utterances), "seconds": seconds, "fps": arguments.fps}

    def report(name: str, clips: list, elapsed_s: float, more: dict | None = None) -> None:
        row = {**tool.score(tool.probe(clips), clips), "times_real_time": seconds / elapsed_s, **(more or {})}
        figures[name] = row
        print(
            f"{name:36} balanced {row['balanced']:.3f}  frame {row['frame']:.3f}  {row['times_real_time']:6.1f} x real time  "
            + " ".join(f"{k} {float(v):.2f}" for k, v in row["recall"].items()),
            flush=True,
        )

    model = load(arguments.weights)
    start = time.perf_counter()
    curves = {
        u.id: arriving(model.infer(AudioClip(u.audio().astype(np.float32) / 32768, name=u.id))[0], arguments.fps)
        for u in group.utterances
    }
    elapsed_s = time.perf_counter() - start
    clips, closed = [], []
    for key, track in truth.items():
        distances = head.distances({name: curve[: frames[key]] for name, curve in curves[key].items()})
        clips.append((tool.context(distances), tool.classes(track, len(distances))))
        closed.append(tool.closures(distances[:, 0], clips[-1][1], track))
    met, total, right, wrong = np.sum(closed, 0)
    report(
        "Audio2Rig (curves on a face)",
        clips,
        elapsed_s,
        {"closure_recall": met / total, "closure_precision": right / max(right + wrong, 1)},
    )
    for name, ask in (
        ("rhubarb-lip-sync-wasm (symbols)", lambda: rhubarb(group.utterances, arguments.node_modules)),
        ("pocketsphinx phone loop (symbols)", lambda: phone_loop(group.utterances)),
    ):
        start = time.perf_counter()
        tracks = ask()
        elapsed_s = time.perf_counter() - start
        symbols = sorted({symbol for track in tracks.values() for symbol, _, _ in track})
        report(
            name,
            [
                (tool.context(tool.one_hot(tracks[key], symbols, frames[key])), tool.classes(truth[key], frames[key]))
                for key in truth
            ],
            elapsed_s,
        )
    ours = figures["Audio2Rig (curves on a face)"]["balanced"]
    figures["above_rhubarb"] = ours - figures["rhubarb-lip-sync-wasm (symbols)"]["balanced"]
    print(f"above Rhubarb: {figures['above_rhubarb']:+.3f}")
    return figures
