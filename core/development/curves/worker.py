# SPDX-License-Identifier: GPL-3.0-or-later
"""What `core.development.curves` does in Blender, in a process of its own for each character: prepares it, or records it.

Takes its order as JSON (see `__main__._work`) and prints one line of JSON. The checkout that is recorded is used through names
that stay: operators, settings of the scene, Actions. Only preparing looks for its bench_rigs.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .. import clone
from ..leaving import leave
from . import hand_keys
from .recording import Curve, Result, save
from .scenarios import SCENARIOS, Scenario, sounds

log = logging.getLogger(__name__)
PACKAGE = "bl_ext.user_default.audio2rig"
FACE_ONLY = "ict_face"
_AROUND = 5  # frames sampled before and after the sound


def enable(code: Path) -> None:
    """Enable the checkout as the extension, on one thread. BLENDER_USER_RESOURCES must be a folder of this process."""
    import addon_utils

    folder = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    (folder / "audio2rig").symlink_to(code, target_is_directory=True)
    bpy.ops.extensions.repo_refresh_all()
    if addon_utils.enable(PACKAGE, default_set=True, persistent=True) is None:
        raise RuntimeError(f"Blender could not enable {code}; its message is above")
    preferences = bpy.context.preferences.addons[PACKAGE].preferences
    preferences.device, preferences.threads = "CPU", 1


def _bench_rigs(code: Path) -> Any:
    path = next((code / "core").rglob("bench_rigs.py")).relative_to(code)
    return importlib.import_module(f"{PACKAGE}.{'.'.join(path.with_suffix('').parts)}")


# ------------------------------------------------------------------------------------------------------------- prepare


def list_rigs(order: dict) -> dict:
    names = [*_bench_rigs(Path(order["code"])).names(Path(order["data"]))]
    if _face_only_file(order).is_file():
        names.append(FACE_ONLY)
    return {"said": ", ".join(names), "rigs": names}


def prepare(order: dict) -> dict:
    """Save the character, with bones of several rotation modes, and the keys that scenarios set by hand."""
    rig, folder = order["rig"], Path(order["scenes"])
    data = Path(order["data"])
    root = _face_only(order) if rig == FACE_ONLY else _bench_rigs(Path(order["code"])).load(rig, data)
    scene = bpy.context.scene
    hand_keys.mix_rotation_modes(root)
    clone.settings(scene).character = root
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / f"{rig}.blend"), compress=True)
    path, seconds = sounds(folder, data)["opus_in_place"]
    _generate(Scenario("prepare"), path)
    last = clone.settings(scene).frame_start + round(seconds * scene.render.fps / scene.render.fps_base)
    keys = hand_keys.draw(last)
    (folder / f"{rig}.json").write_text(json.dumps(keys, indent=1), encoding="utf-8")
    return {"said": f"{len(keys)} keys to set by hand"}


def _face_only_file(order: dict) -> Path:
    return Path(order["data"]) / "rigs" / "ictfacekit_light" / "ict_facekit_neutral_55.npz"


def _face_only(order: dict) -> bpy.types.Object:
    """A face without an armature, in metres with +Z up, of the data pack's shapes."""
    bpy.ops.wm.read_homefile(use_empty=True)
    with np.load(_face_only_file(order), allow_pickle=False) as kept:
        neutral, deltas, faces = kept["neutral"], kept["deltas"].astype(np.float32), kept["faces"]
        names = [str(name) for name in kept["names"]]
    places = _upright(neutral)
    mesh = bpy.data.meshes.new("Face")
    mesh.from_pydata(places.tolist(), [], [[int(corner) for corner in face if corner >= 0] for face in faces])
    face = bpy.data.objects.new("Face", mesh)
    bpy.context.scene.collection.objects.link(face)
    face.shape_key_add(name="Basis", from_mix=False)
    for name, delta in zip(names, deltas):
        block = face.shape_key_add(name=name, from_mix=False)
        block.data.foreach_set("co", _upright(neutral + delta).ravel())
    bpy.context.view_layer.objects.active = face
    face.select_set(True)
    return face


