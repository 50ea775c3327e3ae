# SPDX-License-Identifier: GPL-3.0-or-later
"""Pre-training: batches of recordings with whatever they have, the losses of the three objectives, the steps."""
