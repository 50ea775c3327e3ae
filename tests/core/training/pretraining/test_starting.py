# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model's encoder starts from pre-trained weights, all of it or with what follows alone learning."""

import argparse

import pytest
import torch

from core.errors import UserError
from core.models.pretraining import Pretraining, PretrainingConfig, save
from core.models.speech.encoder import PhoneticEncoder
from core.models.speech.hearing import Hearing
from core.training.pretraining.starting import (
    add_encoder_arguments,
    begin_hearing,
    encoder_of,
    parameter_groups,
    start_of,
)
from core.training.speech.encoder import started


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretraining")
    save(Pretraining(PretrainingConfig.named("tiny")), folder, half_precision=False)
    return folder


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_encoder_arguments(parser)
    return parser.parse_args(words)


def test_it_starts_from_the_folder(folder):
    begin = encoder_of(asked("--encoder", str(folder)))
    own = PhoneticEncoder(PretrainingConfig.named("tiny").speech)
    reader = own.classify.weight.clone()
    encoder = started(own, begin, frozen=False)
    assert torch.equal(encoder.stem[0].weight, begin.stem[0].weight)
    assert torch.equal(encoder.classify.weight, reader), "phones are learned anew"
    assert all(one.requires_grad for one in encoder.parameters())


def test_a_frozen_encoder_keeps_its_weights_and_its_norms(folder):
    begin = encoder_of(asked("--encoder", str(folder), "--frozen"))
    encoder = started(PhoneticEncoder(PretrainingConfig.named("tiny").speech), begin, frozen=True)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    loss = encoder(torch.randn(2, 40, 80))[1].square().mean()
    loss.backward()
    assert [name for name, one in encoder.named_parameters() if one.grad is not None] == [
        "classify.weight",
        "classify.bias",
    ]
    assert all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())


def test_nothing_asked_for_is_from_scratch():
    assert encoder_of(asked()) is None
    assert start_of(asked()) is None
    for asks in (encoder_of, start_of):
        with pytest.raises(UserError, match="without --encoder"):
            asks(asked("--frozen"))


def test_a_folder_without_encoders_is_refused(tmp_path):
    with pytest.raises(UserError):
        start_of(asked("--encoder", str(tmp_path)))
    with pytest.raises(UserError, match="--encoder"):
        start_of(asked("--frozen"))


@pytest.mark.parametrize(("words", "shares"), [((), [1.0, 0.3]), (("--frozen",), [1.0])])
def test_what_has_learned_learns_slower_and_what_is_frozen_not_at_all(folder, words, shares):
    start = start_of(asked("--encoder", str(folder), *words))
    assert start is not None
    model = torch.nn.Sequential(Hearing(start.hearing, 3), torch.nn.Linear(3, 2))
    groups = parameter_groups(model, model.parameters(), start)
    assert [group["lr"] for group in groups] == shares
    others = groups[0]["params"]
    assert len(others) == 4, "projection and layer"
    assert sum(len(group["params"]) for group in groups) == (4 if words else len(list(model.parameters())))


def test_what_is_frozen_keeps_its_averages_from_its_beginning_on(folder):
    start = start_of(asked("--encoder", str(folder), "--frozen"))
    assert start is not None
    model = torch.nn.Sequential(Hearing(start.hearing, 3))
    begin_hearing(model, start)
    assert not model[0].trunk.training and model[0].project.training


def test_other_sizes_are_refused(folder):
    begin = encoder_of(asked("--encoder", str(folder)))
    with pytest.raises(UserError):
        started(PhoneticEncoder(PretrainingConfig().speech), begin, frozen=False)
