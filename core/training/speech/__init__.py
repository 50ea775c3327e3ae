# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the speech model in two stages: the phonetic encoder, then the articulation decoder upon it."""
