# SPDX-License-Identifier: GPL-3.0-or-later
"""Legs: feet in contact and planted, shifts of weight, steps."""
