# SPDX-License-Identifier: GPL-3.0-or-later
"""A face moved by bones: jaw, eyes, lids, and controls for lips, brows, cheeks and tongue.

Lengths are measured on the character: the width of its mouth, the distance of its eyes or the length of its jaw say how
long a centimetre of the average head (`mouth_appearance`) is on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import numpy as np

from ...motion.face_track import FACE_INDEX, LOOK_RAD
from ...motion.joints import SIDES
from ...motion.rotations import IDENTITY, inverse, multiply, rotate
from ...motion.vectors import norm
from ..character import Character
from ..description import Bone, RigDescription
from ..detection.shape_keys import LIPS, PARTS, TONGUE
from ..spaces import about, bone_offset, bone_rotation, rest_head, rest_tail
from .mouth_appearance import FEATURES, lip_opening_cm, mouth_features

# An average adult's head, centimetres: round figures of anthropometry.
_MOUTH_WIDTH, _EYE_DISTANCE, _JAW_LENGTH, _HEAD_LENGTH = 4.4, 6.3, 10.0, 20.0
_JAW_DROP, _LIP_DROP = 3.3, 3.1  # cm, of the chin and the lower lip at jawOpen 1, as in `mouth_appearance`
# By eye, as all shares of shapes in the functions below.
_JAW_TURN, _JAW_LEAST, _JAW_MOST = (
    0.35,
    0.2,
    0.5,
)  # radians at jawOpen 1: where nothing tells, and the bounds of what is measured
_JAW_ASIDE = 0.06  # radians at jawLeft 1
_JAW_FORWARD = 0.9  # cm at jawForward 1
_JAW_FORWARD_LEAST = 0.02  # a jawForward that never exceeds this is left out
_LID_GAP, _LID_GAP_CM = 0.6, 1.0  # how far open lids are apart where nothing tells: radians about the eye, cm
_UPPER_SHARE = 0.85  # of a blink, the rest is the lower lid's
_LEFT, _UP, _FORWARD = np.eye(3)
_Curves = dict[str, np.ndarray]  # bone → (T, 4) or (T, 3)


class FaceBones:
    """The bones of one character's face, ready to be turned and moved.

    heads, tails: role → where its bone begins and ends at rest, (3,), canonical axes, armature units. centimetre: how
    long one of the average head is on this character, in units of its armature.
    """

    def __init__(self, character: Character):
        self.bones = character.description.bones
        self.roles = roles = character.roles
        self.axes = axes = character.axes
        self.table = character.control_table
        self.mapping = character.mapping
        self.heads = {role: axes.T @ rest_head(self.bones[name]) for role, name in roles.items()}
        self.tails = {role: axes.T @ rest_tail(self.bones[name]) for role, name in roles.items()}
        self.centimetre = self._centimetre(character.description)

    def _bone(self, role: str) -> Bone:
        return self.bones[self.roles[role]]

    def _centimetre(self, description: RigDescription) -> float:
        """How long a centimetre of the average head is on this character, in units of its armature."""
        heads = self.heads
        for left, right, size in (
            ("left_lip_corner", "right_lip_corner", _MOUTH_WIDTH),
            ("left_gaze_centre", "right_gaze_centre", _EYE_DISTANCE),
            ("left_eye_smplhf", "right_eye_smplhf", _EYE_DISTANCE),
        ):
            if left in heads and right in heads and (distance := np.linalg.norm(heads[left] - heads[right])) > 1e-6:
                return float(distance) / size
        if "jaw" in heads and self._jaw_points_to_chin():
            return float(self._bone("jaw").length) / _JAW_LENGTH
        if "head" in heads and self._bone("head").length > 1e-6:
            return float(self._bone("head").length) / _HEAD_LENGTH
        scale = float(np.linalg.norm(np.asarray(description.world, np.float64)[:3, 0]))
        return 0.01 / scale if scale > 1e-9 else 0.01

    def curves(
        self, values: np.ndarray, wanted: Set[str], eyes: Mapping[str, np.ndarray] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Curves of the face's bones.

        Args:
            values: (T, 55), canonical weights, 0..1.
            wanted: canonical shapes that are to be seen.
            eyes: side → canonical rotation of its eye, quaternions (T, 4), where the body says it; else the gaze shapes
                do.

        Returns:
            Rotations {bone: float32 (T, 4)} and locations {bone: float32 (T, 3)}, as in `Controls`.
        """
        shown = {name for shape in self.mapping.keys.values() for name in shape}
        lips_by_shapes = bool(shown & (LIPS - {"jawOpen", "jawForward", "jawLeft", "jawRight"}))
        rotations: dict[str, np.ndarray] = {}
        locations: dict[str, np.ndarray] = {}
        jaw = np.broadcast_to(IDENTITY, (len(values), 4))
        if "jaw" in self.roles and "jawOpen" in wanted and ("jawOpen" not in shown or self.mapping.jaw_with_shapes):
            can_close = "mouthClose" in shown or (not lips_by_shapes and "lip_lower" in self.roles)
            jaw = self._jaw(values, can_close)
            rotations[self.roles["jaw"]] = bone_rotation(jaw, self._bone("jaw"), self.axes)
            forward = values[:, FACE_INDEX["jawForward"]]
            if forward.max(initial=0.0) > _JAW_FORWARD_LEAST and "jawForward" not in shown:
                offset = forward[:, None] * (_JAW_FORWARD * self.centimetre * _FORWARD)
                locations[self.roles["jaw"]] = bone_offset(offset, self._bone("jaw"), self.axes)
        if not shown & PARTS["gaze"] and PARTS["gaze"] & wanted:
            self._eyes(values, eyes or {}, rotations, locations)
        if not shown & PARTS["blink"] and PARTS["blink"] & wanted:
            self._lids(values, rotations, locations)
        offsets: dict[str, np.ndarray] = {}
        if not lips_by_shapes and LIPS & wanted:
            offsets.update(self._lips(values, jaw))
        if not shown & PARTS["brows"] and PARTS["brows"] & wanted:
            offsets.update(self._brows(values))
        if not shown & TONGUE and TONGUE & wanted:
            offsets.update(self._tongue(values, jaw))
        for role, offset in offsets.items():
            locations[self.roles[role]] = bone_offset(offset * self.centimetre, self._bone(role), self.axes)
        return rotations, locations

    # ------------------------------------------------------------------------------------------------------------ jaw

    def _jaw_points_to_chin(self) -> bool:
        way = self.tails["jaw"] - self.heads["jaw"]
        return way[2] > 0.25 * np.linalg.norm(way) and way[1] < 0.2 * np.linalg.norm(way)

    def _jaw_turn(self) -> float:
        """Radians at jawOpen 1: as much as drops the lip (or the chin) of this character as far as jawOpen says."""
        if "jaw" not in self.roles:
            return _JAW_TURN
        if "lip_lower" in self.roles:
            lever, drop = (self.heads["lip_lower"] - self.heads["jaw"])[2], _LIP_DROP
        elif self._jaw_points_to_chin():
            way = self.tails["jaw"] - self.heads["jaw"]
            lever, drop = max(way[2], 0.85 * np.linalg.norm(way)), _JAW_DROP  # a steep bone ends short of the mouth
        else:
            return _JAW_TURN
        ratio = drop * self.centimetre / max(lever, 1e-9)
        return float(np.clip(np.arcsin(np.clip(ratio, 0.0, 1.0)), _JAW_LEAST, _JAW_MOST))

    def _jaw(self, values: np.ndarray, can_close: bool) -> np.ndarray:
        """Canonical rotation of the jaw, (T, 4). Where nothing else shuts the lips, the jaw opens no further than
        they."""
        opened = values[:, FACE_INDEX["jawOpen"]].astype(np.float64)
        if not can_close:
            full = np.zeros((1, values.shape[1]))
            full[0, FACE_INDEX["jawOpen"]] = 1.0
            opened = np.clip(lip_opening_cm(values) / lip_opening_cm(full), 0.0, 1.0)
        aside = values[:, FACE_INDEX["jawLeft"]] - values[:, FACE_INDEX["jawRight"]]
        return multiply(about((0, 1, 0), _JAW_ASIDE * aside), about((1, 0, 0), self._jaw_turn() * opened))

    def _follow(self, role: str, jaw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the jaw does to a role: its displacement (T, 3), canonical, and its rotation (T, 4)."""
        if "jaw" not in self.heads:
            return np.zeros((len(jaw), 3)), jaw
        share = self.table.jaw.get(role) if self.table is not None else None
        if share is None:
            share = 1.0 if self._hangs_below_jaw(role) else 0.0
        arm = self.heads[role] - self.heads["jaw"]
        partly = share * jaw + (1.0 - share) * IDENTITY
        return share * (rotate(jaw, arm) - arm), partly / norm(partly)[..., None]

    def _hangs_below_jaw(self, role: str) -> bool:
        name = self.roles[role]
        while name:
            name = self.bones[name].parent if name in self.bones else ""
            if name == self.roles.get("jaw"):
                return True
        return False

    # ----------------------------------------------------------------------------------------------------------- eyes

    def _look(self, values: np.ndarray, side: str) -> tuple[np.ndarray, np.ndarray]:
        """Yaw to the character's left and pitch downwards, radians, (T,) each."""
        title = side.capitalize()
        look = {
            way: angle * values[:, FACE_INDEX[f"eyeLook{way}{title}"]].astype(np.float64)
            for way, angle in LOOK_RAD.items()
        }
        outwards = look["Out"] - look["In"]
        return outwards if side == "left" else -outwards, look["Down"] - look["Up"]

    def _eyes(self, values: np.ndarray, eyes: Mapping[str, np.ndarray], rotations: _Curves, locations: _Curves) -> None:
        """Add the curves of eye bones or gaze targets."""
        for side in SIDES:
            rotation = eyes.get(side)
            if rotation is None:
                yaw, pitch = self._look(values, side)
                rotation = multiply(about((0, 1, 0), yaw), about((1, 0, 0), pitch))
            target, centre, eye = f"{side}_gaze_target", f"{side}_gaze_centre", f"{side}_eye_smplhf"
            if target in self.roles and centre in self.roles:
                arm = self.heads[target] - self.heads[centre]
                locations[self.roles[target]] = bone_offset(rotate(rotation, arm) - arm, self._bone(target), self.axes)
            elif eye in self.roles:
                rotations[self.roles[eye]] = bone_rotation(rotation, self._bone(eye), self.axes)

    def _lids(self, values: np.ndarray, rotations: _Curves, locations: _Curves) -> None:
        """Add the curves of lid bones or controls."""
        for side in SIDES:
            upper, lower, title = f"{side}_lid_upper", f"{side}_lid_lower", side.capitalize()
            blink, wide, squint, up, down = (
                values[:, FACE_INDEX[f"{name}{title}"]].astype(np.float64)
                for name in ("eyeBlink", "eyeWide", "eyeSquint", "eyeLookUp", "eyeLookDown")
            )
            # shares of the whole way from open to shut; the upper lid goes down with the gaze
            shut = np.clip(
                _UPPER_SHARE * blink + 0.12 * squint + 0.4 * down - 0.22 * wide - 0.15 * up, -0.3, _UPPER_SHARE
            )
            raised = np.clip((1.0 - _UPPER_SHARE) * blink + 0.2 * squint - 0.1 * down, -0.15, 0.4)
            raised = np.minimum(raised, 1.0 - np.maximum(shut, 0.0))
            for role, share, sign in ((upper, shut, 1.0), (lower, raised, -1.0)):
                if role not in self.roles:
                    continue
                if self._turns_about_eye(role, side):
                    angle = sign * share * self._lid_angle(side)
                    rotations[self.roles[role]] = bone_rotation(about((1, 0, 0), angle), self._bone(role), self.axes)
                else:
                    offset = (-sign * share)[:, None] * (self._lid_gap(side) * _UP)
                    locations[self.roles[role]] = bone_offset(offset, self._bone(role), self.axes)

    def _eye_centre(self, side: str) -> np.ndarray | None:
        centre = self.heads.get(f"{side}_gaze_centre")
        return self.heads.get(f"{side}_eye_smplhf") if centre is None else centre

    def _turns_about_eye(self, role: str, side: str) -> bool:
        centre = self._eye_centre(side)
        if centre is None:
            return False
        return bool(np.linalg.norm(self.heads[role] - centre) < 0.7 * self.centimetre)

    def _lid_angle(self, side: str) -> float:
        """How far the lids are apart as seen from the eye's centre, radians; as their tails say, if they point
        forward."""
        angles = []
        for role in (f"{side}_lid_upper", f"{side}_lid_lower"):
            if role in self.roles:
                way = self.tails[role] - self.heads[role]
                angles.append(np.arctan2(way[1], way[2]) if way[2] > 0.3 * np.linalg.norm(way) else np.nan)
        gap = angles[0] - angles[1] if len(angles) == 2 else np.nan
        return float(gap) if 0.15 < gap < 1.4 else _LID_GAP

    def _lid_gap(self, side: str) -> float:
        """How far the lids are apart, in units of the armature."""
        upper, lower = (self.heads.get(f"{side}_lid_{edge}") for edge in ("upper", "lower"))
        if upper is not None and lower is not None:
            gap = float((upper - lower)[1])
            if 0.2 * self.centimetre < gap < 3.0 * self.centimetre:
                return gap
        return _LID_GAP_CM * self.centimetre

    # ------------------------------------------------------------------------------------------- lips, brows, tongue

    def _lips(self, values: np.ndarray, jaw: np.ndarray) -> dict[str, np.ndarray]:
        """Where the lip controls must go beyond what the jaw does to them: (T, 3), centimetres of the average head."""
        seen = mouth_features(values)
        look = {name: seen[:, column] for column, name in enumerate(FEATURES)}
        forward = 0.25 * (look["out_upper"] + look["out_lower"])
        goals = {
            "lip_upper": np.stack([look["side"], look["upper"], look["out_upper"]], -1),
            "lip_lower": np.stack([look["side"], look["lower"], look["out_lower"]], -1),
            "left_lip_corner": np.stack([look["side"] + look["width_left"], look["corner_left"], forward], -1),
            "right_lip_corner": np.stack([look["side"] - look["width_right"], look["corner_right"], forward], -1),
        }
        for side in SIDES:
            corner = goals[f"{side}_lip_corner"]
            for edge in ("upper", "lower"):
                goals[f"{side}_lip_{edge}"] = 0.7 * goals[f"lip_{edge}"] + 0.3 * corner
            puff = values[:, FACE_INDEX["cheekPuff"]].astype(np.float64)
            squint = values[:, FACE_INDEX[f"cheekSquint{side.capitalize()}"]].astype(np.float64)
            outwards = 1.0 if side == "left" else -1.0
            goals[f"{side}_cheek"] = np.stack([outwards * 0.6 * puff, 0.4 * squint, 0.5 * puff], -1)
            sneer = values[:, FACE_INDEX[f"noseSneer{side.capitalize()}"]].astype(np.float64)
            goals[f"{side}_nose"] = sneer[:, None] * (0.35 * _UP)
        return {role: self._beyond_jaw(role, goal, jaw) for role, goal in goals.items() if role in self.roles}

    def _beyond_jaw(self, role: str, goal: np.ndarray, jaw: np.ndarray) -> np.ndarray:
        """What is left of a goal (T, 3) after what the jaw does to a role, in the frame that the jaw turns."""
        moved, turned = self._follow(role, jaw)
        own = goal - moved / self.centimetre if role.endswith(("upper", "lower", "corner")) else goal
        return rotate(inverse(turned), own)

    def _brows(self, values: np.ndarray) -> dict[str, np.ndarray]:
        offsets = {}
        raised = values[:, FACE_INDEX["browInnerUp"]].astype(np.float64)
        for side, outwards in (("left", 1.0), ("right", -1.0)):
            lowered, outer = (
                values[:, FACE_INDEX[f"{name}{side.capitalize()}"]].astype(np.float64)
                for name in ("browDown", "browOuterUp")
            )
            inwards = -0.2 * outwards * lowered
            heights = {
                "brow_inner": 0.9 * raised - 0.6 * lowered,
                "brow_outer": 0.9 * outer - 0.3 * lowered,
                "brow_middle": 0.45 * raised + 0.55 * outer - 0.55 * lowered,
            }
            for role, height in heights.items():
                if f"{side}_{role}" in self.roles:
                    offsets[f"{side}_{role}"] = np.stack([inwards, height, np.zeros_like(height)], -1)
        return offsets

    def _tongue(self, values: np.ndarray, jaw: np.ndarray) -> dict[str, np.ndarray]:
        if "tongue" not in self.roles:
            return {}
        out, tip, body = (
            values[:, FACE_INDEX[name]].astype(np.float64)[:, None]
            for name in ("tongueOut", "tongueTipUp", "tongueBodyUp")
        )
        goal = out * (2.0 * _FORWARD + 0.3 * _UP) + tip * (0.8 * _UP + 0.2 * _FORWARD) + body * (0.3 * _UP)
        return {"tongue": self._beyond_jaw("tongue", goal, jaw)}
