# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model: sound → lips, jaw, tongue and the phones that were spoken, in any language.

A phonetic encoder (`encoder`) of dilated residual convolutions names the phone of every 10 ms; an articulation decoder
(`decoder`) turns that into blend-shape curves with coarticulation. `decoding` makes the phone track. `load` reads weights.
"""

from __future__ import annotations

from .model import SpeechModel
from .weights import load, save

__all__ = ["SpeechModel", "load", "save"]
