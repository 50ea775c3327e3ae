# SPDX-License-Identifier: GPL-3.0-or-later
"""A performer's body: its habits are found back, kept in the file and shown; bodies that cannot be used are named."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")
from core.audio.clip import AudioClip
from core.errors import Cancelled, UserError
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.motion.resampling import clip_at
from core.performance.face.control_sources import FaceControls
from core.performance.performer.adapting import Adapted, adapt_folder
from core.performance.performer.body_fitting import _seen, speaking_of
from core.performance.performer.body_measures import BodyMeasures, measures_of, resting_frames
from core.performance.performer.performer import Performer, load, save
from core.performance.performer.recordings import read_folder
from core.performance.speech import perform
from core.progress import Progress
from core.settings import GenerateSettings
from tests.core.performance.performer.making import LEAN_DEG, habitual_body, voice, write_take

SECONDS = 40.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("berta")
    write_take(place, seconds=SECONDS)
    return place


@pytest.fixture(scope="module")
def adapted(folder: Path) -> Adapted:
    return adapt_folder(folder, "berta", None, Progress())


def places_m(clip: Clip) -> np.ndarray:
    """(T, 55, 3): joints of an average adult."""
    from core.evaluation.metrics.positions import positions_of

    return positions_of(clip)


def moved(performer: Performer | None, seed: int) -> tuple[Clip, BodyMeasures, tuple[str, ...]]:
    clip = AudioClip(voice(24.0, 130.0))
    settings = GenerateSettings(parts=frozenset({"HEAD", "BODY", "HANDS"}), seed=seed)
    made = perform(clip, settings, controls=FaceControls(performer=performer))
    body = clip_at(made.body, 30.0, 0.0, int(24 * 30))
    return body, measures_of(body, speaking_of(clip, len(body))), made.notes


def lean_deg(clip: Clip) -> float:
    up = (places_m(clip)[:, JOINT_INDEX["neck"]] - places_m(clip)[:, JOINT_INDEX["spine1"]]).mean(axis=0)
    return float(np.degrees(np.arctan2(up[2], up[1])))


def rest_wrists_m(clip: Clip) -> np.ndarray:
    """(2, 3): from the chest, while the hands rest."""
    at = resting_frames(clip, np.ones(len(clip)))
    places = places_m(clip)[at]
    wrists = places[:, [JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]]] - places[:, [JOINT_INDEX["spine3"]]]
    return np.median(wrists, axis=0)


def test_habits_are_found(adapted: Adapted) -> None:
    ways = load(adapted.path).body
    assert ways is not None and adapted.face is None
    assert ways.left > 0.75 and ways.handed == "left"
    assert ways.factors.often < 0.9 and ways.factors.chest < 0.7 and ways.factors.sway < 0.6
    assert len(ways.strokes) >= 5 and not any(name.startswith("left_thumb") for name in ways.recorded)
    assert "the left hand leads" in adapted.text and "body from 0.7 minutes" in adapted.text


def test_and_shown(adapted: Adapted) -> None:
    own = rest_wrists_m(habitual_body(20.0))
    general, theirs = ([moved(performer, seed) for seed in (1, 2, 3)] for performer in (None, load(adapted.path)))
    apart_m: list[list[float]] = []
    for (plain, _, _), (body, measures, said) in zip(general, theirs, strict=True):
        apart_m.append([float(np.linalg.norm(rest_wrists_m(clip) - own, axis=-1).max()) for clip in (plain, body)])
        assert apart_m[-1][1] < 0.08
        assert measures.hands[0] >= measures.hands[1]
        assert abs(lean_deg(body) - lean_deg(habitual_body(2.0))) < 0.5 * LEAN_DEG
        assert "The body moves as berta's, learned from 0.7 minutes." in said

    general_m, own_m = np.mean(
        apart_m, axis=0
    )  # the general body rests its hands here and there, by chance also on the belly
    assert own_m < 0.5 * general_m

    def mean(found: list, name: str) -> float:
        return float(np.mean([getattr(measures, name) for _, measures, _ in found]))

    for name in ("often", "far", "chest", "sway"):
        assert mean(theirs, name) < 0.85 * mean(general, name)
    assert sum(found[1].hands[0] for found in theirs) > sum(found[1].hands[0] for found in general)


def test_a_body_is_kept_as_it_was_and_a_face_alone_as_before(adapted: Adapted, tmp_path: Path) -> None:
    one = adapted.performer
    assert one.body is not None
    save(one, tmp_path / "b.safetensors")
    again = load(tmp_path / "b.safetensors").body
    assert again is not None and again.factors == one.body.factors and again.recorded == one.body.recorded
    assert np.allclose(again.strokes.poses, one.body.strokes.poses, atol=1e-5)
    assert np.allclose(again.posture, one.body.posture, atol=1e-5) and again.left == pytest.approx(
        one.body.left, abs=1e-3
    )
    save(replace(one, body=None), tmp_path / "face.safetensors")
    assert b'\\"schema\\": 1' in (tmp_path / "face.safetensors").read_bytes()
    assert load(tmp_path / "face.safetensors").body is None
    assert adapted.path.stat().st_size < 300_000


def test_a_newer_file_says_so(adapted: Adapted, tmp_path: Path) -> None:
    content = adapted.path.read_bytes().replace(b'\\"schema\\": 2', b'\\"schema\\": 3')
    (tmp_path / "new.safetensors").write_bytes(content)
    with pytest.raises(UserError, match="newer Audio2Rig"):
        load(tmp_path / "new.safetensors")


@pytest.mark.parametrize(
    "old, new",
    [
        (b'\\"often\\": ', b'\\"often\\": 9'),
        (b'\\"left\\": 0', b'\\"left\\": 7'),
        (b'\\"bearing\\": ', b'\\"bearing\\": NaN, \\"unused\\": '),
        (b"left_collar", b"left_tailor"),
        (b'\\"minutes\\": 0.667,', b'\\"minutes\\": NaN,  '),
    ],
)
def test_ways_that_nobody_has_are_refused(adapted: Adapted, tmp_path: Path, old: bytes, new: bytes) -> None:
    content = adapted.path.read_bytes()
    assert old in content
    changed = content.replace(old, new)
    length = int.from_bytes(content[:8], "little") + len(changed) - len(content)
    (tmp_path / "b.safetensors").write_bytes(length.to_bytes(8, "little") + changed[8:])
    with pytest.raises(UserError, match="b.safetensors"):
        load(tmp_path / "b.safetensors")


def test_arrays_that_are_none_are_refused(adapted: Adapted, tmp_path: Path) -> None:
    body = adapted.performer.body
    assert body is not None
    strokes = body.strokes
    for broken in (
        replace(body, posture=body.posture * np.nan),
        replace(body, posture=body.posture[:5]),
        replace(body, root_m=np.full(3, 50.0, np.float32)),
        replace(body, strokes=replace(strokes, poses=strokes.poses * 3.0)),
        replace(body, strokes=replace(strokes, hands=strokes.hands + 7)),
        replace(body, strokes=replace(strokes, sizes=strokes.sizes * -1.0)),
    ):
        save(replace(adapted.performer, body=broken), tmp_path / "b.safetensors")
        with pytest.raises(UserError, match="no performer"):
            load(tmp_path / "b.safetensors")


@pytest.mark.parametrize("missing", ["body_posture", "body_root_m", "body_strokes", "body_strokes_about"])
def test_arrays_that_are_missing_are_refused(adapted: Adapted, tmp_path: Path, missing: str) -> None:
    content = adapted.path.read_bytes()
    named, other = f'"{missing}":'.encode(), f'"{missing[:-1]}x":'.encode()
    assert content.count(named) == 1
    (tmp_path / "b.safetensors").write_bytes(content.replace(named, other))
    with pytest.raises(UserError, match="b.safetensors holds no performer"):
        load(tmp_path / "b.safetensors")


def test_short_takes_and_hands_that_rest_while_another_speaks(folder: Path) -> None:
    recording = read_folder(folder, Progress()).bodies[0]
    for frames in (2, 5, 30):
        motion = recording.motion
        short = Clip(
            motion.rotations[:frames], motion.root_translation_m[:frames], motion.contacts[:frames], motion.rate_hz
        )
        found = measures_of(short, np.ones(frames))
        assert all(np.isfinite(getattr(found, name)) for name in ("often", "far", "chest", "pelvis", "head", "sway"))
    speaking = speaking_of(recording.clip, len(recording.motion))
    rests = resting_frames(recording.motion, speaking)
    other = replace(recording, used=~rests)
    measured = measures_of(recording.motion, speaking * other.used)
    ways = _seen([other], [speaking], [measured], measured, other.seconds)
    assert np.allclose(np.linalg.norm(ways.posture, axis=-1), 1.0, atol=1e-3)


def test_lengths_rates_and_bodies_that_cannot_be_used_are_said(folder: Path, tmp_path: Path) -> None:
    write_take(tmp_path, "quick", 25.0, 120.0)
    sound = voice(30.0)
    for name in ("short", "still", "noise", "two"):
        soundfile.write(tmp_path / f"{name}.wav", sound, 16000)
    shutil.copy(folder / "take1.bvh", tmp_path / "short.bvh")
    still = (folder / "take1.bvh").read_text().split("\n")
    at = still.index("MOTION") + 3
    (tmp_path / "still.bvh").write_text("\n".join([*still[:at], *[still[at]] * 900]))
    (tmp_path / "noise.bvh").write_bytes(b"RIFF" * 20)
    (tmp_path / "two.bvh").write_text("\n".join(still[: at + 1]))
    soundfile.write(tmp_path / "silence.wav", np.zeros(30 * 16000, np.float32), 16000)
    shutil.copy(folder / "take1.bvh", tmp_path / "silence.bvh")
    shutil.copy(folder / "take1.bvh", tmp_path / "mute.bvh")
    (tmp_path / "suit.fbx").write_bytes(b"Kaydara")
    takes = read_folder(tmp_path, Progress())
    said = " ".join(takes.notes)
    assert [one.name for one in takes.bodies] == ["quick", "short"] and not takes.faces
    assert takes.bodies[0].seconds == pytest.approx(25.0, abs=0.1)
    assert takes.bodies[1].seconds == pytest.approx(30.0, abs=0.1) and "short: The body is 10.0 s longer" in said
    assert (
        "still was left out: Its body does not move" in said and "noise was left out: noise.bvh is no BVH file" in said
    )
    assert "silence was left out: " in said and "two was left out: two.bvh has 1 frame" in said
    assert (
        "for want of a sound of the same name: mute.bvh" in said
        and "suit.fbx was left out: of bodies BVH is read" in said
    )


def test_five_seconds_are_too_few_and_cancelled_leaves_nothing(tmp_path: Path) -> None:
    write_take(tmp_path, "take", 5.0)
    with pytest.raises(UserError, match="5 s of .*'s body that can be used"):
        adapt_folder(tmp_path, "x", None, Progress())
    write_take(tmp_path, "take", 25.0)
    progress = Progress(lambda fraction, _: progress.cancel() if fraction > 0.3 else None)
    with pytest.raises(Cancelled):
        adapt_folder(tmp_path, "x", None, progress)
    assert not list(tmp_path.glob("*.safetensors"))
