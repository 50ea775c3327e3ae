# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes to sound, by FluidSynth with a General MIDI soundfont (Debian: fluidsynth, fluid-soundfont-gm)."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from ....audio.clip import RATE_HZ
from ....errors import UserError
from .midi import midi_file
from .pieces import Piece

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")


def rendered(piece: Piece, bpm: float, soundfont: Path = SOUNDFONT) -> np.ndarray:
    """A piece at so many beats a minute: float32 (N,) at 16 kHz; its first bar begins at 0.

    Raises:
        UserError: FluidSynth or the soundfont is missing.
    """
    program = shutil.which("fluidsynth")
    if program is None or not soundfont.is_file():
        raise UserError(
            "Music is rendered by FluidSynth with a General MIDI soundfont, and one of them is missing.",
            "On Debian: apt-get install fluidsynth fluid-soundfont-gm.",
        )
    with tempfile.TemporaryDirectory() as folder:
        score, raw = Path(folder) / "piece.mid", Path(folder) / "piece.raw"
        score.write_bytes(midi_file(piece.notes, bpm * piece.quarters_a_beat, piece.programs))
        options = ("-ni", "-q", "-g", "0.6", "-r", str(RATE_HZ), "-O", "s16", "-T", "raw", "-F", str(raw))
        subprocess.run((program, *options, str(soundfont), str(score)), check=True, capture_output=True)
        samples = np.fromfile(raw, "<i2").reshape(-1, 2).mean(1) / 32768.0
    return samples.astype(np.float32)
