# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the body for the documentation: one voice without and with prompts, as a contact sheet and a video.

`python -m core.evaluation body_pictures [--audio FILE] [--out docs/images]` writes body_sheet.png, body_prompts.png and
body_prompts.mp4. The prompts are a raised right hand at one moment and a left hand that is held out for a while.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ...audio import prosody
from ...audio.clip import AudioClip
from ...audio.decoding import load
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX
from ...performance.parts import BODY, EXPRESSION, EYES, HANDS, HEAD, LIPS
from ...performance.speech import perform
from ...prompts.model import PosePrompts
from ...settings import GenerateSettings
from .motion_pictures import Prompts, Timeline, contact_sheet, video


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audio", type=Path, default=Path("docs/demo/speech.ogg"), help="the voice")
    parser.add_argument("--out", type=Path, default=Path("docs/images"), help="folder for the pictures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--style", default="NATURAL", help="CALM, NATURAL or LIVELY")
    parser.add_argument("--no-video", action="store_true", help="only the sheets")


def _about(*turns: tuple[str, float]) -> np.ndarray:
    """float64 (4,): turns about axes ("x", "y", "z") by radians, the last one first."""
    result = np.array([1.0, 0.0, 0.0, 0.0])
    for axis, angle in turns:
        result = rot.multiply(result, rot.from_axis_angle(np.eye(3)["xyz".index(axis)] * angle))
    return result


def demonstration(duration_s: float) -> PosePrompts:
    """The right hand up at 30 % of the sound; the left arm held out from 60 to 75 %."""
    raised = {
        "right_collar": _about(),
        "right_shoulder": _about(("y", 0.7), ("z", 0.4)),
        "right_elbow": _about(("z", -1.9)),
        "right_wrist": _about(),
    }
    offered = {
        "left_collar": _about(),
        "left_shoulder": _about(("y", -0.9), ("z", -0.8)),
        "left_elbow": _about(("y", -0.7)),
        "left_wrist": _about(),
    }
    one, held = (
        np.round(np.array(shares) * duration_s * 30.0) / 30.0 for shares in ([0.30], [0.60, 0.75])
    )  # on frames
    return PosePrompts(
        {
            **{joint: (one, turn[None]) for joint, turn in raised.items()},
            **{joint: (held, np.stack([turn, turn])) for joint, turn in offered.items()},
        }
    )


def error_deg(clip: Clip, prompts: PosePrompts) -> float:
    """Largest angle in degrees between a prompt and the clip's nearest frame."""
    worst = 0.0
    for joint, (times_s, wanted) in prompts.joints.items():
        frames = np.clip(np.rint((times_s - clip.start_s) * clip.rate_hz).astype(int), 0, len(clip) - 1)
        worst = max(
            worst,
            float(rot.angle_between_deg(clip.rotations[frames, JOINT_INDEX[joint]].astype(np.float64), wanted).max()),
        )
    return worst


def shown(prompts: PosePrompts) -> Prompts:
    """(time, joints) for the pictures, a held range every tenth of a second."""
    marks: list[tuple[float, tuple[str, ...]]] = []
    for joint, (times_s, _) in prompts.joints.items():
        moments = np.arange(times_s[0], times_s[-1] + 1e-6, 0.1) if len(times_s) > 1 else times_s
        marks += [(float(moment), (joint,)) for moment in moments]
    return marks


def generate(audio: AudioClip, seed: int, style: str, prompts: PosePrompts | None) -> Clip:
    settings = GenerateSettings(seed=seed, parts=frozenset({LIPS, EXPRESSION, EYES, HEAD, BODY, HANDS}), style=style)
    return perform(audio, settings, prompts=prompts).body


def run(arguments: argparse.Namespace) -> dict:
    audio = load(arguments.audio)
    prompts = demonstration(audio.duration_s)
    plain, asked = (generate(audio, arguments.seed, arguments.style, given) for given in (None, prompts))
    stressed = [accent.peak_s for accent in prosody.analyse(audio).accents]
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    moments = np.linspace(0.2, audio.duration_s - 0.2, 12)
    contact_sheet({"": plain}, moments, Timeline(audio, stressed), 230).save(out / "body_sheet.png")
    around = np.concatenate(
        [0.30 * audio.duration_s + np.array([-0.6, -0.3, 0.0, 0.3, 0.6]), np.linspace(0.55, 0.80, 7) * audio.duration_s]
    )
    both = {"without prompts": plain, "with prompts": asked}
    timeline = Timeline(audio, stressed, {"with prompts": shown(prompts)})
    contact_sheet(both, around, timeline, 230).save(out / "body_prompts.png")
    if not arguments.no_video:
        video(both, out / "body_prompts.mp4", timeline, height=340)
    figures = {"seconds": audio.duration_s, "prompt_error_deg": error_deg(asked, prompts)}
    print(f"{out}: {audio.duration_s:.1f} s, prompts met within {figures['prompt_error_deg']:.3f}°")
    return figures
