# SPDX-License-Identifier: GPL-3.0-or-later
"""Bailando on rotations, from recorded dances and rendered music.

`--stage memory`: the choreographic memory. `--stage decoders`: its decoders learn on until they move as much as dancers.
`--stage gpt`: what is danced next, given the music and a style. `--stage actor`: the same, tuned to the beat by rewards.
`--stage all`: one after another. Every stage goes on where it was stopped. Dances are prepared once, in two minutes; music is
rendered once, in ten (FluidSynth with a General MIDI soundfont). The last stage writes weights/bailando.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import torch

from ...models.bailando.checkpoint import save
from ...models.bailando.config import BailandoConfig
from ...models.bailando.gpt import ActorCriticGpt
from ...models.bailando.rotation_memory import RotationMemory
from ...models.bailando.trained import TrainedBailando
from ...paths import DANCE_WEIGHTS, data_pack
from ..dance.actor_critic import ActorTraining, train_actor
from ..dance.decoders import DecoderTraining, train_decoders
from ..dance.gpt import GptTraining, gpt_figures, train_gpt
from ..dance.memory import MemoryTraining, train_memory
from ..dance.memory_figures import memory_figures
from ..dance.pairs import PairDrawer, Splices, coded_dances
from ..data.dance import music_bank, store
from ..loops.settings import begin

log = logging.getLogger(__name__)

STAGES = ("memory", "decoders", "gpt", "actor", "all")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    cache = Path(".cache/training")
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=cache / "dance.npz", help="file of the prepared dances")
    parser.add_argument("--music", type=Path, default=cache / "dance_music.npz", help="file of the rendered music")
    parser.add_argument("--run", type=Path, default=cache / "bailando", help="folder of checkpoints and logs")
    parser.add_argument("--weights", type=Path, default=DANCE_WEIGHTS, help="folder that the last stage writes")
    parser.add_argument("--seed", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1, help="PyTorch's (default 1)")
    parser.add_argument("--stage", choices=STAGES, default="all")
    parser.add_argument("--memory-steps", type=int, default=MemoryTraining.steps)
    parser.add_argument("--decoder-steps", type=int, default=DecoderTraining.steps)
    parser.add_argument("--gpt-steps", type=int, default=GptTraining.steps)
    parser.add_argument("--actor-rounds", type=int, default=ActorTraining.steps)


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    config, seed = BailandoConfig.named("trained"), arguments.seed
    dances = store.prepared(arguments.cache, arguments.data)
    settings = MemoryTraining(steps=arguments.memory_steps, seed=seed)
    torch.manual_seed(seed)
    memory = train_memory(RotationMemory(config), dances, settings, arguments.run)
    log.info("memory: %s", memory_figures(memory, dances, "validation"))
    if arguments.stage == "memory":
        return
    memory = train_decoders(memory, dances, DecoderTraining(steps=arguments.decoder_steps, seed=seed), arguments.run)
    if arguments.stage == "decoders":
        return
    music = music_bank.prepared(arguments.music, arguments.data)
    length = config.block + 1
    learned, others = (coded_dances(memory, dances, split, length) for split in ("train", "validation"))
    pairs = PairDrawer(learned, music, "train", length, seed + 100, Splices(learned, memory))
    held = PairDrawer(others, music, "validation", length, seed + 200)
    network = ActorCriticGpt(config)
    gpt = train_gpt(network, pairs, held, GptTraining(steps=arguments.gpt_steps, seed=seed), arguments.run)
    log.info("gpt: %s", gpt_figures(gpt, held))
    if arguments.stage in ("actor", "all"):
        actor = ActorTraining(steps=arguments.actor_rounds, seed=seed)
        danced_to = PairDrawer(learned, music, "train", length, seed + 101)
        tuned = train_actor(gpt, memory, danced_to, pairs, actor, arguments.run)
        log.info("actor: %s", gpt_figures(tuned, held))
        trained = TrainedBailando(config)
        trained.memory.load_state_dict(memory.state_dict())
        trained.actor.load_state_dict(tuned.state_dict())
        save(trained, arguments.weights, half_precision=True)
