# SPDX-License-Identifier: GPL-3.0-or-later
"""The labels of `sampling.sample`, sooner: frame by frame and head by head, without computing anything twice.

It exists because the plain rule takes seconds for a frame at the published size. Three facts of `ContextModel` make it
fast, and the result the same as re-running the model for every label: * What a frame needs of the past are the
activations of the layers, which are kept. The tap t - 1 - d of a layer with dilation d is known d + 1 frames ahead, so
it is computed for d + 1 frames at once. * Every layer sees strictly earlier heads, so between a label and the head that
feels it lie all layers: with L context layers the labels of L + 2 neighbouring heads do not depend on each other and
are drawn together (of L + 1 where logits see their own head's features). * No activation follows the embedding, so that
what a label adds to the first layer can be looked up.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.one_thread import one_thread
from ...networks.prepared_weights import PreparedWeights
from ...progress import Progress
from .context_model import ContextModel, MaskedContextConvolution
from .latent import draw_labels, frame_noise

_BLOCK = 256  # frames whose audio is put through the layers at a time
_PIECE = 3  # heads whose matrix is read together


def _bias(layer: nn.Conv1d) -> Tensor:
    assert layer.bias is not None
    return layer.bias


class _Prepared:
    """A context model's weights in the order in which sampling reads them. Reading them is nearly all the time it
    takes.

    lookup (H·C, 3, rows): what one label adds, through embedding and first layer, to the first layer's output of its
    own frame, of the next frame (near tap) and of the frame `reach` later (far tap); lookup_constant (3, rows) what the
    embedding's bias adds. So neither embedding nor first layer has a matrix left to multiply by.
    """

    def __init__(self, model: ContextModel):
        config = model.config
        heads, dim, classes = config.heads, config.context_dim, config.classes
        first, *self.layers = model.layers
        self.first = first
        self.own = int(config.own_features)
        self.group = len(model.layers) + 2 - self.own
        taps = torch.stack(
            (
                first.masked_linear.weight[..., 0] * first.mask[..., 0],
                first.history.weight[..., 1],
                first.history.weight[..., 0],
            )
        )  # (3, rows, H·F)
        embedding = model.embedding.masked_linear.weight[..., 0]
        self.lookup = embedding.new_empty(heads * classes, 3, taps.shape[1])
        for head in range(heads):  # a label is felt by the embedding of later heads only
            labels, later = slice(head * classes, (head + 1) * classes), slice((head + 1) * dim, None)
            self.lookup[labels] = torch.einsum("trf,fc->ctr", taps[:, :, later], embedding[later, labels])
        self.lookup_constant = taps @ _bias(model.embedding.masked_linear)
        self.near = [layer.history.weight[..., 1].contiguous() for layer in self.layers]
        self.far = [layer.history.weight[..., 0].contiguous() for layer in self.layers]
        self.stages = [self._stage(model, start) for start in range(0, heads + self.group, self.group)]

    def _stage(self, model: ContextModel, start: int) -> _Stage:
        heads, dim, classes = model.config.heads, model.config.context_dim, model.config.classes

        def matrices(
            layer: MaskedContextConvolution, begin: int, end: int, outputs: int, own: int = 0
        ) -> list[tuple[slice, int, Tensor]]:
            """Pieces of few heads, so that little of what the mask hides is read: (rows, columns that they see,
            matrix)."""
            pieces = []
            for low in range(begin, end, _PIECE):
                high = min(low + _PIECE, end)
                rows, seen = slice(low * outputs, high * outputs), (high - 1 + own) * dim
                weight = layer.masked_linear.weight[rows, :seen, 0] * layer.mask[rows, :seen, 0]
                pieces.append((rows, seen, weight.contiguous()))
            return pieces

        def range_of(index: int) -> tuple[int, int]:
            begin = min(start - self.group + index + 2, heads) if start else 0
            return begin, min(start + index + 2, heads)

        begin, end = range_of(0)
        stop = min(start + self.group, heads)
        return _Stage(
            start,
            stop,
            slice(begin * dim, end * dim),
            [matrices(layer, *range_of(index), dim) for index, layer in enumerate(self.layers, start=1)],
            matrices(model.logits, start, stop, classes, self.own),
        )


@dataclass(frozen=True)
class _Stage:
    """What is computed once the labels of the heads before `start` are known, up to the scores of the heads to `stop`.

    In the first layer the heads up to `start` + 1 are known then, in each later layer one head more. Where `start` is
    past the last head nothing is drawn: the layers are completed, because later frames look back at them.
    """

    start: int
    stop: int
    first_rows: slice
    layers: list[list[tuple[slice, int, Tensor]]]
    logits: list[tuple[slice, int, Tensor]]


_PREPARED: PreparedWeights[ContextModel, _Prepared] = PreparedWeights(_Prepared)


class _Given:
    """What the audio and the biases add to a layer's output, for a block of frames at a time."""

    def __init__(self, layer: MaskedContextConvolution, audio: Tensor):
        self.layer, self.audio = layer, audio
        self.constant = _bias(layer.masked_linear) + _bias(layer.history)
        self.block = audio.new_zeros(0)

    def at(self, frame: int) -> Tensor:
        """(B, rows)."""
        if frame % _BLOCK == 0:
            part = self.audio[:, frame : frame + _BLOCK].transpose(1, 2)
            self.block = self.layer.unmasked_linear(part).permute(2, 0, 1) + self.constant
        return self.block[frame % _BLOCK]


