# SPDX-License-Identifier: GPL-3.0-or-later
"""Keypoints of a person in a video as a performance: the face by its controls, the body by poses that it passes through."""
