# SPDX-License-Identifier: GPL-3.0-or-later
"""What benches measure with: sounds, motions to compare with, workers of their own."""
