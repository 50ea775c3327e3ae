# SPDX-License-Identifier: GPL-3.0-or-later
"""Two recordings of curves: what is the same, what is close enough, and what is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.development.curves import __main__ as curves
from core.development.curves.recording import Curve, Result, difference, load, save

TOLERANCE = 1e-4


def line(values: list[float], keys: int = 2) -> Curve:
    """A curve with these samples and so many keys."""
    places = np.arange(6 * keys, dtype=np.float32).reshape(keys, 6)
    return Curve(np.array(values, np.float32), places, np.ones((keys, 4), np.uint8), "extrapolation CONSTANT")


@pytest.fixture
def before() -> Result:
    played = {
        "Take | OBRig | location[0]": line([0.0, 0.1, 0.2]),
        'Take | KEFace | key_blocks["jawOpen"].value[0]': line([0.0, 0.5, 1.0], 3),
    }
    return Result("FINISHED", -4, played, ("Rig plays Take OBRig",), "a report", 1.5)


def with_curve(result: Result, name: str, curve: Curve) -> Result:
    return replace(result, curves={**result.curves, name: curve})


def test_equal_recordings_are_equal_bit_for_bit(before: Result) -> None:
    found = difference(before, replace(before, report="other words", seconds=9.0))
    assert found.equal and found.within(0.0)
    assert found.largest == 0.0 and found.keys == (5, 5)


def test_moved_curve_is_measured_where_it_moved_most(before: Result) -> None:
    name = "Take | OBRig | location[0]"
    found = difference(before, with_curve(before, name, line([0.0, 0.1, 0.25])))
    assert found.largest == pytest.approx(0.05, abs=1e-6)
    assert found.where == f"{name} at frame -2"
    assert not found.equal and not found.within(TOLERANCE) and found.within(0.06)


def test_missing_and_extra_curves_are_never_within(before: Result) -> None:
    name, *_ = before.curves
    fewer = replace(before, curves={other: curve for other, curve in before.curves.items() if other != name})
    assert difference(before, fewer).missing == (name,)
    assert difference(fewer, before).extra == (name,)
    assert not difference(before, fewer).within(np.inf) and not difference(fewer, before).within(np.inf)


def test_other_keys_that_play_the_same_are_within_but_not_equal(before: Result) -> None:
    found = difference(before, with_curve(before, "Take | OBRig | location[0]", line([0.0, 0.1, 0.2], keys=4)))
    assert not found.equal and found.within(0.0)
    assert found.keys == (5, 7) and found.differently_keyed == 1


def test_values_that_are_no_numbers_are_never_within(before: Result) -> None:
    found = difference(before, with_curve(before, "Take | OBRig | location[0]", line([0.0, np.nan, 0.2])))
    assert found.largest == np.inf and not found.within(1e9)


def test_something_else_that_plays_is_never_within(before: Result) -> None:
    found = difference(before, replace(before, state=("Rig plays None ",)))
    assert found.other_state == ("- Rig plays Take OBRig", "+ Rig plays None ")
    assert not found.within(np.inf)


def test_recording_comes_back_from_its_file(before: Result, tmp_path: Path) -> None:
    failed = Result("reported an error", -4, {}, (), "There is no mouth.")
    save(tmp_path / "curves.npz", {"rig/fresh": before, "rig/failed": failed, "other/fresh": before})
    kept = load(tmp_path / "curves.npz")
    assert list(kept) == ["rig/fresh", "rig/failed", "other/fresh"]
    assert kept["rig/failed"] == failed
    assert difference(before, kept["other/fresh"]).equal and kept["other/fresh"].report == "a report"


def test_command_ends_with_its_verdict(before: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moved = with_curve(before, "Take | OBRig | location[0]", line([0.0, 0.1, 0.2005]))
    for name, results in (("a", {"rig/fresh": before}), ("b", {"rig/fresh": moved}), ("c", {})):
        save(tmp_path / f"{name}.npz", results)
    assert curves.main(["compare", str(tmp_path / "a.npz"), str(tmp_path / "a.npz")]) == 0
    assert "bit for bit (5 keys)" in capsys.readouterr().out
    assert curves.main(["compare", str(tmp_path / "a.npz"), str(tmp_path / "b.npz")]) == 1
    assert "location[0] at frame -2" in capsys.readouterr().out
    assert curves.main(["compare", str(tmp_path / "a.npz"), str(tmp_path / "b.npz"), "--tolerance", "1e-3"]) == 0
    assert curves.main(["compare", str(tmp_path / "a.npz"), str(tmp_path / "c.npz")]) == 1


def test_part_of_a_recording_can_be_compared(before: Result, tmp_path: Path) -> None:
    whole, part = str(tmp_path / "whole.npz"), str(tmp_path / "part.npz")
    save(Path(whole), {"rig/fresh": before, "rig/range": before, "other/fresh": before})
    save(Path(part), {"rig/fresh": before, "rig/range": before})
    assert curves.main(["compare", whole, part]) == 1
    assert curves.main(["compare", whole, part, "--rigs", "rig"]) == 0
    assert curves.main(["compare", whole, part, "--rigs", "rig", "--only", "range"]) == 0
    assert curves.main(["compare", whole, part, "--rigs", "third"]) == 1, "nothing was compared"
