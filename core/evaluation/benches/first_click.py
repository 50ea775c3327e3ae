# SPDX-License-Identifier: GPL-3.0-or-later
"""What does the first click do on real rigs: what is found, kept, driven and said?

`python -m core.evaluation first_click [--rigs …] [--markdown FILE]`. Every rig of the data pack, the demo character and a Rigify
human: each once as it comes, once with a clip in its Action and once with one in the NLA (a key on every frame of every bone,
for ten seconds). One sound of some seconds is generated on it with the settings as they are.

found: what was recognised. kept: bones that moved before and move as before, of all that moved (within a degree, as Blender
shows them). shapes, bones, keys: of the report. turning: bones of the body that turn afterwards. mouth: the largest range of
a shape that opens it, 0 to 1, or of the jaw bone in radians. s: from the click to the keys, cold. said: the report's sentences.
"""

from __future__ import annotations

import argparse
import datetime
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ...errors import UserError
from ...paths import data_pack
from ..material.babble import babble, write_sound
from ..workers import figures_of, lacks_rig, last_words, run_worker

log = logging.getLogger(__name__)
WORKER = "core.development.first_click_worker"
WAYS = ("as it comes", "clip in its Action", "clip in the NLA")
FACE_ALONE = "ict_face"
RIGS = (
    "demo",
    "arkit_mixamo",
    "rocketbox_female",
    "rocketbox_male",
    FACE_ALONE,
    "rigify_human",
    "makehuman_default",
    "makehuman_mixamo",
    "makehuman_game_engine",
    "makehuman_rigify",
    "kaykit_mage",
    "mesh2motion",
    "smplx",
    "four_fingers",
)
_SOUND_S, _RATE_HZ = 5.0, 16000
_COLUMNS = ("rig", "how", "found", "kept", "shapes", "bones", "keys", "turning", "mouth", "s", "said")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rigs", nargs="*", default=list(RIGS), help="only these rigs")
    parser.add_argument("--audio", type=Path, default=None, help="a voice; without it sounds like one are made")
    parser.add_argument("--markdown", type=Path, default=None, help="write the table there, too")


def run(arguments: argparse.Namespace) -> dict:
    data = Path(arguments.data or data_pack())
    rows: list[dict] = []
    with tempfile.TemporaryDirectory(prefix="audio2rig-first-click-") as temporary:
        sound = arguments.audio or Path(temporary) / "line.wav"
        if arguments.audio is None:
            write_sound(sound, babble(_SOUND_S), _RATE_HZ, 1)
        for rig in arguments.rigs:
            for row in _clicks(rig, data, sound.absolute()):
                rows.append(row)
                print(_plain(row), flush=True)
    if arguments.markdown is not None:
        arguments.markdown.write_text(markdown(rows, datetime.date.today()), encoding="utf-8")
    return {"clicks": rows, "passed": bool(rows) and not any(row.get("failed") for row in rows)}


def _clicks(rig: str, data: Path, sound: Path) -> Iterator[dict]:
    for how in WAYS if rig != FACE_ALONE else WAYS[:1]:
        done = run_worker(WORKER, rig, str(data), how, str(sound))
        figures = figures_of(done)
        if figures is None and lacks_rig(done):
            log.info("%s is left out: its file is not in the data pack", rig)
            return
        if figures is None:
            figures = {"failed": True, "said": [last_words(done, 300)]}
        yield {"rig": rig, "how": how, **figures}


def _cells(row: dict) -> dict[str, str]:
    kept = f"{row['kept']} of {row['had']}" if row.get("had") else "-"
    shown = {**row, "kept": kept, "s": row.get("seconds", "-"), "said": " ".join(row["said"])}
    return {column: str(shown.get(column, "-")) for column in _COLUMNS}


def _plain(row: dict) -> str:
    cells = _cells(row)
    return " | ".join(cells[column] for column in _COLUMNS)


def markdown(rows: list[dict], day: datetime.date) -> str:
    """The page docs/first-click.md. Raises UserError if there is nothing to show."""
    if not rows:
        raise UserError("There is no rig to show.", "Is the data pack there?")
    head = (__doc__ or "").split("\n\n")
    lines = [
        "# The first click",
        "",
        f"Made by `python -m core.evaluation first_click` on {day:%d %B %Y}. Every rig of the data pack, the demo character and",
        "a Rigify human, each as it comes, with a clip in its Action and with one in the NLA (a key on every frame of every",
        "bone of the body); then one sound, the settings as they are.",
        "",
        " ".join(head[-1].split()),
        "",
        "| " + " | ".join(_COLUMNS) + " |",
        "|" + "---|" * len(_COLUMNS),
    ]
    lines += [
        "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in _cells(row).values()) + " |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"
