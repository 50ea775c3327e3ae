# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries with other files than sounds: captured faces, a performer's file and folder, and all that is written over what is there."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .. import clone
from . import rigs, texts
from .arena import Arena, Broken, unforeseen_errors

_SHAPES = ["jawOpen", "mouthSmileLeft", "browInnerUp", "eyeBlinkLeft"]
_NUMBERS = (0.0, 0.5, 1.0, -3.0, 1e6, 1e38, 1e300, float("nan"), float("inf"), 1e-300)
_NAMES = ("", "anna", "Ü 🙂", "../anna", "a/b", "a" * 90, "C:x", "a\nb", " ", "..", "anna.")


def captures(arena: Arena) -> None:
    """Captured faces of every kind, damaged or strange: imported, or as the source of a part of the face."""
    rigs.fresh(arena)
    path = _capture(arena)
    if arena.chance(0.4):
        options: dict[str, Any] = {"filepath": str(path)}
        if arena.chance(0.4):
            options["frame_start"] = arena.pick((0.5, -1e6, 1e7, 1e30, *rigs.NOT_FINITE))
        if arena.chance(0.4):
            options["rate"] = arena.pick((0.0, 0.01, 24.0, 240.0, float("nan")))
        if arena.chance(0.2):
            bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 32767, 0.001
        arena.attempt(f"import_face({options})", lambda: clone.operators().import_face(**options))
    elif arena.chance(0.5):
        driven = set(arena.random.sample(("LIPS", "EXPRESSION", "EYES", "HEAD", "BODY"), 3))
        arena.generate(filepath=arena.sound(), keypoints=str(path), keypoints_drive=driven)
    else:
        control = arena.pick(("lips", "expression", "eyes", "head"))
        given: dict[str, Any] = {f"{control}_source": "CAPTURE", f"{control}_file": str(path)}
        if arena.chance(0.3):
            given[f"{control}_offset"] = arena.pick((-600.0, 600.0, 0.1))
        arena.generate(filepath=arena.sound(), parts={"LIPS", "EXPRESSION", "EYES", "HEAD"}, **given)
    arena.require_finite()


def _capture(arena: Arena) -> Path:
    kind = arena.pick(("shapes", "table", "openpose", "mediapipe", "series", "lines", "name"))
    arena.say(f"a capture: {kind}")
    frames = arena.random.randint(1, 20)
    path = arena.folder / f"take{arena.pick(('.json', '.jsonl', '.txt', '.csv'))}"
    if kind == "name":
        return Path(
            arena.pick(("a" * 300, str(arena.folder), "/dev/zero", str(arena.folder / "none.json"), "//x.json"))
        )
    if kind == "series":
        for number in arena.random.sample(range(60), frames):
            one = arena.folder / f"take_{number:012d}_keypoints.json"
            one.write_text(
                texts.bad_json(arena, _openpose(arena)) if arena.chance(0.1) else json.dumps(_openpose(arena))
            )
        return arena.folder
    if kind == "table":
        path.write_text(_table(arena, frames), encoding="utf-8")
        return path
    rows = [[_number(arena) for _ in _SHAPES] for _ in range(frames)]
    content: Any = {
        "shapes": {"rate_hz": 30, "names": _SHAPES, "values": rows},
        "openpose": [_openpose(arena) for _ in range(frames)],
        "mediapipe": {"fps": 30, "frames": [_mediapipe(arena) for _ in range(frames)]},
        "lines": {},
    }[kind]
    if kind == "lines":
        path.write_text("\n".join(texts.bad_json(arena, _openpose(arena)) for _ in range(frames)), encoding="utf-8")
    else:
        path.write_text(texts.bad_json(arena, content), encoding="utf-8")
    return path


def _number(arena: Arena) -> float:
    return arena.pick(_NUMBERS) if arena.chance(0.03) else arena.random.random()


def _openpose(arena: Arena) -> dict[str, Any]:
    faces = [
        [_number(arena) * 100 for _ in range(arena.pick((210, 210, 210, 204, 7, 0)))]
        for _ in range(arena.random.randint(0, 2))
    ]
    return {
        "people": [
            {
                "face_keypoints_2d": face,
                "pose_keypoints_2d": [_number(arena) for _ in range(arena.pick((75, 54, 0, 4)))],
            }
            for face in faces
        ]
    }


def _mediapipe(arena: Arena) -> dict[str, Any]:
    points = [{"x": _number(arena), "y": _number(arena), "z": 0.0} for _ in range(arena.pick((468, 478, 33, 0)))]
    scores = [{"categoryName": name, "score": _number(arena)} for name in _SHAPES]
    return {
        "faceLandmarks": [points],
        "faceBlendshapes": arena.pick(([], [{"categories": scores}], scores, {"jawOpen": 1})),
    }


