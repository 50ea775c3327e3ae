# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC on a rig: codes, one face of several, and the trained weights on faces that are made up."""

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.models.pdfgc import RIG_PRESETS, RigPdfgc, load, save
from core.models.pdfgc.rig_channels import CHANNELS, CORNERS, SHAPES
from core.motion.face_motion import FaceMotion
from core.motion.face_track import FACE_INDEX
from core.motion.resampling import lip_opening
from core.paths import PDFGC_WEIGHTS
from core.performance.parts import CHANNELS_OF_CONTROL
from core.settings import CONTROLS

FRAMES = 300
_CORNER = np.isin(np.arange(SHAPES), CORNERS)


def face(seed: int, frames: int = FRAMES, smile: float = 0.0, unknown: tuple[str, ...] = ()) -> FaceMotion:
    """A talking face: a jaw that goes up and down, brows, blinks, glances and a head that wander."""
    random = np.random.default_rng(seed)
    t, phase = np.arange(frames) / 60.0, random.uniform(0, 6, 6)
    values = np.zeros((frames, SHAPES), np.float32)
    curves = {
        "jawOpen": np.maximum(0.2 + 0.3 * np.sin(2 * np.pi * 3.1 * t + phase[0]), 0.0),
        "mouthPucker": 0.2 + 0.2 * np.sin(2 * np.pi * 1.7 * t + phase[1]),
        "browInnerUp": 0.3 + 0.3 * np.sin(2 * np.pi * 0.4 * t + phase[2]),
        "eyeBlinkLeft": (np.sin(2 * np.pi * 0.35 * t + phase[3]) > 0.97) * 1.0,
        "eyeLookOutLeft": 0.2 + 0.2 * np.sign(np.sin(2 * np.pi * 0.5 * t + phase[4])),
        "mouthSmileLeft": np.full(frames, smile),
        "mouthSmileRight": np.full(frames, smile),
    }
    for name, curve in curves.items():
        values[:, FACE_INDEX[name]] = curve
    head = np.stack([10 * np.sin(2 * np.pi * 0.2 * t + p) for p in phase[:3]], 1).astype(np.float32)
    known = np.ones(CHANNELS, bool)
    for control in unknown:
        known &= ~CHANNELS_OF_CONTROL[control]
    return FaceMotion(values * known[:SHAPES], head * known[SHAPES:], known)


def whole(motion: FaceMotion) -> np.ndarray:
    return np.concatenate([motion.values, motion.head_deg], 1)


@pytest.fixture(scope="module")
def tiny() -> RigPdfgc:
    torch.manual_seed(0)
    return RigPdfgc(RIG_PRESETS["tiny"]).eval()


@pytest.fixture(scope="module")
def trained() -> RigPdfgc:
    return load(PDFGC_WEIGHTS)


def test_every_channel_has_one_control():
    assert np.stack(list(CHANNELS_OF_CONTROL.values())).sum(0).tolist() == [1] * CHANNELS
    assert all(CHANNELS_OF_CONTROL["LIPS"][list(CORNERS)]) and CHANNELS_OF_CONTROL["HEAD"][SHAPES:].all()


def test_codes_ignore_what_is_not_known(tiny):
    values = torch.rand(2, 30, CHANNELS)
    known = torch.ones_like(values)
    known[:, :, :10] = 0.0
    other = values.clone()
    other[:, :, :10] = 0.7
    first, second = tiny.encode(values, known), tiny.encode(other, known)
    assert {name: code.shape[-1] for name, code in first.items()} == dict(zip(CONTROLS, (16, 6, 6, 12), strict=True))
    for control in CONTROLS:
        torch.testing.assert_close(first[control], second[control])
    assert tiny.decode(first).shape == (2, 30, CHANNELS)


def test_weights_are_written_and_read(tiny, tmp_path):
    save(tiny, tmp_path)
    values = torch.rand(1, 12, CHANNELS)
    torch.testing.assert_close(
        load(tmp_path).encode(values, torch.ones_like(values))["LIPS"],
        tiny.encode(values, torch.ones_like(values))["LIPS"],
    )
    with pytest.raises(UserError):
        load(tmp_path / "nothing")


