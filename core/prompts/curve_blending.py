# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that the animator set by hand: a generated curve passes through them and flows into and out of them."""

from __future__ import annotations

import numpy as np

from ..motion.smoothing import minimum_jerk

WINDOW_S = 0.15  # about the length of a syllable's transition: shorter looks like a pop, longer wipes out neighbours


def honour(
    times_s: np.ndarray,
    values: np.ndarray,
    prompt_times_s: np.ndarray,
    prompt_values: np.ndarray,
    window_s: float = WINDOW_S,
) -> np.ndarray:
    """Blend a generated curve into prompts.

    times_s (T,) ascending; values (T,) or (T, C); prompt_times_s (P,) ascending; prompt_values (P,) or (P, C).
    Within `window_s` before and after a prompt the curve turns smoothly to its value, which it has at the prompt's time;
    between prompts that are less than two windows apart it eases from one to the next, so that a run of them holds
    wholly. Everything else stays as generated. The blend is convex: it never leaves the range of curve and prompts.
    Returns an array like values.
    """
    if len(prompt_times_s) == 0 or len(times_s) == 0:
        return values
    weight, target = _influence(
        np.asarray(times_s, np.float64),
        np.asarray(prompt_times_s, np.float64),
        np.asarray(prompt_values, np.float64),
        window_s,
    )
    weight = weight.reshape(-1, *[1] * (values.ndim - 1))
    return (values * (1.0 - weight) + target * weight).astype(values.dtype)


def honour_rotations(
    times_s: np.ndarray,
    quaternions: np.ndarray,
    prompt_times_s: np.ndarray,
    prompt_quaternions: np.ndarray,
    window_s: float = WINDOW_S,
) -> np.ndarray:
    """Like `honour` for unit quaternions wxyz: quaternions (T, 4), prompt_quaternions (P, 4). Signs are made to fit."""
    if len(prompt_times_s) == 0 or len(times_s) == 0:
        return quaternions
    prompts = np.array(prompt_quaternions, np.float64)
    for index in range(1, len(prompts)):  # neighbouring prompts on the same side, so that easing takes the short way
        if prompts[index] @ prompts[index - 1] < 0:
            prompts[index] = -prompts[index]
    weight, target = _influence(
        np.asarray(times_s, np.float64), np.asarray(prompt_times_s, np.float64), prompts, window_s
    )
    near = target * np.where((target * quaternions).sum(1, keepdims=True) < 0, -1.0, 1.0)
    mixed = quaternions * (1.0 - weight[:, None]) + near * weight[:, None]
    mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    flips = np.where((mixed[1:] * mixed[:-1]).sum(1) < 0, -1.0, 1.0)
    return (mixed * np.concatenate([[1.0], np.cumprod(flips)])[:, None]).astype(quaternions.dtype)


def flow(
    times_s: np.ndarray,
    new: np.ndarray,
    old: np.ndarray,
    first_s: float | None,
    last_s: float | None,
    prompt_times_s: np.ndarray,
    window_s: float = WINDOW_S,
) -> np.ndarray:
    """New values (T, C) that are the old ones (T, C) up to first_s and from last_s on (None: no such end) and leave them within a
    window, or before the next prompt: value, speed and acceleration agree at both ends. Never beyond the range of both."""
    weight = np.zeros(len(times_s))
    prompts_s = np.asarray(prompt_times_s, np.float64)
    if first_s is not None:
        room = min(window_s, np.min(prompts_s[prompts_s > first_s] - first_s, initial=np.inf))
        weight = np.maximum(weight, minimum_jerk(1.0 - (times_s - first_s) / room))
    if last_s is not None:
        room = min(window_s, np.min(last_s - prompts_s[prompts_s < last_s], initial=np.inf))
        weight = np.maximum(weight, minimum_jerk(1.0 - (last_s - times_s) / room))
    return (new * (1.0 - weight[:, None]) + old * weight[:, None]).astype(new.dtype)


def flow_rotations(
    times_s: np.ndarray,
    new: np.ndarray,
    old: np.ndarray,
    first_s: float | None,
    last_s: float | None,
    prompt_times_s: np.ndarray,
    window_s: float = WINDOW_S,
) -> np.ndarray:
    """Like `flow` for unit quaternions wxyz (T, 4)."""
    near = old * np.where((old * new).sum(1, keepdims=True) < 0, -1.0, 1.0)
    mixed = flow(times_s, new, near, first_s, last_s, prompt_times_s, window_s)
    return (mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)).astype(new.dtype)


def _influence(
    times_s: np.ndarray, prompt_times_s: np.ndarray, prompt_values: np.ndarray, window_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """How much the prompts count at each time, float64 (T,), and what they ask for there, float64 (T, ...)."""
    after = np.searchsorted(prompt_times_s, times_s, side="right")
    before = np.clip(after - 1, 0, len(prompt_times_s) - 1)
    following = np.clip(after, 0, len(prompt_times_s) - 1)
    gap = prompt_times_s[following] - prompt_times_s[before]
    since = times_s - prompt_times_s[before]
    between = (after > 0) & (after < len(prompt_times_s))
    along = np.where(between, since / np.maximum(gap, 1e-9), 0.0)
    held = between & (gap <= 2.0 * window_s)
    nearest = np.where(between & (along > 0.5), following, before)
    distance = np.abs(times_s - prompt_times_s[nearest])
    weight = np.where(held, 1.0, minimum_jerk(1.0 - distance / window_s))
    ease = np.where(held, minimum_jerk(along), (nearest == following).astype(np.float64))
    ease = ease.reshape(-1, *[1] * (prompt_values.ndim - 1))
    return weight, prompt_values[before] * (1.0 - ease) + prompt_values[following] * ease
