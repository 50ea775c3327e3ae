# SPDX-License-Identifier: GPL-3.0-or-later
"""What `blender -c audio2rig` does: its options, a job, a batch of jobs."""
