# SPDX-License-Identifier: GPL-3.0-or-later
"""What is tried, by kind. Each function builds its own file, attacks, and raises Broken where the extension did not hold."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import bpy

from .. import clone
from . import rigs, texts
from .arena import Arena, Broken, unforeseen_errors
from .failing import cancelled, injected
from .files import captures, outputs, performers
from .keeping import kept_takes, meanwhile
from .phrases import phrases
from .random_settings import random_settings


def _settings(arena: Arena) -> None:
    """Random settings of every kind, by the operator and by the way that scripts take."""
    rigs.fresh(arena)
    scene: Any = bpy.context.scene
    if arena.chance(0.3):
        scene.render.fps = arena.pick((1, 7, 120, 240, 32767))
        scene.render.fps_base = arena.pick((1.0, 1.001, 0.5, 10.0, 0.001))
    if arena.chance(0.2):
        scene.render.frame_map_old, scene.render.frame_map_new = arena.pick((1, 100, 900)), arena.pick((1, 100, 900))
    if arena.chance(0.3):
        scene.frame_start, scene.frame_end = arena.pick(((1, 1), (0, 1048574), (1001, 1100), (50, 20)))
    for _ in range(2):
        given = random_settings(arena)
        options = {"filepath": arena.sound(), **given}
        if arena.chance(0.6):
            arena.generate(**{name: value for name, value in options.items() if not name.endswith("_action")})
            continue
        overrides = clone.part("core.settings").Overrides(**options)
        if arena.chance(0.5):
            overrides[arena.pick(overrides)] = texts.values(arena)
        generate = clone.part("core.blender.generate").generate
        arena.attempt(f"generate by script with {overrides!r}", partial(generate, bpy.context, overrides))
        arena.require_finite()


def _rigs(arena: Arena) -> None:
    """Characters that a broken import or a careless rigger leaves: refused, or driven without a key that is not finite."""
    root = rigs.fresh(arena)
    broken = rigs.spoil(arena, root)
    operators = clone.operators()
    for name in ("detect_character", "list_prompts"):
        if arena.chance(0.5):
            arena.attempt(name, getattr(operators, name))
    for _ in range(2):
        options = {**_some_parts(arena), **_some_source(arena)}
        arena.generate(broken_before=broken * 4, filepath=arena.sound(), **options)
    arena.attempt("export_face", lambda: operators.export_face(filepath=str(arena.folder / "face.csv"), overwrite=True))


def _some_source(arena: Arena) -> dict[str, Any]:
    """Now and then a part of the face that comes from an Action, or eyes that look at what may stand nowhere."""
    if arena.chance(0.3) and len(bpy.data.actions):
        control = arena.pick(("lips", "head", "eyes", "expression"))
        return {f"{control}_source": "ACTION", f"{control}_action": arena.pick(bpy.data.actions).name}
    if not arena.chance(0.3):
        return {}
    thing = bpy.data.objects.new("thing", None)
    bpy.context.scene.collection.objects.link(thing)
    for frame in (1, 20) if arena.chance(0.5) else ():
        thing.location.x = arena.random.uniform(-2, 2)
        thing.keyframe_insert("location", frame=frame)
    if arena.chance(0.5):
        rigs.break_keys(arena, thing.animation_data.action if thing.animation_data is not None else None)
    elif arena.chance(0.5):
        thing.location.y = arena.pick(rigs.NOT_FINITE)
    return {"eyes_source": "LOOK_AT", "look_at": "OBJECT", "look_at_target": thing.name}


def _some_parts(arena: Arena) -> dict[str, Any]:
    return arena.pick(
        ({}, {"parts": {"LIPS"}}, {"parts": {"LIPS", "EYES", "HEAD"}}, {"parts": {"BODY", "HANDS", "ROOT"}})
    )


def _sounds(arena: Arena) -> None:
    """Sounds that are broken, strange, no sounds, or never end."""
    rigs.fresh(arena)
    path = texts.bad_sound(arena)
    arena.generate(filepath=str(path), parts={"LIPS"})
    if arena.chance(0.3):
        clone.settings(bpy.context.scene).audio_path = str(path)
        for name in ("add_sound", "extend_scene"):
            arena.attempt(name, getattr(clone.operators(), name))


def _stored(arena: Arena) -> None:
    """Texts that are stored in a file of someone else's, and mappings and captured faces that are imported."""
    root = rigs.fresh(arena)
    operators = clone.operators()
    arena.generate(filepath=arena.sound(), parts={"LIPS", "HEAD"})
    mapping = {"keys": {"jawOpen": {"jawOpen": 1.0}}, "bones": {"head": "mixamorig:Head"}}
    place = arena.folder / f"in{arena.pick(('.json', '.csv', '.txt'))}"
    place.write_text(texts.bad_json(arena, mapping if arena.chance(0.5) else _captured(arena)), encoding="utf-8")
    if arena.chance(0.5):
        arena.attempt("mapping_import", lambda: operators.mapping_import(filepath=str(place)))
    elif arena.chance(0.5):
        arena.attempt("import_face", lambda: operators.import_face(filepath=str(place)))
    else:
        root.audio2rig.mapping = texts.bad_json(arena, mapping)
        arena.say(f"stored mapping {root.audio2rig.mapping[:120]!r}")
        _spoil_texts(arena, root.audio2rig)
    steps: dict[str, Callable[[], Any]] = {
        "generate": lambda: operators.generate("EXEC_DEFAULT", filepath=arena.sound(), parts={"LIPS", "EYES"}),
        "range": lambda: operators.generate("EXEC_DEFAULT", filepath=arena.sound(), frame_start=5, frame_end=12),
        "detect": operators.detect_character,
        "list": operators.list_prompts,
        "edit": lambda: operators.mapping_edit(name="jawOpen", target="jawOpen 0.5"),
        "bone": lambda: operators.mapping_edit(name="jaw", target="", is_bone=True),
        "activate": lambda: operators.take_activate(index=0),
        "compare": operators.take_compare,
        "find": operators.find_takes,
        "sound": operators.add_sound,
        "bake": operators.bake_down,
        "delete": operators.take_delete,
        "export": lambda: operators.export_face(filepath=str(arena.folder / "out.csv")),
    }
    for name in arena.random.sample(list(steps), 4):
        arena.attempt(name, steps[name])
    arena.require_finite()


