# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorder of written curves: what a checkout generates on many characters, and how far two recordings are apart."""
