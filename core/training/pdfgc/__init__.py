# SPDX-License-Identifier: GPL-3.0-or-later
"""What PD-FGC's recipe is made of: windows of faces put together of regions, its losses, the stages, figures."""