class _FirstLayer:
    """The first context layer of one clip being sampled. `state` (B, rows) is its output so far."""

    def __init__(self, weights: _Prepared, audio: Tensor, slope: float):
        rows = weights.lookup.shape[2]
        self.lookup, self.constant, self.slope = weights.lookup.flatten(1), weights.lookup_constant, slope
        self.given = _Given(weights.first, audio)
        self.reach = weights.first.history.reach
        self.ring = audio.new_zeros(self.reach, len(audio), 3, rows)  # what the labels of the last frames add
        self.now = self.ring[0]
        self.open = audio.new_zeros(len(audio), rows)  # the output before its activation
        self.state = audio.new_zeros(len(audio), rows)

    def begin(self, frame: int) -> None:
        """Put into `open` all but what the heads of this frame itself add."""
        slot = frame % self.reach
        torch.add(
            self.given.at(frame), self.ring[slot - 1, :, 1], out=self.open
        )  # slot - 1 = -1 is the last of the ring
        self.open += self.ring[slot, :, 2]  # still that of `reach` frames ago
        self.now = self.ring[slot]
        self.now.copy_(self.constant)
        self.open += self.constant[0]

    def add(self, labels: Tensor) -> None:
        """Labels (B, n), counted from the first class of the first head."""
        added = F.embedding(labels, self.lookup).sum(1).unflatten(1, (3, -1))
        self.now += added
        self.open += added[:, 0]

    def close(self, rows: slice) -> None:
        """These rows have all that they may see."""
        self.state[:, rows] = F.leaky_relu(self.open[:, rows], self.slope)


class _Layer:
    """A later context layer of one clip being sampled. `state` (B, rows) is its output so far."""

    def __init__(self, layer: MaskedContextConvolution, near: Tensor, far: Tensor, audio: Tensor):
        self.near, self.far = near, far
        self.given = _Given(layer, audio)
        self.ahead = layer.history.reach  # frames between the far tap and its use
        self.inputs = audio.new_zeros(self.ahead, len(audio), near.shape[1])  # ring of the last frames' inputs
        self.far_part = audio.new_zeros(self.ahead, len(audio), near.shape[0])
        self.state = audio.new_zeros(len(audio), near.shape[0])

    def begin(self, frame: int) -> None:
        """Put into `state` all but what the heads of this frame itself add."""
        slot = frame % self.ahead
        if slot == 0:  # the ring is complete: its far taps serve the next `ahead` frames
            self.far_part = F.linear(self.inputs, self.far)
        torch.add(self.given.at(frame), self.far_part[slot], out=self.state)
        self.state.addmm_(self.inputs[slot - 1], self.near.T)


