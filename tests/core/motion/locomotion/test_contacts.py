# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts by BEAT2's rule. (`test_foot_planting` has those that are detected.)"""

from __future__ import annotations

import numpy as np

from core.motion.locomotion.contacts import still_labels


def test_feet_that_stand_are_in_contact():
    positions = np.zeros((5, 2, 3))
    positions[3:, 1, 0] = 0.02
    assert still_labels(positions).tolist() == [[1, 1], [1, 1], [1, 0], [1, 1], [1, 1]]
