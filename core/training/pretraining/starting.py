# SPDX-License-Identifier: GPL-3.0-or-later
"""How recipes of other models start from the pre-trained encoders: the options of their command lines."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...models.pretraining import phonetic_encoder
from ...models.speech.encoder import PhoneticEncoder


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
    """The pre-trained encoder that a command line asks for, or None. Raises UserError if its folder cannot be read."""
    return None if arguments.encoder is None else phonetic_encoder(arguments.encoder)
