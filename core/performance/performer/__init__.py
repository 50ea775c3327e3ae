# SPDX-License-Identifier: GPL-3.0-or-later
"""One performer's ways: learned in minutes from a few recordings with their captured faces, kept in a small file, chosen in the panel."""
