# SPDX-License-Identifier: GPL-3.0-or-later
"""How prompts act, as curves: an arm raised to 60 degrees, a turned head and a smile of 0.8, each keyed once while a voice speaks."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...audio.decoding import load
from ...audio.lip_classes import LIP_CLASS, LIP_CLASSES
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...performance.performance import Performance
from ...performance.speech import perform
from ...prompts.blending import blend_through
from ...prompts.expressions import easing_of_shape
from ...prompts.model import PosePrompts
from ...prompts.pacing import Pace, Paces
from ...settings import GenerateSettings

RAISED_DEG, TURNED_DEG, SMILE = 60.0, 40.0, 0.8
_COLOURS = {"no prompt": "0.65", "a moment": "tab:orange", "held": "tab:blue"}


@dataclass(frozen=True)
class _Take:
    """One performance. smile: float (T,)."""

    made: Performance
    smile: np.ndarray


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audio", type=Path, default=Path("docs/demo/speech.ogg"), help="the voice")
    parser.add_argument("--out", type=Path, default=Path("docs/images/prompts_act.png"), help="the picture")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--at", type=float, default=4.0, help="the second at which all is keyed")


def run(arguments: argparse.Namespace) -> dict:
    sound, settings = load(arguments.audio), GenerateSettings(seed=arguments.seed)
    at_s = np.array([arguments.at])
    arm = rot.from_axis_angle(
        np.radians([[0.0, 0.0, RAISED_DEG - 90.0]]) * -1.0
    )  # of the right arm, which points to the side at rest
    head = rot.from_axis_angle(np.radians([[0.0, TURNED_DEG, 0.0]]))
    prompts = PosePrompts({"right_shoulder": (at_s, arm), "head": (at_s, head)})
    moment = GenerateSettings(seed=arguments.seed, prompt_hold=0.0, prompt_ease=0.0)
    takes = {
        "no prompt": _take(perform(sound, settings), None, at_s),
        "a moment": _take(perform(sound, moment, prompts=prompts), Pace(0.0, 0.15), at_s),
        "held": _take(perform(sound, settings, prompts=prompts), Pace(settings.face_hold, settings.face_ease), at_s),
    }
    _draw(arguments.out, takes, arguments.at)
    others = _elevation_deg(takes["held"].made.body, "left") - _elevation_deg(takes["no prompt"].made.body, "left")
    figures = {"other_arm_deg": float(np.abs(others).max())}
    print(f"{arguments.out}: the other arm changes by {figures['other_arm_deg']:.2f}°")
    return figures


def _take(made: Performance, pace: Pace | None, at_s: np.ndarray) -> _Take:
    own = made.face["mouthSmileLeft"].astype(np.float64)
    if pace is None:
        return _Take(made, own)
    wanted, easing = np.array([[SMILE]]), easing_of_shape("mouthSmileLeft")
    return _Take(
        made, blend_through(made.face.times_s, own[:, None], at_s, wanted, easing, paces=Paces.of([pace]))[:, 0]
    )


def _elevation_deg(clip: Clip, side: str) -> np.ndarray:
    """How far the upper arm is raised from hanging, as its own rotation has it, (T,)."""
    along = np.array([[1.0 if side == "left" else -1.0, 0.0, 0.0]])
    arm = rot.rotate(clip[f"{side}_shoulder"].astype(np.float64), along)
    return np.degrees(np.arccos(np.clip(-arm[:, 1], -1.0, 1.0)))


def _yaw_deg(quaternions: np.ndarray) -> np.ndarray:
    ahead = rot.rotate(quaternions.astype(np.float64), np.array([[0.0, 0.0, 1.0]]))
    return np.degrees(np.arctan2(ahead[:, 0], ahead[:, 2]))


def _draw(file: Path, takes: dict[str, _Take], at_s: float) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(5, 1, sharex=True, figsize=(9.0, 9.5))
    for name, take in takes.items():
        body, times_s, colour = take.made.body, take.made.face.times_s, _COLOURS[name]
        head = _yaw_deg(rot.multiply(body["neck"], body["head"]))
        rows = (
            _elevation_deg(body, "right"),
            _elevation_deg(body, "left"),
            rot.angle_between_deg(body["right_collar"], takes["no prompt"].made.body["right_collar"]),
            head,
            take.smile,
        )
        for axis, curve in zip(axes, rows):
            axis.plot(times_s[: len(curve)], curve, color=colour, label=name)
        if name == "held":
            axes[3].plot(times_s, _yaw_deg(body["left_eye_smplhf"]), color=colour, linestyle=":", label="its eyes")
            axes[4].plot(times_s, take.made.face["jawOpen"], color="0.4", linewidth=0.8, label="jaw open")
    titles = (
        "right arm raised, keyed: °",
        "left arm raised: °",
        "right collar answers: °",
        "head (dotted: eyes) left: °",
        "smile, keyed",
    )
    for axis, title in zip(axes, titles):
        axis.set_ylabel(title, fontsize=8)
        axis.axvline(at_s, color="tab:red", linewidth=0.8)
        axis.grid(alpha=0.2)
    _shade_closures(axes[4], takes["held"].made)
    axes[0].legend(fontsize=8, loc="upper right")
    axes[4].legend(fontsize=8, loc="upper right")
    axes[-1].set_xlim(at_s - 2.0, at_s + 3.0)
    axes[-1].set_xlabel("s (red: the key; grey: p, b, m)")
    figure.tight_layout()
    figure.savefig(file, dpi=80)
    pyplot.close(figure)


def _shade_closures(axis: Any, made: Performance) -> None:
    for phone in made.phones:
        if LIP_CLASSES[LIP_CLASS[phone.symbol]] == "closed":
            axis.axvspan(phone.start_s, phone.end_s, color="0.85")
