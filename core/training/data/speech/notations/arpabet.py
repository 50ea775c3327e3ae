# SPDX-License-Identifier: GPL-3.0-or-later
"""ARPABET, with the additions of TIMIT, CMU, flite and Festival ("radio")."""

from __future__ import annotations

from .....audio.phones import SILENCE
from .common import unknown_symbols

_ARPABET: dict[str, tuple[str, ...]] = {
    "AA": ("ɑ",),
    "AE": ("æ",),
    "AO": ("ɔ",),
    "AW": ("aʊ",),
    "AX": ("ə",),
    "AXR": ("ɝ",),
    "AY": ("aɪ",),
    "B": ("b",),
    "CH": ("tʃ",),
    "D": ("d",),
    "DH": ("ð",),
    "DX": ("ɾ",),
    "EH": ("ɛ",),
    "EL": ("ə", "l"),
    "EM": ("ə", "m"),
    "EN": ("ə", "n"),
    "ER": ("ɝ",),
    "EY": ("eɪ",),
    "F": ("f",),
    "G": ("ɡ",),
    "HH": ("h",),
    "HV": ("h",),
    "IH": ("ɪ",),
    "IX": ("ɪ",),
    "IY": ("i",),
    "JH": ("dʒ",),
    "K": ("k",),
    "L": ("l",),
    "M": ("m",),
    "N": ("n",),
    "NG": ("ŋ",),
    "NX": ("n",),
    "OW": ("oʊ",),
    "OY": ("ɔɪ",),
    "P": ("p",),
    "Q": ("ʔ",),
    "R": ("ɹ",),
    "S": ("s",),
    "SH": ("ʃ",),
    "T": ("t",),
    "TH": ("θ",),
    "UH": ("ʊ",),
    "UW": ("u",),
    "UX": ("u",),
    "V": ("v",),
    "W": ("w",),
    "WH": ("w",),
    "Y": ("j",),
    "Z": ("z",),
    "ZH": ("ʒ",),
    **dict.fromkeys(("SIL", "PAU", "H#", "BRTH", "SP", "SSIL", "<SIL>", "<S>", "</S>", "(NULL)"), (SILENCE,)),
    **dict.fromkeys(("+SPN+", "+NSN+", "SPN", "NSN"), ()),
}


def from_arpabet(symbol: str) -> tuple[str, ...]:
    """ARPABET with or without stress digit, in any case, with the TIMIT, CMU, flite and Festival ("radio") additions → symbols.

    AH with stress 1 or 2 is ʌ, AH0 is ə; AH without a digit is ʌ (flite writes ax for the schwa; dictionaries without
    stress, like pocketsphinx's, need `stressed` from elsewhere). Noise gives (), an unknown symbol too and is counted.
    """
    name = symbol.strip().upper()
    stress = name[-1] if name and name[-1].isdigit() else ""
    name = name.rstrip("0123456789")
    if name == "AH":
        return ("ə",) if stress == "0" else ("ʌ",)
    if name in _ARPABET:
        return _ARPABET[name]
    unknown_symbols["arpabet", symbol] += 1
    return ()
