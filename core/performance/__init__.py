# SPDX-License-Identifier: GPL-3.0-or-later
"""From sound to a performance: what the models give, put together for one character-independent result."""

import os

# Read when PyTorch is loaded, which happens below here. A thread that waits by computing takes the processor from the one that it waits
# for where something else runs as well: measured, up to 13 times slower, for 14 % where nothing does.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
