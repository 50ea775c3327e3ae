# SPDX-License-Identifier: GPL-3.0-or-later
"""What every training needs: checkpoints, batches prepared ahead, learning rates over a run."""
