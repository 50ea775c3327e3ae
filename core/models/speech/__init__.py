# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model: sound → lips, jaw, tongue and the phones that were spoken, in any language.

Published: no, ours. Trained by us: weights/speech (recipe `python -m core.training speech`). Behind the button: yes,
lips, jaw and tongue, and the phones that the body's gestures follow.

`frontend`: what it hears. `encoder`: dilated residual convolutions that name the phone of every 10 ms. `decoder`:
turns that into blend-shape curves with coarticulation. `network`: both as one model, `SpeechModel.infer`;
`fast_network`: the same sooner on a processor. `sampling`: over sounds of any length; `mouth_size`: opens the mouth
as wide as the voice is loud and strained; `decoding`: the phone track. `hearing`: the encoder's trunk, with which other models
can hear, too. `objectives`: what it learned from. `checkpoint`: its weights. `config` has the sizes.
"""

from __future__ import annotations

from .checkpoint import load, save
from .config import SpeechConfig
from .network import SpeechModel

__all__ = ["SpeechConfig", "SpeechModel", "load", "save"]
