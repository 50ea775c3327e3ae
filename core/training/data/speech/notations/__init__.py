# SPDX-License-Identifier: GPL-3.0-or-later
"""How corpora and synthesizers write speech sounds: their notations, read as symbols of the phone inventory.

`arpabet`, `ipa` and `festival` hold one notation each.
"""
