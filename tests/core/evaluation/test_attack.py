# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench of hostile tries: workers that die or hang are failures, and the tries go on."""

from __future__ import annotations

import textwrap

import pytest

from core.development import attack as tried
from core.evaluation.benches import attack

WORKER = """
import json, os, sys, time
for word in sys.argv[3:]:
    number = int(word)
    print(json.dumps({"number": number, "began": True}), flush=True)
    if number == 2 and HOW == "dies":
        os._exit(139)
    if number == 2 and HOW == "hangs":
        time.sleep(60)
    if number == 2 and HOW == "dies writing":
        print('{"number": 2, "he', end="", flush=True)
        os._exit(139)
    print("Blender says something", flush=True)
    print(json.dumps({"number": number, "kind": "a", "seconds": 0.1, "held": number != 4, "why": "", "doing": []}), flush=True)
    if number == 1 and HOW == "dies between":
        os._exit(139)
"""


@pytest.mark.parametrize("how", ["dies", "dies between", "dies writing", "hangs"])
def test_a_worker_that_ends_is_a_failure_and_another_goes_on(how, tmp_path, monkeypatch):
    (tmp_path / "stub.py").write_text(f"HOW = {how!r}\n{textwrap.dedent(WORKER)}")
    monkeypatch.setattr(attack, "ROOT", tmp_path)
    results = list(attack.attempts(0, ["a", "b"], range(6), stuck_s=1.0, worker="stub"))
    assert [result["number"] for result in results] == list(range(6))
    assert [result["number"] for result in results if not result["held"]] == [2, 4]
    assert ("hangs" if how == "hangs" else "died") in results[2]["why"]


def test_a_try_that_is_asked_for_twice_is_done_twice(tmp_path, monkeypatch):
    (tmp_path / "stub.py").write_text(f"HOW = ''\n{textwrap.dedent(WORKER)}")
    monkeypatch.setattr(attack, "ROOT", tmp_path)
    results = list(attack.attempts(0, ["a"], [3, 5, 3], worker="stub"))
    assert [result["number"] for result in results] == [3, 5, 3]


def test_every_kind_of_the_bench_is_one_that_the_worker_knows():
    text = (attack.ROOT / "core" / "development" / "attack" / "tries.py").read_text()
    assert all(f'"{kind}":' in text for kind in (*attack.KINDS, attack.LONG)), tried.__doc__
