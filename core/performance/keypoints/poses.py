# SPDX-License-Identifier: GPL-3.0-or-later
"""A body in keypoints as poses that a performance passes through: where limbs rest or turn, and where they are surely seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion.joints import BODY_JOINTS, SIDES
from ...prompts.model import PosePrompts
from ...prompts.pacing import Pace, PromptPaces
from .lifting import LiftedBody

APART_S = 0.4  # of poses of one limb: so often do people who talk turn their hands; by eye
_CLEAR_S = 0.8  # around the animator's own keys
_PACE = Pace(0.0, 0.25)  # a video shows moments, nothing is held
LIMBS = {
    "trunk": ("spine1", "spine2", "spine3"),
    **{f"{side} arm": (f"{side}_shoulder", f"{side}_elbow") for side in SIDES},
}


def pose_frames(body: LiftedBody, joints: tuple[str, ...], rate_hz: float) -> np.ndarray:
    """int (P,), ascending: frames in which a limb poses, the stillest first chosen, `APART_S` apart; none where it is unsure."""
    joints = tuple(joint for joint in joints if joint in body.joints)
    if not joints:
        return np.zeros(0, int)
    sure = np.all([body.sure[joint] for joint in joints], 0)
    turns = np.concatenate([body.joints[joint] for joint in joints], 1)
    moving = np.abs(np.gradient(turns, axis=0)).sum(1) if len(turns) > 1 else np.zeros(len(turns))
    chosen: list[int] = []
    free = sure.copy()
    reach = max(int(round(APART_S * rate_hz)), 1)
    for frame in np.argsort(moving, kind="stable"):
        if free[frame]:
            chosen.append(int(frame))
            free[max(frame - reach + 1, 0) : frame + reach] = False
    return np.array(sorted(chosen), int)


def poses_of(
    body: LiftedBody, rate_hz: float, driven: frozenset[str], duration_s: float
) -> tuple[dict[str, tuple[np.ndarray, np.ndarray]], dict[str, int]]:
    """{joint: (times_s, quaternions)} as prompts have them, and how many poses each limb has.

    Args:
        body: at its keypoints' rate, its first frame where the sound begins.
        rate_hz: that rate.
        driven: the joints that are generated.
        duration_s: of the sound; later poses are left out.
    """
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    counts: dict[str, int] = {}
    for limb, joints in LIMBS.items():
        frames = pose_frames(body, joints, rate_hz)
        frames = frames[frames / rate_hz <= duration_s]
        mine = [joint for joint in joints if joint in driven and joint in body.joints]
        if mine and len(frames):
            counts[limb] = len(frames)
            found |= {joint: (frames / rate_hz, body.joints[joint][frames]) for joint in mine}
    return found, counts


def beside(prompts: PosePrompts, poses: dict[str, tuple[np.ndarray, np.ndarray]]) -> PosePrompts:
    """The animator's prompts, held already, with poses where none of theirs is near; on the same limb, theirs count alone."""
    paces = PromptPaces(body=_PACE)
    joints, known = dict(prompts.joints), dict(prompts.paces)
    for joint in sorted(prompts.joints.keys() - known.keys()):
        known[joint] = paces.of("", prompts.joints[joint][0])
    for joint, (times_s, quaternions) in poses.items():
        near = _times_on_limb(prompts, joint)
        clear = np.abs(times_s[:, None] - near[None]).min(1, initial=np.inf) > _CLEAR_S
        own_s, own = prompts.joints.get(joint, (np.zeros(0), np.zeros((0, 4))))
        together = np.concatenate([own_s, times_s[clear]])
        if not len(together):
            continue
        order = np.argsort(together, kind="stable")
        joints[joint] = together[order], np.concatenate([own, quaternions[clear]])[order]
        both = paces.of("", times_s[clear])
        if joint in known:
            both = known[joint].followed_by(both)
        known[joint] = both.part(order)
    return replace(prompts, joints=joints, paces=known)


def _times_on_limb(prompts: PosePrompts, joint: str) -> np.ndarray:
    """(N,) seconds of the animator's prompts on the limb that a joint belongs to, hand and collar included."""
    side = joint.partition("_")[0]
    limb = (
        [
            name
            for name in BODY_JOINTS
            if name.startswith(side) and name.endswith(("collar", "shoulder", "elbow", "wrist"))
        ]
        if side in SIDES
        else LIMBS["trunk"]
    )
    times = [prompts.joints[name][0] for name in limb if name in prompts.joints]
    return np.unique(np.concatenate(times)) if times else np.zeros(0)
