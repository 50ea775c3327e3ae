# SPDX-License-Identifier: GPL-3.0-or-later
"""The feature extractor behind FGD: a convolutional autoencoder of two-second windows, trained on our training motion
alone.

Published: the measure is (Yoon et al., "Speech Gesture Generation from the Trimodal Context of Text, Audio, and Speaker
Identity", 2020, section 5.1: the Fréchet distance of an autoencoder's latent vectors); this extractor is ours, and its
numbers compare with each other, never with published tables, whose extractors were trained on other data. Trained by
us: weights/gesture_features (recipe `python -m core.training motion_features`). Behind the button: no, a measuring
tool; the zip leaves its weights out.

`channels`: what it sees of a frame. `network`: the autoencoder. `objectives`: what it learns. `sampling`: the features
of a clip. `checkpoint`: its weights. `config` has the sizes.
"""

from .checkpoint import load, save
from .config import WINDOW, FeatureConfig
from .network import MotionFeatures
from .sampling import clip_features

__all__ = ["WINDOW", "FeatureConfig", "MotionFeatures", "clip_features", "load", "save"]
