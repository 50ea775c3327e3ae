# SPDX-License-Identifier: GPL-3.0-or-later
"""The network as it is trained gives what the product computes with NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from core.audio.temporal_network import BANDS, grouped_bands, logits, tables
from core.json_text import read_file
from core.training.temporal_network import TemporalNetwork, write_table


def test_the_table_gives_the_same(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = TemporalNetwork(3, 6, 4).eval()
    write_table(network, tmp_path)
    bands = np.random.default_rng(0).random((301, BANDS)).astype(np.float32)
    with torch.inference_mode():
        trained = network(torch.from_numpy(bands)[None])[0].numpy()
    found = logits(tables(read_file(tmp_path / "statistics.json", "table", "")), bands)
    assert found.shape == trained.shape == (151, 3)
    np.testing.assert_allclose(found, trained, atol=2e-3)


def test_bands_do_not_depend_on_loudness() -> None:
    mel_db = np.random.default_rng(1).normal(-30.0, 8.0, (200, 80))
    np.testing.assert_allclose(grouped_bands(mel_db - 20.0), grouped_bands(mel_db), atol=1e-4)
    assert grouped_bands(mel_db).shape == (200, BANDS)
