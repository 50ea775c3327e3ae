# SPDX-License-Identifier: GPL-3.0-or-later
"""The report says what of a performer's body is seen, and what is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.performance.performer.body_said import said_of_body
from core.performance.performer.body_ways import UPPER, BodyWays, Factors, StrokePoses
from core.performance.performer.performer import Performer
from core.settings import GenerateSettings

NO_NUMBERS = np.zeros(0, np.int32)
NONE = StrokePoses(np.zeros((0, len(UPPER), 4), np.float32), NO_NUMBERS, NO_NUMBERS, np.zeros(0, np.float32))
POSTURE = np.tile(np.array([1.0, 0.0, 0.0, 0.0], np.float32), (55, 1))
WAYS = BodyWays(2.5, POSTURE, np.zeros(3, np.float32), frozenset(), Factors(), 0.0, 0.5, NONE)
BODY_ALONE = Performer.of_body("berta", WAYS)


def said(performer: Performer, *parts: str, stance: str = "AUTO") -> str:
    return " ".join(said_of_body(performer, GenerateSettings(parts=frozenset(parts), stance=stance)))


def test_a_body_that_moves() -> None:
    assert said(BODY_ALONE, "BODY", "HANDS") == "The body moves as berta's, learned from 2.5 minutes."
    assert "posture was not taken on" in said(BODY_ALONE, "BODY", stance="AS_POSED")
    assert "posture" not in said(BODY_ALONE, "HANDS", stance="AS_POSED")
    assert said(BODY_ALONE, "LEFT_ARM").startswith("The body moves")


def test_parts_that_are_switched_off() -> None:
    assert "changes nothing here" in said(BODY_ALONE, "LIPS", "EXPRESSION", "EYES")
    assert "only how lively the head is" in said(BODY_ALONE, "HEAD")
    assert said(replace(BODY_ALONE, minutes=1.0), "LIPS") == ""


def test_a_face_that_was_not_captured() -> None:
    assert "berta's face was not captured" in said(BODY_ALONE, "LIPS", "BODY")
    assert "not captured" not in said(replace(BODY_ALONE, minutes=1.0), "LIPS", "BODY")
    assert said(replace(BODY_ALONE, minutes=1.0, body=None), "LIPS", "BODY") == ""
