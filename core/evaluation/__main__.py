# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m core.evaluation <name> [--data DIR] [--json FILE] …`: measure or draw, print, and keep the figures.

A bench is a module of `core.evaluation.benches`, a picture one of `core.evaluation.drawing`, with `add_arguments(parser)` and
`run(arguments) -> dict`. The dictionary holds the figures (numbers, text, lists, dictionaries, NumPy values); `--json` writes
it to a file together with the date and the machine. A dictionary that says `"passed": False` ends the command with status 1.
`--data` is None unless given; a bench that has a default place for its data says so in its own `add_arguments`, which may
define `--data` anew. Without a name the command lists them all.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import importlib
import json
import logging
import os
import platform
import sys
from pathlib import Path
from typing import Any

from ..errors import UserError

ROOMS = {"benches": "Benches", "drawing": "Pictures"}


def commands(room: str) -> dict[str, str]:
    """Name of every bench or picture of a room and the first line of its docstring, found without importing any of them."""
    found = {}
    for path in sorted((Path(__file__).parent / room).glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        if {"add_arguments", "run"} <= functions:
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def plain(value: Any) -> Any:
    """`value` made of what JSON knows: NumPy scalars and arrays become numbers and lists, paths become text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return str(value)


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    room_of = {name: room for room in ROOMS for name in commands(room)}
    if not arguments or arguments[0] not in room_of:
        print("usage: python -m core.evaluation <name> [--data DIR] [--json FILE] …")
        for room, title in ROOMS.items():
            print(f"\n{title}:")
            for name, summary in commands(room).items():
                print(f"  {name:16} {summary}")
        if not arguments or arguments[0] in ("-h", "--help"):
            return 0
        print(f"\nThere is no bench named {arguments[0]!r}.", file=sys.stderr)
        return 2

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    name = arguments[0]
    bench = importlib.import_module(f".{room_of[name]}.{name}", __package__)
    # `resolve` lets a bench define --data anew, with a default or a help text of its own.
    parser = argparse.ArgumentParser(
        prog=f"python -m core.evaluation {name}",
        description=bench.__doc__,
        conflict_handler="resolve",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=None, help="folder with the bench's data")
    parser.add_argument("--json", type=Path, default=None, help="write the figures to this file")
    bench.add_arguments(parser)
    parsed = parser.parse_args(arguments[1:])
    try:
        figures = bench.run(parsed)
    except UserError as error:
        print(f"{error.message}\n{error.hint}".strip(), file=sys.stderr)
        return 2
    if parsed.json is not None:
        date = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        document = {"bench": name, "date": date, "machine": machine(), **plain(figures)}
        parsed.json.parent.mkdir(parents=True, exist_ok=True)
        parsed.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 1 if figures.get("passed") is False else 0


if __name__ == "__main__":
    sys.exit(main())
