# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs files as tables are saved: encodings, separators, decimal commas, line breaks inside of cells."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

HEADER = ["audio", "character", "lips_strength", "transcript", "use_sound_strip"]
ROW = ["ton/äpfel.wav", "Jürgen", "0,8", "Grüße,\nnoch eine Zeile", "WAHR"]


@pytest.fixture
def batch(part, scene):
    return part("core.blender.command_line.batch")


def table(separator: str, first: str = "") -> str:
    quoted = ['"' + cell.replace("\n", "\r\n") + '"' for cell in ROW]
    return f"{first}{separator.join(HEADER)}\r\n{separator.join(quoted)}\r\n{separator * 4}\r\n"


SAVED = {
    "UTF-8 with a mark": codecs.BOM_UTF8 + table(";").encode(),
    "UTF-8": table(",").encode(),
    "Windows": table(";").encode("cp1252"),
    "Unicode text": codecs.BOM_UTF16_LE + table("\t").encode("utf-16-le"),
    "Unicode text, big-endian": codecs.BOM_UTF16_BE + table("\t").encode("utf-16-be"),
    "told separator": table("|", "sep=|\r\n").encode(),
    "old line ends": table(";").replace("\r\n", "\n").encode(),
}


@pytest.mark.parametrize("how", SAVED)
def test_every_way_to_save_a_table_is_read(batch, tmp_path, how):
    path: Path = tmp_path / "jobs.csv"
    path.write_bytes(SAVED[how])
    jobs = batch.read_jobs(path)
    assert len(jobs) == 1
    assert jobs[0]["audio"] == "ton/äpfel.wav" and jobs[0]["character"] == "Jürgen"
    assert jobs[0]["transcript"].split() == ["Grüße,", "noch", "eine", "Zeile"]
    task = batch.task_of(jobs[0], tmp_path, None)
    assert task.settings["lips_strength"] == pytest.approx(0.8)
    assert task.settings["use_sound_strip"] is True


def test_commas_that_are_no_decimal_ones_are_refused_by_name(batch, tmp_path):
    with pytest.raises(Exception, match="lips_strength"):
        batch.task_of({"lips_strength": "1,2,3"}, tmp_path, None)


def test_a_file_with_a_header_only_has_no_jobs(batch, tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("audio;save\r\n", "utf-8")
    with pytest.raises(Exception, match="has no jobs"):
        batch.read_jobs(path)


@pytest.mark.parametrize(
    "text",
    [
        "\n,,\nfile,audio\n\na.blend,b.wav\n,\n",
        "# the shots, of course\nfile,audio\n# not that one\na.blend,b.wav\n",
        "File; Audio \na.blend;b.wav\n",
    ],
)
def test_empty_lines_remarks_and_capitals(batch, tmp_path, text):
    path = tmp_path / "jobs.csv"
    path.write_text(text, "utf-8")
    assert batch.read_jobs(path) == [{"file": "a.blend", "audio": "b.wav"}]


def test_a_name_that_begins_like_a_remark_is_none(batch, tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("audio,Lips Strength\n#1.wav,2\n", "utf-8")
    assert batch.read_jobs(path) == [{"audio": "#1.wav", "lips_strength": "2"}]


@pytest.mark.parametrize("columns", ["audio,audio", "audio,sound", "audio,Audio"])
def test_two_columns_for_one_thing_are_refused(batch, tmp_path, columns):
    path = tmp_path / "jobs.csv"
    path.write_text(f"{columns}\na.wav,b.wav\n", "utf-8")
    with pytest.raises(Exception, match="two columns for audio"):
        batch.read_jobs(path)