def _table(arena: Arena, frames: int) -> str:
    between = arena.pick((",", ";", "\t"))
    lines = [between.join(("Timecode", "BlendshapeCount", "JawOpen", "EyeBlinkLeft", "BrowInnerUp", "HeadYaw"))]
    for frame in range(frames):
        time = (
            arena.pick(("", "x", "99:99:99:99")) if arena.chance(0.05) else f"00:00:{frame // 30:02d}:{frame % 30:02d}"
        )
        lines.append(between.join((time, "61", *(f"{_number(arena):g}" for _ in range(4)))))
    return arena.pick(("\n", "\r\n")).join(lines)


def _bvh(arena: Arena) -> str:
    """A body that nobody has: bones of odd names and lengths, frames that are too few, too long or no numbers."""
    names = arena.pick((("Hips", "Spine", "Head"), ("Hips", "LeftUpLeg", "LeftLeg", "LeftFoot"), ("a",) * 3, _NAMES))
    lines = ["HIERARCHY"]
    for depth, name in enumerate(names):
        offset = " ".join(f"{_number(arena):g}" for _ in range(3))
        kind = arena.pick(("ROOT", "JOINT", "JOINT", "End"))
        channels = arena.pick((0, 3, 6, -1, 10**9))
        lines.append(
            f"{'ROOT' if depth == 0 else kind} {name} {{ OFFSET {offset} CHANNELS {channels} Xrotation Yrotation Zrotation"
        )
    lines += ["}"] * arena.pick((len(names), len(names), 0, len(names) + 2))
    lines += [
        "MOTION",
        f"Frames: {arena.pick((2, 0, 10**12, -1))}",
        f"Frame Time: {arena.pick(('0.033', '0', 'nan', '1e-9', 'x'))}",
    ]
    lines += [
        " ".join(f"{_number(arena):g}" for _ in range(3 * len(names))) for _ in range(arena.random.randint(0, 60))
    ]
    return "\n".join(lines)


def performers(arena: Arena) -> None:
    """A performer's file that was damaged or made up, and folders from which nobody can be learned."""
    rigs.fresh(arena)
    if arena.chance(0.5):
        path = arena.folder / f"anna{arena.pick(('.safetensors', '.safetensors', '.json', ''))}"
        _write_performer(arena, path)
        parts = arena.pick(({"LIPS", "EXPRESSION"}, {"LIPS", "BODY", "HANDS", "HEAD"}))
        arena.generate(filepath=arena.sound(), parts=parts, performer=str(path))
        return
    for number in range(arena.random.randint(0, 3)):
        sound = arena.folder / f"take{number}.wav"
        sound.write_bytes(arena.voice.read_bytes() if arena.chance(0.7) else b"RIFF")
        if arena.chance(0.8):
            (arena.folder / f"take{number}.csv").write_text(_table(arena, 30), encoding="utf-8")
        if arena.chance(0.6):
            (arena.folder / f"take{number}.bvh").write_text(_bvh(arena), encoding="utf-8")
    place = arena.pick((str(arena.folder), str(arena.folder / "none"), "a" * 300, "//", "", "/dev/null"))
    name = arena.pick(_NAMES)
    arena.attempt(
        f"adapt_to_performer({place!r}, {name!r})",
        lambda: clone.operators().adapt_to_performer(directory=place, performer=name),
    )
    if left := [
        one.name for one in arena.folder.iterdir() if ".audio2rig-" in one.name or one.suffix == ".safetensors"
    ]:
        raise Broken(f"left behind: {left}")


def _write_performer(arena: Arena, path: Path) -> None:
    made = clone.part("core.performance.performer.performer")
    features, shapes = arena.pick((1, 8, 192)), tuple(arena.random.sample(_SHAPES, 2))
    numbers = np.random.default_rng(arena.random.randrange(2**32))
    arrays = [numbers.normal(size=size).astype(np.float32) for size in (features, features, (features, 2), 2)]
    arrays[1] = np.abs(arrays[1]) + 0.1
    if arena.chance(0.5):
        arena.pick(arrays).reshape(-1)[0] = arena.pick(_NUMBERS[4:])
    body = _body_ways(arena, numbers) if arena.chance(0.5) else None
    habit = made.Habit(_number(arena), arena.pick(_NUMBERS) if arena.chance(0.3) else 0.1)
    made.save(
        made.Performer(arena.pick(_NAMES), 1.0, shapes, *arrays, {"browInnerUp": habit}, body),
        path.with_suffix(".safetensors"),
    )
    content = bytearray(path.with_suffix(".safetensors").read_bytes())
    for _ in range(arena.random.randint(1, 20) if arena.chance(0.4) else 0):
        content[arena.random.randrange(min(len(content), 600))] = arena.random.randrange(256)
    path.write_bytes(content[: arena.random.randrange(len(content))] if arena.chance(0.1) else content)


