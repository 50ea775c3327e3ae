# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a dance: danced poses over someone who stands, on the stage, feet on the floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...models.bailando.dancer_frames import DANCED
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import BODY_JOINTS, FINGER_JOINTS, HEAD_JOINTS, JOINT_INDEX
from ...motion.locomotion.foot_planting import plant_feet
from ...motion.locomotion.legs import LowerBody
from ...motion.locomotion.weight_shift import add_postural_sway
from ...motion.skeleton import Skeleton, average_adult
from ...motion.smoothing import gaussian_smooth, smooth_upper_envelope
from ...motion.spans import spans
from ...settings import GenerateSettings
from ..parts import BODY, HANDS, HEAD, ROOT
from .decoded_dance import LocalDance
from .liveliness import with_flowing_back, with_hands
from .repeated_phrases import Repeat, with_their_motion
from .stage import headed, steered, travelled

ON_THE_SPOT_M = 0.12  # so far the hips still go about: the weight goes from foot to foot
_PLANTED = 2  # times: feet that are led slowly to their next place stand longer, and step there
_JUMP_S = 0.4  # a jump takes no longer than this; by eye
_MEAN_S = 0.9  # a larger or smaller dance moves so much about where the body is on average within this time
_BODY = [JOINT_INDEX[name] for name in BODY_JOINTS if name not in HEAD_JOINTS]
_HEAD = [JOINT_INDEX[name] for name in HEAD_JOINTS]
_FINGERS = [JOINT_INDEX[name] for name in FINGER_JOINTS]


@dataclass(frozen=True)
class Stand:
    """Someone who stands and waits, at the frames of the sound. posture: (55, 4). fingers: (T, 30, 4), what they do once it is danced."""

    clip: Clip
    posture: np.ndarray
    fingers: np.ndarray


def standing(posture: np.ndarray, fingers: np.ndarray, rate_hz: float, settings: GenerateSettings) -> Stand:
    """Idle: the weight goes from foot to foot, the chest breathes; still where the body's strength is 0."""
    frames = len(fingers)
    still = Clip.still(frames, rate_hz, frozenset(BODY_JOINTS))
    indices = _BODY + _FINGERS
    still.rotations[:, indices] = posture[indices].astype(np.float32)
    body = average_adult()
    planted = plant_feet(still, body, contacts=np.ones((frames, 4), np.float32), follow=False)
    strength = settings.strength(BODY)
    swaying = add_postural_sway(planted, body, settings.seed, shifts=settings.locomotion != "OFF", strength=strength)
    return Stand(swaying, posture, fingers)


def danced_body(
    stand: Stand,
    dance: LocalDance | None,
    share: np.ndarray,
    energy: np.ndarray,
    settings: GenerateSettings,
    repeats: Sequence[Repeat] = (),
) -> Clip:
    """The whole body at the frames of the stand.

    Args:
        stand: what is between and around the dance.
        dance: at the same frames; None: there is nothing to dance to.
        share: (T,) 0..1, how far it is danced.
        energy: (T,) how large, 1 as it was learned.
        settings: parts, strengths, stage radius and seed count.
        repeats: what is danced as the animator kept it.
    """
    rate_hz = stand.clip.rate_hz
    if dance is None or not share.any():
        rotations = stand.clip.rotations.astype(np.float64)
        rotations = with_hands(rotations, stand.posture, stand.fingers, rate_hz, 0.0 * share, settings.seed)
        return _driven(_hands_by_strength(rotations, stand, settings), stand.clip.root_translation_m, stand.clip)
    dance = enlarged(dance, energy, rate_hz)
    dance = replace(dance, rotations=with_flowing_back(dance.rotations, rate_hz))
    dance = with_their_motion(dance, repeats, np.arange(len(dance)) / rate_hz, rate_hz)
    rotations = dance.rotations
    strength = share * settings.strength(BODY)
    still = stand.clip.rotations.astype(np.float64)
    rotations[:, _BODY] = _between(still[:, _BODY], rotations[:, _BODY], strength)
    rotations[:, _HEAD] = _between(still[:, _HEAD], rotations[:, _HEAD], share * settings.strength(HEAD))
    feet = [JOINT_INDEX[f"{side}_foot"] for side in ("left", "right")]
    rotations[:, feet] = still[:, feet]
    heading = steered(dance.turning, rate_hz, np.minimum(strength, 1.0))
    rotations[:, 0] = headed(rotations[:, 0], heading)
    rotations = with_hands(rotations, stand.posture, stand.fingers, rate_hz, share, settings.seed)
    rotations = _hands_by_strength(rotations, stand, settings)
    radius_m = settings.stage_radius_m if ROOT in settings.parts else 0.0
    root = _root(stand, dance, heading, strength, max(radius_m, ON_THE_SPOT_M))
    clip = grounded(_driven(rotations, root, stand.clip), average_adult())
    for _ in range(_PLANTED):
        clip = plant_feet(clip, average_adult(), follow=False)
    return clip


