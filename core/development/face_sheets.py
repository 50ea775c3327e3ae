# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets of faces as they are generated: all emotions, two seeds, a calm and a forced reading, a head's lips without and with
their calibration; and of all shapes that a head has, each alone. `python -m core.development.face_sheets --head demo --out DIR`

Heads are those of `bench_rigs`. Every cell is a generation of its own, drawn at a moment of speech; look at them before you change a
prototype, and after.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..paths import ROOT
from ..setting_fields import identifiers
from ..settings import EMOTIONS
from .leaving import leave
from .sheet_stage import stage, write_sheet

SIZE = (480, 270)
SHAPE_SIZE, SHAPE_COLUMNS = (180, 180), 8
SPEECH = ROOT / "docs" / "demo" / "speech.ogg"
FACE = {"LIPS", "EXPRESSION", "EYES", "HEAD"}
Choice = tuple[str, Mapping[str, Any]]  # a label, and the settings that it stands for


def stills(
    choices: Sequence[Choice], audio: Path, moments_s: Sequence[float], folder: Path, size: tuple[int, int] = SIZE
) -> list[tuple[str, Path]]:
    """The scene's camera at each moment of a generation of each choice, moment by moment. Raises RuntimeError."""
    import bpy

    from . import clone
    from .demo import rendering

    scene = bpy.context.scene
    assert scene is not None
    rows: list[list[tuple[str, Path]]] = [[] for _ in moments_s]
    for number, (label, given) in enumerate(choices):
        if clone.operators().generate(**{"filepath": str(audio), "parts": FACE, **given}) != {"FINISHED"}:
            raise RuntimeError(f"{label} was not generated; the reason is above.")
        first, rate = clone.settings(scene).frame_start, scene.render.fps / scene.render.fps_base
        for row, time_s in enumerate(moments_s):
            path = folder / f"{number}_{row}.png"
            rows[row].append((label, rendering.still(scene, path, first + time_s * rate, size)))
    return [cell for row in rows for cell in row]


def emotions(strength: float) -> list[Choice]:
    return [(label, {"emotion": name, "emotion_strength": strength}) for name, label, _ in EMOTIONS]


def seeds(*numbers: int) -> list[Choice]:
    return [(f"seed {number}", {"seed": number}) for number in numbers]


def efforts(audio: Path, folder: Path) -> list[Choice]:
    """One reading as if calm, as if usual and as if forced, all at one level, each a sound of its own in the folder."""
    import soundfile

    from ..audio.clip import RATE_HZ
    from ..audio.decoding import load
    from ..evaluation.material.forced_voice import TILTS_DB, with_tilt

    samples = load(audio).samples
    choices: list[Choice] = []
    for label, tilt_db in (("calm", TILTS_DB[0]), ("between", 0.0), ("forced", TILTS_DB[-1])):
        path = folder / f"{audio.stem}_{label}.wav"
        soundfile.write(path, with_tilt(samples, tilt_db), RATE_HZ)
        choices.append((label, {"filepath": str(path)}))
    return choices


def calibrations() -> list[Choice]:
    return [("not calibrated", {"calibrate_lips": False}), ("calibrated", {})]


def shape_stills(scene: Any, folder: Path) -> list[tuple[str, Path]]:
    """The scene's camera at the face as it rests, and at each of our shapes that any mesh of the scene has under its own name.

    What only shows in an open mouth is drawn in one: lips shut over a dropped jaw, and the tongue.
    """
    from ..motion.face_track import FACE_NAMES
    from .demo import rendering

    keys = [
        thing.data.shape_keys.key_blocks for thing in scene.objects if thing.type == "MESH" and thing.data.shape_keys
    ]
    cells = [("neutral", rendering.still(scene, folder / "neutral.png", scene.frame_start, SHAPE_SIZE))]
    for name in FACE_NAMES:
        jaw = 1.0 if name == "mouthClose" else 0.5 if name.startswith("tongue") else 0.0
        moved = [
            (blocks[key], value) for key, value in (("jawOpen", jaw), (name, 1.0)) for blocks in keys if key in blocks
        ]
        if not any(name in blocks for blocks in keys):
            continue
        for block, value in moved:
            block.value = value
        cells.append((name, rendering.still(scene, folder / f"{name}.png", scene.frame_start, SHAPE_SIZE)))
        for block, _ in moved:
            block.value = 0.0
    return cells


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m core.development.face_sheets", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--head", default="demo", help="demo, or a rig of the data pack (default demo)")
    parser.add_argument("--data", type=Path, default=ROOT / "data", help="the developers' data pack")
    parser.add_argument("--audio", type=Path, default=SPEECH)
    parser.add_argument("--out", type=Path, default=ROOT / "demo")
    parser.add_argument("--strength", type=float, default=1.0, help="of the emotions (default 1.0)")
    parser.add_argument("--moments", type=float, nargs="+", default=[2.0], help="seconds of the sound")
    parser.add_argument("--sheet", choices=("emotions", "seeds", "effort", "calibration", "shapes"), default="emotions")
    parser.add_argument("--only", nargs="+", choices=identifiers(EMOTIONS), help="only these emotions")
    return parser.parse_args()


def _choices(options: argparse.Namespace, folder: Path) -> list[Choice]:
    if options.sheet == "effort":
        return efforts(options.audio.resolve(), folder)
    if options.sheet == "calibration":
        return calibrations()
    return emotions(options.strength) if options.sheet == "emotions" else seeds(0, 1)


def main() -> int:
    options = arguments()
    with stage(options.head, options.data) as (_, scene, folder):
        from .demo.cameras import face_camera

        scene.camera = face_camera(scene, "Sheet", 0.95 if options.sheet == "shapes" else 1.25)
        if options.sheet == "shapes":
            write_sheet(shape_stills(scene, folder), options.out, f"shapes_{options.head}", SHAPE_COLUMNS)
            return 0
        choices = _choices(options, folder)
        if options.only and options.sheet == "emotions":
            choices = [choice for choice in choices if choice[1]["emotion"] in options.only]
        drawn = stills(choices, options.audio.resolve(), options.moments, folder)
        columns = 4 if options.sheet == "emotions" and len(options.moments) == 1 else len(choices)
        write_sheet(drawn, options.out, f"{options.sheet}_{options.head}", columns)
    return 0


if __name__ == "__main__":
    leave(main())
