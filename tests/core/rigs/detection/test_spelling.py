# SPDX-License-Identifier: GPL-3.0-or-later
"""Names are read as people read them."""

from __future__ import annotations

from core.rigs.detection.spelling import exact, normalise, side_of, stem, words


def test_words_and_sides():
    assert words("LeftEye_Jnt") == ["left", "eye", "jnt"] and words("REyeBlinkTop") == ["r", "eye", "blink", "top"]
    assert side_of("eye.L") == side_of("L_eye") == side_of("LeftEye") == "left"
    assert side_of("eyelid_upper_R") == "right" and side_of("Elbow") == "" and side_of("Lower") == ""


def test_width_case_and_separators_do_not_matter():
    assert normalise("Eye_Blink.L") == normalise("eyeBlinkL") and normalise("ｳｨﾝｸ") == normalise("ウィンク")
    assert exact("A_b") == "Ab" and stem("AK_01_") == stem("AK_02_")
