# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie: the extension, its weights, and the developers' data pack."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The extension's folder; in a clone the repository's root."""
WEIGHTS = ROOT / "weights"
SPEECH_WEIGHTS = WEIGHTS / "speech"
BODY_WEIGHTS = WEIGHTS / "emage"
DANCE_WEIGHTS = WEIGHTS / "bailando"
MESHTALK_WEIGHTS = WEIGHTS / "meshtalk"
PDFGC_WEIGHTS = WEIGHTS / "pdfgc"
PRETRAINING_WEIGHTS = WEIGHTS / "pretraining"
CROPS_WEIGHTS = WEIGHTS / "crops"
KEYPOINTS_WEIGHTS = WEIGHTS / "keypoints"
SOUND_LIKENESS_WEIGHTS = WEIGHTS / "sound_likeness"
GESTURE_FEATURES = WEIGHTS / "gesture_features"


def data_pack() -> Path:
    """The developers' data pack: AUDIO2RIG_DATA, or shared/data beside the clone. It need not exist."""
    return Path(os.environ.get("AUDIO2RIG_DATA") or ROOT.parent / "shared" / "data").resolve()
