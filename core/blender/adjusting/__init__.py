# SPDX-License-Identifier: GPL-3.0-or-later
"""Sliders that act on a take after it was generated: how far parts of it move, and when."""
