# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts in the choreography: around them the half of the body that they concern is danced anew, through the codes that are nearest
to the animator's pose, and back into the dance as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch

from ...models.bailando.code_frames import CODE_FRAMES
from ...models.bailando.dancer_frames import DOWN_JOINTS, SPINE, UP_JOINTS, UP_WIDTH
from ...models.bailando.tokens import Tokens
from ...models.bailando.trained import TrainedBailando
from ...motion import rotations as rot
from ...prompts.model import PosePrompts
from ..body.prompted_limbs import keyed_limb
from .choreography import TRIED, Choreographer, Codes
from .decoded_dance import decoded

_BEFORE, _AFTER = 3, 5  # tokens around a prompt that are danced anew; by eye
_REST = 0.2  # weight of the joints that were not keyed, which are to stay about where they are


@dataclass(frozen=True)
class _Half:
    """One half of the body. first: its first channel. joints: in the order of their six numbers."""

    name: str
    first: int
    joints: tuple[str, ...]


HALVES = (_Half("up", 0, UP_JOINTS), _Half("down", UP_WIDTH, DOWN_JOINTS))


def through_prompts(dancer: Choreographer, codes: Codes, prompts: PosePrompts | None) -> Codes:
    """The codes, danced anew around prompts of danced joints; everything else is as it was."""
    if prompts is None:
        return codes
    for half in HALVES:
        asked = _nearest_codes(dancer, codes, half, prompts)
        for span in _stretches(sorted(asked), len(codes.up)):
            codes = danced_anew(dancer, codes, half, asked, span)
    return codes


def _own(half: _Half, prompts: PosePrompts) -> tuple[str, ...]:
    """The joints of a half that have prompts. The pelvis turns with the heading, which is not in the codes: it is only blended."""
    own = {*half.joints, *SPINE} if half.name == "up" else {*half.joints} - {"pelvis"}
    return tuple(sorted(own & prompts.joints.keys()))


def _stretches(tokens: Iterable[int], count: int) -> list[tuple[int, int]]:
    """(first, last + 1) tokens that are danced anew, in order; those that touch as one."""
    found: list[tuple[int, int]] = []
    for token in tokens:
        first, last = max(token - _BEFORE, 1), min(token + _AFTER, count)
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return found


def danced_anew(
    dancer: Choreographer, codes: Codes, half: _Half, asked: dict[int, int], span: tuple[int, int]
) -> Codes:
    """The codes with one half danced anew in a span of tokens; of some ways that which leads back best."""
    first, last = span
    low = max(first - dancer.model.config.context // 2, 0)
    own = np.stack((codes.up, codes.down))[:, low:last]
    which = HALVES.index(half)
    given = own.copy()
    given[which, first - low :] = -1
    for token, code in asked.items():
        if first <= token < last:
            given[which, token - low] = code
    before = Tokens(*(torch.from_numpy(row[None, : first - low]).to(dancer.device).expand(TRIED, -1) for row in own))
    kept = Tokens(*(torch.from_numpy(row[None]).to(dancer.device).expand(TRIED, -1) for row in given))
    heard = dancer.heard(codes.start_s + low * dancer.token_s, last - low).expand(TRIED, -1, -1)
    made = dancer.drawn(before, heard, f"prompt {half.name} {first}", kept)
    rows = (made.up, made.down)[which].cpu().numpy()
    best = _leads_back(dancer.model, codes, half, rows, (low, first, last))
    changed = (codes.up, codes.down)[which].copy()
    changed[first:last] = rows[best, first - low :]
    return replace(codes, **{half.name: changed})


def _leads_back(model: TrainedBailando, codes: Codes, half: _Half, rows: np.ndarray, span: tuple[int, int, int]) -> int:
    """Which of some rows of codes (B, n) of a half ends most like the dance that goes on after them."""
    low, _, last = span
    step = model.config.frames_per_token
    channels = slice(half.first, half.first + 6 * len(half.joints))
    end = min(last + 2, len(codes.up))
    own = decoded(model, codes.up[low:end], codes.down[low:end])[:, channels]
    frames = slice((last - 1 - low) * step, (last - low) * step)
    apart = []
    for row in rows:
        new = np.concatenate((row, getattr(codes, half.name)[last:end]))
        up, down = (new, codes.down[low:end]) if half.name == "up" else (codes.up[low:end], new)
        apart.append(float(np.abs(decoded(model, up, down)[frames, channels] - own[frames]).mean()))
    return int(np.argmin(apart))


def _nearest_codes(dancer: Choreographer, codes: Codes, half: _Half, prompts: PosePrompts) -> dict[int, int]:
    """For each token with a prompt of a half, or in its hold, the code whose pose is nearest to it, and else to the dance."""
    own = _own(half, prompts)
    limb = keyed_limb(prompts, own, frozenset(own))
    if limb is None:
        return {}
    model, found = dancer.model, dict[int, int]()
    poses, frames = code_poses(model, half), decoded(model, codes.up, codes.down)
    channels = slice(half.first, half.first + 6 * len(half.joints))
    for first_s, last_s in limb.spans_s.tolist():
        tokens = [int(np.floor((time_s - codes.start_s) / dancer.token_s)) for time_s in (first_s, min(last_s, 1e6))]
        first, last = max(tokens[0], 1), min(tokens[1], len(codes.up) - 1)
        if first > last:
            continue
        middle = frames[first * model.config.frames_per_token + model.config.frames_per_token // 2, channels]
        wanted, weight = middle.reshape(-1, 6).copy(), np.full(len(half.joints), _REST)
        for joint, pose in _poses_at(prompts, own, first_s).items():
            at = half.joints.index(joint if joint in half.joints else "spine1")
            wanted[at], weight[at] = rot.to_rot6d(pose), 1.0
        code = int((np.square(poses - wanted[None]).sum(-1) @ weight).argmin())
        found |= dict.fromkeys(range(first, last + 1), code)
    return found


def _poses_at(prompts: PosePrompts, joints: tuple[str, ...], time_s: float) -> dict[str, np.ndarray]:
    """The prompts of joints at a moment."""
    found = {}
    for joint in joints:
        times_s, poses = prompts.joints[joint]
        at = int(np.abs(np.asarray(times_s) - time_s).argmin())
        if abs(times_s[at] - time_s) < 1e-3:
            found[joint] = np.asarray(poses[at], np.float64)
    return found


def code_poses(model: TrainedBailando, half: _Half) -> np.ndarray:
    """The pose that each code of a half stands for: rot6d (codes, joints, 6)."""
    memory = model.memory.vqvae_up if half.name == "up" else model.memory.vqvae_down
    return CODE_FRAMES.of(memory)[:, : 6 * len(half.joints)].reshape(-1, len(half.joints), 6)
