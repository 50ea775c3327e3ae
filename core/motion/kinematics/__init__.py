# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeletons in motion: forward kinematics, two-bone inverse kinematics, what joints can do, SMPL-X bodies."""
