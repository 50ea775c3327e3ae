# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyframe prompts: what the animator set by hand, how motion flows through it, and how it conditions a model."""
