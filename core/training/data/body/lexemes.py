# SPDX-License-Identifier: GPL-3.0-or-later
"""Which family of `core.motion.gesture_plan.LEXEMES` a recorded gesture belongs to, by the name its recording gives it.

The one place where names of recordings become families. Names are compared without case and without trailing digits.
"""

from __future__ import annotations

_FAMILIES: dict[str, str] = {
    "beat_low": "beatlow",
    "beat_mid": "beatmid beatfistmid beatpointmid beatflip beatforward",
    "beat_high": "beathigh",
    "chop": "chop",
    "negate": "negative negation negateforwardlow negateforwardmid negateleftlow negateleftmid negaterightlow negaterightmid "
    "noforward noleft noright inclusivityneg",
    "stop": "stop stopforward stopleft stopright",
    "me": "me",
    "we": "we us",
    "you": "you youforward youleft youright youpoint",
    "point": "point pointcenter",
    "left": "indicateleft deicticleft pointleft",
    "right": "indicateright deicticright pointright",
    "here": "here pointhere",
    "offer": "offer receive",
    "plea": "plea",
    "shrug": "shrug",
    "question": "question",
    "example": "example",
    "contrast": "however besides safe",
    "all": "inclusivitypos inclusivity surround",
    "size": "emptylarge emptymedium frame bigger",
    "think": "think contemplate",
    "touch": "armstretch shoulderstretch scratchchest scratchhead scratchtemple squeezehand touchhands",
    "shift": "weightshift",
    "time": "when",
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}


def family(lexeme_name: str) -> str | None:
    """The family of a recording's lexeme, as "BeatFistMid" → "beat_mid".

    None for what is no gesture of conversation: idling, transitions to other postures, insults, air guitar, unknown names.
    """
    return _FAMILY_OF.get(lexeme_name.strip().lower().rstrip("0123456789"))
