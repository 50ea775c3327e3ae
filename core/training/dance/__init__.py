# SPDX-License-Identifier: GPL-3.0-or-later
"""What Bailando's recipe is made of: windows of dances, and the steps of memory, GPT and actor-critic."""
