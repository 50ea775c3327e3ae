# SPDX-License-Identifier: GPL-3.0-or-later
"""What is heard in music: its pulse, bars and sound.

`signal` and `chroma`: spectra as published dance models take them. `heard`: our own curves, 100 times a second. `tempo`: which tempo,
half and double resolved, and the beats. `metre`: bars. `analysis`: all of it for a sound. `dance_features`: as numbers for a motion GPT.
"""
