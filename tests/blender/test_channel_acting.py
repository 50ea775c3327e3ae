# SPDX-License-Identifier: GPL-3.0-or-later
"""How each channel turns into its prompts: by what it shows, and so that lips close where sounds need it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

PHONES = (("AA", 0.0, 0.4), ("P", 0.4, 0.5), ("AA", 0.5, 1.0), ("M", 1.0, 1.1))


@pytest.fixture
def acting(extension, part):
    symbols = {phone.arpabet: phone.symbol for phone in part("core.audio.phones").INVENTORY}
    phone = part("core.motion.face_track").Phone
    phones = tuple(phone(symbols[sound], start, end) for sound, start, end in PHONES)
    pacing = part("core.prompts.pacing")
    paces = pacing.PromptPaces(pacing.Pace(1.0, 0.3), pacing.Pace(0.5, 0.3))
    description = SimpleNamespace(
        bones={"Jaw": SimpleNamespace(parent=""), "Brow": SimpleNamespace(parent="")}, meshes=()
    )
    keys = {
        "Open": {"jawOpen": 1.0},
        "Smile": {"mouthSmileLeft": 0.8, "cheekSquintLeft": 0.3},
        "Look": {"eyeLookUpLeft": 1.0},
    }
    roles = {"jaw": "Jaw", "left_brow_inner": "Brow"}
    made = part("core.blender.keying.channel_acting").ChannelActing.of(description, roles, keys, paces)
    return made.around_closures(phones, part("core.blender.keying.timing").Timing(24.0, 1.0))


def test_what_a_key_shows_most_decides(acting, part):
    under_speech = part("core.prompts.under_speech").UnderSpeech
    assert isinstance(acting.of_shape("Smile").easing, under_speech)
    assert acting.of_shape("Look").easing.holds and not acting.of_shape("Open").easing.holds
    assert isinstance(acting.of_rotation("Brow").easing, under_speech)
    assert not isinstance(acting.of_shape("Unknown").easing, under_speech)


@pytest.mark.parametrize("channel", ["shape", "bone"])
def test_a_way_into_a_prompt_ends_where_lips_close(acting, channel):
    found = acting.of_shape("Open") if channel == "shape" else acting.of_rotation("Jaw")
    paces = found.paces(np.array([1.0 + 24 * 0.33, 1.0 + 24 * 0.45, 1.0 + 24 * 0.75]))
    assert paces.exact.tolist() == [True, False, False]  # beside a closure, in it, far from all
    assert paces.ease_s[0] == pytest.approx(0.07)


def test_a_smile_needs_no_room(acting):
    assert not acting.of_shape("Smile").paces(np.array([1.0 + 24 * 0.33])).exact.any()
