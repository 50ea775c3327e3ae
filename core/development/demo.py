# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo, from a clone: a character speaks a sound file. `python -m core.development.demo [--audio FILE] [--blend FILE] [--out DIR]`

Enables the extension from this folder in Blender's Python module, adds the demo character (or opens the .blend), keys a raised
hand at one moment as an animator would, presses Generate from Audio and writes to the output folder: demo.blend, demo.mp4 (with
sound, the whole figure and its face), speaking.png (the mouth at p, b, m, f, o …), body.png (the whole figure at its gestures and
at the key) and curves.png (what was written, against the waveform).
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..paths import ROOT
from . import clone

SPEECH = ROOT / "docs" / "demo" / "speech.ogg"
SHEET_SIZE = 320
BODY_SIZE = (260, 390)
PROMPT_SHARE = 0.72  # of the sound: where the hand is raised by a key
CUTS = ((0.0, "whole"), (0.27, "face"), (0.6, "whole"))  # (share of the sound, what the video shows from there)
logger = logging.getLogger("audio2rig.demo")


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.development.demo", description=__doc__.split("\n")[0])
    parser.add_argument("--audio", type=Path, default=SPEECH, help="sound to speak (default: the clip in docs/demo)")
    parser.add_argument("--blend", type=Path, help="file with your own character instead of the demo character")
    parser.add_argument("--out", type=Path, default=ROOT / "demo", help="folder for the results (default: demo)")
    parser.add_argument("--size", default="480x270", help="of the video, WIDTHxHEIGHT (default 480x270)")
    parser.add_argument("--fps", type=int, default=24, help="frames a second, for the demo character (default 24)")
    parser.add_argument("--no-video", action="store_true", help="only the .blend and the pictures")
    return parser.parse_args(argv)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Blender's line for every rendered frame off the terminal."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def moved_corners(thing) -> list[np.ndarray]:
    """The two corners, in the scene, of the box around all vertices of a mesh object that its shape keys move; [] if none."""
    keys = thing.data.shape_keys.key_blocks
    rest, moved = (np.empty(3 * len(thing.data.vertices), np.float32) for _ in range(2))
    keys[0].data.foreach_get("co", rest)
    touched = np.zeros(len(thing.data.vertices), bool)
    for key in keys[1:]:
        key.data.foreach_get("co", moved)
        distance = np.abs(moved - rest).reshape(-1, 3).max(1)
        touched |= distance > 0.1 * max(float(distance.max()), 1e-9)
    if not touched.any():
        return []
    world = np.array(thing.matrix_world)
    places = rest.reshape(-1, 3)[touched] @ world[:3, :3].T + world[:3, 3]
    return [places.min(0), places.max(0)]


