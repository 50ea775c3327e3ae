# SPDX-License-Identifier: GPL-3.0-or-later
"""What the models learn from: recorded and synthesized speech, recorded motion, and their augmentation."""
