# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture of many heads side by side, drawn by Workbench, cut into crops."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..demo import rendering
from .crop_head import CropHead
from .painting import HAIR, INSIDE, IRIS, LIPS, PARTS, PUPIL, SKIN, TEETH, WHITE

_PITCH = 1.25  # from one head to the next, in pictures: what reaches out of one must not reach into the next
_FINE = 2  # pixels of the picture's side to one of a crop's, whose mean it is
_OUT = 1.15  # half pictures from the middle, from where on everything lies on an edge that is cut away
# How bright each part is at least and at most; grey, linear.
_BRIGHTNESS = {
    SKIN: (0.12, 0.75),
    LIPS: (0.05, 0.4),
    HAIR: (0.01, 0.3),
    WHITE: (0.6, 0.9),
    IRIS: (0.01, 0.15),
    PUPIL: (0.0, 0.02),
    TEETH: (0.5, 0.9),
    INSIDE: (0.0, 0.05),
}


class Sheet:
    """An empty scene that draws sheets. size: pixels of a crop's side. folder: for the picture meanwhile."""

    def __init__(self, size: int, folder: Path):
        self.size, self.path = size, folder / "sheet.png"
        bpy.ops.wm.read_homefile(use_empty=True)
        scene = bpy.context.scene
        assert scene is not None
        self.scene = scene
        scene.world = scene.world or bpy.data.worlds.new("Crops")
        rendering.prepare(scene)
        settings: Any = scene
        settings.display.shading.show_cavity = False
        settings.display.render_aa = "OFF"  # every sample would draw all of the mesh once more
        settings.render.image_settings.color_mode = "BW"
        settings.render.image_settings.compression = 0
        camera = bpy.data.cameras.new("Crops")
        camera.type, camera.ortho_scale, camera.clip_end = "ORTHO", 1.0, 200.0
        scene.camera = bpy.data.objects.new("Crops", camera)
        scene.collection.objects.link(scene.camera)
        scene.camera.location = (0.0, 0.0, 100.0)  # it looks down: a picture's right and up are x and y
        self.things: dict[tuple[int, int], bpy.types.Object] = {}
        self.materials = [bpy.data.materials.new(f"Part {part}") for part in PARTS]

    def drawn(self, head: CropHead, places: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """uint8 (T, size, size) of places (T, V, 3) as `filming` gives them, in a random light and random colours."""
        frames = len(places)
        columns = math.ceil(math.sqrt(frames))
        rows = math.ceil(frames / columns)
        column, row = np.arange(frames) % columns, np.arange(frames) // columns
        middle = 2.0 * _PITCH * np.stack([column - (columns - 1) / 2, (rows - 1) / 2 - row], 1)
        places = places.copy()
        places[..., :2] = places[..., :2].clip(-_OUT, _OUT) + middle[:, None]
        thing = self._shown(head, places)
        self._coloured(random)
        pitch = _FINE * int(_PITCH * self.size)
        render = self.scene.render
        render.resolution_x, render.resolution_y = pitch * columns, pitch * rows
        camera = self.scene.camera
        assert camera is not None and isinstance(camera.data, bpy.types.Camera)
        camera.data.ortho_scale = 2.0 * _PITCH * max(columns, rows)
        render.filepath = str(self.path)
        with rendering.quiet():
            bpy.ops.render.render(write_still=True)
        picture = self._read(pitch * columns, pitch * rows)
        thing.hide_render = True
        edge, side = (pitch - _FINE * self.size) // 2, _FINE * self.size
        cells = picture.reshape(rows, pitch, columns, pitch).transpose(0, 2, 1, 3).reshape(-1, pitch, pitch)
        cells = cells[:frames, edge : edge + side, edge : edge + side]
        means = cells.reshape(frames, self.size, _FINE, self.size, _FINE).mean((2, 4))
        return np.rint(means).astype(np.uint8)

    def _shown(self, head: CropHead, places: np.ndarray) -> bpy.types.Object:
        """The object that shows a head that often, with its vertices in these places."""
        key = (id(head), len(places))
        if key not in self.things:
            self.things[key] = self._made(head, *places.shape[:2])
        thing = self.things[key]
        thing.hide_render = False
        mesh = thing.data
        assert isinstance(mesh, bpy.types.Mesh)
        mesh.vertices.foreach_set("co", places.ravel())
        mesh.update()
        return thing

    def _made(self, head: CropHead, frames: int, count: int) -> bpy.types.Object:
        """A smooth mesh of `frames` heads with `count` vertices each."""
        corners = np.where(head.corners >= 0, head.corners + count * np.arange(frames)[:, None, None], -1).reshape(
            -1, 4
        )
        lengths = (corners >= 0).sum(1)
        mesh = bpy.data.meshes.new("Crops")
        mesh.vertices.add(frames * count)
        mesh.loops.add(int(lengths.sum()))
        mesh.loops.foreach_set("vertex_index", corners[corners >= 0].astype(np.int32))
        mesh.polygons.add(len(corners))
        mesh.polygons.foreach_set("loop_start", (np.cumsum(lengths) - lengths).astype(np.int32))
        mesh.polygons.foreach_set("material_index", np.tile(head.parts, frames).astype(np.int32))
        mesh.polygons.foreach_set("use_smooth", np.ones(len(corners), bool))
        for material in self.materials:
            mesh.materials.append(material)
        mesh.update(calc_edges=True)
        thing = bpy.data.objects.new("Crops", mesh)
        self.scene.collection.objects.link(thing)
        return thing

    def _coloured(self, random: np.random.Generator) -> None:
        """Parts as bright as anybody's, a plain background, and three lamps anywhere in front."""
        skin = 0.0
        material: Any
        for part, material in enumerate(self.materials):
            low, high = _BRIGHTNESS[part]
            value = random.uniform(low, high)
            skin = value if part == SKIN else skin
            if part == LIPS:
                value = skin * random.uniform(0.35, 0.95)
            material.diffuse_color = (value, value, value, 1.0)
            material.roughness, material.specular_intensity = random.uniform(0.4, 0.9), random.uniform(0.0, 0.4)
        assert self.scene.world is not None
        self.scene.world.color = (random.uniform(0.0, 0.9),) * 3
        system: Any = bpy.context.preferences.system
        system.light_ambient = (random.uniform(0.0, 0.25),) * 3
        for number, lamp in enumerate(system.solid_lights):
            lamp.use = number < 3
            way = np.array([*random.normal(0.0, 0.7, 2), random.uniform(0.2, 1.0)])
            lamp.direction = (way / np.linalg.norm(way)).tolist()
            power = (random.uniform(0.5, 1.3), random.uniform(0.0, 0.4), random.uniform(0.0, 0.2), 0.0)[number]
            lamp.diffuse_color, lamp.specular_color = (power,) * 3, (0.5 * power,) * 3
            lamp.smooth = random.uniform(0.0, 0.5)

    def _read(self, width: int, height: int) -> np.ndarray:
        """float32 (height, width), 0 to 255, the first row on top."""
        image: Any = bpy.data.images.load(str(self.path))
        image.colorspace_settings.name = "Non-Color"
        values = np.empty(4 * width * height, np.float32)
        image.pixels.foreach_get(values)
        bpy.data.images.remove(image)
        return 255.0 * values.reshape(height, width, 4)[::-1, :, 0]
