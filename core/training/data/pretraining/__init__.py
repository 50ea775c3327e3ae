# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the encoders learn from: sounds, faces, bodies and keypoints, each recording with what it has of them."""
