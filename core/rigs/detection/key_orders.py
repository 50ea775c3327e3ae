# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys whose names say nothing, but which are as many as ARKit's: exporters that lose names keep the order."""

from __future__ import annotations

from collections.abc import Iterable

from ...motion.face import ARKIT_NAMES
from ..description import FaceMesh, RigDescription
from .shape_keys import detect

_SOME = 5  # keys that carry their own names: then names say more than an order
_WITHOUT_TONGUE = tuple(name for name in ARKIT_NAMES if name != "tongueOut")
_SORTED = tuple(sorted(_WITHOUT_TONGUE, key=str.lower))
ORDERS: dict[str, tuple[tuple[str, ...], ...]] = {  # each with 51 and with 52 names
    "APPLE": (_WITHOUT_TONGUE, ARKIT_NAMES),  # Apple's list, Live Link Face's columns, BEAT2
    "ALPHABET": (_SORTED, tuple(sorted(ARKIT_NAMES, key=str.lower))),
    "MEDIAPIPE": ((), ("", *_SORTED)),  # its first one is the neutral face
}
SIZES = (len(_WITHOUT_TONGUE), len(ARKIT_NAMES))


def nameless(description: RigDescription) -> list[FaceMesh]:
    """The meshes with as many shape keys as ARKit has, whose names say nothing."""
    return [
        mesh for mesh in description.meshes if len(mesh.keys) in SIZES and _known(key.name for key in mesh.keys) < _SOME
    ]


def _known(names: Iterable[str]) -> int:
    return len({key for match in detect(list(names)) for key in match.keys})


def in_order(mesh: FaceMesh, order: str) -> dict[str, str]:
    """{shape key: canonical shape, "" for none} by the place of each key; empty if the order has not as many."""
    names = next((names for names in ORDERS[order] if len(names) == len(mesh.keys)), ())
    return dict(zip((key.name for key in mesh.keys), names)) if names else {}
