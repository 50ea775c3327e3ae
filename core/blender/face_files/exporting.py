# SPDX-License-Identifier: GPL-3.0-or-later
"""The face of a take as a file that other programs read: Live Link Face CSV or JSON, at any rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ... import output_files
from ...capture.captured_face import HIGHEST_HZ, LOWEST_HZ, CapturedFace
from ...capture.face_json import write_face_json
from ...capture.live_link_csv import lost_by_writing, write_live_link
from ...errors import UserError
from ...input_files import shown
from ...motion.face import ARKIT_NAMES
from ...wording import count, listed
from .. import characters, compat
from ..compat import Animated
from ..reading import face_reading, rig_reading
from ..reading.face_reading import FaceCurves
from ..remembered import Take, current_take
from ..sounds import scene_time
from ..stored_paths import used_files
from ..takes.take_memory import owner_of, target_of

LIVE_LINK, JSON = "LIVE_LINK", "JSON"
SUFFIX = {LIVE_LINK: ".csv", JSON: ".json"}
_KINDS = {".csv": output_files.FACE_TABLE, ".json": output_files.FACE_JSON}
_LONGEST = 500_000  # frames


@dataclass(frozen=True)
class FaceExport:
    """What to write. file_format: LIVE_LINK or JSON, "": as the path ends. rate_hz: 0.0 is the scene's. take: its name, "" the one that
    plays. overwrite: whether a file that is there may be replaced."""

    path: Path
    file_format: str = ""
    rate_hz: float = 0.0
    take: str = ""
    overwrite: bool = False


def export_face(context: bpy.types.Context, wanted: FaceExport, character: bpy.types.Object | None = None) -> str:
    """Write a take's face to a file. Returns what was written, in words. Raises UserError with nothing written."""
    scene, root = context.scene, character or characters.find(context)
    file_format, path = _place(wanted)
    inputs = (Path(bpy.data.filepath or "."), *used_files())
    output_files.require_writable(path, _KINDS[path.suffix.lower()], inputs)
    if path.exists() and not wanted.overwrite:
        raise UserError(f"{shown(path)} exists already.", "Choose Overwrite (--overwrite), or give another name.")
    rate_hz = wanted.rate_hz or scene_time.frames_per_second(scene)
    if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
        raise UserError(f"{rate_hz:g} frames a second cannot be written.", f"Give {LOWEST_HZ:g} to {HIGHEST_HZ:g}.")
    take = _take(root, wanted.take)
    face = read_face(scene, root, take, rate_hz)
    name = take.name if take is not None else root.name
    text = write_live_link(face) if file_format == LIVE_LINK else write_face_json(face, name)
    output_files.write_text(path, _KINDS[path.suffix.lower()], text, inputs)
    said = [f"Wrote {count(len(face), 'frame')} of {name} at {rate_hz:.5g} a second to {shown(path)}."]
    said += [lost_by_writing(face)] if file_format == LIVE_LINK else []
    said += [_lacking(root, face)]
    return " ".join(filter(None, said))


def _place(wanted: FaceExport) -> tuple[str, Path]:
    """The format, and where the file goes."""
    by_suffix = next((known for known, suffix in SUFFIX.items() if wanted.path.suffix.lower() == suffix), "")
    file_format = wanted.file_format or by_suffix
    if file_format not in SUFFIX:
        raise UserError(
            f'"{wanted.path.name}" does not say in which format.', f"Let it end with {listed(SUFFIX.values(), 'or')}."
        )
    path = wanted.path
    return file_format, path if by_suffix == file_format else path.with_name(path.name + SUFFIX[file_format])


def _take(root: bpy.types.Object, name: str) -> Take:
    """The take of this name, or the one that plays; None if the character has none."""
    memory = characters.memory(root)
    if not name:
        return current_take(memory)
    found = next((take for take in memory.takes if take.name == name), None)
    if found is None:
        names = ", ".join(take.name for take in memory.takes) or "none"
        raise UserError(f'"{root.name}" has no take "{name}".', f"Takes of it: {names}.")
    return found


# -------------------------------------------------------------------------------------------------------------- reading


def read_face(scene: bpy.types.Scene, root: bpy.types.Object, take: Take, rate_hz: float) -> CapturedFace:
    """The face that a take shows, None: that plays now, at a rate. Raises UserError if it moves nothing of a face."""
    character = rig_reading.character_of(root, scene)
    curves = _curves(scene, root, take)
    moving = face_reading.face_curves(scene, character, curves)
    if not moving:
        name = take.name if take is not None else root.name
        raise UserError(f"{name} moves no face.", "Generate a take, or import one, and choose it in the list of takes.")
    times = _frames(scene, take, moving, rate_hz)
    return face_reading.face_at_frames(scene, character, curves, times, rate_hz)


def _curves(scene: bpy.types.Scene, root: bpy.types.Object, take: Take) -> FaceCurves:
    """{data-block: {(data path, component): curve}} of a take; of what it leaves alone, what plays now."""
    found: dict[Animated, dict[tuple[str, int], bpy.types.FCurve]] = {}
    for part in characters.animated_objects(root, scene):
        for owner in (part, characters.shape_keys(part)):
            if owner is not None:
                found[owner] = compat.curves_by_channel(owner)
    for track in take.tracks if take is not None else ():
        owner = owner_of(target_of(root, track), track.on_shape_keys)
        curves = compat.find_curves(track.action, compat.find_slot(track.action, track.slot)) if track.action else None
        if owner is not None:
            own = curves.fcurves if curves is not None else ()
            found[owner] = {(curve.data_path, curve.array_index): curve for curve in own}
    return found


def _frames(scene: bpy.types.Scene, take: Take, moving: Iterable[bpy.types.FCurve], rate_hz: float) -> np.ndarray:
    """float64 (T,): the key frames that are written, from the take's first to its last one."""
    if take is not None and take.last > take.first:
        first, last = take.first, take.last
    else:
        first, last = face_reading.frame_range(moving) or (0.0, 0.0)
    a_second = scene_time.frames_per_second(scene) * scene_time.key_frames_a_frame(scene)
    number = int(np.clip((last - first) / a_second * rate_hz + 1e-4, 0, 2 * _LONGEST)) + 1
    if number < 2:
        raise UserError("The take has one frame at this rate, which is no movement.", "Choose a higher rate.")
    if number > _LONGEST:
        raise UserError(f"The take has {number} frames at this rate.", "Choose a lower rate, or a shorter take.")
    return first + np.arange(number) * (a_second / rate_hz)


def _lacking(root: bpy.types.Object, face: CapturedFace) -> str:
    """A sentence about what the character cannot show of a face."""
    lacking = len([name for name in ARKIT_NAMES if name not in face.known_shapes])
    said = []
    if lacking:
        said.append(
            f"{root.name} does not show {lacking} of ARKit's 52 shapes; they are 0 in a CSV and left out in JSON."
        )
    if not face.knows_head:
        said.append("The take does not turn the head.")
    return " ".join(said)
