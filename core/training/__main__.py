# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m core.training <recipe>`: recipes are the modules of `core.training.recipes`."""

from __future__ import annotations

import argparse
import importlib
import logging
import pkgutil

from ..errors import UserError
from . import recipes


def main() -> None:
    names = sorted(module.name for module in pkgutil.iter_modules(recipes.__path__))
    parser = argparse.ArgumentParser(prog="python -m core.training", description=__doc__)
    parser.add_argument("recipe", choices=names)
    recipe, rest = parser.parse_known_args()
    module = importlib.import_module(f"{recipes.__name__}.{recipe.recipe}")
    own = argparse.ArgumentParser(
        prog=f"python -m core.training {recipe.recipe}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(own)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        module.run(own.parse_args(rest))
    except UserError as error:
        own.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
