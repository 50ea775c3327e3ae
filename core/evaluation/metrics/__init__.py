# SPDX-License-Identifier: GPL-3.0-or-later
"""Published metrics, by subject: frechet, gesture, dance, face.

Each stands as it was published, quirks included, so that its numbers compare with the tables; where a quirk distorts, a
corrected variant stands beside it (`*_corrected`, or an argument that says so). Every docstring gives formula, units and
source. All take and give NumPy arrays and floats.
"""