def _captured(arena: Arena) -> Any:
    names = ["jawOpen", "eyeBlinkLeft"]
    return {"fps": 30, "names": names, "frames": [[arena.random.random() for _ in names] for _ in range(20)]}


def _spoil_texts(arena: Arena, group: Any) -> None:
    """Put something else into texts that a file remembers."""
    for prop in group.bl_rna.properties:
        if prop.type == "COLLECTION":
            for one in getattr(group, prop.identifier):
                _spoil_texts(arena, one)
        elif prop.type == "STRING" and not prop.is_readonly and prop.identifier != "mapping" and arena.chance(0.3):
            setattr(group, prop.identifier, texts.bad_json(arena, {"location.x": 1.0})[:200_000])


def _batch(arena: Arena) -> None:
    """Command lines and jobs files: an exit code and a line, whatever they say; what is read stays as it was."""
    rigs.fresh(arena)
    blend, sound = arena.folder / "char.blend", arena.folder / "line.wav"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    sound.write_bytes(arena.voice.read_bytes())
    jobs = arena.folder / arena.pick(("jobs.csv", "jobs.json", "jobs.txt"))
    columns = clone.part("core.blender.command_line.command_options").columns(
        clone.part("core.settings").GenerateSettings
    )
    columns = [name for name in columns if name not in ("render", "engine", "device", "threads", "demo_character")]
    rows = []
    for number in range(arena.random.randint(1, 3)):
        row = {
            "file": "char.blend",
            "audio": "line.wav",
            "parts": "LIPS",
            "save": f"out{arena.pick((number, 0))}.blend",
        }
        for _ in range(arena.random.randint(0, 3)):
            row[arena.pick((*columns, "NO SUCH"))] = arena.pick((*texts.WORDS, "jobs.csv", "line.wav", "char.blend"))
        rows.append(row)
    if arena.chance(0.3):
        words = ["generate", "--audio", str(sound), "--parts", "LIPS"]
        for _ in range(arena.random.randint(1, 3)):
            words += [f"--{arena.pick(columns).replace('_', '-')}", arena.pick(texts.WORDS)]
        arena.say(f"command line {words}")
    else:
        jobs.write_bytes(_written(arena, jobs, rows))
        words = ["batch", str(jobs)]
    before = {path: _digest(path) for path in (blend, sound, jobs) if path.exists()}
    said = io.StringIO()
    with unforeseen_errors() as traces, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = clone.part("core.blender.cli").main(words)
    if traces or "Traceback" in said.getvalue() or code not in (0, 1, 2):
        raise Broken(f"exit {code}: {(traces or [said.getvalue()[-400:]])[0]}; jobs: {rows}")
    overwritten = [path.name for path, digest in before.items() if _digest(path) != digest]
    meant = {os.path.basename(row.get("save", "")) for row in rows} | {os.path.basename(word) for word in words}
    if [name for name in overwritten if name != "char.blend" or name not in meant]:
        raise Broken(f"{overwritten} changed; said {said.getvalue()[-300:]}; jobs: {rows}")
    if left := [path.name for path in arena.folder.iterdir() if ".audio2rig-" in path.name]:
        raise Broken(f"left behind: {left}")


