# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of motion and sound. Those with `add_arguments` and `run` are commands of `python -m core.evaluation`."""
