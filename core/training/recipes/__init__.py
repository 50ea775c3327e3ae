# SPDX-License-Identifier: GPL-3.0-or-later
"""One module a recipe, each with `add_arguments(parser)` and `run(arguments)`."""