def test_nothing_changes_without_sources_and_with_itself(tiny):
    own = face(1)
    assert tiny.recompose(own, {}) is own
    again = tiny.recompose(own, dict.fromkeys(CONTROLS, own))
    np.testing.assert_array_equal(whole(again), whole(own))
    with pytest.raises(ValueError, match="EARS"):
        tiny.recompose(own, {"EARS": own})


def test_head_and_eyes_are_the_donors_whatever_the_network_says(tiny):
    own, donor = face(1), face(2)
    for control in ("HEAD", "EYES"):
        found = whole(tiny.recompose(own, {control: donor}))
        np.testing.assert_array_equal(
            found[:, CHANNELS_OF_CONTROL[control]], whole(donor)[:, CHANNELS_OF_CONTROL[control]]
        )
        np.testing.assert_array_equal(
            found[:, ~CHANNELS_OF_CONTROL[control]], whole(own)[:, ~CHANNELS_OF_CONTROL[control]]
        )


def test_what_a_source_does_not_know_stays(tiny):
    own = face(1)
    found = tiny.recompose(own, {"HEAD": face(2, unknown=("HEAD",)), "LIPS": face(3, unknown=("LIPS",))})
    np.testing.assert_array_equal(whole(found), whole(own))
    mouthless = tiny.recompose(own, {"EXPRESSION": face(2, unknown=("LIPS",))})
    np.testing.assert_array_equal(mouthless.values[:, _CORNER], own.values[:, _CORNER])
    blind = tiny.recompose(face(1, unknown=("EYES",)), {"EYES": face(2)})
    assert blind.known.all()


@pytest.mark.parametrize("frames", (1, 2, 7, 100, 700))
def test_sources_of_other_lengths(tiny, frames):
    own = face(1, 120)
    found = tiny.recompose(own, {"EXPRESSION": face(2, frames), "HEAD": face(2, frames)})
    assert len(found) == 120 and np.isfinite(whole(found)).all()
    assert found.values.min() >= 0.0 and found.values.max() <= 1.0
    assert tiny.recompose(face(1, 0), {"HEAD": face(2, frames)}).values.shape == (0, SHAPES)
    assert len(tiny.recompose(face(1, frames), {"LIPS": own})) == frames


def test_closed_lips_stay_closed(tiny):
    own = face(1)
    found = tiny.recompose(own, {"EXPRESSION": face(5, smile=0.7)})
    closed = lip_opening(own.values) <= 0.0
    assert closed.any()
    rest = CHANNELS_OF_CONTROL["LIPS"][:SHAPES] & ~_CORNER
    np.testing.assert_array_equal(found.values[closed][:, rest], own.values[closed][:, rest])


@pytest.mark.parametrize("control", CONTROLS)
def test_the_trained_model_keeps_controls_apart(trained, control):
    own, donor = face(11), face(12)
    found = whole(trained.recompose(own, {control: donor}))
    for other, region in CHANNELS_OF_CONTROL.items():
        moved = np.abs(found - whole(own))[:, region]
        if other != control:
            assert moved.mean() < 0.05 * (20.0 if other == "HEAD" else 1.0)
    changed, wanted = found[:, CHANNELS_OF_CONTROL[control]], whole(donor)[:, CHANNELS_OF_CONTROL[control]]
    moving = wanted.std(0) > 0.05
    r = [np.corrcoef(a, b)[0, 1] for a, b in zip(changed[:, moving].T, wanted[:, moving].T, strict=True)]
    assert min(r) > 0.9


def test_the_trained_model_takes_smiles_with_the_expression(trained):
    """Channels alone would leave the smile where the lips are."""
    plain, smiling = face(21), face(22, smile=0.5)
    smile = FACE_INDEX["mouthSmileLeft"]
    given = trained.recompose(plain, {"EXPRESSION": smiling}).values[30:-30, smile].mean()
    left = trained.recompose(plain, {"LIPS": smiling}).values[30:-30, smile].mean()
    assert given > 0.15 and left < 0.4
