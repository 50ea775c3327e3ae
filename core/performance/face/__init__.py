# SPDX-License-Identifier: GPL-3.0-or-later
"""What lives in a face besides the lips: blinks, gaze, brows, head, breath and mood, in time with the voice.

Everything is placed at times of the sound by random streams of its own (`streams`), so that changing one part leaves the
others as they were. How often, how far and how fast comes from `tables` (measured, weights/liveliness) and, where no
recording tells, from published statistics cited where they are used.
"""
