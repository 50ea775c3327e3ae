# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawing a latent from the context model, frame by frame and head by head, without computing anything twice.

Two facts of `ContextModel` make it fast, and the result the same as re-running the model for every label:
 * What a frame needs of the past are the activations of the layers, which are kept. The tap t - 1 - d of a layer with
   dilation d is known d + 1 frames ahead, so it is computed for d + 1 frames at once.
 * Every layer sees strictly earlier heads, so between a label and the head that feels it lie all layers: with L context
   layers the labels of L + 2 neighbouring heads do not depend on each other and are drawn together.
"""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...progress import Progress
from .context import ContextModel
from .latent import gumbel_noise, one_hot


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
    """One context layer taken apart for sampling; rows are heads x channels."""

    def __init__(self, layer: torch.nn.Module, batch: int, audio: Tensor):
        rows, columns, _ = layer.masked_linear.weight.shape
        self.masked = (layer.masked_linear.weight * layer.mask)[..., 0]
        self.far, self.near = (layer.historic.weight[..., tap].contiguous() for tap in (0, 1))
        self.ahead = layer.historic.dilation[0] + 1  # frames between the far tap and its use
        constant = layer.masked_linear.bias + layer.historic.bias
        self.given = layer.unmasked_linear(audio.transpose(1, 2)).transpose(1, 2) + constant  # (B, T, rows)
        self.inputs = audio.new_zeros(self.ahead, batch, columns)  # ring of the last frames' inputs
        self.far_part = audio.new_zeros(self.ahead, batch, rows)

    def begin(self, frame: int) -> Tensor:
        """(B, rows): everything but the heads of this frame itself."""
        slot = frame % self.ahead
        if slot == 0:  # the ring is complete: its far taps serve the next `ahead` frames
            self.far_part = F.linear(self.inputs, self.far)
        previous = self.inputs[(frame - 1) % self.ahead]
        return (self.given[:, frame] + self.far_part[slot]).add_(F.linear(previous, self.near))


@torch.no_grad()
def sample(model: ContextModel, audio_code: Tensor, temperature: float = 1.0, seed: int = 0,
           progress: Progress | None = None) -> Tensor:
    """Draw labels (B, T, H), int64, for audio codes (B, T, A).

    temperature 0 takes the most probable class, 1 draws from the model, less than 1 draws more narrowly. The same seed
    gives the same labels. Raises Cancelled through `progress`.
    """
    config = model.config
    batch, frames, _ = audio_code.shape
    heads, classes, dim, slope = config.heads, config.classes, config.context_dim, config.slope
    device = audio_code.device
    generator = torch.Generator().manual_seed(seed)
    layers = [_Layer(layer, batch, audio_code) for layer in model.context_layers]
    depth = len(layers)
    group = depth + 2
    embedding = model.embedding.masked_linear
    columns = (embedding.weight * model.embedding.mask)[..., 0].T.contiguous()  # (H·C, H·F): one row a label
    offsets = torch.arange(heads, device=device) * classes
    logits_weight = (model.logits.masked_linear.weight * model.logits.mask)[..., 0]
    logits_bias = model.logits.masked_linear.bias

    # What to compute once the labels of the heads before `first` are known: in the embedding the heads up to `first`, in
    # each later layer one head more. The stage after the last draw completes the layers, which later frames look back at.
    stages = []
    for first in range(0, heads + group, group):
        steps = []
        for index, layer in enumerate(layers):
            begin = min(first - group + index + 2, heads) if first else 0
            end = min(first + index + 2, heads)
            width = (end - 1) * dim
            steps.append((slice(begin * dim, end * dim), width, layer.masked[begin * dim:end * dim, :width].contiguous()))
        last = min(first + group, heads)
        seen = (last - 1) * dim
        rows = slice(first * classes, last * classes)
        stages.append((first, last, steps, seen, logits_weight[rows, :seen].contiguous(), logits_bias[rows]))

    labels = torch.zeros(batch, frames, heads, dtype=torch.long, device=device)
    for frame in range(frames):
        if progress is not None and frame % 16 == 0:
            progress.report(frame / frames)
        noise = _noise(batch, heads, classes, temperature, generator, device)
        embedded = embedding.bias.expand(batch, -1).clone()
        states = [layer.begin(frame) for layer in layers]
        for first, last, steps, seen, weight, bias in stages:
            below = embedded
            for (rows, width, matrix), state in zip(steps, states):
                if rows.start < rows.stop:
                    state[:, rows] += F.linear(below[:, :width], matrix)
                    F.leaky_relu_(state[:, rows], slope)
                below = state
            if first >= heads:
                break
            scores = F.linear(below[:, :seen], weight, bias).view(batch, last - first, classes)
            drawn = _draw(scores, temperature, None if noise is None else noise[:, first:last])
            labels[:, frame, first:last] = drawn
            embedded += F.embedding(drawn + offsets[first:last], columns).sum(1)
        for layer, inputs in zip(layers, [embedded, *states]):
            layer.inputs[frame % layer.ahead] = inputs
    if progress is not None:
        progress.report(1.0)
    return labels
