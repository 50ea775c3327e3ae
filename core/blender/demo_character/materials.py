# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials: a shader for EEVEE and Cycles and a viewport colour that reads well in Workbench."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from .surfaces import Point, mirrored


@dataclass(frozen=True)
class Look:
    """Linear colour, roughness and what makes the surface special."""

    color: tuple[float, float, float]
    roughness: float = 0.5
    subsurface: float = 0.0
    coat: float = 0.0
    glow: float = 0.0
    tint: bool = False  # takes its colour from the mesh's attribute "Tint"
    viewport: tuple[float, float, float] | None = None


LOOKS = {
    "Skin": Look((0.80, 0.405, 0.245), 0.44, subsurface=0.16, tint=True, viewport=(0.84, 0.50, 0.345)),
    "Lips": Look((0.56, 0.115, 0.105), 0.32, subsurface=0.10, coat=0.15),
    "Lip Line": Look((0.10, 0.012, 0.012), 0.6),
    "Mouth": Look((0.085, 0.010, 0.012), 0.5, viewport=(0.050, 0.006, 0.008)),
    "Lid Edge": Look((0.62, 0.26, 0.20), 0.45, subsurface=0.10),
    "Eye White": Look((0.86, 0.85, 0.83), 0.12, coat=0.8),
    "Eye Limbus": Look((0.018, 0.022, 0.020), 0.10, coat=1.0),
    "Iris": Look((0.030, 0.135, 0.115), 0.12, coat=1.0),
    "Iris Light": Look((0.075, 0.31, 0.245), 0.12, coat=1.0),
    "Pupil": Look((0.003, 0.003, 0.004), 0.06, coat=1.0),
    "Catchlight": Look((1.0, 1.0, 1.0), 0.2, glow=1.6),
    "Teeth": Look((0.86, 0.83, 0.75), 0.22, subsurface=0.05, coat=0.3),
    "Gums": Look((0.52, 0.14, 0.14), 0.35),
    "Tongue": Look((0.60, 0.165, 0.17), 0.36, subsurface=0.10),
    "Hair": Look((0.150, 0.040, 0.014), 0.38, viewport=(0.21, 0.065, 0.026)),
    "Brows": Look((0.085, 0.028, 0.012), 0.6),
    "Lashes": Look((0.012, 0.007, 0.006), 0.6),
    "Sweater": Look((0.035, 0.215, 0.245), 0.85),
    "Sweater Rib": Look((0.85, 0.38, 0.10), 0.85),
    "Trousers": Look((0.042, 0.055, 0.110), 0.85),
    "Shoes": Look((0.72, 0.70, 0.66), 0.5),
    "Soles": Look((0.85, 0.38, 0.10), 0.6),
}


def node_tree(owner: bpy.types.Material | bpy.types.World) -> bpy.types.NodeTree:
    """The owner's nodes; before Blender 5 they are there only once asked for."""
    if owner.node_tree is None:
        owner.use_nodes = True
    tree = owner.node_tree
    assert tree is not None, "use_nodes makes one"
    return tree


def set_input(node: bpy.types.Node, name: str, value: float | tuple[float, ...]) -> None:
    """Set the value of a node's input that nothing is linked to."""
    socket = node.inputs[name]
    socket.default_value = value  # pyright: ignore[reportAttributeAccessIssue] -- all but shader sockets


def set_viewport_color(material: bpy.types.Material, color: tuple[float, float, float]) -> None:
    """The colour in Workbench, linear."""
    material.diffuse_color = (*color, 1.0)  # pyright: ignore[reportAttributeAccessIssue] -- takes any 4 numbers


def make(name: str) -> bpy.types.Material:
    """A new material of this name's look."""
    look = LOOKS[name]
    material = bpy.data.materials.new(f"Demo {name}")
    set_viewport_color(material, look.viewport or look.color)
    material.roughness = look.roughness
    tree = node_tree(material)
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
    shader.location = (-320, 0)
    tree.links.new(shader.outputs[0], output.inputs[0])
    set_input(shader, "Base Color", (*look.color, 1.0))
    set_input(shader, "Roughness", look.roughness)
    if look.subsurface:
        set_input(shader, "Subsurface Weight", look.subsurface)
        set_input(shader, "Subsurface Radius", (1.0, 0.35, 0.2))
        set_input(shader, "Subsurface Scale", 0.012)
    if look.coat:
        set_input(shader, "Coat Weight", look.coat)
        set_input(shader, "Coat Roughness", 0.06)
    if look.glow:
        set_input(shader, "Emission Color", (*look.color, 1.0))
        set_input(shader, "Emission Strength", look.glow)
    if look.tint:
        attribute = tree.nodes.new("ShaderNodeAttribute")
        attribute.location = (-560, 0)
        tree.links.new(attribute.outputs["Color"], shader.inputs["Base Color"])
        assert isinstance(attribute, bpy.types.ShaderNodeAttribute), "asked for by its type"
        attribute.attribute_name = "Tint"
    return material


def skin_tint(points: np.ndarray) -> np.ndarray:
    """Skin colour (N, 4), linear, at points (N, 3) of head space, metres.

    Blush on cheeks and nose, warmer lids, a soft rim about the lips.
    """
    base = np.array(LOOKS["Skin"].color)
    q = mirrored(points)

    def spot(center: Point, radii: Point, strength: float) -> np.ndarray:
        return strength * np.exp(-(((q - np.asarray(center)) / np.asarray(radii)) ** 2).sum(-1))

    blush = spot((0.047, -0.080, -0.034), (0.020, 0.05, 0.015), 0.55)
    blush = blush + spot((0, -0.126, -0.024), (0.014, 0.02, 0.012), 0.45)
    blush += spot((0, -0.1, -0.070), (0.032, 0.04, 0.016), 0.30) + spot((0, -0.092, -0.108), (0.018, 0.03, 0.014), 0.18)
    blush += spot((0.044, -0.090, 0.004), (0.034, 0.05, 0.030), 0.22)
    color = base * (1 - blush[:, None]) + np.array([0.76, 0.205, 0.135]) * blush[:, None]
    return np.concatenate([color, np.ones((len(points), 1))], axis=1)
