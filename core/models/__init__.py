# SPDX-License-Identifier: GPL-3.0-or-later
"""The systems, one folder each: what they compute, how they are configured and how their weights are read."""
