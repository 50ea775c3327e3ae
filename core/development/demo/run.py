# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of the demo, step by step."""

from __future__ import annotations

import argparse
import logging
import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np

from ...audio import decoding
from ...performance.loaded_models import speech_model
from .. import clone, face_sheets
from . import pictures, played, rendering
from .cameras import face_camera, whole_camera

SHEET_SIZE = (320, 320)
BODY_SIZE = (260, 390)
COMPARED, COMPARED_AT, COMPARED_SIZE = ("HAPPY", "SAD", "ANGRY", "SURPRISED"), (0.16, 0.62), (270, 270)
PROMPT_SHARE = 0.72  # of the sound: where the hand is raised by a key
CUTS = ((0.0, "whole"), (0.27, "face"), (0.6, "whole"))  # (share of the sound, what the video shows from there)
logger = logging.getLogger("audio2rig.demo")


class Demo:
    """One run. Steps are methods in the order in which `run` calls them. written: the files that were made. name: of
    those that hold all of it. margin: a picture of the whole figure by the figure's height."""

    name = "demo"
    margin = 1.16

    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.out: Path = options.out.resolve()
        width, height = (int(number) for number in options.size.lower().split("x"))
        self.size = (width, height)
        self.written: list[Path] = []
        self.clip = decoding.load(options.audio)
        self.prompt_s: float | None = None
        self.root: bpy.types.Object | None = None

    def run(self) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        steps = [
            ("enable the extension", clone.enable),
            ("open the character", self.open),
            ("key a raised hand", self.prompt),
            ("generate", self.generate),
            ("frame the scene", self.frame),
            ("save", self.save),
            ("prepare rendering", lambda: rendering.prepare(self.scene)),
            ("draw the pictures", self.draw),
            *([] if self.options.no_video else [("render the video", self.render)]),
            ("compare side by side", self.compare),
        ]
        for what, step in steps:
            began_s = time.perf_counter()
            step()
            logger.info("%-24s %6.1f s", what, time.perf_counter() - began_s)

    def given(self) -> dict[str, object]:
        """The settings that are not as they come."""
        return {}

    @property
    def scene(self) -> bpy.types.Scene:
        scene = bpy.context.scene
        assert scene is not None  # there always is one in the main thread
        return scene

    @property
    def rate(self) -> float:
        return self.scene.render.fps / self.scene.render.fps_base

    @property
    def first(self) -> float:
        """The frame at which the sound begins."""
        return clone.settings(self.scene).frame_start

    def open(self) -> None:
        """The demo character on its stage, or the person's own file."""
        if self.options.blend:
            bpy.ops.wm.open_mainfile(filepath=str(self.options.blend.resolve()))
            if self.scene.camera is None:
                self.scene.camera = face_camera(self.scene, "Demo Camera", 1.5)
        else:
            bpy.ops.wm.read_homefile(use_empty=True)
            self.scene.render.fps, self.scene.render.fps_base = self.options.fps, 1.0
            clone.operators().add_demo_character()
            self.root = bpy.context.object
            assert self.root is not None  # the operator leaves it active
            clone.part("core.blender.demo_character.stage").add(bpy.context, self.root.location)
        clone.settings(self.scene).use_sound_strip = True

    def prompt(self) -> None:
        """One key by hand: the demo character's right hand is up, as one says wait. On one's own character nothing is keyed."""
        if self.root is None or self.root.pose is None:
            return
        self.prompt_s = PROMPT_SHARE * self.clip.duration_s
        frame = round(self.first + self.prompt_s * self.rate)
        bones = self.root.pose.bones
        resting = {bone.name: bone.rotation_quaternion.copy() for bone in bones}
        for name in clone.part("core.blender.demo_character.armature").raise_hand(self.root):
            bones[name].keyframe_insert("rotation_quaternion", frame=frame, keytype="KEYFRAME")
        for name, rotation in resting.items():
            bones[name].rotation_quaternion = rotation

    def generate(self) -> None:
        if clone.operators().generate(filepath=str(self.options.audio.resolve()), **self.given()) != {"FINISHED"}:
            raise RuntimeError("Nothing was generated; the reason is above.")
        self.root = clone.settings(self.scene).character
        logger.info("%s", clone.settings(self.scene).last_report)

    def frame(self) -> None:
        """The frames that the sound takes, and what the video shows of them."""
        self.scene.frame_start = int(self.first)
        self.scene.frame_end = int(math.ceil(self.first + self.clip.duration_s * self.rate))
        self.film()

    def film(self) -> None:
        """Let the video change from the whole figure to the face and back, by markers in the timeline that carry cameras."""
        scene = self.scene
        whole = self.whole_camera("Demo Whole Figure", self.size)
        if whole is None or scene.camera is None or self.options.blend and scene.timeline_markers:
            return
        face = scene.camera  # a marker's camera becomes the scene's as soon as it is set
        for share, shown in CUTS:
            frame = round(self.first + share * self.clip.duration_s * self.rate)
            marker = scene.timeline_markers.new(shown, frame=frame)
            marker.camera = whole if shown == "whole" else face

    def save(self) -> None:
        path = self.out / f"{self.name}.blend"
        bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True)
        self.written.append(path)

    def draw(self) -> None:
        """The mouth at the sounds that show most, the whole figure at its gestures, and the curves."""
        scene = self.scene
        cuts = [(marker, marker.camera) for marker in scene.timeline_markers]
        for marker, _ in cuts:  # they would choose the camera
            marker.camera = None
        _, phones = speech_model().infer(self.clip)
        mouths = pictures.telling_moments(phones)
        self._sheet("speaking.png", mouths, face_camera(scene, "Demo Close-Up", 1.02), SHEET_SIZE)
        self.draw_poses("body.png")
        for marker, camera in cuts:
            marker.camera = camera
        times_s = np.arange(0.0, self.clip.duration_s, 1.0 / 60.0)
        curves = played.shape_curves(scene, self.first + times_s * self.rate)
        if pictures.curves(self.clip, phones, times_s, curves, self.out / "curves.png"):
            self.written.append(self.out / "curves.png")

    def draw_poses(self, name: str) -> None:
        """The whole figure where its arms are farthest from how they mostly are, and at the key."""
        times_s = np.arange(0.0, self.clip.duration_s, 1.0 / self.rate)
        arms = played.arm_rotations(self.root, self.scene, self.first + times_s * self.rate)
        poses = pictures.striking_moments(times_s, arms, self.prompt_s)
        self._sheet(name, poses, self.whole_camera("Demo Sheet", BODY_SIZE), BODY_SIZE)

    def whole_camera(self, name: str, size: tuple[int, int]) -> bpy.types.Object | None:
        """A new camera for pictures of this size, at the whole figure with the room that it needs; None without a figure."""
        return whole_camera(self.scene, name, self.root, size[0] / size[1], self.margin)

    def _sheet(
        self, name: str, moments: list[tuple[str, float]], camera: bpy.types.Object | None, size: tuple[int, int]
    ) -> None:
        """One contact sheet; the camera is removed after it."""
        usual = self.scene.camera
        self.scene.camera = camera or usual
        if moments and self.scene.camera is not None:
            with tempfile.TemporaryDirectory() as folder:
                stills = []
                for number, (label, time_s) in enumerate(moments):
                    path, frame = Path(folder) / f"{number}.png", self.first + time_s * self.rate
                    stills.append((label, rendering.still(self.scene, path, frame, size)))
                if pictures.contact_sheet(stills, self.out / name):
                    self.written.append(self.out / name)
        self.scene.camera = usual
        if camera is not None and isinstance(camera.data, bpy.types.Camera):
            bpy.data.cameras.remove(camera.data)

    def compare(self) -> None:
        """The face with two seeds and four emotions side by side, at two moments: six more generations, after what is kept was saved."""
        camera = face_camera(self.scene, "Demo Comparison", 1.25)
        if camera is None:
            return
        for marker in list(self.scene.timeline_markers):  # they would choose the camera
            marker.camera = None
        self.scene.camera = camera
        choices = [
            *face_sheets.seeds(0, 1),
            *(one for one in face_sheets.emotions(1.0) if one[1]["emotion"] in COMPARED),
        ]
        moments_s = [share * self.clip.duration_s for share in COMPARED_AT]
        self.draw_choices("compared.png", choices, moments_s, COMPARED_SIZE)

    def draw_choices(
        self, name: str, choices: Sequence[face_sheets.Choice], moments_s: Sequence[float], size: tuple[int, int]
    ) -> None:
        """A generation each, side by side at these moments of the sound."""
        with tempfile.TemporaryDirectory() as folder:
            cells = face_sheets.stills(choices, self.options.audio.resolve(), moments_s, Path(folder), size)
            if pictures.contact_sheet(cells, self.out / name, len(choices)):
                self.written.append(self.out / name)

    def render(self) -> None:
        path = self.out / f"{self.name}.mp4"
        if rendering.video(self.scene, path, self.options.audio, self.size):
            self.written.append(path)
