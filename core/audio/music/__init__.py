# SPDX-License-Identifier: GPL-3.0-or-later
"""What is heard in music: its pulse, bars and sound.

`signal` and `chroma`: spectra as published dance models take them. `heard`: our own curves, 100 times a second. `beat_network`: what
is like a beat. `beat_tracking`: tempo, beats and bars of it. `tempo`: how strong every tempo is. `peaks`: between frames. `metre`: bars.
`analysis`: all of it for a sound. `dance_features`: as numbers for a motion GPT.
"""
