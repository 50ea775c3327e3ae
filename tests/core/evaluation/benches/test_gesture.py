# SPDX-License-Identifier: GPL-3.0-or-later
"""The gesture bench's figures on motions of which it is known how good they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.audio.clip import AudioClip
from core.audio.phones import SILENCE
from core.evaluation.material import gesture_baselines as baselines
from core.evaluation.material.gesture_sounds import BenchSound
from core.evaluation.metrics.motion_windows import WindowSet, compare, halves, matched, window_set
from core.evaluation.metrics.movement import (
    Movement,
    at_rate,
    foot_slide_cm_s,
    jerk,
    l1_diversity,
    penetration,
    wrist_distance_cm,
)
from core.evaluation.metrics.positions import positions_of
from core.evaluation.metrics.stroke_timing import spoken, timing
from core.evaluation.metrics.strokes import hands_of
from core.models.motion_features import WINDOW, FeatureConfig, MotionFeatures, clip_features, load, save
from core.models.motion_features.channels import frame_channels, window_starts
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.face_track import Phone
from core.motion.joints import JOINT_INDEX, JOINT_NAMES
from core.training.data.speech.stressed import Nucleus, StressedSpeech

RATE_HZ = 30.0


def talking(
    arrivals_s: list[float], length_s: float, size: float = 1.0, side: str = "right", hold_s: float = 0.4, seed: int = 0
) -> Clip:
    """One arm hangs, comes up in 0.4 s so that it halts at each given time, is held, and goes down in 0.7 s."""
    frames = int(length_s * RATE_HZ) + 1
    times = np.arange(frames) / RATE_HZ
    raised = np.zeros(frames)
    for arrival in arrivals_s:
        up = np.clip((times - arrival + 0.4) / 0.4, 0, 1)
        down = np.clip((arrival + hold_s + 0.7 - times) / 0.7, 0, 1)
        raised = np.maximum(raised, np.minimum(up * up * (3 - 2 * up), down * down * (3 - 2 * down)))
    random = np.random.default_rng(seed)
    clip = Clip.still(frames, RATE_HZ)
    sign = -1.0 if side == "right" else 1.0
    for name, other in (("left", 1.0), ("right", -1.0)):
        clip.rotations[:, JOINT_INDEX[f"{name}_shoulder"]] = rot.from_axis_angle(np.array([0.0, 0.0, -1.25 * other]))
    lift = np.zeros((frames, 3))
    lift[:, 1] = -sign * size * 1.6 * raised
    sway = 0.01 * np.sin(2 * np.pi * 0.3 * times + random.uniform(0, 6))
    clip.rotations[:, JOINT_INDEX[f"{side}_elbow"]] = rot.from_axis_angle(lift)
    clip.rotations[:, JOINT_INDEX["spine1"]] = rot.from_axis_angle(np.stack([sway, 0 * sway, 0 * sway], 1))
    return replace(clip, contacts=np.ones((frames, 4), np.float32), driven=frozenset(JOINT_NAMES))


def sound(stressed_s: list[float], length_s: float, pauses: tuple[tuple[float, float], ...] = ()) -> BenchSound:
    phones, at = [], 0.0
    for start, end in pauses:
        phones += [Phone("a", at, start), Phone(SILENCE, start, end)]
        at = end
    phones.append(Phone("a", at, length_s))
    nuclei = tuple(Nucleus(time, time + 0.1, True, True) for time in stressed_s)
    clip = AudioClip(np.zeros(int(length_s * 16000), np.float32), name="made")
    return BenchSound("validation", StressedSpeech("made", "made", "en", "", clip, tuple(phones), nuclei))


def test_strokes_are_where_hands_arrive_and_retractions_are_none():
    arrivals = [1.5, 4.0, 7.5]
    for side in ("left", "right"):
        found = hands_of(talking(arrivals, 10.0, side=side)).strokes_s
        assert len(found) == 3
        np.testing.assert_allclose(found, arrivals, atol=0.07)


def test_a_still_body_has_no_strokes_and_rests():
    hands = hands_of(Clip.still(90, RATE_HZ))
    assert len(hands.strokes_s) == 0 and hands.resting.all()


def test_hands_rest_between_gestures_only():
    hands = hands_of(talking([2.0, 6.0], 9.0))
    at = lambda time: hands.resting[int(time * RATE_HZ)]  # noqa: E731
    assert at(0.5) and at(4.3) and at(8.5) and not at(2.2) and not at(6.2)


def test_delayed_motion_is_further_from_the_stresses():
    stresses = [1.5, 3.6, 5.7, 7.8]
    heard = [sound(stresses, 10.0)] * 2
    on_time = talking(stresses, 10.0, hold_s=0.2)
    rows = [timing([Movement.of(replace(on_time, start_s=delay))] * 2, heard) for delay in (0.0, 0.15, 0.3)]
    medians = [row["stress_median_ms"] for row in rows]
    assert medians[0] < 70 < medians[1] < medians[2]
    assert rows[0]["strokes"] == 8


def test_shuffled_speech_is_told_from_its_own():
    random = np.random.default_rng(4)
    stresses = [np.cumsum(random.uniform(1.3, 2.4, 5)) for _ in range(6)]
    heard = [sound(list(times), 13.0) for times in stresses]
    row = timing([Movement.of(talking(list(times), 13.0, hold_s=0.1)) for times in stresses], heard)
    assert row["stress_median_ms"] < 70
    assert row["shuffled_median_ms"] > 3 * row["stress_median_ms"]


def test_rest_in_pauses_is_seen():
    pause = ((4.0, 6.0),)
    resting = spoken(hands_of(talking([1.5, 2.6], 8.0)), sound([1.5], 8.0, pause))
    busy = spoken(hands_of(talking([1.5, 5.0], 8.0)), sound([1.5], 8.0, pause))
    assert resting.rest_in_pauses > 0.95 > busy.rest_in_pauses + 0.3
    assert resting.path_in_pauses < 0.05 < busy.path_in_pauses
    assert len(resting.strokes_s) == 2 and len(busy.strokes_s) == 1  # what falls into the pause is no stroke in speech


def test_noise_raises_jitter_and_diversity():
    clip = talking([1.5, 4.0], 6.0)
    calm, shaken = (positions_of(motion) for motion in (clip, baselines.noisy(clip, 5.0)))
    assert jerk(shaken).mean() > 20 * jerk(calm).mean()
    assert l1_diversity(shaken) > l1_diversity(calm) > l1_diversity(positions_of(Clip.still(60, RATE_HZ))) == 0.0
    order = baselines.shuffled_frames(clip)
    assert jerk(positions_of(order)).mean() > 5 * jerk(calm).mean()
    np.testing.assert_allclose(np.sort(order.rotations, 0), np.sort(clip.rotations, 0))


def test_sliding_is_measured_in_contact_only():
    still = Clip.still(61, RATE_HZ)
    root = np.zeros((61, 3), np.float32)
    root[:, 0] = np.arange(61) * 0.05 / RATE_HZ
    sliding = replace(still, root_translation_m=root)
    assert foot_slide_cm_s(positions_of(still)) == (0.0, 1.0)
    assert foot_slide_cm_s(positions_of(sliding))[0] == pytest.approx(5.0, rel=1e-3)
    root[:, 1] = 0.3 * (np.arange(61) >= 20)  # carried in the air afterwards
    lifted = foot_slide_cm_s(positions_of(replace(still, root_translation_m=root * [[1.0, 1.0, 0.0]])))
    assert lifted[1] < 0.4


def test_a_hand_in_the_chest_penetrates():
    clip = Clip.still(30, RATE_HZ)
    assert penetration(positions_of(clip))[0] == 0.0
    # upper arm down and forward, forearm folded back through the trunk
    clip.rotations[:, JOINT_INDEX["right_shoulder"]] = rot.from_axis_angle(np.array([0.0, 0.0, 1.35]))
    clip.rotations[:, JOINT_INDEX["right_elbow"]] = rot.from_axis_angle(np.array([0.0, 0.0, 1.9]))
    share, deepest = penetration(positions_of(clip))
    assert share == 1.0 and deepest > 2.0


def test_seeds_are_compared_about_the_chest():
    first, second = talking([1.5], 4.0), talking([2.5], 4.0)
    assert wrist_distance_cm(first, first) == 0.0
    assert wrist_distance_cm(first, second) > 3.0
    moved = replace(first, root_translation_m=first.root_translation_m + 1.0)
    assert wrist_distance_cm(first, moved) == pytest.approx(0.0, abs=1e-3)


def test_any_rate_becomes_thirty_from_the_beginning():
    double = Clip.still(121, 60.0)
    assert len(at_rate(double)) == 61 and at_rate(double).rate_hz == 30.0


# --- distributions ------------------------------------------------------------------------------------------------------
def corpus(count: int, seed: int, size: float = 1.0) -> list[Clip]:
    random = np.random.default_rng(seed)
    return [
        talking(
            [random.uniform(0.8, 1.4)],
            random.uniform(3.0, 4.0),
            size * random.uniform(0.5, 1.3),
            random.choice(["left", "right"]),
            random.uniform(0.1, 0.9),
            seed + index,
        )
        for index in range(count)
    ]


@pytest.fixture(scope="module")
def model() -> MotionFeatures:
    """Not trained, but the same every time: random projections see differences, too."""
    import torch

    torch.manual_seed(5)
    return MotionFeatures().eval().requires_grad_(False)


@pytest.fixture(scope="module")
def reference(model) -> WindowSet:
    clips = corpus(16, 0)
    return window_set([Movement.of(clip) for clip in clips], model, None, list(range(16)), ["a", "b"] * 8)


def row(clips: list[Clip], model: MotionFeatures, reference: WindowSet, **more):
    return compare(window_set([Movement.of(clip) for clip in clips], model), reference, draws=6, **more)


def test_the_same_motion_is_at_no_distance(model, reference):
    from core.evaluation.metrics.frechet import frechet_corrected

    assert frechet_corrected(reference.features, reference.features) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.slow
def test_distances_put_motions_in_order(model, reference):
    itself = compare(None, reference, draws=6)
    alike = row(corpus(16, 100), model, reference)
    shaken = row([baselines.noisy(clip, 6.0) for clip in corpus(16, 100)], model, reference)
    still = row([Clip.still(120, RATE_HZ)] * 6, model, reference)
    assert alike.fgd < 3 * itself.fgd
    assert shaken.fgd > 3 * alike.fgd and still.fgd > 3 * alike.fgd
    assert still.l1 == 0.0 and still.active == 0.0
    assert 0.7 < alike.l1 / itself.l1 < 1.3


def test_spoilt_recordings_are_compared_with_others_than_their_own(model):
    clips = corpus(12, 3)
    movements = [Movement.of(clip) for clip in clips]
    original = window_set(movements, model, None, list(range(12)), ["a"] * 12)
    unspoilt = compare(original, original, spoilt=True, draws=6)
    assert unspoilt.fgd == pytest.approx(compare(None, original, draws=6).fgd)


def test_halves_share_no_recording_and_hold_every_performer(reference):
    for seed in range(5):
        first, second = halves(reference, 100, np.random.default_rng(seed))
        assert not set(reference.owner[first]) & set(reference.owner[second])
        assert len(first) == len(second) == 100
        for half in (first, second):
            assert (reference.group[half] == "a").sum() == 50


def test_matched_windows_have_the_wanted_share_of_gesture(reference):
    random = np.random.default_rng(1)
    mixed = replace(reference, active=np.arange(len(reference)) % 3 == 0)
    assert mixed.active[matched(mixed, 0.8, 50, random)].mean() == pytest.approx(0.8)
    assert len(matched(replace(reference, active=np.zeros(len(reference), bool)), 0.8, 50, random)) == 50


def test_windows_avoid_glitches_and_short_clips():
    assert window_starts(WINDOW - 1, 4) == []
    assert window_starts(WINDOW + 8, 4) == [0, 4, 8]
    assert window_starts(WINDOW + 8, 4, [(0, 3)]) == [4, 8]


def test_features_do_not_see_heading_or_place():
    clip = talking([1.5], 3.0)
    turned = clip.rotations.copy()
    turned[:, 0] = rot.multiply(rot.from_axis_angle(np.array([0.0, 1.1, 0.0])), turned[:, 0])
    elsewhere = replace(clip, rotations=turned.astype(np.float32), root_translation_m=clip.root_translation_m + 2.0)
    np.testing.assert_allclose(frame_channels(elsewhere)[0], frame_channels(clip)[0], atol=1e-4)


def test_the_extractor_comes_back_from_its_files(tmp_path, model):
    save(model, tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 1e6
    back = load(tmp_path)
    clip = talking([1.5], 4.0)
    np.testing.assert_allclose(clip_features(back, clip), clip_features(model, clip), atol=2e-3)
    assert back.config == FeatureConfig()