def _body_ways(arena: Arena, numbers: np.random.Generator) -> Any:
    """A body's ways, at times with something in them that no body has."""
    made = clone.part("core.performance.performer.body_ways")
    count = arena.pick((0, 1, 30))
    poses = numbers.normal(size=(count, len(made.UPPER), 4)).astype(np.float32)
    posture = numbers.normal(size=(55, 4)).astype(np.float32)
    for turns in (poses, posture):
        turns /= np.linalg.norm(turns, axis=-1, keepdims=True)
    if arena.chance(0.4):
        posture[arena.random.randrange(55), 0] = arena.pick(_NUMBERS[4:])
    about = np.zeros((2, count), np.int32)
    strokes = made.StrokePoses(poses, *about, np.full(count, 0.6, np.float32))
    factors = made.Factors(often=arena.pick((1.0, 0.2, 2.5)), sway=_number(arena) if arena.chance(0.3) else 1.0)
    recorded = frozenset(arena.pick((("left_elbow", "spine1"), ("pelvis",), ())))
    root = np.array([0.0, _number(arena) if arena.chance(0.3) else 0.0, 0.0], np.float32)
    return made.BodyWays(1.0, posture, root, recorded, factors, 0.5, 0.9, strokes)


def outputs(arena: Arena) -> None:
    """Whatever is written, wherever: no file is lost but an older one of the kind that is asked for."""
    rigs.fresh(arena)
    folder = arena.folder
    sound = folder / "line.wav"
    sound.write_bytes(arena.voice.read_bytes())
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "char.blend"))
    arena.generate(filepath=str(sound), parts={"LIPS", "HEAD"})
    contents = {
        "jobs.csv": "audio,save\nline.wav,out.blend\n",
        "face.csv": "Timecode,BlendshapeCount,JawOpen\n00:00:00:00,61,0.5\n00:00:00:01,61,0.6\n",
        "face.json": json.dumps(
            {"format": "audio2rig-face", "rate_hz": 30, "names": ["jawOpen"], "values": [[0.1], [0.2]]}
        ),
        "map.json": json.dumps({"keys": {}, "bones": {}}),
        "notes.txt": "Mine.",
        "film.mp4": "no film",
        "anna.safetensors": "no performer",
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
        (folder / name).chmod(arena.pick((0o644, 0o600, 0o640)))
    there = [*contents, "line.wav", "char.blend"]
    target = _target(arena, there)
    before = {name: _state(folder / name) for name in there}
    kind, step = _writing(arena, sound, target)
    arena.say(f"{kind} to {os.path.basename(target)} -> {os.path.basename(os.path.realpath(target))}")
    with unforeseen_errors() as traces:
        step()
    if traces:
        raise Broken(traces[0])
    may = {"save": ("char.blend",), "table": ("face.csv",), "json": ("face.json",), "mapping": ("map.json",)}
    allowed = [name for name in may.get(kind, ()) if os.path.realpath(target) == os.path.realpath(folder / name)]
    for name, state in before.items():
        now = _state(folder / name)
        if now[1] != state[1] or (now != state and name not in allowed):
            raise Broken(f"{kind} to {target} changed {name}: {state} → {now}")
    if left := [path.name for path in folder.iterdir() if ".audio2rig-" in path.name or path.name.endswith("@")]:
        raise Broken(f"left behind: {left}")


def _target(arena: Arena, there: list[str]) -> str:
    """A path to write to: a file, a link to one by a symbolic link or by another name, another spelling, or nothing that is there."""
    meant = arena.folder / arena.pick(there)
    suffix = arena.pick((".blend", ".mp4", ".csv", ".json", ".safetensors", meant.suffix))
    how = arena.pick(("itself", "link", "second name", "spelling", "new"))
    if how in ("itself", "spelling"):
        return str(meant) if how == "itself" else f"{arena.folder}/../{arena.folder.name}/./{meant.name}"
    path = arena.folder / f"other{suffix}"
    if how == "link":
        path.symlink_to(meant)
    elif how == "second name":
        os.link(meant, path)
    return str(path)


def _writing(arena: Arena, sound: Path, target: str) -> tuple[str, Callable[[], Any]]:
    """(kind of file, what writes it)"""
    operators, main = clone.operators(), clone.part("core.blender.cli").main
    says = arena.pick(("save", "render", "table", "json", "mapping", "performer", "import"))
    words = {
        "save": ["generate", "--audio", str(sound), "--parts", "LIPS", "--save", target],
        "render": ["generate", "--audio", str(sound), "--parts", "LIPS", "--render", target, "--resolution", "16x16"],
        "table": ["export-face", "--output", target, "--format", "csv", "--overwrite"],
        "json": ["export-face", "--output", target, "--format", "json", "--overwrite"],
        "performer": ["adapt", str(arena.folder), "--output", target],
        "import": ["import-face", "--input", str(arena.folder / "face.csv"), "--save", target],
    }
    if says == "mapping":
        return says, lambda: _quietly(lambda: operators.mapping_export(filepath=target))
    return "save" if says == "import" else says, lambda: _quietly(lambda: main(words[says]))


def _quietly(do: Callable[[], Any]) -> None:
    said = io.StringIO()
    with contextlib.suppress(RuntimeError), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        do()
    if "Traceback" in said.getvalue() or "This should not happen" in said.getvalue():
        raise Broken(said.getvalue()[-400:])


def _state(path: Path) -> tuple[int, int, bool]:
    """(of its content, its permissions, whether it is a link)"""
    return hash(path.read_bytes()), path.stat().st_mode, path.is_symlink()
