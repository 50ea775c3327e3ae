# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded faces as shapes over time at 25 frames a second, with what is known of each, and the sounds that they go with."""
