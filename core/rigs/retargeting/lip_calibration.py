# SPDX-License-Identifier: GPL-3.0-or-later
"""Lips calibrated to a head: where its shapes part the lips by less or more than an average head's, speech opens it by more or less.

A jaw bone needs none: it is turned by what its length and the face's size ask for (`face_bones`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from ..description import RigDescription
from ..detection.mapping import CharacterMapping
from .mouth_appearance import lip_opening_cm

# What jawOpen at 1 parts the lips of an average head, as `mouth_geometry` measures it: 3.4 and 3.3 on ICT-FaceKit and MPFB2.
AVERAGE_OPENING_CM = 3.35
LEAST, MOST = 0.7, 1.6  # beyond that a mouth looks torn open or dead, whatever its shapes do; by eye
_ALIKE = 0.15  # heads that open so nearly like an average one are left as they are; by eye
_OPENING = ("mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight")
_JAW, _CLOSE = FACE_INDEX["jawOpen"], FACE_INDEX["mouthClose"]
_NONE_SHUT = 0.02  # of jawOpen: less has nothing that lips could take back


@dataclass(frozen=True)
class LipCalibration:
    """factor: of what opens the lips. opening_cm: what was measured, in centimetres of the average head at jawOpen 1; 0 if nothing
    could be. key: the shape key that was measured."""

    factor: float = 1.0
    opening_cm: float = 0.0
    key: str = ""

    def note(self) -> str:
        """A sentence for people, "" where nothing is changed."""
        if self.factor == 1.0 or not self.key:
            return ""
        small = self.factor > 1.0
        return (
            f"“{self.key}” parts the lips by {self.opening_cm:.1f} cm on a head of average size, where {AVERAGE_OPENING_CM:.1f} is usual: "
            f"speech opens this {'small' if small else 'large'} mouth {self.factor:.2f} times as far (Lip Calibration; switch it off for "
            "the shapes' own size)."
        )


def calibrate(description: RigDescription, mapping: CharacterMapping) -> LipCalibration:
    """What a character's measured mouth asks for; nothing where no shape key that is driven opens it, or its size is not known."""
    measured = description.mouth
    found: list[tuple[float, float, str]] = []
    for (mesh, key), opening in measured.openings.items():
        mix = mapping.shapes.get(mesh, {}).get(key, {})
        if measured.centimetre > 0.0 and opening > 0.0 and (expected := _expected(mix)) > 0.0:
            found.append((mix["jawOpen"], opening / measured.centimetre / expected, key))
    if not found:
        return LipCalibration()
    widest = max(jaw for jaw, _, _ in found)
    # teeth and lashes open less than the face
    share, key = max((share, key) for jaw, share, key in found if jaw == widest)
    factor = 1.0 if abs(share - 1.0) <= _ALIKE else float(np.clip(1.0 / share, LEAST, MOST))
    return LipCalibration(factor, share * AVERAGE_OPENING_CM, key)


def fitted(
    face: FaceTrack, description: RigDescription, mapping: CharacterMapping, measured: bool = True, opening: float = 1.0
) -> tuple[FaceTrack, str]:
    """A face whose lips open as far as the character's mouth asks for, and a sentence about it.

    Args:
        face: as an average head would show it.
        description, mapping: of the character.
        measured: whether its own mouth counts.
        opening: a factor beside that.
    """
    calibration = calibrate(description, mapping) if measured else LipCalibration()
    return replace(face, values=opened(face.values, calibration.factor * opening)), calibration.note()


def opened(values: np.ndarray, factor: float) -> np.ndarray:
    """Lips that open by a factor more. Closed lips stay closed: they take back the same share of the jaw as before.

    Args:
        values: (T, 55), canonical weights of the face, 0..1.
        factor: of the opening.

    Returns:
        float32 (T, 55), 0..1; `values` themselves where the factor is 1.
    """
    if factor == 1.0:
        return values
    result = np.array(values, np.float32)
    jaw, close = result[:, _JAW].copy(), result[:, _CLOSE].copy()
    wide = np.minimum(jaw * factor, 1.0)
    result[:, _JAW] = wide
    # a mouth that presses its lips without a jaw keeps pressing
    result[:, _CLOSE] = np.where(jaw > _NONE_SHUT, np.minimum(close * wide / np.maximum(jaw, _NONE_SHUT), 1.0), close)
    for name in _OPENING:
        result[:, FACE_INDEX[name]] = np.minimum(result[:, FACE_INDEX[name]] * factor, 1.0)
    return result


def _expected(mix: dict[str, float]) -> float:
    """How far a key with this mix parts the lips of an average head, as it is measured; 0 if it opens no jaw."""
    if mix.get("jawOpen", 0.0) <= 0.0:
        return 0.0
    faces = np.zeros((2, len(FACE_NAMES)))
    faces[0, [FACE_INDEX[name] for name in mix]] = list(mix.values())
    faces[1, _JAW] = 1.0
    shown, whole = lip_opening_cm(faces)
    return AVERAGE_OPENING_CM * float(shown / whole)
