# SPDX-License-Identifier: GPL-3.0-or-later
"""The faithful models against recorded fixtures: same fill, same inputs, same outputs."""