def grounded(clip: Clip, skeleton: Skeleton) -> Clip:
    """The clip with the lower foot on the floor: a dancer is in the air for the length of a jump, not longer."""
    lower = LowerBody.of(clip, skeleton)
    heights = [lower.both(joint)[..., 1] - lower.rest_positions[f"left_{joint}"][1] for joint in ("ankle", "foot")]
    low = np.min(heights, axis=(0, 2))
    base = -smooth_upper_envelope(-low, max(int(round(_JUMP_S * clip.rate_hz / 4.0)), 1))
    root = clip.root_translation_m.copy()
    root[:, 1] -= base
    return replace(clip, root_translation_m=root)


def enlarged(dance: LocalDance, energy: np.ndarray, rate_hz: float) -> LocalDance:
    """A dance with larger or smaller movements about the same poses. energy: (T,)."""
    if np.allclose(energy, 1.0, atol=1e-3):
        return dance
    joints = sorted(JOINT_INDEX[name] for name in DANCED)
    own = rot.continuous(dance.rotations[:, joints])
    mean = gaussian_smooth(
        own, _MEAN_S * rate_hz
    )  # a filter of the quaternions: no angle can jump from one side to the other
    rotations = dance.rotations.copy()
    rotations[:, joints] = rot.normalised(mean + (own - mean) * energy[:, None, None])
    height = gaussian_smooth(dance.height, _MEAN_S * rate_hz)
    return LocalDance(
        rotations, dance.velocity * energy[:, None], dance.turning, height + (dance.height - height) * energy
    )


def _between(still: np.ndarray, moved: np.ndarray, share: np.ndarray) -> np.ndarray:
    """From rotations (T, J, 4) to others by a share (T,), beyond 1 farther."""
    moved = rot.continuous(moved)
    for start, end in spans((share > 0.0) & (share < 1.0)):  # the same way round through a whole transition
        near = (still[start:end] * moved[start:end]).sum(-1)
        moved[start:end] *= np.where(near.sum(0) < 0.0, -1.0, 1.0)[:, None]
    both = share >= 1.0
    moved[both] *= np.where((still[both] * moved[both]).sum(-1, keepdims=True) < 0.0, -1.0, 1.0)
    between = still + (moved - still) * share[:, None, None]
    return rot.normalised(np.where((share == 1.0)[:, None, None], moved, between))


def _hands_by_strength(rotations: np.ndarray, stand: Stand, settings: GenerateSettings) -> np.ndarray:
    strength = settings.strength(HANDS) if HANDS in settings.parts else 0.0
    if strength != 1.0:
        away = rot.multiply(rot.inverse(stand.posture[_FINGERS])[None], rotations[:, _FINGERS])
        rotations[:, _FINGERS] = rot.multiply(stand.posture[_FINGERS][None], rot.scaled(away, strength))
    return rotations


def _root(stand: Stand, dance: LocalDance, heading: np.ndarray, strength: np.ndarray, radius_m: float) -> np.ndarray:
    """Root translation (T, 3): the way over the stage, and the sway of the stand around it."""
    share = np.minimum(strength, 1.0)
    way = travelled(dance.velocity, heading, stand.clip.rate_hz, share, radius_m)
    own = stand.clip.root_translation_m.astype(np.float64)
    sine, cosine = np.sin(heading), np.cos(heading)
    root = own * (1.0 - share)[:, None]
    root[:, 1] += share * dance.height
    turned_x = cosine * root[:, 0] + sine * root[:, 2]
    root[:, 2] = cosine * root[:, 2] - sine * root[:, 0] + way[:, 1]
    root[:, 0] = turned_x + way[:, 0]
    return root


def _driven(rotations: np.ndarray, root_m: np.ndarray, like: Clip) -> Clip:
    return replace(
        like,
        rotations=rot.continuous(rot.normalised(rotations)).astype(np.float32),
        root_translation_m=root_m.astype(np.float32),
        driven=frozenset(BODY_JOINTS) | frozenset(FINGER_JOINTS),
    )
