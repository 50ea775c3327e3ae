# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawing a latent from the context model, frame by frame and head by head, without computing anything twice.

Two facts of `ContextModel` make it fast, and the result the same as re-running the model for every label:
 * What a frame needs of the past are the activations of the layers, which are kept. The tap t - 1 - d of a layer with
   dilation d is known d + 1 frames ahead, so it is computed for d + 1 frames at once.
 * Every layer sees strictly earlier heads, so between a label and the head that feels it lie all layers: with L context
   layers the labels of L + 2 neighbouring heads do not depend on each other and are drawn together.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor

from ...progress import Progress
from .context import ContextModel
from .latent import gumbel_noise, one_hot

_BLOCK = 256  # frames whose audio is put through the layers at a time


def _draw(scores: Tensor, temperature: float, noise: Tensor | None) -> Tensor:
    """(…, C) -> (…) labels."""
    return (scores if noise is None else scores / temperature + noise).argmax(-1)


def _noise(batch: int, heads: int, classes: int, temperature: float, generator: torch.Generator,
           device: torch.device) -> Tensor | None:
    """Gumbel noise for one frame. Drawn frame by frame, so that a longer clip begins as the shorter one does."""
    return gumbel_noise((batch, heads, classes), generator, device) if temperature > 0.0 else None


@torch.no_grad()
def sample_by_forward(model: ContextModel, audio_code: Tensor, temperature: float = 1.0, seed: int = 0) -> Tensor:
    """As `sample`, by a full forward pass over the receptive field for every label: slow, the measure of `sample`."""
    config = model.config
    batch, frames, _ = audio_code.shape
    generator = torch.Generator().manual_seed(seed)
    labels = torch.zeros(batch, frames, config.heads, dtype=torch.long, device=audio_code.device)
    latent = torch.zeros(batch, frames, config.heads, config.classes, device=audio_code.device)
    for frame in range(frames):
        noise = _noise(batch, config.heads, config.classes, temperature, generator, audio_code.device)
        start = max(0, frame + 1 - model.receptive_field)
        for head in range(config.heads):
            scores = model(latent[:, start:frame + 1], audio_code[:, start:frame + 1])[:, -1, head]
            labels[:, frame, head] = _draw(scores, temperature, None if noise is None else noise[:, head])
            latent[:, frame, head] = one_hot(labels[:, frame, head], config.classes)
    return labels


class _Layer:
    """One context layer taken apart for sampling. Rows are heads x channels; `state` (B, rows) is its output being made."""

    def __init__(self, layer: torch.nn.Module, batch: int, audio: Tensor):
        rows, columns, _ = layer.masked_linear.weight.shape
        self.masked = layer.masked_linear.weight[..., 0] * layer.mask[..., 0]
        self.far, self.near = (layer.historic.weight[..., tap].contiguous() for tap in (0, 1))
        self.ahead = layer.historic.dilation[0] + 1  # frames between the far tap and its use
        constant = layer.masked_linear.bias + layer.historic.bias
        # What the audio adds to each frame of a block, (frames, B, rows).
        self.given_of = lambda part: layer.unmasked_linear(part.transpose(1, 2)).permute(2, 0, 1) + constant
        self.audio, self.given = audio, audio.new_zeros(0)
        self.inputs = audio.new_zeros(self.ahead, batch, columns)  # ring of the last frames' inputs
        self.far_part = audio.new_zeros(self.ahead, batch, rows)
        self.state = audio.new_zeros(batch, rows)

    def begin(self, frame: int) -> None:
        """Put into `state` all but what the heads of this frame itself add."""
        if frame % _BLOCK == 0:
            self.given = self.given_of(self.audio[:, frame:frame + _BLOCK])
        slot = frame % self.ahead
        if slot == 0:  # the ring is complete: its far taps serve the next `ahead` frames
            self.far_part = F.linear(self.inputs, self.far)
        torch.add(self.given[frame % _BLOCK], self.far_part[slot], out=self.state)
        self.state.addmm_(self.inputs[slot - 1], self.near.T)  # slot - 1 = -1 is the last of the ring


