# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of EMAGE at our size: frames of performances, codecs, generator."""
