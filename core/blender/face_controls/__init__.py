# SPDX-License-Identifier: GPL-3.0-or-later
"""What the four controls of the face take from the file: other Actions, targets of the gaze, keyed settings. Main thread."""
