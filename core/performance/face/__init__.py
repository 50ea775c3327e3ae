# SPDX-License-Identifier: GPL-3.0-or-later
"""Non-verbal behaviour of the face, all but the lips: blinks, gaze, brows, head, breath and mood, in time with the
voice.

Everything is placed at times of the sound by random generators of its own (`seeding`), so that changing one part leaves
the others as they were. How often, how far and how fast was measured (weights/nonverbal) or, where no recording tells,
comes from published statistics cited where they are used.
"""
