# SPDX-License-Identifier: GPL-3.0-or-later
"""From the voice to a plan of gestures: stressed syllables, words, and which of them get a gesture."""
