# SPDX-License-Identifier: GPL-3.0-or-later
"""One body from two sources: torso, limbs and hands from EMAGE, head, eyes and jaw from the face's generation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX, TORSO_JOINTS
from ...motion.kinematics.forward import turned_in_the_world
from ...motion.resampling import clip_at

STEADY = 0.45  # how much of the torso's turning the neck takes back: people keep looking at whom they talk to; by eye


def compose_body(face: Clip, body: Clip, steady: bool = True) -> Clip:
    """All joints of a performance in one clip.

    The head is driven by the face's clip alone; the torso's sway reaches it by half (wholly if not steady).

    Args:
        face: head, neck, eyes and jaw, looking forward over a still torso.
        body: all else, at any rate.
        steady: whether the neck takes back the torso's turning.

    Returns:
        A clip with the face's frames.
    """
    moved = clip_at(body, face.rate_hz, face.start_s, len(face))
    rotations = face.rotations.copy()
    driven = [JOINT_INDEX[name] for name in body.driven - face.driven]
    rotations[:, driven] = moved.rotations[:, driven]
    if steady and {"neck", "head"} <= face.driven and "spine3" in body.driven:
        torso = turned_in_the_world(rotations, TORSO_JOINTS)
        back = rot.multiply(rot.inverse(torso), rot.scaled(torso, 1.0 - STEADY))
        half = rot.scaled(back, 0.5)
        neck, head = (rotations[:, JOINT_INDEX[name]].astype(np.float64) for name in ("neck", "head"))
        # torso · half · neck · rest = torso · back · neck, so that the whole head stands where it was meant to
        whole_head = rot.multiply(rot.multiply(back, neck), head)
        bent = rot.multiply(half, neck)
        rotations[:, JOINT_INDEX["neck"]] = bent
        rotations[:, JOINT_INDEX["head"]] = rot.multiply(rot.inverse(bent), whole_head)
    return replace(
        face,
        rotations=rotations.astype(np.float32),
        root_translation_m=moved.root_translation_m,
        contacts=moved.contacts,
        driven=face.driven | body.driven,
    )
