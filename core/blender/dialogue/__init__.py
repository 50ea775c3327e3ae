# SPDX-License-Identifier: GPL-3.0-or-later
"""Dialogue: several strips, each said by a character, who listens while others speak."""
