# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in a BVH file is read however it was saved; what is missing, too much or does not fit is said."""

from __future__ import annotations

import numpy as np
import pytest

from core.capture.bvh_text import BvhText, parsed
from core.errors import Cancelled, UserError
from core.progress import Progress

HEAD = """HIERARCHY
ROOT Bip01 Pelvis
{
\tOFFSET 0 1 0
\tCHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
\tJOINT EMOTION {
\t\tOFFSET 0 2 0
\t\tCHANNELS 3 Zrotation Xrotation Yrotation
\t\tEnd Site
\t\t{ OFFSET 0 3 0 }
\t}
}
"""
FRAMES = "1 2 3 4 5 6 7 8 9\n" * 3


def text_of(frames: str = FRAMES, said: str = "3", step: str = "0.0333333") -> str:
    return f"{HEAD}MOTION\nFrames: {said}\nFrame Time: {step}\n{frames}"


def read(text: str) -> BvhText:
    return parsed(text, "a.bvh", Progress())


@pytest.mark.parametrize(
    "text",
    [
        text_of(),
        text_of().replace("\n", "\r\n"),
        text_of().replace("\n", "\r"),
        text_of().replace(" ", "\t"),
        text_of().replace("MOTION\nFrames: 3", "Motion \nFrames:\t3\n"),
        text_of(FRAMES.replace("5 6", "5\n6")),
        text_of().replace("Frames: 3\n", ""),
    ],
    ids=["as it is", "CRLF", "CR", "tabs", "small letters", "lines that wrap", "no count"],
)
def test_however_it_was_saved(text: str) -> None:
    found = read(text)
    assert [joint.parent for joint in found.joints] == [-1, 0, 1] and not found.notes
    assert [joint.name for joint in found.joints] == ["Bip01 Pelvis", "EMOTION", "EMOTION_End"]
    assert found.joints[2].offset == (0.0, 3.0, 0.0) and found.rate_hz == 30.0
    assert np.array_equal(found.numbers, np.tile(np.arange(1.0, 10.0), (3, 1)))


def test_frames_that_are_missing_or_more_are_said() -> None:
    cut = read(text_of(FRAMES + "1 2 3", "1000"))
    assert len(cut.numbers) == 3 and "a.bvh has 3 frames, and says 1000" in cut.notes[0]
    assert "a.bvh has 3 frames, and says 2" in read(text_of(FRAMES, "2")).notes[0]


@pytest.mark.parametrize(
    "text, said",
    [
        (text_of(FRAMES + "1"), "do not have the 9 numbers"),
        (text_of(FRAMES.replace(" 9", "")), "do not have the 9 numbers"),
        (text_of("1 2 3 4 5 6 7 8\n" * 9, "9"), "do not have the 9 numbers"),
        (text_of(FRAMES.splitlines()[0], "1"), "has 1 frame"),
        (text_of("", "0"), "has no motion"),
        (text_of(FRAMES.replace("5", "nan")), "numbers that no body has"),
        (text_of(FRAMES.replace("5", "-inf")), "numbers that no body has"),
        (text_of(FRAMES.replace("5", "# five")), "something that is no number"),
        (text_of(step="0,0333"), "no usual frame time"),
        (text_of(step="nan"), "no usual frame time"),
        (text_of(FRAMES * 20000, "60000", "0.2"), "more than 3 hours"),
        (text_of().replace("Bip01 Pelvis\n{", "Bip01 Pelvis\n"), "“{” is missing at Bip01"),
        (
            text_of().replace("End Site\n\t\t{ OFFSET 0 3 0 }", "}"),
            "cannot be read: it ends in the middle, or its braces",
        ),
        (text_of().replace("HIERARCHY", "HIERARCHY\n# made today"), "cannot be read: “#”"),
        (text_of().replace("ROOT", "End Site { }\nROOT"), "several skeletons"),
    ],
)
def test_what_cannot_be_is_said(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as raised:
        read(text)
    assert "a.bvh" in str(raised.value) and raised.value.hint


def test_few_numbers_for_many_joints_take_no_memory() -> None:
    bones = "JOINT a { OFFSET 0 1 0 " * 900
    text = f"HIERARCHY ROOT r {{ CHANNELS 1 Xrotation {bones} {'}' * 901}\nMOTION\nFrame Time: 0.001\n" + "1\n" * 50000
    with pytest.raises(UserError, match="40 million numbers"):
        read(text)


def test_reading_can_be_cancelled() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        parsed(text_of(), "a.bvh", progress)
