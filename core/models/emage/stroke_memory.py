# SPDX-License-Identifier: GPL-3.0-or-later
"""A memory of strokes (ours; the idea of a choreographic memory is Bailando's, CVPR 2022).

Two thousand steps of training on a quarter of an hour of gestures teach the generator how bodies move between poses
better than which pose a word asks for. So the poses at the emphases of the gestures that it learned from are kept — as
the codecs' codes, or as rot6d where tokens span several frames — and reach the generator the way in which an animator's
keys do: as unmasked channels.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from .body_parts import HAND_JOINTS, UPPER_JOINTS

REACH_FRAMES = 9  # on each side: what a decoded frame depends on
STROKE_JOINTS = (*UPPER_JOINTS, *HAND_JOINTS)


@dataclass(frozen=True)
class StrokeMemory:
    """Strokes of gestures.

    Args:
        about: int16 (n, 3), speaker, lexeme and hand (indices of gesture_plan's).
        sizes: float (n,).
    """

    about: Tensor
    sizes: Tensor

    def __len__(self) -> int:
        return len(self.about)

    def fitting(self, speaker: int, lexeme: int, hand: int, size: float) -> Tensor:
        """How well each stroke fits: the speaker's own of that kind and hand first, then of that hand, sizes alike.

        Args:
            speaker: whose stroke is sought.
            lexeme: its kind.
            hand: its hand.
            size: its size.

        Returns:
            (n,), more is better.
        """
        own, kind, side = (self.about == self.about.new_tensor([speaker, lexeme, hand])).T
        return 2.0 * kind + 1.5 * own + 4.0 * side - 2.0 * (self.sizes.float() - size).abs()
