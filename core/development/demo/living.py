# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo character's body with five seeds, three styles, and one voice read calmly and angrily: contact sheets alone.

`python -m core.development.demo --living` writes living_demo_seeds.png and living_demo_styles.png.
"""

from __future__ import annotations

from pathlib import Path

from ...settings import DEFAULT_PARTS
from .. import face_sheets
from .run import Demo

SHARES, SIZE = (0.1, 0.34, 0.55, 0.8), (170, 270)


class LivingDemo(Demo):
    """One run of it. written: the files that were made."""

    name = "living"
    margin = 1.12

    def given(self) -> dict[str, object]:
        return {"parts": set(DEFAULT_PARTS)}

    def prompt(self) -> None:
        """Nothing is keyed."""

    def save(self) -> None:
        """Nothing but pictures."""

    def draw(self) -> None:
        """All sheets compare."""

    def render(self) -> None:
        """No video."""

    def compare(self) -> None:
        for marker in list(self.scene.timeline_markers):  # they would choose the camera
            marker.camera = None
        self.scene.camera = self.whole_camera("Demo Living", SIZE) or self.scene.camera
        moments_s = [share * self.clip.duration_s for share in SHARES]
        seeds = [(label, {**self.given(), **given}) for label, given in face_sheets.seeds(0, 1, 2, 3, 4)]
        self.draw_choices("living_demo_seeds.png", seeds, moments_s, SIZE)
        styles = [(name.lower(), {**self.given(), "seed": 1, "style": name}) for name in ("CALM", "NATURAL", "LIVELY")]
        styles += [(label, {**self.given(), "seed": 1, "filepath": str(path)}) for label, path in self._voices()]
        self.draw_choices("living_demo_styles.png", styles, moments_s, SIZE)

    def _voices(self) -> list[tuple[str, Path]]:
        """The voice read calmly and angrily, each a sound of its own."""
        from ...audio.clip import RATE_HZ
        from ...evaluation.drawing.living_pictures import READINGS
        from ...evaluation.material.aroused_voice import read_as
        from ...evaluation.material.babble import write_sound

        found = []
        for label, arousal in READINGS.items():
            path = self.out / f"{label.replace(' ', '_')}.wav"
            write_sound(path, read_as(self.clip.samples, arousal), RATE_HZ, 1)
            found.append((label, path))
        return found
