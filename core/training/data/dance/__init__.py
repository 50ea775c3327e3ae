# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded dances on the canonical skeleton, the music that goes with them, and what is kept out of training."""
