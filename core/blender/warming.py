# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading PyTorch and the models of speech before the first click: in the background, once all that a click needs is chosen.

What takes a second then, and several the first time ever, has passed by the time someone clicks. Only in a window: else nobody waits.
"""

from __future__ import annotations

import atexit
import importlib
import logging
import threading

import bpy

from . import preferences
from .torch_import import import_torch

logger = logging.getLogger(__name__)
_CORE = (__package__ or "").removesuffix(".blender")
_thread: threading.Thread | None = None
_WAIT_S = 10.0


def begin() -> None:
    """Load, unless that has begun or nobody would click."""
    if _thread is None and not bpy.app.background:
        start()


def start() -> threading.Thread:
    """Load in a thread, whoever waits."""
    global _thread
    wish = preferences.values().get("device", "AUTO")  # read here: a thread must not touch bpy
    _thread = threading.Thread(target=_load, args=(wish,), name="audio2rig: loading", daemon=True)
    _thread.start()
    return _thread


def _load(wish: str) -> None:
    try:
        import_torch()
        importlib.import_module(f"{_CORE}.performance.speech")
        device, _ = importlib.import_module(f"{_CORE}.performance.device").choose_device(wish)
        models = importlib.import_module(f"{_CORE}.performance.loaded_models")
        _, body, _ = (load(device) for load in (models.speech_model, models.body_model, models.face_model))
        importlib.import_module(f"{_CORE}.performance.body.generation").prepare_body(body)
    except Exception as error:  # noqa: BLE001 -- the click meets it again, and says what to do
        logger.info("nothing was loaded ahead: %s", type(error).__name__)


def _finish() -> None:
    """Python must not end in the midst of it."""
    global _thread
    if _thread is not None:
        _thread.join(_WAIT_S)
    _thread = None


def register() -> None:
    atexit.register(_finish)


def unregister() -> None:
    _finish()
    atexit.unregister(_finish)
