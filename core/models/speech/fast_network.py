# SPDX-License-Identifier: GPL-3.0-or-later
"""The encoder and the decoder of the speech model, sooner on a processor, and with the same results.

It exists because lips are half of the time that a face takes. Channels lie side by side for every frame, as oneDNN's convolutions and
products read them best, and each batch norm is one multiplication and one addition. Shapes: B batch, T frames at 100 Hz.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...networks.packed_linear import PackedLinear
from ...networks.prepared_weights import PreparedWeights
from .decoder import ArticulationDecoder
from .encoder import ContextGate, PhoneticEncoder, ResidualBlock


def may_run_fast(model: nn.Module) -> bool:
    """Whether oneDNN computes this network: float32 on the processor, with a PyTorch that has it."""
    weight = next(model.parameters())
    return torch.backends.mkldnn.is_available() and weight.device.type == "cpu" and weight.dtype == torch.float32


def encode(encoder: PhoneticEncoder, log_mel: Tensor) -> tuple[Tensor, Tensor]:
    """As the encoder in eval mode, for inference.

    Args:
        encoder: for which `may_run_fast`.
        log_mel: (B, T, bands), T even.

    Returns:
        Hidden features (B, T/2, width), channels last other than the encoder's own, and logits (B, T, phones).
    """
    return _ENCODERS.of(encoder)(log_mel)


def decode(decoder: ArticulationDecoder, hidden: Tensor, posteriors: Tensor, loudness: Tensor, heard: Tensor) -> Tensor:
    """As the decoder in eval mode, for inference.

    Args:
        decoder: for which `may_run_fast`.
        hidden: (B, T/2, width), of `encode`.
        posteriors: (B, T, phones).
        loudness: (B, T).
        heard: (B, T, bands).

    Returns:
        Curves (B, T, channels) in 0..1.
    """
    return _DECODERS.of(decoder)(hidden, posteriors, loudness, heard)


class _Convolution:
    """(B, T, in) -> (B, T', out): a convolution over time, as one over pictures a pixel high, whose kernels take channels last."""

    def __init__(self, layer: nn.Conv1d):
        self._weight = layer.weight.detach().unsqueeze(2).contiguous(memory_format=torch.channels_last)
        self._bias = layer.bias
        self._stride, self._padding = (1, layer.stride[0]), (0, cast(tuple[int], layer.padding)[0])
        self._dilation = (1, layer.dilation[0])

    def __call__(self, x: Tensor) -> Tensor:
        picture = x.unsqueeze(1).permute(0, 3, 1, 2)
        made = functional.conv2d(picture, self._weight, self._bias, self._stride, self._padding, self._dilation)
        return made.permute(0, 2, 3, 1).squeeze(1)


class _Norm:
    """Batch norm with the statistics that were learned, and what is below 0 cut off: (…, C) -> (…, C)."""

    def __init__(self, norm: nn.BatchNorm1d):
        mean, variance = cast(Tensor, norm.running_mean), cast(Tensor, norm.running_var)
        self._gain = (norm.weight * (variance + norm.eps).rsqrt()).detach()
        self._shift = (norm.bias - mean * self._gain).detach()

    def __call__(self, x: Tensor) -> Tensor:
        return torch.addcmul(self._shift, x, self._gain).relu_()


class _Residual:
    """`ResidualBlock`."""

    def __init__(self, block: ResidualBlock):
        self._norm, self._spread, self._mix = _Norm(block.norm), _Convolution(block.spread), _pointwise(block.mix)

    def __call__(self, x: Tensor) -> Tensor:
        return self._mix(self._spread(self._norm(x)).relu_(), plus=x)


class _Gate:
    """`ContextGate`."""

    def __init__(self, gate: ContextGate):
        self._half = gate.frames // 2
        self._narrow, self._widen = _pointwise(cast(nn.Conv1d, gate.gate[0])), _pointwise(cast(nn.Conv1d, gate.gate[2]))

    def __call__(self, x: Tensor) -> Tensor:
        total = functional.pad(x.cumsum(1), (0, 0, 1, 0))
        time = torch.arange(x.shape[1])
        first, last = (time - self._half).clamp(min=0), (time + self._half + 1).clamp(max=x.shape[1])
        mean = (total[:, last] - total[:, first]).div_((last - first)[:, None])
        return self._widen(self._narrow(mean).relu_()).sigmoid_().mul_(2.0).mul_(x)


class _Encoder:
    def __init__(self, encoder: PhoneticEncoder):
        self._phones = encoder.phones
        self._first, self._second = (_Convolution(cast(nn.Conv1d, encoder.stem[place])) for place in (0, 2))
        self._blocks = [
            _Gate(block) if isinstance(block, ContextGate) else _residual(block) for block in encoder.blocks
        ]
        self._norm, self._classify = _Norm(encoder.norm), _pointwise(encoder.classify)

    def __call__(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        x = self._second(self._first(log_mel).relu_())
        for block in self._blocks:
            x = block(x)
        hidden = self._norm(x)
        return hidden, self._classify(hidden).view(*log_mel.shape[:2], self._phones)


class _Decoder:
    def __init__(self, decoder: ArticulationDecoder):
        self._channels = decoder.channels
        self._enter, self._leave = _Convolution(decoder.enter), _pointwise(decoder.leave)
        self._blocks = [_residual(block) for block in decoder.blocks]

    def __call__(self, hidden: Tensor, posteriors: Tensor, loudness: Tensor, heard: Tensor) -> Tensor:
        batch, frames, _ = posteriors.shape
        pairs = torch.cat([posteriors, loudness[..., None], heard], -1).view(batch, frames // 2, -1)
        x = self._enter(torch.cat([hidden, pairs], -1))
        for block in self._blocks:
            x = block(x)
        return self._leave(x.relu_()).sigmoid_().view(batch, frames, self._channels)


def _residual(block: nn.Module) -> _Residual:
    return _Residual(cast(ResidualBlock, block))


def _pointwise(layer: nn.Conv1d) -> PackedLinear:
    """A convolution of kernel 1 as the product that it is."""
    linear = nn.Linear(layer.in_channels, layer.out_channels, device="meta")
    linear.weight, linear.bias = nn.Parameter(layer.weight[..., 0], requires_grad=False), cast(nn.Parameter, layer.bias)
    return PackedLinear(linear)


_ENCODERS: PreparedWeights[PhoneticEncoder, _Encoder] = PreparedWeights(_Encoder)
_DECODERS: PreparedWeights[ArticulationDecoder, _Decoder] = PreparedWeights(_Decoder)
