# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo that dances: the same steps as the one that speaks, to music of our own, and five styles side by side."""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...settings import DANCE_STYLES
from .. import clone, face_sheets
from . import pictures, played, rendering
from .cameras import whole_camera
from .music import piece
from .run import BODY_SIZE, Demo

STYLES, STYLES_AT_S, STYLE_SIZE = ("HOUSE", "KRUMP", "POP", "WAACK", "BALLET_JAZZ"), (5.1, 9.3, 13.6), (260, 330)
RADIUS_M = 0.6  # what the camera has room for
MARGIN = 1.5  # of the camera, around who travels and stretches
PARTS = {"LIPS", "EXPRESSION", "EYES", "HEAD", "BODY", "HANDS", "ROOT"}


class DanceDemo(Demo):
    """One run of it. written: the files that were made."""

    name = "dance"

    def __init__(self, options: argparse.Namespace):
        if options.audio is None:
            options.out.mkdir(parents=True, exist_ok=True)
            options.audio = piece().write(options.out.resolve() / "music.wav")
        super().__init__(options)

    def steps(self) -> list[tuple[str, Callable[[], object]]]:
        return [
            ("enable the extension", clone.enable),
            ("open the character", self.open),
            ("key a raised hand", self.prompt),
            ("generate", self.generate),
            ("frame the stage", self.frame),
            ("save", self.save),
            ("prepare rendering", lambda: rendering.prepare(self.scene)),
            ("draw the pictures", self.draw),
            *([] if self.options.no_video else [("render the video", self.render)]),
            ("compare styles", self.compare),
        ]

    def given(self) -> dict[str, object]:
        return {"mode": "DANCE", "parts": PARTS, "stage_radius_m": RADIUS_M, "beat_markers": True}

    def frame(self) -> None:
        """The frames that the music takes, and a camera for all of the stage."""
        self.scene.frame_start = int(self.first)
        self.scene.frame_end = int(math.ceil(self.first + self.clip.duration_s * self.rate))
        camera = self._camera("Demo Stage", self.size)
        self.scene.camera = camera or self.scene.camera

    def _camera(self, name: str, size: tuple[int, int]):
        return whole_camera(self.scene, name, self.root, size[0] / size[1], MARGIN)

    def draw(self) -> None:
        """The whole figure where its arms are farthest from how they mostly are, and at the key."""
        times_s = np.arange(0.0, self.clip.duration_s, 1.0 / self.rate)
        arms = played.arm_rotations(self.root, self.scene, self.first + times_s * self.rate)
        poses = pictures.striking_moments(times_s, arms, self.prompt_s)
        self._sheet("dancing.png", poses, self._camera("Demo Sheet", BODY_SIZE), BODY_SIZE)

    def compare(self) -> None:
        """Five styles side by side, at three moments: five more generations, after what is kept was saved."""
        labels = {name: label for name, label, _ in DANCE_STYLES}
        given = {**self.given(), "beat_markers": False}
        choices = [(labels[name], {**given, "dance_style": name}) for name in STYLES]
        self.scene.camera = self._camera("Demo Styles", STYLE_SIZE) or self.scene.camera
        moments_s = [time_s for time_s in STYLES_AT_S if time_s < self.clip.duration_s]
        with tempfile.TemporaryDirectory() as folder:
            cells = face_sheets.stills(choices, self.options.audio.resolve(), moments_s, Path(folder), STYLE_SIZE)
            if pictures.contact_sheet(cells, self.out / "dance_styles.png", len(choices)):
                self.written.append(self.out / "dance_styles.png")
