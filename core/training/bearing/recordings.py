# SPDX-License-Identifier: GPL-3.0-or-later
"""The recordings whose bearing is measured: quiet and lively talkers, and people who stand and shift their weight."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from ...motion.clip import Clip
from ...motion.gesture_plan import GestureUnit
from ...motion.locomotion.contacts import estimate_contacts
from ...motion.locomotion.foot_planting import plant_feet
from ...motion.recorded.to_canonical import to_canonical
from ...motion.skeleton import average_adult
from ..data.body import RATE_HZ, load
from ..data.body.corpus import grounded, split_of
from ..data.recorded_motion import pack_clips

# The first's three sets are two thirds of all recorded gestures; he is the quietest, and the others move twice as fast.
QUIET = ("brad_idle01", "brad_idle02", "brad_idle03")
LIVELY = ("garza", "neuron", "woman")
_WOMAN = re.compile(r"Female1_(A02_Sway|A04_Look|D2_Wait|D3_Conv)")
_SHIFTS = re.compile(r"Female1_(A02_Sway|D2_Wait|D3_Conv)|Male1_A2_Sway|WeightShift|^idle_")


@dataclass(frozen=True)
class Recorded:
    """One training recording at 30 Hz, feet planted. talks: hands gesture in it."""

    name: str
    performer: str
    clip: Clip
    unit: GestureUnit | None
    talks: bool

    @property
    def shifts(self) -> bool:
        """Whether weight goes from foot to foot in it."""
        return _SHIFTS.search(self.name) is not None


def recordings(data: Path, cache: Path) -> list[Recorded]:
    """Those that training may see."""
    adult = average_adult()
    found = [
        Recorded(body.name, body.performer, plant_feet(body.clip, adult), body.unit, body.unit is not None)
        for body in load(cache, data)
        if body.split == "train" and body.source != "accad_female1"
    ]
    for recording in pack_clips(data, source="accad_female1"):
        name = Path(recording.about["path"]).stem
        if _WOMAN.match(name) and split_of(name) == "train":
            clip = grounded(to_canonical(recording.resampled(RATE_HZ)))
            clip = plant_feet(replace(clip, contacts=estimate_contacts(clip, adult)), adult)
            found.append(Recorded(name, "woman", clip, None, "D3_" in name))
    return found
