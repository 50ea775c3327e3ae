# SPDX-License-Identifier: GPL-3.0-or-later
"""What codecs leave of motion: angular speeds of pelvis, chest, head and knees, and how far joints come to lie."""

from __future__ import annotations

import numpy as np
import torch

from ...models.emage.body_parts import BODY_PARTS, JOINTS, ROTATION_CHANNELS, TRANSLATION, split
from ...models.emage.codec import MotionCodecs
from ...motion.joints import JOINT_INDEX
from ...motion.rotation_tensors import rot6d_to_matrix
from ...motion.skeleton import average_adult
from .frames import BodyFrames

_PLACES = slice(0, 22)
WATCHED = ("pelvis", "spine3", "head", "left_knee", "right_knee")


def angular_speeds_deg(motion: np.ndarray, rate_hz: float = 30.0) -> dict[str, float]:
    """Mean over motion (T, 337): of pelvis, chest and head in the world, of knees against the thigh, deg/s; of wrists as the pelvis
    sees them, m/s."""
    local = rot6d_to_matrix(
        torch.from_numpy(motion[:, :ROTATION_CHANNELS].astype(np.float32)).unflatten(-1, (JOINTS, 6))
    )
    root = torch.from_numpy(motion[:, TRANSLATION].astype(np.float32))
    places, world = average_adult().forward(local, root)
    found = {}
    for name in WATCHED:
        joint = JOINT_INDEX[name]
        turned = (local if "knee" in name else world)[:, joint]
        change = turned[1:] @ turned[:-1].transpose(-1, -2)
        cosine = ((change.diagonal(dim1=-2, dim2=-1).sum(-1) - 1) / 2).clamp(-1, 1)
        found[name] = float(torch.rad2deg(torch.arccos(cosine)).mean()) * rate_hz
    for side in ("left", "right"):
        seen = (world[:, 0].transpose(-1, -2) @ (places[:, JOINT_INDEX[f"{side}_wrist"]] - places[:, 0])[..., None])[
            ..., 0
        ]
        found[f"{side}_wrist"] = float(seen.diff(dim=0).norm(dim=-1).mean()) * rate_hz
    return found


@torch.inference_mode()
def through_codecs(codecs: MotionCodecs, motion: np.ndarray) -> np.ndarray:
    """motion (T, 337) encoded and decoded again, float32, by its latents."""
    whole = torch.from_numpy(motion[None].astype(np.float32))
    vectors = split(whole, whole[..., :0], ())
    latents = {part: codecs.strided(part).encoder(vectors[part]) for part in BODY_PARTS}
    return codecs.decode(latents).first(len(motion)).motion[0].numpy()


def codec_figures(codecs: MotionCodecs, frames: BodyFrames, most: int = 40) -> dict[str, float]:
    """Speeds behind the codecs over those before, by joint, and the mean distance of the body's joints in cm, over `most`
    performances that are spread over all."""
    chosen = np.unique(np.linspace(0, len(frames.starts) - 1, most).astype(int))
    before: dict[str, list[float]] = {}
    after: dict[str, list[float]] = {}
    away, weights = [], []
    adult = average_adult()
    for start, end in zip(frames.starts[chosen], frames.ends[chosen]):
        if end - start < 60:
            continue
        motion = frames.motion[start:end].astype(np.float32)
        decoded = through_codecs(codecs, motion)
        weights.append(end - start)
        for kept, which in ((before, motion), (after, decoded)):
            for name, value in angular_speeds_deg(which).items():
                kept.setdefault(name, []).append(value)
        places = [
            adult.forward(
                rot6d_to_matrix(torch.from_numpy(which[:, :ROTATION_CHANNELS]).unflatten(-1, (JOINTS, 6))),
                torch.from_numpy(which[:, TRANSLATION]),
            )[0][:, _PLACES]
            for which in (motion, decoded)
        ]
        away.append(100.0 * float((places[0] - places[1]).norm(dim=-1).mean()))
    found = {"away_cm": float(np.average(away, weights=weights))}
    for name in before:
        found[name] = float(np.average(before[name], weights=weights))
        found[f"{name}_ratio"] = float(np.average(after[name], weights=weights)) / max(found[name], 1e-9)
    return found
