# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech with phone times, recorded and synthesized, in a cache that a training loop reads fast.

    python -m core.training.data.speech all          make every shard that is missing
    python -m core.training.data.speech status       what is there

store: the cache format and `load_index`. splits: what is kept out of training. corpora: the recorded corpora.
english: alignment of English by pocketsphinx. aligner: alignment of any language by a network's posteriors.
flite, festival, espeak: synthesized voices. captured: faces that were recorded along with the sound.
"""

from .store import DEFAULT_CACHE, Utterance, load_index

__all__ = ["DEFAULT_CACHE", "Utterance", "load_index"]
