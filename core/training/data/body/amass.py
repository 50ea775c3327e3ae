# SPDX-License-Identifier: GPL-3.0-or-later
"""AMASS as further motion without speech: what bodies can do besides talking."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np

from ....errors import UserError
from ....motion.gesture_plan import encode
from ....motion.recorded.recording import Recording
from ....motion.recorded.standing import fingers_recorded, standing
from ..recorded_motion import load_amass
from .corpus import RATE_HZ
from .performances import BodyPerformance, motion_energy

log = logging.getLogger(__name__)
_PIECE_S, _SHORTEST_S = 30.0, 3.0  # long recordings turn about; each piece faces us by itself


def performances(folder: Path | str, speaker: int, minutes: float, seed: int = 0) -> list[BodyPerformance]:
    """Up to about `minutes` from an AMASS folder (…/<subject>/<name>.npz), in random order: nobody speaks, no gesture is named.

    Files of body shapes alone (shape.npz and the like) are passed over. Raises UserError where nothing can be used.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", "Give a folder of AMASS, as unpacked.")
    paths = sorted(path for path in folder.rglob("*.npz") if not path.stem.endswith("shape"))
    if not paths:
        raise UserError(f"{folder} holds no .npz files.", "Give a folder of AMASS, as unpacked.")
    made: list[BodyPerformance] = []
    left_s, refused = 60.0 * minutes, ""
    for index in np.random.default_rng(seed).permutation(len(paths)):
        if left_s <= 0:
            break
        try:
            recording = load_amass(paths[index])
        except UserError as error:
            refused = str(error)
            log.warning("left out: %s", error)
            continue
        pieces = _pieces(recording, speaker)
        left_s -= sum(len(piece.clip) for piece in pieces) / RATE_HZ
        made += pieces
    if not made:
        raise UserError(
            f"Nothing in {folder} can be used. {refused}".strip(), "SMPL-H or SMPL-X files of AMASS are needed."
        )
    return made


def _pieces(recording: Recording, speaker: int) -> list[BodyPerformance]:
    if (
        len(recording) < 2
        or not np.isfinite(recording.rotations).all()
        or not np.isfinite(recording.root_translation_m).all()
    ):
        return []
    whole = recording.resampled(RATE_HZ).to_clip()
    length = int(_PIECE_S * RATE_HZ)
    pieces = []
    for first in range(0, len(whole), length):
        part = slice(first, first + length)
        if len(whole) - first < _SHORTEST_S * RATE_HZ:
            break
        clip = standing(
            replace(
                whole,
                rotations=whole.rotations[part],
                root_translation_m=whole.root_translation_m[part],
                contacts=whole.contacts[part],
            )
        )
        content, rhythm = encode((), np.arange(len(clip)) / RATE_HZ, motion_energy(clip), np.zeros(len(clip)))
        pieces.append(BodyPerformance(clip, (), content, rhythm, speaker, fingers_recorded(clip)))
    return pieces
