# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone inventory and the lip classes of its sounds."""

from core.audio import phones
from core.audio.lip_classes import LIP_CLASS, LIP_CLASSES
from core.audio.phones import INVENTORY, PHONES, SILENCE, SYMBOLS


def test_inventory_is_consistent():
    assert len(set(SYMBOLS)) == len(SYMBOLS) and 60 <= len(SYMBOLS) <= 75 and SYMBOLS[0] == SILENCE
    for phone in INVENTORY:
        assert 0 <= phone.height <= 1 and 0 <= phone.backness <= 1 and 0 <= phone.rounding <= 1
        if phone.kind == "consonant":
            assert phone.place in phones.PLACES and phone.manner in phones.MANNERS
            assert phone.nasal == (phone.manner == "nasal")
        if phone.kind == "diphthong":
            assert all(PHONES[part].kind == "vowel" for part in phone.parts) and len(phone.parts) == 2


def test_lip_classes_agree_with_the_articulation():
    for phone in INVENTORY:
        lips = LIP_CLASSES[LIP_CLASS[phone.symbol]]
        if phone.place == "bilabial" and phone.manner != "approximant":
            assert lips == "closed", phone
        if phone.place == "labiodental":
            assert lips == "lip-teeth", phone
        assert (lips == "rounded") == (phone.rounding >= 0.4), phone
    assert LIP_CLASSES[LIP_CLASS[SILENCE]] == "silence"
