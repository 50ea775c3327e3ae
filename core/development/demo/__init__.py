# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: a character speaks a sound file, from a clone; `python -m core.development.demo` makes a scene, a video, pictures."""
