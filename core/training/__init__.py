# SPDX-License-Identifier: GPL-3.0-or-later
"""Training: data, objectives and one recipe a model. `python -m core.training <recipe>`."""
