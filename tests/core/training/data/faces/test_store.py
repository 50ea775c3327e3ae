# SPDX-License-Identifier: GPL-3.0-or-later
"""The sounds of prepared faces as pre-trained encoders hear them belong to these faces."""

from dataclasses import fields

import numpy as np
import pytest

from core.errors import UserError
from core.training.data.faces.store import FaceStore, LevelledSound, with_levelled_sound


def store_with(columns: int) -> FaceStore:
    arrays = {field.name: np.zeros(0) for field in fields(FaceStore)}
    return FaceStore(**{**arrays, "mel": np.zeros((columns, 80), np.float16)})


def test_levelled_sounds_stand_in_the_place_of_the_others(tmp_path):
    path = tmp_path / "levelled.npz"
    LevelledSound(np.ones((40, 80), np.float16)).write(path)
    assert (with_levelled_sound(store_with(40), path, tmp_path).mel == 1.0).all()


def test_levelled_sounds_of_other_faces_are_refused(tmp_path):
    path = tmp_path / "levelled.npz"
    LevelledSound(np.ones((40, 80), np.float16)).write(path)
    with pytest.raises(UserError, match="40 columns"):
        with_levelled_sound(store_with(44), path, tmp_path)
