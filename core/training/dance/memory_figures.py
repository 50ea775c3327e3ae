# SPDX-License-Identifier: GPL-3.0-or-later
"""How well the memory gives dances back: joints, root, feet, and how many codes it uses."""

from __future__ import annotations

import numpy as np
import torch

from ...models.bailando.dancer_frames import DOWN_TURNS, UP_WIDTH, body_skeleton, places_m, to_clip, to_vectors
from ...models.bailando.rotation_memory import RotationMemory
from ...motion.rotations import angle_between_deg, from_rot6d
from ...networks.quantizers import code_entropy
from ..data.dance.recordings import RATE_HZ
from ..data.dance.store import DanceStore
from .windows import channel_weights

_DRIFT_FRAMES = 120  # the root's error is taken after 2 s
_JOINTS = (UP_WIDTH + DOWN_TURNS) // 6
_TURNING = UP_WIDTH + DOWN_TURNS + 2


@torch.no_grad()
def memory_figures(memory: RotationMemory, store: DanceStore, split: str) -> dict[str, float]:
    """Of all dances of a split.

    Returns:
        joints_cm: mean distance of the recorded joints, seen from the root; change_cm_s: error of their velocities; root_2s_cm: how far the
        root is off after 2 s; turned_2s_deg: the same of the heading; worst_joint_deg: mean error of the recorded joint that is turned
        worst, for one may be turned wrongly though all places are right; used_up, used_down: codes; perplexity_up, perplexity_down.
    """
    training = memory.training
    memory.eval()
    skeleton = body_skeleton()
    joints, changes, roots, turns, codes = [], [], [], [], ([], [])
    twisted, counted = np.zeros(_JOINTS), np.zeros(_JOINTS)
    for index in np.flatnonzero(store.splits == split):
        vectors = to_vectors(store.clip(index))
        vectors = vectors[: len(vectors) // 8 * 8]
        frames = torch.from_numpy(vectors)[None]
        found = memory.encode(frames)
        known = torch.from_numpy(channel_weights(store, index) > 0)
        decoded = torch.where(known, memory.decode(*found), frames)
        there = known[: 6 * _JOINTS : 6].numpy()
        twisted += np.where(there, _turned_wrongly_deg(decoded[0].numpy(), vectors).sum(0), 0.0)
        counted += there * len(vectors)
        away = (places_m(decoded, skeleton) - places_m(frames, skeleton))[0]
        joints.append(away.norm(dim=-1).mean(1))
        changes.append(away.diff(dim=0).norm(dim=-1).mean(1) * RATE_HZ)
        for half, now in zip(codes, found, strict=True):
            half.append(now[0])
        root, turn = _drift(vectors, decoded[0].numpy())
        roots.append(root)
        turns.append(turn)
    memory.train(training)
    figures = {
        "joints_cm": 100.0 * float(torch.cat(joints).mean()),
        "change_cm_s": 100.0 * float(torch.cat(changes).mean()),
        "root_2s_cm": 100.0 * float(np.mean(np.concatenate(roots))),
        "turned_2s_deg": float(np.mean(np.concatenate(turns))),
        "worst_joint_deg": float((twisted / np.maximum(counted, 1.0)).max()),
    }
    for name, half in zip(("up", "down"), codes, strict=True):
        used = torch.cat(half)
        figures[f"used_{name}"] = float(len(used.unique()))
        figures[f"perplexity_{name}"] = float(code_entropy(used, memory.config.codes).exp())
    return {name: round(value, 2) for name, value in figures.items()}


def _turned_wrongly_deg(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Vectors (T, WIDTH) → by how much each joint is turned otherwise, (T, joints)."""
    own, other = (from_rot6d(v[:, : 6 * _JOINTS].reshape(len(v), -1, 6).astype(np.float64)) for v in (ours, theirs))
    return angle_between_deg(own, other)


def _drift(vectors: np.ndarray, decoded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far root (metres) and heading (degrees) are off after each 2 s, begun anew from the recording."""
    roots, turns = [], []
    for first in range(0, len(vectors) - _DRIFT_FRAMES, _DRIFT_FRAMES):
        span = slice(first, first + _DRIFT_FRAMES + 1)
        ends = [to_clip(values[span], RATE_HZ).root_translation_m[-1, [0, 2]] for values in (vectors, decoded)]
        roots.append(np.linalg.norm(ends[0] - ends[1]))
        rates = [values[span.start : span.stop - 1, _TURNING].sum() / RATE_HZ for values in (vectors, decoded)]
        turns.append(np.degrees(abs(rates[0] - rates[1])))
    return np.array(roots), np.array(turns)
