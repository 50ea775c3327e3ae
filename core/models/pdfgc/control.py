# SPDX-License-Identifier: GPL-3.0-or-later
"""The control code: four independent hands on the face, each with its own source, switch and gain.

Shapes: T frames.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from ...networks.smoothing import smooth_over_time

SWITCHES = ("mouth", "blink", "gaze", "emo", "headpose")
GAZE = (2, 3)  # entries of the eye code
BLINK = (0, 1, 4, 5)
GAINS = {"mouth": 1.5, "eye": 1.2, "emo": 1.2}  # as published at inference


def smooth_mouth(code: Tensor) -> Tensor:
    """(T, …): Gaussian of 3 taps, sigma 1 frame. Zeros stand beyond the ends, so the first and last frame are
    damped."""
    return smooth_over_time(code, 3, 1.0, padding="constant")


def smooth_pose(pose: Tensor) -> Tensor:
    """(T, D): mean of a frame and its two neighbours; the first and last frame count twice at the ends."""
    padded = F.pad(pose.T[None], (1, 1), mode="replicate")
    return F.avg_pool1d(padded, 3, stride=1)[0].T


@dataclass(frozen=True)
class ControlCode:
    """mouth (T, 500), expression (T, 30), eye (T, 6), pose (T, 6); eye entries 2 and 3 are gaze, the others blink."""

    mouth: Tensor
    expression: Tensor
    eye: Tensor
    pose: Tensor

    def switched(self, on: Collection[str]) -> ControlCode:
        """Only the named branches of SWITCHES; the others' entries are 0."""
        unknown = set(on) - set(SWITCHES)
        if unknown:
            raise ValueError(f"no such switch: {sorted(unknown)}")
        eye = torch.zeros_like(self.eye)
        for name, entries in (("gaze", GAZE), ("blink", BLINK)):
            if name in on:
                eye[:, entries] = self.eye[:, entries]
        return ControlCode(
            self.mouth if "mouth" in on else torch.zeros_like(self.mouth),
            self.expression if "emo" in on else torch.zeros_like(self.expression),
            eye,
            self.pose if "headpose" in on else torch.zeros_like(self.pose),
        )

    def gained(self, gains: Mapping[str, float] = GAINS) -> ControlCode:
        """Mouth, eye and expression times their gains."""
        return replace(
            self,
            mouth=self.mouth * gains.get("mouth", 1.0),
            eye=self.eye * gains.get("eye", 1.0),
            expression=self.expression * gains.get("emo", 1.0),
        )

    def joined(self) -> Tensor:
        """(T, 542): mouth, expression, eye, pose, as the generator takes them."""
        return torch.cat((self.mouth, self.expression, self.eye, self.pose), dim=-1)
