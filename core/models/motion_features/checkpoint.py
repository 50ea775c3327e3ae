# SPDX-License-Identifier: GPL-3.0-or-later
"""The extractor from and to a folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ...errors import UserError
from ...networks.checkpoints import read_config, read_model, write_model
from ...paths import GESTURE_FEATURES
from .config import FeatureConfig
from .network import MotionFeatures


def save(model: MotionFeatures, folder: Path | str, half_precision: bool = True) -> None:
    """Write config.json and model.safetensors; half precision: below a megabyte."""
    write_model(folder, model, model.config, half_precision)


@lru_cache(maxsize=2)
def load(path: Path = GESTURE_FEATURES) -> MotionFeatures:
    """The extractor in a folder; without one, ours. Raises UserError where the weights are not, or are another
    model's."""
    if not (path / "model.safetensors").is_file():
        raise UserError(
            f"There are no weights of the gesture features in {path}.", "Run `python -m core.training motion_features`."
        )
    return read_model(path, MotionFeatures(read_config(path, FeatureConfig)), "the motion features").requires_grad_(
        False
    )
