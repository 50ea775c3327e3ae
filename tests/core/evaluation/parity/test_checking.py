# SPDX-License-Identifier: GPL-3.0-or-later
"""The faithful models against recorded numbers, and the bench that compares them."""

import argparse
import json

import numpy as np
import pytest
import torch

from core.evaluation import __main__ as command
from core.evaluation.benches import parity
from core.evaluation.parity import checking
from core.evaluation.parity.fill import fill, fill_values, rule_of
from core.models.pdfgc.control import smooth_mouth

SYSTEMS = ("bailando", "emage", "meshtalk", "pdfgc")


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_fixture_is_within_its_tolerance(system, data_dir):
    folder = data_dir.parent / "reference" / "parity" / system
    if not folder.is_dir():
        pytest.skip("the recorded numbers are not here")
    results = checking.check_system(folder)
    assert len(results) >= len(list(folder.glob("*.npz")))
    assert not [parity.line(result) for result in results if not result.passed]


def test_fill_gives_the_documented_values():
    weight = fill_values("encoder.main.0.weight", (256, 106, 3), "matrix").ravel()[:4]
    np.testing.assert_allclose(weight, [-0.0757932588, 0.112000845, 0.0641197339, 0.0775424466], rtol=1e-6)
    variance = fill_values("audio_encoder_body.feat_extractor.0.bn1.running_var", (64,), "running_var")[:2]
    np.testing.assert_allclose(variance, [1.33974314, 1.39528978], rtol=1e-6)
    assert rule_of("a.quantizer.embedding.weight", (4, 4), True) == "codebook"
    assert rule_of("bottleneck.k", (4, 4), False) == "codebook"
    assert rule_of("norm.weight", (4,), True) == "scale" and rule_of("linear.bias", (4,), True) == "vector"
    assert rule_of("bn.num_batches_tracked", (), False) == "fixed"
    module = fill(torch.nn.BatchNorm1d(3))
    assert not module.training and module.running_var.min() >= 1.0


@pytest.fixture
def recorded(tmp_path):
    """A folder of fixtures with one for PD-FGC's smoothing, and a function that writes it anew."""
    folder = tmp_path / "pdfgc"
    folder.mkdir()
    x = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))

    def write(y: torch.Tensor, **more: np.ndarray) -> argparse.Namespace:
        np.savez(folder / "mouth_smoothing.npz", **{"in.x": x.numpy(), "out.y": y.numpy(), **more})
        return argparse.Namespace(data=tmp_path, system=None, fixture=None)

    return smooth_mouth(x), write


def test_the_bench_passes_what_agrees_and_fails_what_does_not(recorded):
    right, write = recorded
    assert parity.run(write(right))["passed"]
    almost = parity.run(write(right + 2e-6))
    assert almost["passed"] and almost["worst_of_tolerance"] > 0.0
    wrong = right.clone()
    wrong[3, 2] += 1e-2
    report = parity.run(write(wrong))
    assert not report["passed"] and report["failed"] == 1 and report["results"][0]["worst"] > 10.0


def test_the_bench_fails_what_was_not_computed_or_has_no_runner(recorded, tmp_path):
    right, write = recorded
    report = parity.run(write(right, **{"out.more": np.zeros(2, np.float32)}))
    assert not report["passed"] and "out.more" in report["results"][0]["message"]
    arguments = write(right)
    np.savez(tmp_path / "pdfgc" / "unheard_of.npz", x=np.zeros(1))
    assert [result["passed"] for result in parity.run(arguments)["results"]] == [True, False]
    (tmp_path / "unheard_of").mkdir()
    assert not parity.run(arguments)["passed"]


def test_integers_must_agree_but_for_ties():
    stored = np.array([1, 2, 3], np.int32)
    ours = np.array([1, 5, 3])
    assert checking.deviation("out.codes", ours, stored, {}, None, None)[0] == np.inf
    tie = (np.array([1.0, 1e-7, 1.0], np.float32), 1e-6)
    assert checking.deviation("out.codes", ours, stored, {}, None, tie) == (0.0, "")
    clear = (np.array([1.0, 0.5, 1.0], np.float32), 1e-6)
    assert checking.deviation("out.codes", ours, stored, {}, None, clear)[0] == np.inf


def test_rotations_are_compared_as_rotations():
    stored = np.array([[np.pi, 0.0, 0.0]], np.float32)
    assert checking.deviation("out.axis_angle", -stored, stored, {}, "axis_angle", None)[0] < 1.0
    assert checking.deviation("out.axis_angle", -stored, stored, {}, None, None)[0] > 1.0
    quaternion = np.array([[0.5, 0.5, 0.5, 0.5]], np.float32)
    assert checking.deviation("out.q", -quaternion, quaternion, {}, "quaternion_wxyz", None)[0] < 1.0


def test_the_command_lists_benches_and_writes_figures(recorded, tmp_path, capsys):
    right, write = recorded
    write(right)
    assert command.main([]) == 0
    assert "parity" in capsys.readouterr().out
    assert command.main(["no_such_bench"]) == 2
    path = tmp_path / "figures.json"
    assert command.main(["parity", "--data", str(tmp_path), "--json", str(path)]) == 0
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["bench"] == "parity" and document["count"] == 1 and document["machine"]["cores"]
    wrong = right + 1.0
    write(wrong)
    assert command.main(["parity", "--data", str(tmp_path)]) == 1
    assert command.main(["parity", "--data", str(tmp_path / "nowhere")]) == 2
    assert "--data" in capsys.readouterr().err