class _Clip:
    """One clip being sampled: its layers, and what each stage reads and writes."""

    def __init__(self, model: ContextModel, audio_code: Tensor):
        config, batch = model.config, len(audio_code)
        self.weights = weights = _PREPARED.of(model)
        self.first = _FirstLayer(weights, audio_code, config.slope)
        self.layers = [
            _Layer(layer, near, far, audio_code) for layer, near, far in zip(weights.layers, weights.near, weights.far)
        ]
        self.states = states = [self.first.state, *(layer.state for layer in self.layers)]
        self.scores = audio_code.new_zeros(batch, config.heads, config.classes)
        self.bias = _bias(model.logits.masked_linear).view(config.heads, config.classes)
        flat = self.scores.view(batch, -1)
        # Views of what each piece of each stage reads and writes: (part of a state, what it sees, matrix).
        self.layer_steps = [
            [
                (state[:, rows], below[:, :seen], matrix.T)
                for below, state, pieces in zip(states, states[1:], stage.layers)
                for rows, seen, matrix in pieces
            ]
            for stage in weights.stages
        ]
        self.score_steps = [
            [(flat[:, rows], states[-1][:, :seen], matrix.T) for rows, seen, matrix in stage.logits]
            for stage in weights.stages
        ]
        self.slope = config.slope
        self.offsets = torch.arange(config.heads, device=audio_code.device) * config.classes

    def draw_frame(self, frame: int, temperature: float, noise: Tensor | None, labels: Tensor) -> None:
        """Draw the next frame.

        Args:
            frame: its number; frames come in order.
            temperature: see `sample_fast`.
            noise: Gumbel noise (B, H, C), or None for the likeliest.
            labels: (B, H), written.
        """
        for layer in (self.first, *self.layers):
            layer.begin(frame)
        self.scores.copy_(self.bias.expand_as(self.scores))
        for stage, layer_steps, score_steps in zip(self.weights.stages, self.layer_steps, self.score_steps):
            self.first.close(stage.first_rows)
            for part, below, matrix in layer_steps:
                part.addmm_(below, matrix)
                F.leaky_relu_(part, self.slope)
            if stage.start >= len(self.offsets):
                break
            for part, below, matrix in score_steps:
                part.addmm_(below, matrix)
            now = slice(stage.start, stage.stop)
            drawn = draw_labels(self.scores[:, now], temperature, None if noise is None else noise[:, now])
            labels[:, now] = drawn
            self.first.add(drawn + self.offsets[now])
        for layer, below in zip(self.layers, self.states):
            layer.inputs[frame % layer.ahead] = below


@torch.no_grad()
@one_thread()
def sample_fast(
    model: ContextModel, audio_code: Tensor, temperature: float = 1.0, seed: int = 0, progress: Progress | None = None
) -> Tensor:
    """As `sampling.sample`, with the same labels.

    Args:
        model: the context model.
        audio_code: (B, T, A).
        temperature: 0 takes the most probable class, 1 draws from the model, less than 1 draws more narrowly.
        seed: the same seed gives the same labels.
        progress: is told how far it is, and asked whether to go on.

    Returns:
        Labels int64 (B, T, H).

    Raises:
        Cancelled: through `progress`.
    """
    config, (batch, frames, _) = model.config, audio_code.shape
    labels = torch.zeros(batch, frames, config.heads, dtype=torch.long, device=audio_code.device)
    if not frames:
        return labels
    generator = torch.Generator().manual_seed(seed)
    clip = _Clip(model, audio_code)
    for frame in range(frames):
        if progress is not None and frame % 16 == 0:
            progress.report(frame / frames)
        noise = frame_noise(batch, config, temperature, generator, audio_code.device)
        clip.draw_frame(frame, temperature, noise, labels[:, frame])
    if progress is not None:
        progress.report(1.0)
    return labels
