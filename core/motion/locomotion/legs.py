# SPDX-License-Identifier: GPL-3.0-or-later
"""Legs in motion: where hips, knees, ankles and feet are, and how a clip's legs are brought to other places by IK."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..clip import Clip
from ..joints import LEG_JOINTS, SIDES
from ..kinematics import two_bone_ik
from ..kinematics.forward import forward
from ..rotations import continuous, inverse, multiply, normalised, rotate
from ..vectors import norm

if TYPE_CHECKING:  # the skeleton is made of tensors; here it is only read
    from ..skeleton import Skeleton

_KNEE_AXIS = np.array([1.0, 0.0, 0.0])  # knees bend about the left-right axis


@dataclass(frozen=True)
class Leg:
    """One leg's motion over T frames, canonical space (Y up), metres.

    hip, knee, ankle: positions (T, 3). foot_rotation, toe_rotation: world rotations of foot and toes from their rest
    (standing flat), wxyz (T, 4). ball_offset: from the ankle to the ball of the foot in rest (3,). ankle_height,
    ball_height: in rest above the floor. knee_axis: the direction about which the knee bends when the leg is straight
    (T, 3).
    """

    hip: np.ndarray
    knee: np.ndarray
    ankle: np.ndarray
    foot_rotation: np.ndarray
    toe_rotation: np.ndarray
    ball_offset: np.ndarray
    ankle_height: float
    ball_height: float
    knee_axis: np.ndarray

    @property
    def ball(self) -> np.ndarray:
        """(T, 3): where the ball of the foot is."""
        return self.ankle + rotate(self.foot_rotation, self.ball_offset)

    @property
    def length(self) -> np.ndarray:
        """(T,): of thigh and shin."""
        return norm(self.knee - self.hip) + norm(self.ankle - self.knee)

    def moved(self, offset: np.ndarray) -> Leg:
        """The leg elsewhere, offset (T, 3)."""
        return replace(self, hip=self.hip + offset, knee=self.knee + offset, ankle=self.ankle + offset)


@dataclass(frozen=True)
class FootPlan:
    """Where the feet of a body are to go. Lists hold one entry a leg, left first.

    pelvis: offset of the whole body (T, 3). ankles: IK targets (T, 3). feet, toes: world rotations wxyz (T, 4) to put
    before those of foot and toes.
    """

    pelvis: np.ndarray
    ankles: tuple[np.ndarray, ...]
    feet: tuple[np.ndarray, ...]
    toes: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class LowerBody:
    """The joints from root to toes by name: positions (T, 3) float64, world rotations (T, 4) wxyz, in rest (3,)."""

    positions: dict[str, np.ndarray]
    rotations: dict[str, np.ndarray]
    rest_positions: dict[str, np.ndarray]

    @classmethod
    def of(cls, clip: Clip, skeleton: Skeleton) -> LowerBody:
        chain = _chain(skeleton)
        indices = list(chain.values())
        offsets = np.asarray(skeleton.offsets_m, np.float64)[indices]
        parents = [indices.index(skeleton.parents[joint]) if skeleton.parents[joint] >= 0 else -1 for joint in indices]
        positions, rotations = forward(clip.rotations[:, indices], clip.root_translation_m, offsets, parents)
        still = np.tile([1.0, 0.0, 0.0, 0.0], (1, len(indices), 1))
        rest, _ = forward(still, np.zeros((1, 3)), offsets, parents)
        return cls(
            {name: positions[:, at] for at, name in enumerate(chain)},
            {name: rotations[:, at] for at, name in enumerate(chain)},
            {name: rest[0, at] for at, name in enumerate(chain)},
        )

    def both(self, joint: str) -> np.ndarray:
        """Where the left and the right one are, (T, 2, 3)."""
        return np.stack([self.positions[f"{side}_{joint}"] for side in SIDES], 1)

    def legs(self) -> list[Leg]:
        """The left and the right leg."""
        legs = []
        for side in SIDES:
            hip, knee, ankle = (self.positions[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
            thigh = self.rotations[f"{side}_hip"]
            axis = two_bone_ik.hinge_axis(knee - hip, ankle - knee, thigh, _KNEE_AXIS)
            rest_ankle, rest_ball = self.rest_positions[f"{side}_ankle"], self.rest_positions[f"{side}_foot"]
            legs.append(
                Leg(
                    hip=hip,
                    knee=knee,
                    ankle=ankle,
                    foot_rotation=self.rotations[f"{side}_ankle"],
                    toe_rotation=self.rotations[f"{side}_foot"],
                    ball_offset=rest_ball - rest_ankle,
                    ankle_height=float(rest_ankle[1]),
                    ball_height=float(rest_ball[1]),
                    knee_axis=rotate(thigh, axis),
                )
            )
        return legs


def _chain(skeleton: Skeleton) -> dict[str, int]:
    """The joints that the legs need, from the root, in order: name → index in the skeleton."""
    wanted: set[int] = set()
    for name in LEG_JOINTS:
        joint = skeleton.index(name)
        while joint >= 0 and joint not in wanted:
            wanted.add(joint)
            joint = skeleton.parents[joint]
    return {skeleton.names[joint]: joint for joint in sorted(wanted)}


def pelvis_drop(legs: Sequence[Leg], ankles: Sequence[np.ndarray], longest: Sequence[np.ndarray]) -> list[np.ndarray]:
    """How far the pelvis has to come down for each leg to reach its ankle's target.

    Args:
        legs: where they are.
        ankles: targets (T, 3) metres, one a leg.
        longest: (T,) metres from hip to ankle that each leg may take up.

    Returns:
        (T,) metres a leg; negative where it could go up.
    """
    found = []
    for leg, ankle, limit in zip(legs, ankles, longest):
        apart = leg.hip - ankle
        flat = (apart[:, [0, 2]] ** 2).sum(-1)
        height = np.sqrt(np.maximum(limit**2 - flat, (0.3 * leg.length) ** 2))
        found.append(apart[:, 1] - height)
    return found


def feet_of(source: LowerBody, moved: LowerBody, pelvis: np.ndarray) -> FootPlan:
    """The plan that keeps ankles, soles and toes of a moved body where they are in another.

    Args:
        source: the body whose feet are kept.
        moved: the body that is to be brought there.
        pelvis: (T, 3) offset of the moved body.
    """

    def turns(joint: str) -> tuple[np.ndarray, ...]:
        names = [f"{side}_{joint}" for side in SIDES]
        return tuple(multiply(source.rotations[name], inverse(moved.rotations[name])) for name in names)

    ankles = tuple(source.positions[f"{side}_ankle"] for side in SIDES)
    return FootPlan(pelvis, ankles, turns("ankle"), turns("foot"))


def with_feet(clip: Clip, skeleton: Skeleton, lower: LowerBody, legs: Sequence[Leg], plan: FootPlan) -> Clip:
    """The clip with its legs brought to a plan by two-bone IK; its contacts are as they were.

    Args:
        clip: the motion; its root goes by the plan's offset of the pelvis.
        skeleton: on which the plan was made.
        lower: the clip's lower body.
        legs: its legs, possibly bent already, that IK begins from.
        plan: where the feet go.
    """
    rotations = np.array(clip.rotations, np.float32)
    for at, side in enumerate(SIDES):
        leg = legs[at].moved(plan.pelvis)
        thigh, shin, _ = two_bone_ik.solve(leg.hip, leg.knee, leg.ankle, plan.ankles[at], leg.knee_axis)
        above = lower.rotations[skeleton.names[skeleton.parents[skeleton.index(f"{side}_hip")]]]
        for joint, turn in (("hip", thigh), ("knee", shin), ("ankle", plan.feet[at]), ("foot", plan.toes[at])):
            world = multiply(turn, lower.rotations[f"{side}_{joint}"])
            rotations[:, skeleton.index(f"{side}_{joint}")] = continuous(normalised(multiply(inverse(above), world)))
            above = world
    root = np.asarray(clip.root_translation_m, np.float64) + plan.pelvis
    return replace(
        clip,
        rotations=rotations,
        root_translation_m=root.astype(np.float32),
        driven=clip.driven | LEG_JOINTS | {"pelvis"},
    )
