# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics, and benches that print and keep figures: `python -m core.evaluation` lists them."""
