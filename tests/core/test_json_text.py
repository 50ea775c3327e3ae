# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON from elsewhere: one reader, one error."""

from __future__ import annotations

import os
import re

import pytest

from core import input_files, json_text
from core.errors import UserError
from core.paths import ROOT


@pytest.mark.parametrize(
    "text, match",
    [
        ("", "expecting value in line 1"),
        ('{"a": [1, 2,]}', "in line 1, column"),
        ('{"a": ' * 5000 + "1" + "}" * 5000, "deep"),
        ("[" * 40 + "]" * 40, "deep"),
        ('{"a": ' + "9" * 17 + "}", "too large"),
        ('{"a": ' + "9" * 5000 + "}", "digits"),
        ('{"a": [0.5, NaN]}', "not finite"),
        ('{"a": -1e999}', "not finite"),
        ('["\\uDFff"]', "middle of a character"),
        ('{"\\ud83d": 1}', "middle of a character"),
    ],
)
def test_what_is_refused(text, match):
    with pytest.raises(UserError, match=match) as caught:
        json_text.parsed(text, "The thing", "Do it again.")
    said = str(caught.value)
    assert said.startswith("The thing ") and said.endswith("Do it again.") and len(said) < 300


def test_what_is_read():
    assert json_text.parsed('{"\\ud83d\\ude00": [1, null, 0.25]}', "It", "") == {"😀": [1, None, 0.25]}
    assert json_text.parsed("[NaN, 1]", "It", "", may_lack_numbers=True)[1] == 1
    assert json_text.stored("", "It", "") == {} == json_text.stored("{}", "It", "")
    for text in ("[1]", "true", "null", '"text"'):
        with pytest.raises(UserError, match="no table"):
            json_text.stored(text, "It", "")


def test_files_that_are_none(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "bytes.json").write_bytes(b"\x81\xff\x8d\0")
    (tmp_path / "long.json").write_text("[" + "1," * 50 + "1]")
    for name, match in (
        ("pipe.json", "no ordinary file"),
        ("bytes.json", "no text|JSON"),
        ("long.json", "more than"),
        ("none.json", "There is no mapping"),
        (".", "is a folder"),
        ("a" * 300 + ".json", "cannot be opened|There is no"),
        ("zero\0.json", "cannot be opened|There is no"),
    ):
        with pytest.raises(UserError, match=match):
            json_text.read_file(tmp_path / name, "mapping", "Choose another.", most_bytes=64)


def test_names_that_are_no_text_can_be_said():
    said = input_files.shown(os.fsdecode(b"take\xff.wav"))
    assert said.encode("utf-8") and said.startswith("take")


def test_nothing_else_in_the_product_reads_json():
    product = [
        path
        for folder in ("core", "operators", "panels")
        for path in (ROOT / folder).rglob("*.py")
        if not {"training", "evaluation", "development"} & set(path.relative_to(ROOT).parts)
    ]
    readers = [path.name for path in product if re.search(r"\bjson\.loads?\(", path.read_text("utf-8"))]
    assert readers == ["json_text.py"]