class Demo:
    """One run. Steps are methods in the order in which `run` calls them."""

    def __init__(self, options: argparse.Namespace):
        import bpy

        self.bpy = bpy
        self.options = options
        self.out = options.out.resolve()
        self.width, self.height = (int(number) for number in options.size.lower().split("x"))
        self.written: list[Path] = []

    def part(self, name: str):
        return clone.part(name)

    def enable(self) -> None:
        """Enable the extension from this folder under its true name, in settings of our own."""
        clone.enable()

    def open(self) -> None:
        """The demo character on its stage, or the person's own file."""
        if self.options.blend:
            self.bpy.ops.wm.open_mainfile(filepath=str(self.options.blend.resolve()))
            if self.bpy.context.scene.camera is None:
                self.bpy.context.scene.camera = self._face_camera("Demo Camera", 1.5)
        else:
            self.bpy.ops.wm.read_homefile(use_empty=True)
            scene = self.bpy.context.scene
            scene.render.fps, scene.render.fps_base = self.options.fps, 1.0
            self.bpy.ops.audio2rig.add_demo_character()
            self.part("core.blender.demo_character.stage").add(self.bpy.context, self.bpy.context.object.location)
        scene = self.bpy.context.scene
        scene.audio2rig.use_sound_strip = True

    def _face_camera(self, name: str, margin: float):
        """A new camera that frames from the front what shape keys move, `margin` times its height; None if they move nothing."""
        from mathutils import Vector

        scene = self.bpy.context.scene
        corners = [
            corner
            for thing in scene.objects
            if thing.type == "MESH" and thing.data.shape_keys
            for corner in moved_corners(thing)
        ]
        if not corners:
            return None
        low, high = np.min(corners, 0), np.max(corners, 0)
        size = 1.5 * max(high[2] - low[2], high[0] - low[0])  # some hair and chin around what moves
        aim = Vector((low + high) / 2)
        camera = self.bpy.data.objects.new(name, self.bpy.data.cameras.new(name))
        scene.collection.objects.link(camera)
        camera.data.lens, camera.data.sensor_fit, camera.data.sensor_height = 85.0, "VERTICAL", 36.0
        camera.location = aim + Vector((0.12 * size, -margin * size * 85.0 / 36.0, 0.0))
        camera.rotation_euler = (aim - camera.location).to_track_quat("-Z", "Y").to_euler()
        return camera

    def _whole_camera(self, name: str, aspect: float):
        """A new camera that frames the whole character from the front, a little from its left; None without one.

        aspect: width of the picture by its height.
        """
        from mathutils import Vector

        scene = self.bpy.context.scene
        root = scene.objects.get(self.root) if self.root else None
        corners = [
            thing.matrix_world @ Vector(corner)
            for thing in (root.children_recursive if root is not None else ())
            if thing.type == "MESH"
            for corner in thing.bound_box
        ]
        if not corners:
            return None
        low, high = np.min(corners, 0), np.max(corners, 0)
        height = 1.16 * max(high[2] - low[2], 0.8 * (high[2] - low[2]) / min(aspect, 1.0))
        aim = Vector((low + high) / 2)
        camera = self.bpy.data.objects.new(name, self.bpy.data.cameras.new(name))
        scene.collection.objects.link(camera)
        camera.data.lens, camera.data.sensor_fit, camera.data.sensor_height = 60.0, "VERTICAL", 36.0
        distance = height * 60.0 / 36.0
        camera.location = aim + Vector((0.22 * distance, -distance, 0.06 * distance))
        camera.rotation_euler = (aim - camera.location).to_track_quat("-Z", "Y").to_euler()
        return camera

    def read(self) -> None:
        self.clip = self.part("core.audio.decoding").load(self.options.audio)

    def prompt(self) -> None:
        """One key by hand: the demo character's right hand is up, as one says wait. On one's own character nothing is keyed."""
        self.prompt_s = None
        if self.options.blend:
            return
        scene, armature = self.bpy.context.scene, self.bpy.context.object
        self.prompt_s = PROMPT_SHARE * self.clip.duration_s
        posing = self.part("core.blender.demo_character.armature")
        frame = round(scene.audio2rig.frame_start + self.prompt_s * scene.render.fps / scene.render.fps_base)
        resting = {bone.name: bone.rotation_quaternion.copy() for bone in armature.pose.bones}
        for name in posing.raise_hand(armature):
            armature.pose.bones[name].keyframe_insert("rotation_quaternion", frame=frame, keytype="KEYFRAME")
        for name, rotation in resting.items():
            armature.pose.bones[name].rotation_quaternion = rotation

    def generate(self) -> None:
        result = self.bpy.ops.audio2rig.generate(filepath=str(self.options.audio.resolve()))
        if result != {"FINISHED"}:
            raise SystemExit("Nothing was generated; the reason is above.")
        settings = self.bpy.context.scene.audio2rig
        self.root = settings.character.name if settings.character is not None else ""
        logger.info("%s", settings.last_report)

    def listen(self) -> None:
        """The sound's phones, for the pictures, and the frames that it takes."""
        _, self.phones = self.part("core.performance.loaded_models").speech_model().infer(self.clip)
        scene = self.bpy.context.scene
        self.rate = scene.render.fps / scene.render.fps_base
        self.first = scene.audio2rig.frame_start
        scene.frame_start = int(self.first)
        scene.frame_end = int(math.ceil(self.first + self.clip.duration_s * self.rate))
        self.cut()

    def cut(self) -> None:
        """Let the video change from the whole figure to the face and back, by markers in the timeline that carry cameras."""
        scene = self.bpy.context.scene
        whole, face = self._whole_camera("Demo Whole Figure", self.width / self.height), scene.camera
        if whole is None or face is None or self.options.blend and scene.timeline_markers:
            return
        for share, shown in CUTS:
            marker = scene.timeline_markers.new(
                shown, frame=round(self.first + share * self.clip.duration_s * self.rate)
            )
            marker.camera = whole if shown == "whole" else face

    def save(self) -> None:
        path = self.out / "demo.blend"
        self.bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True)
        self.written.append(path)

    # ---------------------------------------------------------------------------------------------------- rendering

    def prepare_renders(self) -> None:
        """Workbench: it needs no graphics card and draws a frame in a fraction of a second."""
        scene = self.bpy.context.scene
        scene.render.engine = "BLENDER_WORKBENCH"
        scene.view_settings.view_transform = "Standard"
        shading = scene.display.shading
        shading.light, shading.color_type = "STUDIO", "MATERIAL"
        shading.show_cavity, shading.cavity_type = True, "WORLD"
        scene.render.use_simplify = True
        scene.render.simplify_subdivision_render = 0
        scene.render.resolution_percentage = 100

    def still(self, path: Path, time_s: float, width: int, height: int) -> Path:
        scene = self.bpy.context.scene
        frame = self.first + time_s * self.rate
        scene.display.render_aa = "8"
        scene.frame_set(int(math.floor(frame)), subframe=frame - math.floor(frame))
        scene.render.resolution_x, scene.render.resolution_y = width, height
        settings = scene.render.image_settings
        if hasattr(settings, "media_type"):
            settings.media_type = "IMAGE"
        settings.file_format = "PNG"
        scene.render.filepath = str(path)
        with quiet():
            self.bpy.ops.render.render(write_still=True)
        return path

    def pictures(self) -> None:
        """The mouth at the sounds that show most, the whole figure at its gestures, and the curves."""
        from . import demo_pictures

        cuts = [(marker, marker.camera) for marker in self.bpy.context.scene.timeline_markers]
        for marker, _ in cuts:  # they would choose the camera
            marker.camera = None
        mouths = demo_pictures.telling_moments(self.phones)
        self._sheet("speaking.png", mouths, self._face_camera("Demo Close-Up", 1.02), (SHEET_SIZE, SHEET_SIZE))
        times_s = np.arange(0.0, self.clip.duration_s, 1.0 / self.rate)
        poses = demo_pictures.striking_moments(times_s, self.limb_rotations(times_s), self.prompt_s)
        self._sheet("body.png", poses, self._whole_camera("Demo Sheet", BODY_SIZE[0] / BODY_SIZE[1]), BODY_SIZE)
        for marker, camera in cuts:
            marker.camera = camera
        path = self.out / "curves.png"
        if demo_pictures.curves(self.clip, self.phones, self.written_curves(), path):
            self.written.append(path)

    def _sheet(self, name: str, moments: list[tuple[str, float]], camera, size: tuple[int, int]) -> None:
        """One contact sheet; the camera is removed after it."""
        from . import demo_pictures

        scene = self.bpy.context.scene
        usual = scene.camera
        scene.camera = camera or usual
        if moments and scene.camera is not None:
            with tempfile.TemporaryDirectory() as folder:
                stills = [
                    (label, self.still(Path(folder) / f"{number}.png", time_s, *size))
                    for number, (label, time_s) in enumerate(moments)
                ]
                if demo_pictures.contact_sheet(stills, self.out / name):
                    self.written.append(self.out / name)
        scene.camera = usual
        if camera is not None:
            self.bpy.data.cameras.remove(camera.data)

    def limb_rotations(self, times_s: np.ndarray) -> np.ndarray:
        """The rotation curves of the arms' bones as Blender plays them: (T, curves); no columns without any."""
        compat = self.part("core.blender.compat")
        root = self.bpy.context.scene.objects.get(self.root)
        bag = compat.active_curves(root) if root is not None else None
        mapped = (
            self.part("core.blender.rig_reading").describe(root, self.bpy.context.scene) if bag is not None else None
        )
        roles = self.part("core.rigs.detection.mapping").map_character(mapped).bones if mapped is not None else {}
        arms = {bone for role, bone in roles.items() if role.endswith(("_shoulder", "_elbow"))}
        curves = [
            curve
            for curve in (bag.fcurves if bag is not None else ())
            if "rotation" in curve.data_path and curve.data_path.split('"')[1] in arms
        ]
        return np.array([[curve.evaluate(self.first + time * self.rate) for curve in curves] for time in times_s])

    def written_curves(self) -> dict:
        """{shape: (seconds, values)}: the keys as Blender plays them, for the mesh with most shape keys."""
        compat = self.part("core.blender.compat")
        times = np.arange(0.0, self.clip.duration_s, 1.0 / 60.0)
        best: dict = {}
        for thing in self.bpy.context.scene.objects:
            keys = getattr(thing.data, "shape_keys", None) if thing.type == "MESH" else None
            bag = compat.active_curves(keys) if keys else None
            if bag is None:
                continue
            found = {}
            for curve in bag.fcurves:
                if curve.data_path.startswith('key_blocks["') and curve.data_path.endswith('"].value'):
                    name = curve.data_path[len('key_blocks["') : -len('"].value')]
                    found[name] = (times, np.array([curve.evaluate(self.first + t * self.rate) for t in times]))
            if len(found) > len(best):
                best = found
        return best

    def video(self) -> None:
        """demo.mp4 with sound: by Blender's own FFmpeg, or frames put together by the ffmpeg on this machine."""
        scene = self.bpy.context.scene
        scene.render.resolution_x, scene.render.resolution_y = self.width, self.height
        scene.display.render_aa = "FXAA"  # samples cost three times as much, and there are hundreds of frames
        scene.display.shading.show_cavity = False
        path = self.out / "demo.mp4"
        settings = scene.render.image_settings
        if self.bpy.app.build_options.codec_ffmpeg:
            if hasattr(settings, "media_type"):
                settings.media_type = "VIDEO"
            settings.file_format = "FFMPEG"
            coder = scene.render.ffmpeg
            coder.format, coder.codec, coder.constant_rate_factor, coder.ffmpeg_preset = "MPEG4", "H264", "HIGH", "GOOD"
            coder.audio_codec, coder.audio_bitrate = "AAC", 128
            scene.render.use_file_extension = False
            scene.render.filepath = str(path)
            logger.info(
                "rendering %d frames of %d x %d", scene.frame_end - scene.frame_start + 1, self.width, self.height
            )
            with quiet():
                self.bpy.ops.render.render(animation=True)
        elif shutil.which("ffmpeg"):
            with tempfile.TemporaryDirectory() as folder:
                settings.file_format = "PNG"
                scene.render.filepath = f"{folder}/"
                with quiet():
                    self.bpy.ops.render.render(animation=True)
                subprocess.run(
                    [
                        "ffmpeg",
                        "-y",
                        "-loglevel",
                        "error",
                        "-framerate",
                        str(self.rate),
                        "-start_number",
                        str(scene.frame_start),
                        "-i",
                        f"{folder}/%04d.png",
                        "-i",
                        str(self.options.audio),
                        "-c:v",
                        "libx264",
                        "-pix_fmt",
                        "yuv420p",
                        "-c:a",
                        "aac",
                        "-shortest",
                        str(path),
                    ],
                    check=True,
                )
        else:
            logger.warning("No video: this Blender was built without FFmpeg, and no ffmpeg is on the path.")
            return
        self.written.append(path)

    def run(self) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        steps = [
            ("enable the extension", self.enable),
            ("open the character", self.open),
            ("read the sound", self.read),
            ("key a raised hand", self.prompt),
            ("generate", self.generate),
            ("listen for the pictures", self.listen),
            ("save", self.save),
            ("prepare rendering", self.prepare_renders),
            ("draw the pictures", self.pictures),
        ]
        if not self.options.no_video:
            steps.append(("render the video", self.video))
        for what, step in steps:
            began_s = time.perf_counter()
            step()
            logger.info("%-24s %6.1f s", what, time.perf_counter() - began_s)


def main(argv: list[str] | None = None) -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    options = arguments(argv)
    for given in (options.audio, options.blend):
        if given is not None and not given.is_file():
            print(f"There is no file {given}.", file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory(prefix="audio2rig-demo-", ignore_cleanup_errors=True) as resources:
        os.environ["BLENDER_USER_RESOURCES"] = resources  # before bpy is imported: nobody's own settings are touched
        try:
            demo = Demo(options)
        except ImportError:
            print("The demo runs in Blender's Python module: make setup, then make demo.", file=sys.stderr)
            return 2
        try:
            demo.run()
        except (SystemExit, RuntimeError) as error:
            print(error, file=sys.stderr)
            return 1
    print("Written:")
    for path in demo.written:
        print(f"  {os.path.relpath(path)}")
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # Blender's module sometimes hangs while the interpreter ends