def _upright(places_cm: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(places_cm[:, [0, 2, 1]] * np.array([0.01, -0.01, 0.01], np.float32))


# -------------------------------------------------------------------------------------------------------------- record


def record(order: dict) -> dict:
    """Play every scenario on the character and keep what it leaves behind."""
    rig, folder = order["rig"], Path(order["scenes"])
    files = sounds(folder, Path(order["data"]))
    wanted = _with_those_before(order["only"])
    results: dict[str, Result] = {}
    for scenario in SCENARIOS:
        if scenario.name not in wanted or (scenario.only and rig not in scenario.only):
            continue
        if not scenario.after:
            bpy.ops.wm.open_mainfile(filepath=str(folder / f"{rig}.blend"), load_ui=False)
            known = {action.name for action in bpy.data.actions}
        results[f"{rig}/{scenario.name}"] = _play(scenario, files[scenario.sound], folder / f"{rig}.json", known)
    save(Path(order["out"]), results)
    seconds = [f"{name.partition('/')[2]} {result.seconds:.1f}" for name, result in results.items()]
    failed = [
        f"{name} {result.outcome}: {result.report}" for name, result in results.items() if result.outcome != "FINISHED"
    ]
    return {"said": "; ".join([", ".join(seconds), *failed])}


def _with_those_before(only: list[str]) -> set[str]:
    wanted = {scenario.name for scenario in SCENARIOS if not only or scenario.name in only}
    for scenario in reversed(SCENARIOS):
        if scenario.name in wanted and scenario.after:
            wanted.add(scenario.after)
    return wanted


def _play(scenario: Scenario, sound: tuple[Path, float], keys: Path, known: set[str]) -> Result:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = scenario.frames_per_second
    if scenario.with_keys:
        hand_keys.set_by_hand(json.loads(keys.read_text(encoding="utf-8")))
    path, seconds = sound
    began_s = time.perf_counter()
    outcome, said = _generate(scenario, path)
    took_s = time.perf_counter() - began_s
    scene.frame_set(1)
    first = 1 - _AROUND
    start = max(clone.settings(scene).frame_start, (scenario.options or {}).get("frame_start", 0))
    last = round(start + seconds * scene.render.fps / scene.render.fps_base) + _AROUND
    curves = {}
    for action in sorted(bpy.data.actions, key=lambda action: action.name):
        if action.name not in known:
            curves.update(_curves(action, first, last))
    return Result(outcome, first, curves, _state(), said, took_s)


def _generate(scenario: Scenario, sound: Path) -> tuple[str, str]:
    """Set what the scenario says and run the operator; its result and what was said about it."""
    settings = clone.settings(bpy.context.scene)
    for name, value in scenario.settings.items():
        setattr(settings, name, value)
    settings.audio_path = str(sound)
    if scenario.as_strip:
        settings.audio_source, settings.strip = "STRIP", _strip(sound)
    try:
        if scenario.options is None:
            done = clone.operators().bake_down()
        else:
            done = clone.operators().generate(**scenario.options)
    except (
        RuntimeError
    ) as error:  # how an error that an operator reports arrives; others mind that it is one, not its words
        return "reported an error", str(error).strip()
    return " ".join(done), settings.last_report


def _strip(sound: Path) -> str:
    """The sound as a strip that begins at frame 12, trimmed by 10 frames at both ends; its name."""
    editor = bpy.context.scene.sequence_editor_create()
    strip = (editor.strips if hasattr(editor, "strips") else editor.sequences).new_sound("Line", str(sound), 1, 2)
    strip.frame_offset_start, strip.frame_offset_end = 10, 10
    return strip.name


# ---------------------------------------------------------------------------------------------------------- read curves


def _curves(action: Any, first: int, last: int) -> dict[str, Curve]:
    """All curves of an Action, by "action | slot | path[index]"."""
    if not hasattr(action, "layers"):
        bags = [("", action.fcurves)]
    else:
        bags = [
            (bag.slot.identifier, bag.fcurves)
            for layer in action.layers
            for strip in layer.strips
            for bag in strip.channelbags
        ]
    return {
        f"{action.name} | {slot} | {curve.data_path}[{curve.array_index}]": _curve(curve, first, last)
        for slot, curves in bags
        for curve in curves
    }


def _curve(curve: bpy.types.FCurve, first: int, last: int) -> Curve:
    points, count = curve.keyframe_points, len(curve.keyframe_points)
    places = np.empty((count, 6), np.float32)
    for column, name in ((0, "co"), (2, "handle_left"), (4, "handle_right")):
        pair = np.empty(2 * count, np.float32)
        points.foreach_get(name, pair)
        places[:, column : column + 2] = pair.reshape(-1, 2)
    codes = np.empty((count, 4), np.uint8)
    for column, name in enumerate(("interpolation", "type", "handle_left_type", "handle_right_type")):
        numbers = np.empty(count, np.int32)
        points.foreach_get(name, numbers)
        codes[:, column] = numbers
    samples = np.array([curve.evaluate(frame) for frame in range(first, last + 1)], np.float32)
    traits = (
        f"extrapolation {curve.extrapolation}, group {curve.group.name if curve.group else ''}, "
        f"{len(curve.modifiers)} modifiers, muted {curve.mute}, locked {curve.lock}"
    )
    return Curve(samples, places, codes, traits)


def _state() -> tuple[str, ...]:
    """What each data-block plays: its Action, and its NLA strips."""
    lines = []
    for owner in [*bpy.data.objects, *bpy.data.shape_keys]:
        data = owner.animation_data
        if data is None:
            continue
        slot = getattr(data, "action_slot", None)
        lines.append(
            f"{owner.name} plays {data.action.name if data.action else None} {slot.identifier if slot else ''}"
        )
        for track in data.nla_tracks:
            lines += [
                f"{owner.name} strip {track.name} {strip.name} {strip.frame_start:g} to {strip.frame_end:g} "
                f"{strip.blend_type} {strip.extrapolation} muted {track.mute or strip.mute}"
                for strip in track.strips
            ]
    return tuple(sorted(lines))


def main(words: list[str]) -> int:
    order = json.loads(words[0])
    try:
        enable(Path(order["code"]))
        answer = {"list": list_rigs, "prepare": prepare, "record": record}[order["task"]](order)
    except Exception:
        log.exception("%s of %s failed", order["task"], order["rig"])
        return 1
    print(f"ANSWER {json.dumps(answer)}", flush=True)
    return 0


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
