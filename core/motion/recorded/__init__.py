# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies as people's suits and cameras recorded them: on the canonical skeleton, on the floor, and cut into gestures."""
