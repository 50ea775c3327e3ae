# SPDX-License-Identifier: GPL-3.0-or-later
"""The zone that knows Blender: settings, characters, sound, keys, takes, jobs, the command line."""
