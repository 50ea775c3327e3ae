# SPDX-License-Identifier: GPL-3.0-or-later
"""A row of the speaker embedding is learned on a capture, and the model is as before afterwards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.evaluation.material.learned_speaker import learned_speaker
from core.models.emage.network import Emage
from tests.core.evaluation.material.made_bodies import made_bodies
from tests.core.training.body.test_tokens import TINY


@pytest.mark.slow
def test_the_row_is_learned_and_put_back() -> None:
    torch.manual_seed(0)
    model = Emage(replace(TINY, usable_speakers=(0, 1)))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = learned_speaker(model, made_bodies(), "garza", 12.0, 8)
    assert set(found) == {"mean row", "best row", "learned row", "learned row, capture", "best row, capture"}
    assert np.isfinite(list(found.values())).all()
    assert found["learned row, capture"] != pytest.approx(found["best row, capture"], abs=1e-9)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
