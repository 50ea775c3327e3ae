# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks that several models share, each named by what it is. They know nothing of any one model."""
