# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras, three-point light and a backdrop."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector

from . import materials

Place = tuple[float, float, float]  # metres
View = tuple[Place, Place, float]  # place, aim, focal length in mm

PORTRAIT: View = ((0.20, -2.06, 1.405), (0.0, -0.02, 1.400), 98.0)
FULL_BODY: View = ((1.30, -5.2, 1.15), (0.0, 0.0, 0.805), 62.0)


def _aimed(thing: bpy.types.Object, place: Vector, aim: Vector) -> None:
    """Put at `place`, looking at `aim`."""
    thing.location = place
    thing.rotation_euler = (aim - place).to_track_quat("-Z", "Y").to_euler()


def _camera(name: str, view: View, offset: Vector, collection: bpy.types.Collection) -> bpy.types.Object:
    place, aim, lens = view
    data = bpy.data.cameras.new(name)
    data.lens = lens
    data.clip_start = 0.02
    camera = bpy.data.objects.new(name, data)
    collection.objects.link(camera)
    _aimed(camera, Vector(place) + offset, Vector(aim) + offset)
    return camera


@dataclass(frozen=True)
class _Lamp:
    """A round area light: place, aim and diameter in metres, energy in watts, linear colour."""

    name: str
    place: Place
    aim: Place
    size: float
    energy: float
    color: tuple[float, float, float]


FACE = (0.0, -0.05, 1.42)
LAMPS = (  # by eye
    _Lamp("Demo Key", (-1.25, -1.75, 2.35), FACE, 0.8, 52.0, (1.0, 0.91, 0.80)),
    _Lamp("Demo Fill", (1.75, -1.55, 1.45), FACE, 1.6, 8.0, (0.80, 0.90, 1.0)),
    _Lamp("Demo Rim", (1.15, 1.25, 2.25), FACE, 0.6, 34.0, (1.0, 0.86, 0.72)),
    _Lamp("Demo Back", (-1.4, 1.1, 2.0), (0, 0, 1.45), 0.7, 20.0, (0.75, 0.88, 1.0)),
)


def _light(lamp: _Lamp, offset: Vector, collection: bpy.types.Collection) -> None:
    data = bpy.data.lights.new(lamp.name, "AREA")
    assert isinstance(data, bpy.types.AreaLight), "asked for by its type"
    data.shape = "DISK"
    data.size = lamp.size
    data.energy = lamp.energy
    data.color = lamp.color
    light = bpy.data.objects.new(lamp.name, data)
    collection.objects.link(light)
    _aimed(light, Vector(lamp.place) + offset, Vector(lamp.aim) + offset)


def _backdrop(offset: Vector, collection: bpy.types.Collection) -> None:
    bend = np.linspace(0.0, math.pi / 2, 12)
    profile = [(-4.0, 0.0)] + [(1.6 + 1.4 * math.sin(a), 1.4 - 1.4 * math.cos(a)) for a in bend] + [(3.0, 6.0)]
    vertices = [(x, y, z) for y, z in profile for x in (-7.0, 7.0)]
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(profile) - 1)]
    mesh = bpy.data.meshes.new("Demo Backdrop")
    mesh.from_pydata(vertices, [], faces)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    material = bpy.data.materials.new("Demo Backdrop")
    materials.set_viewport_color(material, (0.42, 0.55, 0.62))
    shader = next(node for node in materials.node_tree(material).nodes if node.type == "BSDF_PRINCIPLED")
    materials.set_input(shader, "Base Color", (0.22, 0.42, 0.52, 1.0))
    materials.set_input(shader, "Roughness", 0.9)
    mesh.materials.append(material)
    backdrop = bpy.data.objects.new("Demo Backdrop", mesh)
    backdrop.location = offset
    collection.objects.link(backdrop)


def add(context: bpy.types.Context, offset: Vector) -> bpy.types.Collection:
    """Cameras "Demo Portrait" (made the scene's) and "Demo Full Body", lights, backdrop and world."""
    collection = bpy.data.collections.new("Demo Stage")
    context.scene.collection.children.link(collection)
    portrait = _camera("Demo Portrait", PORTRAIT, offset, collection)
    _camera("Demo Full Body", FULL_BODY, offset, collection)
    context.scene.camera = portrait
    for lamp in LAMPS:
        _light(lamp, offset, collection)
    _backdrop(offset, collection)
    world = context.scene.world
    if world is None:
        world = bpy.data.worlds.new("Demo World")
        context.scene.world = world
        background = next((node for node in materials.node_tree(world).nodes if node.type == "BACKGROUND"), None)
        if background is not None:
            materials.set_input(background, "Color", (0.55, 0.70, 0.80, 1.0))
            materials.set_input(background, "Strength", 0.28)
        world.color = (0.30, 0.42, 0.48)
    return collection
