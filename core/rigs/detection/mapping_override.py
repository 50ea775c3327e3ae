# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person says about a mapping: a table, read from a file or from the panel, and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypedDict

from ...errors import UserError
from ...motion.face_track import FACE_INDEX
from ...motion.joints import JOINT_NAMES
from ..conventions.control_table import ROLES
from .face_roles import FACE_ROLES, LIDS

FORMAT = "audio2rig mapping"
VERSION = 1
_LEAST_WEIGHT, _MOST_WEIGHT = (
    1e-3,
    100.0,
)  # by eye: beyond them a key would have to go far beyond what its mesh can show
BONE_ROLES = frozenset((*JOINT_NAMES, *LIDS, *ROLES))


class MappingOverride(TypedDict):
    """What a person says about a mapping.

    keys: shape key → {canonical shape: weight}, {} to leave it alone. bones: role → bone name, "" to leave it alone.
    automatic: whether what is not listed is found automatically. jaw_with_shapes: see `CharacterMapping`.
    """

    keys: dict[str, dict[str, float]]
    bones: dict[str, str]
    automatic: bool
    jaw_with_shapes: bool


def read_override(data: object) -> MappingOverride:
    """Check a mapping made by hand or read from a file. Raises UserError.

    data: {"keys": {shape key: {canonical: weight} or canonical or {}}, "bones": {role: bone name or ""},
    "automatic": false to leave alone all that is not listed, "jaw_with_shapes": bool}, all optional.
    """
    if not isinstance(data, Mapping):
        raise UserError("A mapping must be a table.", "Choose a file that Export Mapping wrote.")
    if data.get("format", FORMAT) != FORMAT or not isinstance(data.get("version", VERSION), int):
        raise UserError("This file is no mapping of Audio2Rig.", "Choose a file that Export Mapping wrote.")
    if data.get("version", VERSION) > VERSION:
        raise UserError(
            f"This mapping was written by a newer Audio2Rig (version {data['version']} of the format).",
            "Update the extension, or export the mapping from this version.",
        )
    bones = data.get("bones", {})
    if not isinstance(bones, Mapping):
        raise UserError('"bones" of a mapping must be a table: role → bone.', 'For instance {"jaw": "jaw_master"}.')
    if unknown := sorted(set(bones) - BONE_ROLES):
        raise UserError(
            f"The mapping names parts that are not known: {', '.join(map(str, unknown))}.",
            f"Known for faces: {', '.join(FACE_ROLES)}.",
        )
    if wrong := [role for role, name in bones.items() if not isinstance(name, str | None)]:
        raise UserError(f'The bone of "{wrong[0]}" must be a name.', 'For instance {"jaw": "jaw_master"}.')
    return {
        "keys": read_keys(data.get("keys", {})),
        "bones": {role: name or "" for role, name in bones.items()},
        "automatic": data.get("automatic", True) is not False,
        "jaw_with_shapes": bool(data.get("jaw_with_shapes", False)),
    }


def read_keys(keys: object) -> dict[str, dict[str, float]]:
    """What shape keys look like at value 1: key → {canonical shape: weight}, from a table read from JSON. Raises
    UserError."""
    if not isinstance(keys, Mapping):
        raise UserError('"keys" of a mapping must be a table: shape key → {shape: weight}.', "See docs/rigs.md.")
    result = {}
    for key, shape in keys.items():
        if isinstance(shape, str):  # short for one shape at full weight
            shape = {shape: 1.0} if shape else {}
        if not isinstance(shape, Mapping):
            raise UserError(f'The mix of "{key}" must be a table: shape → weight.', 'For instance {"jawOpen": 0.6}.')
        mix = {}
        for name, weight in shape.items():
            if name not in FACE_INDEX:
                raise UserError(
                    f'"{key}" is mapped to "{name}", which is not one of the ARKit or tongue shapes.',
                    "Use names such as jawOpen, mouthSmileLeft, eyeBlinkRight, tongueTipUp.",
                )
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not math.isfinite(weight):
                raise UserError(
                    f'The weight of "{name}" in "{key}" must be a number, not {weight!r}.',
                    "Use 1.0 for the whole shape.",
                )
            if weight and not _LEAST_WEIGHT <= abs(weight) <= _MOST_WEIGHT:
                raise UserError(
                    f'The weight of "{name}" in "{key}" is {weight:g}, which no shape has.',
                    f"Give {_LEAST_WEIGHT:g} to {_MOST_WEIGHT:g}, or 0 to leave it out.",
                )
            if weight:
                mix[name] = float(weight)
        result[str(key)] = mix
    return result
