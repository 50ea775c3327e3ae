# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion to train the body on: recorded clips on the canonical skeleton, and performances stitched from them."""

from .corpus import PERFORMERS, RATE_HZ, BodyClip, load, prepare

__all__ = ["PERFORMERS", "RATE_HZ", "BodyClip", "load", "prepare"]
