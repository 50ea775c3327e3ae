# SPDX-License-Identifier: GPL-3.0-or-later
"""The six lip classes that a viewer tells apart, and which of them each sound of the inventory shows."""

from __future__ import annotations

from .phones import INVENTORY

LIP_CLASSES = ("silence", "closed", "lip-teeth", "rounded", "open", "other")
_BY_ARPABET = {
    "SIL": 0,
    **dict.fromkeys("P B M".split(), 1),
    **dict.fromkeys("F V".split(), 2),
    **dict.fromkeys("W UW UH OW AO OY ER R SH CH JH ZH".split(), 3),
    **dict.fromkeys("AA AE AH AY AW EH EY".split(), 4),
}
# Index into LIP_CLASSES for each symbol of the inventory.
LIP_CLASS = {phone.symbol: _BY_ARPABET.get(phone.arpabet, 5) for phone in INVENTORY}
