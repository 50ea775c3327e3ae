# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound as Blender knows it: files and packed sounds, strips of the sequencer, the scene's time, Blender's own decoder."""
