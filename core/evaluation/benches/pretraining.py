# SPDX-License-Identifier: GPL-3.0-or-later
"""Do sound, look and motion know each other? Retrieval, offsets and linear probes of the pre-trained encoders.

`python -m core.evaluation pretraining [--cache DIR] [--weights DIR] [--compare NAME=DIR …]`, on held-out clips (prompts, the last clips of
GRID, FACEGOOD's fifth, the validation dancers with held-out music), beside chance, the same encoders untrained, and others, such as those
that learned one objective alone. R@1, R@5: how often the true partner is among the first of 64, mean of both directions, comparing frames
at the same moments ("whole": the two vectors of whole clips). Offset: how often the two go best together within two frames of where they
belong. Probes: balanced accuracy of a logistic regression on frozen embeddings; phones with all, 10 % and 1 % of the labelled utterances,
beside the sound itself."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...models.pretraining import Pretraining, PretrainingConfig, read
from ...paths import PRETRAINING_WEIGHTS, data_pack
from ...training.data.pretraining import views as view_stores
from ...training.data.pretraining.store import PretrainingStore
from ...training.data.pretraining.views import ViewStore
from ...training.data.speech.splits import label_share
from ...training.pretraining.retrieval import CHANCE, task_figures, tasks_of
from ...training.pretraining.steps import begun
from ...training.pretraining.windows import WindowDrawer
from ..material.pretraining_features import clip_features, phone_features, sized
from ..metrics.probes import probe
from ..tables import Column, header, line

ROUNDS = 4
SHARES = (1.0, 0.1, 0.01)  # of the labelled utterances


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/pretraining"), help="folder of the recordings")
    parser.add_argument("--weights", type=Path, default=PRETRAINING_WEIGHTS, help="folder of pre-trained encoders")
    parser.add_argument("--compare", nargs="*", default=(), metavar="NAME=DIR", help="folders of other weights")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="galleries that are drawn for each task")
    parser.add_argument("--windows", type=int, default=512, help="windows of each kind that probes learn from")


def run(arguments: argparse.Namespace) -> dict:
    store = PretrainingStore.read(arguments.cache / "store.npz")
    views = view_stores.prepared(arguments.cache / "views.npz", store, arguments.data)
    models = {"pre-trained": read(arguments.weights), "untrained": begun(PretrainingConfig(), store, 0).eval()}
    models |= {name: read(Path(folder)) for name, folder in (one.split("=", 1) for one in arguments.compare)}
    figures: dict = {"parameters": sized(models["pre-trained"])}
    figures["retrieval"] = {
        name: retrieval(model, store, views, arguments.rounds) for name, model in models.items()
    } | {"chance": {task: CHANCE for task in tasks_of(WindowDrawer(store, views, "validation", 0))}}
    for task in figures["retrieval"]["chance"]:
        _print({name: of_task[task] for name, of_task in figures["retrieval"].items()}, task)
    figures["probes"] = {name: probes(model, store, views, arguments.windows) for name, model in models.items()}
    figures["phones"] = {name: phones(model, store) for name, model in {**models, "sound itself": None}.items()}
    for title in ("probes", "phones"):
        _print(figures[title], title)
    return figures


def retrieval(model: Pretraining, store: PretrainingStore, views: ViewStore, rounds: int) -> dict:
    """The figures of every task; all models see the same galleries."""
    drawer = WindowDrawer(store, views, "validation", 7)
    return {task: task_figures(model, drawer, task, rounds) for task in tasks_of(drawer)}


def probes(model: Pretraining, store: PretrainingStore, views: ViewStore, windows: int) -> dict[str, float]:
    """Balanced accuracy of each attribute."""
    known = clip_features(model, store, views, "train", windows)
    held = clip_features(model, store, views, "validation", windows // 2, seed=1)
    return {
        name: probe(known[name].features, known[name].classes, held[name].features, held[name].classes)
        for name in known
        if name in held and len(held[name].classes)
    }


def phones(model: Pretraining | None, store: PretrainingStore) -> dict[str, float]:
    """Balanced accuracy of phones on held-out prompts, with each share of the labelled utterances."""
    known, held = phone_features(model, store, "train", 400), phone_features(model, store, "validation", 60)
    names, utterance = np.unique(known.names, return_inverse=True)
    of_frame = np.array([label_share(str(name)) for name in names])[utterance]
    found = {}
    for part in SHARES:
        mine = np.flatnonzero(of_frame < part)
        mine = mine[:: max(len(mine) // 8_000, 1)]  # so many frames are enough for a linear reader
        found[f"{100 * part:g} %"] = probe(known.features[mine], known.classes[mine], held.features, held.classes)
    return found


def _print(rows: Mapping[str, Mapping[str, float]], title: str) -> None:
    columns = [Column(key, key, ".3f", 12) for key in next(iter(rows.values()))]
    print(f"\n{header(columns, title, 34)}")
    for name, row in rows.items():
        print(line(columns, name, 34, row))
