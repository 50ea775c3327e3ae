# SPDX-License-Identifier: GPL-3.0-or-later
"""Music whose beats are known, to learn hearing them: drummers, tunes and made patterns, mixed from single notes.

`one_shots`: notes of a soundfont. `patterns`: made pieces. `mixing`: a piece to sound, its tempo drifting. `examples`: what is learned.
"""