def _written(arena: Arena, jobs: Path, rows: list[dict[str, str]]) -> bytes:
    """A jobs file, sometimes damaged."""
    if jobs.suffix == ".json":
        text = texts.bad_json(arena, rows)
    else:
        between = arena.pick((",", ";", "\t", "|"))
        columns = list(dict.fromkeys(name for row in rows for name in row))
        cells = [[_cell(row.get(name, "")) for name in columns] for row in rows]
        text = arena.pick(("\n", "\r\n", "\r")).join(between.join(line) for line in [columns, *cells])
    content = text.encode(arena.pick(("utf-8", "utf-8-sig", "utf-16", "latin-1")), "replace")
    if arena.chance(0.2):
        content = content[: arena.random.randrange(len(content) + 1)]
    arena.say(f"jobs {content[:300]!r}")
    return content


def _cell(text: str) -> str:
    return f'"{text}"' if any(letter in text for letter in ",;\t\n|") else text


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _several(arena: Arena) -> None:
    """Several characters and several strips: a dialogue, with lines that overlap, that nobody speaks, or whose sound is gone."""
    rigs.empty()
    scene: Any = bpy.context.scene
    for name in ("Anna", "Ben")[: arena.random.randint(1, 2)]:
        rigs.add_character(arena, name).location.x = arena.random.uniform(-3, 3)
    compat = clone.part("core.blender.compat")
    for number in range(arena.random.randint(1, 3)):
        name = arena.pick(("Anna 1", "Ben 1", "line"))
        path = arena.folder / f"{number}.wav"
        path.write_bytes(arena.voice.read_bytes())
        compat.new_sound_strip(scene, name, str(path), number % 2 + 1, arena.random.randint(-20, 60))
        if arena.chance(0.15):
            path.unlink()
    operators = clone.operators()
    for _ in range(2):
        arena.attempt("list_dialogue", operators.list_dialogue)
        if arena.chance(0.3):
            for row in scene.audio2rig.dialogue:
                row.character = arena.pick((*bpy.data.objects, None))
        options = {name: value for name, value in random_settings(arena).items() if arena.chance(0.3)}
        known = operators.generate_dialogue.get_rna_type().properties.keys()
        offered = {name: value for name, value in options.items() if name in known}
        arena.attempt(f"dialogue {offered}", partial(operators.generate_dialogue, **offered))
        arena.require_finite()


KINDS: dict[str, Callable[[Arena], None]] = {
    "settings": _settings,
    "rigs": _rigs,
    "sounds": _sounds,
    "stored": _stored,
    "batch": _batch,
    "cancelled": cancelled,
    "injected": injected,
    "dialogue": _several,
    "meanwhile": meanwhile,
    "kept": kept_takes,
    "captures": captures,
    "performers": performers,
    "outputs": outputs,
    "phrases": phrases,
    "kept long": lambda arena: kept_takes(arena, runs=200, is_watched=True),
}
