# SPDX-License-Identifier: GPL-3.0-or-later
"""A body that stands and strikes as one performer: the network's motion about another posture, and own strokes to choose from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from ...models.emage import Emage
from ...models.emage.body_parts import TRANSLATION
from ...models.emage.stroke_memory import StrokeMemory
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import BODY_JOINTS, FINGER_JOINTS, JOINT_INDEX, SIDES
from ...settings import GenerateSettings
from ..parts import BODY
from ..performer.body_ways import UPPER, BodyWays
from .decoded_motion import posture_of

# Of how well a stroke fits, for the performer's own: the model's other ones are left for what the performer was not seen to do. By eye; the
# bench `performer` compares this one with none, and no other was tried.
OWN_GAIN = 3.0
_FEW = 12  # own strokes of which half of the gain is given
_STANDING = tuple(
    name
    for name in BODY_JOINTS
    if name not in ("neck", "head") and name.split("_")[-1] not in ("shoulder", "elbow", "wrist")
)
_ARM = tuple(f"{side}_{part}" for side in SIDES for part in ("collar", "shoulder", "elbow", "wrist"))


@dataclass(frozen=True)
class Strokes:
    """What strokes are chosen from: about and sizes in memory, poses float64 (n, 55, 4), own: float (n,) what each gains by whose it is."""

    memory: StrokeMemory
    poses: np.ndarray
    own: np.ndarray


def strokes_of(model: Emage, speaker: int, ways: BodyWays | None) -> Strokes | None:
    """The model's, and in front of them the performer's own, if there are any."""
    memory = model.strokes
    if memory is None:
        return None
    poses = model.stroke_rotations()
    if ways is None or not len(ways.strokes):
        return Strokes(memory, poses, np.zeros(len(poses)))
    strokes = ways.strokes
    own = np.repeat(posture_of(model, speaker)[None], len(strokes), axis=0)
    own[:, [JOINT_INDEX[name] for name in UPPER]] = strokes.poses
    missing = [JOINT_INDEX[name] for name in FINGER_JOINTS if name not in ways.recorded]
    if missing:  # the fingers of the stroke whose arms are most alike
        arms = [JOINT_INDEX[name] for name in _ARM]
        for pose in own:
            alike = rot.angle_between_deg(poses[:, arms], pose[None, arms]).sum(axis=1).argmin()
            pose[missing] = poses[alike, missing]
    about = np.stack([np.full(len(strokes), speaker), strokes.lexemes, strokes.hands], axis=1)
    both = StrokeMemory(
        torch.cat((torch.from_numpy(about).to(memory.about), memory.about)),
        torch.cat((torch.from_numpy(strokes.sizes).to(memory.sizes), memory.sizes)),
    )
    gain = OWN_GAIN * len(strokes) / (len(strokes) + _FEW)
    return Strokes(both, np.concatenate([own, poses]), np.concatenate([np.full(len(own), gain), np.zeros(len(poses))]))


def standing_as(clip: Clip, model: Emage, speaker: int, ways: BodyWays | None, settings: GenerateSettings) -> Clip:
    """The clip with trunk, collars and legs about the performer's posture in place of what they are about; arms are `resting`'s."""
    if ways is None or BODY not in settings.parts or settings.stance == "AS_POSED" or not len(clip):
        return clip
    general = posture_of(model, speaker)
    posture = ways.posture_over(general)
    rotations = clip.rotations.astype(np.float64)
    for name in clip.driven.intersection(_STANDING):
        joint = JOINT_INDEX[name]
        own = rot.continuous(rotations[:, joint])
        mean = rot.normalised(own.mean(axis=0))  # about which the network moves here: it leans now this way, now that
        rotations[:, joint] = rot.multiply(posture[joint][None], rot.multiply(rot.inverse(mean)[None], own))
    root = clip.root_translation_m.copy()
    root[:, 1] += ways.root_m[1] - float(model.postures[speaker, TRANSLATION][1])
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32), root_translation_m=root)
