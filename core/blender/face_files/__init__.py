# SPDX-License-Identifier: GPL-3.0-or-later
"""Captured faces as takes of a character, and takes as files: Live Link Face CSV and JSON."""
