# SPDX-License-Identifier: GPL-3.0-or-later
"""One bench a module, each with `add_arguments(parser)` and `run(arguments)`; `python -m core.evaluation` lists them.

Nothing imports a bench. What several share lies in `material` (what they measure on), `metrics` and `drawing`.
"""
