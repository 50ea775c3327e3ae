# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written where people say: nothing that is there is lost."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from core import output_files
from core.errors import UserError
from core.output_files import (
    BLEND,
    FACE_JSON,
    FACE_TABLE,
    MAPPING,
    VIDEO,
    Kind,
    replacing,
    require_writable,
    write_text,
)
from core.performance.performer.performer import KIND as PERFORMER


def refused(path: Path, kind: Kind, match: str, inputs: tuple[Path, ...] = ()) -> None:
    with pytest.raises(UserError, match=match):
        require_writable(path, kind, inputs)


@pytest.mark.parametrize(
    "kind, name, content",
    [
        (BLEND, "song.blend", b"RIFF\0\0\0\0WAVEfmt "),
        (VIDEO, "film.mp4", b"fLaC\0\0\0\x22"),
        (VIDEO, "film.mkv", b"\x89PNG\r\n"),
        (VIDEO, "film.mp4", b"Notes about a film"),
        (BLEND, "shot.blend", b"To do: the shot"),
        (MAPPING, "face.json", b"BLENDER-v500"),
        (MAPPING, "jobs.json", b'[{"audio": "line.wav"}]'),
        (FACE_JSON, "map.json", b'{"keys": {}, "bones": {}}'),
        (FACE_TABLE, "face.csv", b"\x01\0\x02\0\x03\0"),
        (FACE_TABLE, "jobs.csv", b"audio,save\nline.wav,out.blend\n"),
        (PERFORMER, "model.safetensors", b'\x40\0\0\0\0\0\0\0{"weight": {"dtype": "F32"}}'),
    ],
)
def test_a_file_of_another_kind_is_never_replaced(tmp_path, kind, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    refused(path, kind, "is there already")
    for left_by_a_full_disk in (b"", b"\0" * 5000, b" \n"):
        path.write_bytes(left_by_a_full_disk)
        require_writable(path, kind)


@pytest.mark.parametrize(
    "kind, content",
    [
        (BLEND, b"BLENDER-v500"),
        (VIDEO, b"\0\0\0\x08skip\0\0\0\x20ftyp"),
        (MAPPING, b'{"keys": {}}'),
        (FACE_JSON, b'{"facsNames": ["jawOpen"]}'),
        (FACE_TABLE, "Timecode,BlendshapeCount".encode("utf-16")),
        (PERFORMER, b'\x40\0\0\0\0\0\0\0{"__metadata__": {"audio2rig_performer": "{}"}}'),
    ],
)
def test_an_older_one_of_the_kind_is_replaced(tmp_path, kind, content):
    path = tmp_path / f"out{kind.suffixes[0]}"
    path.write_bytes(content)
    require_writable(path, kind)


def test_names_say_the_kind(tmp_path):
    refused(tmp_path / "notes.txt", BLEND, "no name of a .blend file")
    refused(tmp_path / "out.blend", VIDEO, "End the name with .mp4")
    require_writable(tmp_path / "OUT.BLEND", BLEND)


def test_what_is_read_is_known_by_any_path(tmp_path):
    film = tmp_path / "plate.mp4"
    film.write_bytes(b"\0\0\0\x20ftypisom")
    (tmp_path / "link.mp4").symlink_to(film)
    os.link(film, tmp_path / "hard.mp4")
    for name in ("plate.mp4", "link.mp4", "hard.mp4", f"../{tmp_path.name}/plate.mp4"):
        refused(tmp_path / name, VIDEO, "is read for this", (film,))
    require_writable(tmp_path / "other.mp4", VIDEO, (film, tmp_path / "missing.wav"))


@pytest.mark.parametrize("name", ["é" * 140 + ".blend", "/".join(["folder" * 20] * 10) + "/out.blend"])
def test_names_that_no_file_can_have(tmp_path, name):
    refused(tmp_path / name, BLEND, "too long")


def test_the_longest_name_is_written(tmp_path):
    path = tmp_path / ("é" * 125 + ".json")
    write_text(path, MAPPING, "{}")
    assert path.read_text("utf-8") == "{}" and len(list(tmp_path.iterdir())) == 1


def test_links_and_permissions_stay(tmp_path):
    (tmp_path / "shelf").mkdir()
    real = tmp_path / "shelf" / "real.csv"
    real.write_text("Timecode")
    real.chmod(0o604)
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    write_text(link, FACE_TABLE, "new")
    assert link.is_symlink() and real.read_text() == "new" and real.stat().st_mode & 0o777 == 0o604


def test_what_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"keys": 1}')
    with pytest.raises(ZeroDivisionError), replacing(path, MAPPING) as beside:
        beside.write_text("half")
        raise ZeroDivisionError
    with pytest.raises(OSError, match="nothing was written"), replacing(path, MAPPING):
        pass
    with pytest.raises(UserError, match="could not be written"):
        write_text(path, MAPPING, "\ud800")
    assert path.read_text() == '{"keys": 1}' and [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_what_killed_runs_left_is_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(output_files, "_runs", lambda process: process == 4)
    here = output_files._machine()
    dead, living = f".a.audio2rig-{here}-5.blend@", f".b.audio2rig-{here}-4.mp4"
    elsewhere, own = ".c.audio2rig-00000000-5.mp4", ".d.blend"
    for name in (dead, living, elsewhere, own):
        (tmp_path / name).write_text("x")
    os.utime(tmp_path / elsewhere, (0.0, 0.0))
    (tmp_path / ".e.audio2rig-00000001-5.mp4").write_text("x")
    write_text(tmp_path / "a.json", MAPPING, "{}")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == sorted([living, own, ".e.audio2rig-00000001-5.mp4", "a.json"])


def test_temporary_folders_of_killed_runs_go_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(output_files.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(output_files, "_runs", lambda process: process == 4)
    dead, living = (tmp_path / f".temporary.audio2rig-{output_files._machine()}-{process}.x_y" for process in (5, 4))
    for folder in (dead, living):
        folder.mkdir()
        (folder / "line.wav").write_text("x")
    with output_files.temporary_folder() as own:
        (own / "line.wav").write_text("x")
        assert sorted(tmp_path.iterdir()) == sorted([living, own])
    assert list(tmp_path.iterdir()) == [living]
    with output_files.temporary_folder() as own:
        output_files.remove_unfinished()
        assert not own.exists()


def test_an_end_takes_away_what_is_being_written(tmp_path):
    with pytest.raises(OSError), replacing(tmp_path / "a.blend", BLEND) as beside:
        assert re.fullmatch(r"\.a\.audio2rig-[0-9a-f]{8}-\d+\.blend", beside.name)
        beside.write_text("half")
        output_files.remove_unfinished()
        assert not beside.exists()