class _Stage:
    """What is computed once the labels of the heads before `first` are known, up to the scores of the heads to `last`.

    In the embedding the heads up to `first` are known then, in each later layer one head more. Where `first` is past the
    last head nothing is drawn: the layers are completed, because later frames look back at them.
    """

    def __init__(self, model: ContextModel, layers: list[_Layer], embedded: Tensor, first: int):
        config, group = model.config, len(layers) + 2
        heads, dim = config.heads, config.context_dim
        self.first, self.last = first, min(first + group, heads)
        self.steps = []  # (rows of a layer's state, the columns of the state below that they see, matrix)
        below = embedded
        for index, layer in enumerate(layers):
            begin = min(first - group + index + 2, heads) if first else 0
            end = min(first + index + 2, heads)
            if begin < end:
                rows, width = slice(begin * dim, end * dim), (end - 1) * dim
                self.steps.append((layer.state[:, rows], below[:, :width], layer.masked[rows, :width].contiguous().T))
            below = layer.state
        rows, seen = slice(first * config.classes, self.last * config.classes), (self.last - 1) * dim
        logits = model.logits
        self.below = below[:, :seen]
        self.weight = logits.masked_linear.weight[rows, :seen, 0] * logits.mask[rows, :seen, 0]
        self.bias = logits.masked_linear.bias[rows]
        self.shape = (-1, self.last - first, config.classes)
        self.slope = config.slope

    def advance(self) -> None:
        for state, below, matrix in self.steps:
            if below.shape[1]:
                state.addmm_(below, matrix)
            F.leaky_relu_(state, self.slope)

    def scores(self) -> Tensor:
        """(B, last - first, C), up to a constant for each head."""
        return F.linear(self.below, self.weight, self.bias).view(self.shape)


@contextmanager
def _one_thread() -> Iterator[None]:
    """PyTorch on one thread: the matrices are small and many, and waking a second thread for each costs more than it
    brings, many times more while the machine does something else as well."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@torch.no_grad()
@_one_thread()
def sample(model: ContextModel, audio_code: Tensor, temperature: float = 1.0, seed: int = 0,
           progress: Progress | None = None) -> Tensor:
    """Draw labels (B, T, H), int64, for audio codes (B, T, A).

    temperature 0 takes the most probable class, 1 draws from the model, less than 1 draws more narrowly. The same seed
    gives the same labels. Raises Cancelled through `progress`.
    """
    config = model.config
    batch, frames, _ = audio_code.shape
    heads, classes = config.heads, config.classes
    device = audio_code.device
    labels = torch.zeros(batch, frames, heads, dtype=torch.long, device=device)
    if not frames:
        return labels
    generator = torch.Generator().manual_seed(seed)
    layers = [_Layer(layer, batch, audio_code) for layer in model.context_layers]
    embedded = audio_code.new_zeros(batch, heads * config.context_dim)
    group = len(layers) + 2
    stages = [_Stage(model, layers, embedded, first) for first in range(0, heads + group, group)]
    embedding = model.embedding.masked_linear
    columns = (embedding.weight[..., 0] * model.embedding.mask[..., 0]).T.contiguous()  # one row a label
    offsets = torch.arange(heads, device=device) * classes

    for frame in range(frames):
        if progress is not None and frame % 16 == 0:
            progress.report(frame / frames)
        noise = _noise(batch, heads, classes, temperature, generator, device)
        embedded.copy_(embedding.bias.expand(batch, -1))
        for layer in layers:
            layer.begin(frame)
        for stage in stages:
            stage.advance()
            if stage.first < heads:
                heads_now = slice(stage.first, stage.last)
                drawn = _draw(stage.scores(), temperature, None if noise is None else noise[:, heads_now])
                labels[:, frame, heads_now] = drawn
                embedded += F.embedding(drawn + offsets[heads_now], columns).sum(1)
        for layer, inputs in zip(layers, [embedded, *(layer.state for layer in layers)]):
            layer.inputs[frame % layer.ahead] = inputs
    if progress is not None:
        progress.report(1.0)
    return labels
