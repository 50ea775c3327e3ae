# SPDX-License-Identifier: GPL-3.0-or-later
"""Audio2Rig's core: sound and keyframe prompts in, a performance out.

Plain Python, NumPy and PyTorch. Only ``core.blender`` and ``core.development`` import bpy. The data goes one way:

sound file → ``audio.AudioClip`` → ``models`` → ``performance.Performance`` (a ``motion.FaceTrack`` and a
``motion.Clip``) → ``rigs.Controls`` of one character → ``motion.HermiteKeys`` → a take in Blender.
"""
