# SPDX-License-Identifier: GPL-3.0-or-later
"""Rhubarb Lip Sync (its WebAssembly build from npm): nine mouth shapes for a sound."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...errors import UserError

Track = list[tuple[str, float, float]]

# How far the mouth shapes are open, after the pictures of its manual
OPENNESS = {"A": 0.0, "B": 0.15, "C": 0.5, "D": 1.0, "E": 0.45, "F": 0.2, "G": 0.1, "H": 0.4, "X": 0.0}

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


def rhubarb(sounds: Mapping[str, np.ndarray], modules: Path) -> dict[str, Track]:
    """Mouth shapes A-H, X by Rhubarb (WebAssembly build), without a transcript, for sounds int16 (N,) at 16 kHz by name."""
    if not (modules / "rhubarb-lip-sync-wasm").is_dir():
        raise UserError(
            f"rhubarb-lip-sync-wasm is not in {modules}.",
            f"Run `npm install --prefix {modules.parent} rhubarb-lip-sync-wasm`.",
        )
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for number, (name, audio) in enumerate(sounds.items()):
            path = Path(folder) / f"{number}.raw"
            path.write_bytes(np.ascontiguousarray(audio, "<i2").tobytes())
            paths[str(path)] = name
        listing, output = Path(folder) / "list.json", Path(folder) / "cues.json"
        listing.write_text(json.dumps(list(paths)))
        script = modules.parent / "rhubarb_cues.mjs"
        script.write_text(_RHUBARB)
        subprocess.run(["node", str(script), str(listing), str(output)], check=True, capture_output=True)
        return {paths[path]: [tuple(cue) for cue in cues] for path, cues in json.loads(output.read_text()).items()}
