# SPDX-License-Identifier: GPL-3.0-or-later
"""How recipes of other models start from the pre-trained encoders: the options of their command lines, and what of a model they fill."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from ...errors import UserError
from ...models.pretraining import phonetic_encoder
from ...models.speech.config import TrunkConfig
from ...models.speech.encoder import PhoneticEncoder
from ...models.speech.hearing import Hearing

RATE = 0.3  # of a learning rate, for a pre-trained encoder that learns on


def add_encoder_arguments(parser: argparse.ArgumentParser) -> None:
    """--encoder and --frozen."""
    parser.add_argument(
        "--encoder",
        type=Path,
        default=None,
        help="folder of pre-trained encoders to start from, such as weights/pretraining (default: from scratch)",
    )
    parser.add_argument(
        "--frozen", action="store_true", help="with --encoder: it stays as it is, what follows it learns"
    )


def encoder_of(arguments: argparse.Namespace) -> PhoneticEncoder | None:
    """The pre-trained encoder that a command line asks for, or None.

    Raises:
        UserError: its folder cannot be read; it is to stay frozen, and there is none.
    """
    if arguments.encoder is None and arguments.frozen:
        raise UserError("--frozen was given without --encoder.", "Add --encoder weights/pretraining, or leave it out.")
    return None if arguments.encoder is None else phonetic_encoder(arguments.encoder)


@dataclass(frozen=True, eq=False)
class Start:
    """What a model hears with at the beginning of its training: an encoder of other sizes than its own, with its weights or (scratch)
    without, which learns or (frozen) does not."""

    encoder: PhoneticEncoder
    frozen: bool = False
    scratch: bool = False

    @property
    def hearing(self) -> TrunkConfig:
        """The sizes, for the model's configuration."""
        return self.encoder.sizes


def start_of(arguments: argparse.Namespace) -> Start | None:
    """What a command line asks for, or None for a model's own encoder. Raises UserError as `encoder_of`."""
    encoder = encoder_of(arguments)
    return None if encoder is None else Start(encoder, arguments.frozen)


def begin_hearing(model: nn.Module, start: Start | None) -> None:
    """Give every `Hearing` in a model the start's weights; frozen, it keeps them."""
    if start is None:
        return
    state = {name: values for name, values in start.encoder.state_dict().items() if not name.startswith("classify.")}
    for hearing in hearings(model):
        if not start.scratch:
            hearing.trunk.load_state_dict(state)
        hearing.trunk.requires_grad_(not start.frozen)
        hearing.train(hearing.training)  # what is frozen keeps the averages of its norms from now on


def hearings(model: nn.Module) -> list[Hearing]:
    """All of a model's, none where it hears with its own encoder."""
    return [module for module in model.modules() if isinstance(module, Hearing)]


def parameter_groups(
    model: nn.Module, learned: Iterable[nn.Parameter], start: Start | None = None
) -> list[dict[str, Any]]:
    """An optimizer's groups for parameters of a model, each with its share of the learning rate: less for what has learned already, none
    for what is frozen."""
    trunks = [parameter for hearing in hearings(model) for parameter in hearing.trunk.parameters()]
    others = [one for one in learned if not any(one is other for other in trunks)]
    groups = [{"params": others, "lr": 1.0}]
    if trunks and (start is None or not start.frozen):
        groups.append({"params": trunks, "lr": 1.0 if start is None or start.scratch else RATE})
    return groups
