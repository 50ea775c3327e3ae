# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said and logged does not name the folder of whose computer it is."""

from __future__ import annotations

import logging

import pytest

from core.input_files import shown
from core.private_paths import log_failure, without_home


@pytest.mark.parametrize(
    "home, text, said",
    [
        (
            "/people/anna",
            "Error opening '/people/anna/my sounds/a.wav': no sound.",
            "Error opening '~/my sounds/a.wav': no sound.",
        ),
        (
            "/people/anna",
            "/people/annabel/a.wav and /srv/people/anna/a.wav",
            "/people/annabel/a.wav and /srv/people/anna/a.wav",
        ),
        ("/people/anna/", "file:///people/anna", "file:///people/anna"),
        (
            "C:\\People\\Anna",
            "C:\\People\\Anna\\a.wav, C:/People/Anna/a.wav, 'C:\\\\People\\\\Anna\\\\a'",
            "~\\a.wav, ~/a.wav, '~\\\\a'",
        ),
        ("/", "/a.wav", "/a.wav"),
    ],
)
def test_home_is_a_tilde(monkeypatch, home, text, said):
    monkeypatch.setattr("os.path.expanduser", lambda _path: home)
    assert without_home(text) == said


def test_what_is_shown_and_logged(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr("os.path.expanduser", lambda _path: str(tmp_path))
    assert shown(tmp_path / "a.wav") == "~/a.wav"
    script = tmp_path / "extension.py"
    script.write_text("def fails():\n    raise ZeroDivisionError('by zero')\n")
    space: dict = {}
    exec(compile(script.read_text(), str(script), "exec"), space)
    try:
        space["fails"]()
    except ZeroDivisionError:
        log_failure(logging.getLogger("a"), "%s failed", "it")
    assert "it failed" in caplog.text and '~/extension.py", line 2' in caplog.text and str(tmp_path) not in caplog.text
