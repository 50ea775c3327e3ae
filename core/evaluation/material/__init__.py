# SPDX-License-Identifier: GPL-3.0-or-later
"""What benches measure on: sounds, mouths, and motions to measure or to compare with; always the same ones."""
