# SPDX-License-Identifier: GPL-3.0-or-later
"""The encoder of crops learns to stand where that of keypoints stands, beside encoders that stay as they are."""
