# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a character into plain data, and finding what hides, shares or drives its motion."""
