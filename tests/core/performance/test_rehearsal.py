# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rehearsal leaves behind."""

import pytest

from core.errors import Cancelled
from core.models.emage import network
from core.models.speech import fast_network
from core.performance import loaded_models
from core.performance.rehearsal import rehearse
from core.progress import Progress


def test_what_waits_for_its_first_use_has_had_it():
    rehearse("CPU", Progress())
    assert loaded_models.is_body_loaded("cpu")
    speech, body = loaded_models.speech_model("cpu"), loaded_models.body_model("cpu")
    assert speech.encoder in fast_network._ENCODERS._kept or not fast_network.may_run_fast(speech)
    assert body in network._STROKE_ROTATIONS._kept


def test_a_rehearsal_ends_when_told():
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        rehearse("CPU", progress)
