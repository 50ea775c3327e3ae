# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo, from a clone: a character speaks a sound file, or dances. `python -m core.development.demo [--dance] [--audio FILE]
[--blend FILE] [--out DIR]`

Enables the extension from this folder in Blender's Python module, adds the demo character (or opens the .blend), keys a raised
hand at one moment as an animator would, presses Generate from Audio and writes to the output folder: demo.blend, demo.mp4 (with
sound, the whole figure and its face), speaking.png (the mouth at p, b, m, f, o …), body.png (the whole figure at its gestures and
at the key), curves.png (what was written, against the waveform) and compared.png (two seeds and four emotions side by side).

With --dance the character dances to a small piece of our own (music.wav): dance.blend, dance.mp4, dancing.png (the whole figure at
eight moments and at the key) and dance_styles.png (five styles at three moments). With --living there are sheets alone: five seeds,
three styles, one voice read calmly and angrily.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from ...paths import ROOT
from ..leaving import leave

SPEECH = ROOT / "docs" / "demo" / "speech.ogg"


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m core.development.demo", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--dance", action="store_true", help="dance instead of speaking")
    parser.add_argument("--living", action="store_true", help="only sheets of the body: seeds, styles, voices")
    parser.add_argument(
        "--audio",
        type=Path,
        help="sound to speak or to dance to (default: the clip in docs/demo, or a piece of our own)",
    )
    parser.add_argument("--blend", type=Path, help="file with your own character instead of the demo character")
    parser.add_argument("--out", type=Path, default=ROOT / "demo", help="folder for the results (default: demo)")
    parser.add_argument("--size", default="480x270", help="of the video, WIDTHxHEIGHT (default 480x270)")
    parser.add_argument("--fps", type=int, default=24, help="frames a second, for the demo character (default 24)")
    parser.add_argument("--no-video", action="store_true", help="only the .blend and the pictures")
    options = parser.parse_args(argv)
    options.audio = options.audio or (None if options.dance else SPEECH)
    return options


def main(argv: list[str] | None = None) -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    options = arguments(argv)
    if find_spec("bpy") is None:
        print("The demo runs in Blender's Python module: make setup, then make demo.", file=sys.stderr)
        return 2
    for given in (options.audio, options.blend):
        if given is not None and not given.is_file():
            print(f"There is no file {given}.", file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory(prefix="audio2rig-demo-", ignore_cleanup_errors=True) as resources:
        os.environ["BLENDER_USER_RESOURCES"] = resources  # before bpy is imported: nobody's own settings are touched
        from .dance import DanceDemo
        from .living import LivingDemo
        from .run import Demo

        demo = (DanceDemo if options.dance else LivingDemo if options.living else Demo)(options)
        try:
            demo.run()
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
    print("Written:")
    for path in demo.written:
        print(f"  {os.path.relpath(path)}")
    return 0


if __name__ == "__main__":
    leave(main())
