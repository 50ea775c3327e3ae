# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound: decoding, resampling, features."""
