# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawing into the 3D View. While both switches are off, and without a window, nothing is installed and nothing is worked out."""

from __future__ import annotations

import logging
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ...errors import UserError
from ...private_paths import log_failure
from .. import characters, compat, handlers, later, prompt_listing
from ..setting_properties import scene_settings

logger = logging.getLogger(__name__)
_QUIET_S = 0.1  # while keys are dragged, nothing is worked out
_WIDTH, _POINT = 1.5, 7.0  # pixels
# Before and behind the playhead, as onion skins and motion paths of Blender's are coloured; and the playhead's own.
_PAST, _FUTURE, _NOW = (0.3, 0.75, 1.0), (1.0, 0.6, 0.25), (1.0, 1.0, 1.0)
_TRAILS = {"left_wrist": (0.45, 0.85, 0.4), "right_wrist": (0.95, 0.45, 0.65), "pelvis": (0.95, 0.85, 0.3)}


class _State:
    """handler: what Blender calls, None while nothing is drawn. known: what the figures were made from. figures: to draw."""

    handler: Any = None
    known: object = None
    figures: Any = None


def is_installed() -> bool:
    return _State.handler is not None


def sync() -> None:
    """Install what draws if a scene has a switch on, else take it away."""
    wanted = not _is_without_window() and any(_is_on(scene) for scene in bpy.data.scenes)
    if wanted and _State.handler is None:
        _State.handler = bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_VIEW")
    elif not wanted:
        remove()
    _redraw()


def remove() -> None:
    """Take away what draws, and forget what was worked out."""
    if _State.handler is not None:
        bpy.types.SpaceView3D.draw_handler_remove(_State.handler, "WINDOW")
    _State.handler = _State.known = _State.figures = None


def _is_without_window() -> bool:
    return bpy.app.background


def _is_on(scene: bpy.types.Scene) -> bool:
    settings = scene_settings(scene)
    return settings.show_ghosts or settings.show_trails


def _made_from(root: bpy.types.Object, scene: bpy.types.Scene) -> object:
    settings = scene_settings(scene)
    return (
        compat.session_id(root),
        prompt_listing.made_from(root),
        (settings.show_ghosts, settings.show_trails, scene.frame_start, scene.frame_end),
        len(characters.memory(root).prompts),
        tuple(value for row in root.matrix_world for value in row),
    )


def _draw() -> None:
    """Blender calls it for every 3D View that is drawn."""
    context = bpy.context
    scene, space = context.scene, context.space_data
    if scene is None or not _is_on(scene) or (space is not None and not space.overlay.show_overlays):
        return
    root = characters.shown(context)
    if root is None or root.pose is None:
        return
    made_from = _made_from(root, scene)
    if _State.known != made_from:
        later.soon_on("ghosts and trails", scene, root, _work_out, _QUIET_S)
    if _State.figures is not None and _State.figures[0] == compat.session_id(root):
        try:
            _draw_figures(_State.figures[1], scene.frame_current)
        except Exception:  # noqa: BLE001 -- what cannot be drawn must not stop Blender from drawing
            log_failure(logger, "ghosts and trails cannot be drawn")
            remove()


def _work_out(scene: bpy.types.Scene, root: bpy.types.Object) -> None:
    from .figures import figures

    if _State.handler is None:
        return
    settings = scene_settings(scene)
    try:
        if settings.show_ghosts and compat.is_editable(root):
            prompt_listing.renew(root, scene)
        roles = prompt_listing.character(root, scene).roles
        made = figures(root, scene, roles, settings.show_ghosts, settings.show_trails)
    except UserError as error:
        logger.info("no ghosts and trails: %s", error)
        made = None
    _State.figures = (compat.session_id(root), made) if made is not None else None
    _State.known = _made_from(root, scene)
    _redraw()


def _draw_figures(figures: Any, playhead: int) -> None:
    import gpu
    from gpu_extras.batch import batch_for_shader

    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    points = gpu.shader.from_builtin("UNIFORM_COLOR")
    _, _, width, height = gpu.state.viewport_get()
    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("NONE")
    shader.bind()
    shader.uniform_float("viewportSize", (width, height))
    shader.uniform_float("lineWidth", _WIDTH)
    for frame, bones in figures.ghosts.items():
        colour = _NOW if frame == playhead else _PAST if frame < playhead else _FUTURE
        fading = max(0.25, 0.8 - 0.01 * abs(frame - playhead))
        shader.uniform_float("color", (*colour, fading))
        batch_for_shader(shader, "LINES", {"pos": bones.reshape(-1, 3).tolist()}).draw(shader)
    for joint, places in figures.trails.items():
        if len(places) > 1:
            shader.uniform_float("color", (*_TRAILS[joint], 0.8))
            batch_for_shader(shader, "LINE_STRIP", {"pos": places.tolist()}).draw(shader)
    at = abs(figures.frames - playhead).argmin() if len(figures.frames) else None
    if at is not None:
        points.bind()
        gpu.state.point_size_set(_POINT)
        for joint, places in figures.trails.items():
            points.uniform_float("color", (*_TRAILS[joint], 1.0))
            batch_for_shader(points, "POINTS", {"pos": [places[at].tolist()]}).draw(points)
    gpu.state.blend_set("NONE")


def _redraw() -> None:
    for area in later.shown_areas({"VIEW_3D"}):
        area.tag_redraw()


@persistent
def _before_load(*_arguments: object) -> None:
    remove()


@persistent
def _after_load(*_arguments: object) -> None:
    sync()


_HANDLERS = (("load_pre", _before_load), ("load_post", _after_load))


def register() -> None:
    handlers.install(*_HANDLERS)


def unregister() -> None:
    remove()
    handlers.remove(*_HANDLERS)
