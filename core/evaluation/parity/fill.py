# SPDX-License-Identifier: GPL-3.0-or-later
"""A deterministic, reproducible filling of a module's state: what the parity fixtures were recorded with.

Every number follows from its key and its position, so that two implementations with equal key names hold equal
numbers without a file passing between them. With key the state-dict key and k the flat row-major index:

    s = CRC32(key) mod 1000003;  m = k + s;  b = sin(0.017 m + 0.63 (m² mod 9973))    (float64, then scaled, then float32)

`RULES` says which scale goes with which kind of entry.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)

_CHUNK = 1 << 20  # entries computed at a time: keeps the float64 temporaries inside the cache
_PERIOD = 9973
_PHASES = 0.63 * (np.arange(_PERIOD, dtype=np.int64) ** 2 % _PERIOD)  # m² mod 9973 repeats with m


def wave(key: str, start: int, stop: int) -> np.ndarray:
    """The numbers b for the flat indices start..stop-1 of the entry `key`: float64, -1..1."""
    first = start + zlib.crc32(key.encode("utf-8")) % 1000003
    angle = 0.017 * np.arange(first, first + stop - start, dtype=np.int64)
    angle += np.resize(np.roll(_PHASES, -(first % _PERIOD)), len(angle))
    return torch.sin(torch.from_numpy(angle)).numpy()


def _fan_in(shape: tuple[int, ...]) -> float:
    return float(np.sqrt(np.prod(shape[1:], dtype=np.int64)))


RULES: dict[str, Callable[[np.ndarray, tuple[int, ...]], np.ndarray]] = {
    "matrix": lambda b, shape: 2.0 * b / _fan_in(shape),
    "vector": lambda b, shape: 0.05 * b,
    "scale": lambda b, shape: 1.0 + 0.2 * b,
    "running_mean": lambda b, shape: 0.1 * b,
    "running_var": lambda b, shape: 1.0 + 0.5 * np.abs(b),
    "codebook": lambda b, shape: 0.3 * b,
    "pos_emb": lambda b, shape: 0.1 * b,
    "mean": lambda b, shape: b,
    "stddev": lambda b, shape: 1.0 + 0.5 * np.abs(b),
}


def rule_of(key: str, shape: tuple[int, ...], is_parameter: bool) -> str:
    """The name of the rule for one state entry; "fixed" for buffers that stay as they were constructed."""
    last = key.rpartition(".")[2]
    if key.endswith("quantizer.embedding.weight") or (last == "k" and not is_parameter):
        return "codebook"
    if not is_parameter:
        return last if last in ("running_mean", "running_var", "mean", "stddev") else "fixed"
    if last == "pos_emb":
        return "pos_emb"
    if len(shape) >= 2:
        return "matrix"
    return "scale" if last == "weight" else "vector"


def fill_values(key: str, shape: tuple[int, ...], rule: str) -> np.ndarray:
    """The float32 values of one entry under a rule of `RULES`."""
    count = int(np.prod(shape, dtype=np.int64))
    values = np.empty(count, dtype=np.float32)
    for start in range(0, count, _CHUNK):
        stop = min(start + _CHUNK, count)
        values[start:stop] = RULES[rule](wave(key, start, stop), shape)
    return values.reshape(shape)


@torch.no_grad()
def fill(module: M) -> M:
    """Fill all parameters and the statistics and codebook buffers of `module` in place; set it to eval mode."""
    parameters = {name for name, _ in module.named_parameters(remove_duplicate=False)}
    for key, tensor in module.state_dict().items():
        rule = rule_of(key, tuple(tensor.shape), key in parameters)
        if rule != "fixed":
            tensor.copy_(torch.from_numpy(fill_values(key, tuple(tensor.shape), rule)))
    return module.eval()
