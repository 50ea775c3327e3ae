# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading PyTorch and the models of speech before the first click: in the background, once all that a click needs is chosen.

What takes a second then, and several the first time ever, has passed by the time someone clicks. At last a second of sound is performed
for nobody, unless someone clicks before: whatever waits for its first use has had it then. Only in a window: else nobody waits.
"""

from __future__ import annotations

import atexit
import importlib
import logging
import threading

import bpy

from ..errors import Cancelled
from ..progress import Progress
from . import preferences
from .torch_import import import_torch

logger = logging.getLogger(__name__)
_CORE = (__package__ or "").removesuffix(".blender")
_thread: threading.Thread | None = None
_rehearsal = Progress()
_WAIT_S = 10.0
_FOR_A_CLICK = ("blender.generate", "blender.fitting", "blender.keying.keyframe_plan", "rigs.retargeting.retarget")


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


def step_back() -> None:
    """Someone clicks: what is loaded is loaded, and nothing is rehearsed beside."""
    _rehearsal.cancel()


def _load(wish: str) -> None:
    try:
        import_torch()
        importlib.import_module(f"{_CORE}.performance.speech")
        device, _ = importlib.import_module(f"{_CORE}.performance.device").choose_device(wish)
        models = importlib.import_module(f"{_CORE}.performance.loaded_models")
        for load in (models.speech_model, models.body_model, models.face_model):
            load(device)
        for name in _FOR_A_CLICK:
            importlib.import_module(f"{_CORE}.{name}")
        importlib.import_module(f"{_CORE}.performance.rehearsal").rehearse(wish, _rehearsal)
    except Cancelled:
        logger.debug("someone clicked before all was loaded")
    except Exception as error:  # noqa: BLE001 -- the click meets it again, and says what to do
        logger.info("nothing was loaded ahead: %s", type(error).__name__)


def _finish() -> None:
    """Python must not end in the midst of it."""
    global _thread, _rehearsal
    step_back()
    if _thread is not None:
        _thread.join(_WAIT_S)
    _thread, _rehearsal = None, Progress()


def register() -> None:
    atexit.register(_finish)


def unregister() -> None:
    _finish()
    atexit.unregister(_finish)
