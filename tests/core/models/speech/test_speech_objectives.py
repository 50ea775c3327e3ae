# SPDX-License-Identifier: GPL-3.0-or-later
"""What the speech model learns from."""

import pytest
import torch

from core.audio.lip_classes import LIP_CLASSES
from core.audio.phones import INDEX
from core.models.speech.objectives import curve_losses, gap_error, lip_classes_of, lip_reading_error, phone_loss

CLOSED, OPEN = LIP_CLASSES.index("closed"), LIP_CLASSES.index("open")


def test_labels_become_lip_classes_and_what_is_unknown_stays_so():
    labels = torch.tensor([[INDEX["m"], -1, INDEX["a"], INDEX["f"]]])
    assert [LIP_CLASSES[k] if k >= 0 else None for k in lip_classes_of(labels)[0].tolist()] == [
        *("closed", None, "open", "lip-teeth")
    ]


def test_unknown_frames_do_not_count_for_phones():
    torch.manual_seed(0)
    logits, labels = torch.randn(2, 6, len(INDEX)), torch.randint(len(INDEX), (2, 6))
    labels[:, 3:] = -1
    assert phone_loss(logits, labels) == phone_loss(logits[:, :3], labels[:, :3])
    sure = torch.nn.functional.one_hot(labels.clamp(min=0), len(INDEX)) * 50.0
    assert phone_loss(sure, labels, label_smoothing=0.0) < 1e-6


def test_unweighted_curves_do_not_count_and_trembling_does():
    error, weight = torch.zeros(1, 40, 2), torch.ones(1, 40, 2)
    error[..., 1], weight[..., 1] = 9.0, 0.0
    assert sum(curve_losses(error, weight, 0.15).values()) == 0.0
    error[:, ::2, 0] = 0.1
    shaken = curve_losses(error, weight, 0.15)
    error[..., 0] = 0.1 / 2**0.5
    still = curve_losses(error, weight, 0.15)
    assert float(shaken["curves"]) == pytest.approx(float(still["curves"]), rel=1e-4)
    assert shaken["velocity"] > 0.1 and still["velocity"] == 0.0


def test_lips_meet_in_a_closure_and_part_elsewhere():
    lip_class = torch.full((1, 20), OPEN)
    lip_class[:, 8:13] = CLOSED
    right = torch.where(lip_class == CLOSED, 0.0, 0.5)
    assert gap_error(right, lip_class, 1.6) == 0.0
    edges = right.clone()
    edges[:, (7, 8, 12, 13)] = 0.2
    assert gap_error(edges, lip_class, 1.6) == 0.0, "edges are left to the curves"
    missed, needless = right.clone(), right.clone()
    missed[:, 10], needless[:, 3] = 0.3, 0.0
    assert gap_error(missed, lip_class, 3.2) == 2 * gap_error(missed, lip_class, 1.6) > 0.0
    assert gap_error(needless, lip_class, 1.6) > 0.0


def test_a_mouth_that_shows_its_class_is_read_and_one_that_rests_is_not():
    torch.manual_seed(0)
    lip_class = torch.randint(6, (4, 30)).repeat_interleave(12, dim=1)
    shape = torch.randn(6, 10)
    error, read = lip_reading_error(shape[lip_class] + 0.01 * torch.randn(4, 360, 10), lip_class)
    blind, guessed = lip_reading_error(torch.randn(4, 360, 10), lip_class)
    assert error < 0.3 and read > 0.9
    assert blind > 0.8 and guessed < 0.5
    moving = torch.randn(4, 360, 10, requires_grad=True)
    lip_reading_error(moving, lip_class)[0].backward()
    assert moving.grad is not None and moving.grad.isfinite().all() and moving.grad.any()
