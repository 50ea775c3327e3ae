# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a performance: gesture plan → EMAGE → feet that stand."""
