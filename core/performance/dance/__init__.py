# SPDX-License-Identifier: GPL-3.0-or-later
"""A dance to music: when it is danced, what is danced, on which part of the stage, and the face meanwhile."""
