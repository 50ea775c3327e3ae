# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion from keypoints: fine-tuning of what pre-training knows of it."""
