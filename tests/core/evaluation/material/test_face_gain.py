# SPDX-License-Identifier: GPL-3.0-or-later
"""What MeshTalk and PD-FGC gain: shares of recordings, what is measured once, what a start is."""

import torch

from core.evaluation.material.face_gain import SHARES, rows_of, starts_of
from core.models.pretraining import PretrainingConfig
from core.models.speech.encoder import PhoneticEncoder


def test_every_start_is_measured_once_and_again_with_other_weights(tmp_path):
    asked = []

    def measured(start, share, seed, run):
        asked.append((start, share, seed))
        (run / "latent.pt").write_bytes(b"")
        return {"figure": float(seed)}

    torch.manual_seed(0)
    encoder = PhoneticEncoder(PretrainingConfig.named("tiny").speech)
    found = rows_of("meshtalk", measured, encoder, 2, 10, tmp_path)
    assert found == rows_of("meshtalk", measured, encoder, 2, 10, tmp_path)
    assert set(found) == {f"{100 * share:g} %, {name}" for share in SHARES for name in starts_of(encoder)}
    assert found["100 %, own encoder"] == {"figure": [0.0, 1.0]}
    assert len(asked) == 16 and not list(tmp_path.rglob("*.pt"))
    other = PhoneticEncoder(PretrainingConfig.named("tiny").speech)
    rows_of("meshtalk", measured, other, 2, 10, tmp_path)
    assert len(asked) == 24, "what began with the encoder's weights, not what did not"


def test_starts_are_a_models_own_and_three_of_the_encoders_sizes():
    encoder = PhoneticEncoder(PretrainingConfig.named("tiny").speech)
    starts = starts_of(encoder)
    assert starts["own encoder"] is None
    given = [(start.scratch, start.frozen) for start in starts.values() if start is not None]
    assert given == [(True, False), (False, False), (False, True)]
