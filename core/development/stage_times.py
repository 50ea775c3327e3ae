# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time of a click goes: functions of the enabled extension, timed while it runs, each without those that it calls."""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import clone

# stage → functions (module, name or class.method); what none of them takes is "all else"
STAGES: dict[str, tuple[tuple[str, str], ...]] = {
    "reading the character and its keys": (("core.blender.generate", "gather"),),
    # recorded windows draw their codes and decode what they hand on in the same program
    "EMAGE's network": (
        ("core.models.emage.network", "EmageNetwork.forward"),
        ("core.models.emage.token_sampling", "draw_tokens"),
        ("core.networks.traced", "Recorded.__call__"),
    ),
    "EMAGE's codec": (("core.models.emage.codec", "MotionCodecs.decode"),),
    "choosing codes": (
        ("core.models.emage.window_sampling", "choose_codes"),
        ("core.networks.code_sampling", "CorrelatedSampler.noise"),
    ),
    "speech network": (("core.models.speech.network", "SpeechModel.infer"),),
    "strokes": (("core.performance.body.strokes", "stroke_prompts"),),
    "from codes to joints": (
        ("core.performance.body.decoded_motion", "clip_of"),
        ("core.performance.body.decoded_motion", "scaled"),
    ),
    "feet": (("core.motion.locomotion.foot_planting", "plant_feet"),),
    "sway and steps": (
        ("core.motion.locomotion.weight_shift", "add_postural_sway"),
        ("core.motion.locomotion.stepping", "walk_about"),
    ),
    "face": (("core.performance.face.generation", "generate_face"),),
    "MeshTalk and contours, waited for": (("core.audio.prosody", "prosody_of"),),
    "through the prompts": (
        ("core.prompts.blending", "blend_clip_through"),
        ("core.prompts.blending", "blend_rotations_through"),
    ),
    "to the scene's frames": (("core.performance.frames", "at_frames"),),
    "onto the rig": (("core.rigs.retargeting.retarget", "retarget"),),
    "kept out of itself": (("core.rigs.retargeting.self_collision", "resolve_self_collisions"),),
    "few keys": (
        ("core.motion.simplification", "simplify_curves"),
        ("core.motion.simplification", "simplify_rotations"),
        ("core.motion.shape_simplification", "simplify_shapes"),
    ),
    "plan, own part": (("core.blender.keying.keyframe_plan", "make_plan"),),
    "writing": (("core.blender.generate", "write"),),
}
REST = "all else"


@contextmanager
def timed() -> Iterator[Callable[[], dict[str, float]]]:
    """Functions are timed inside; what is yielded gives the seconds of the calling thread's processor by stage."""
    seconds: defaultdict[str, float] = defaultdict(float)
    own = threading.get_ident()
    running: list[float] = []  # of the functions that run, what those took that they called

    def wrapped(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            if threading.get_ident() != own:
                return function(*arguments, **named)
            running.append(0.0)
            began = time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                took = time.thread_time() - began
                seconds[stage] += took - running.pop()
                if running:
                    running[-1] += took

        return call

    began = time.thread_time()
    undo = [change for stage, names in STAGES.items() for change in _replaced(names, functools.partial(wrapped, stage))]
    try:
        yield lambda: dict(seconds) | {REST: time.thread_time() - began - sum(seconds.values())}
    finally:
        for owner, name, function in undo:
            setattr(owner, name, function)


def _replaced(
    names: tuple[tuple[str, str], ...], wrapped: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Iterator[tuple[Any, str, Callable[..., Any]]]:
    """Puts what `wrapped` gives in the place of functions, wherever the extension imported them; what was there, to be put back."""
    for module_name, path in names:
        module = clone.part(module_name)
        holder, _, name = path.rpartition(".")
        owner = getattr(module, holder) if holder else module
        function = getattr(owner, name)
        timed_one = wrapped(function)
        users = [owner] if holder else [one for key, one in [*sys.modules.items()] if key.startswith(clone.PACKAGE)]
        for user in users:
            if getattr(user, name, None) is function:
                setattr(user, name, timed_one)
                yield user, name, function
