# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo that dances: the same steps as the one that speaks, to music of our own, and five styles side by side."""

from __future__ import annotations

import argparse

from ...settings import DANCE_STYLES
from .music import piece
from .run import Demo

STYLES, STYLES_AT_S, STYLE_SIZE = ("HOUSE", "KRUMP", "POP", "WAACK", "BALLET_JAZZ"), (5.1, 9.3, 13.6), (260, 330)
RADIUS_M = 0.6  # what the camera has room for
PARTS = {"LIPS", "EXPRESSION", "EYES", "HEAD", "BODY", "HANDS", "ROOT"}


class DanceDemo(Demo):
    """One run of it. written: the files that were made."""

    name = "dance"
    margin = 1.5  # around who travels and stretches

    def __init__(self, options: argparse.Namespace):
        if options.audio is None:
            options.out.mkdir(parents=True, exist_ok=True)
            options.audio = piece().write(options.out.resolve() / "music.wav")
        super().__init__(options)

    def given(self) -> dict[str, object]:
        return {"mode": "DANCE", "parts": PARTS, "stage_radius_m": RADIUS_M, "beat_markers": True}

    def film(self) -> None:
        """A camera for all of the stage."""
        self.scene.camera = self.whole_camera("Demo Stage", self.size) or self.scene.camera

    def draw(self) -> None:
        """The whole figure, dancing."""
        self.draw_poses("dancing.png")

    def compare(self) -> None:
        """Five styles side by side, at three moments: five more generations, after what is kept was saved."""
        labels = {name: label for name, label, _ in DANCE_STYLES}
        given = {**self.given(), "beat_markers": False}
        choices = [(labels[name], {**given, "dance_style": name}) for name in STYLES]
        self.scene.camera = self.whole_camera("Demo Styles", STYLE_SIZE) or self.scene.camera
        moments_s = [time_s for time_s in STYLES_AT_S if time_s < self.clip.duration_s]
        self.draw_choices("dance_styles.png", choices, moments_s, STYLE_SIZE)
