# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of our own memory: what goes in comes out, wherever and whichever way it is danced."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from core.models.bailando import dancer_frames as frames
from core.models.bailando.config import DOWN_CHANNELS, MUSIC_NUMBERS, UP_CHANNELS, BailandoConfig
from core.models.bailando.rotation_memory import RotationMemory
from core.models.bailando.styles import ANY, STYLES, style_token, with_style
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.motion.rotation_tensors import quaternion_to_matrix
from core.motion.rotations import from_axis_angle, multiply, rotate, to_rot6d


def turning_dancer(count: int = 90) -> Clip:
    """Spins more than once around while travelling, all danced joints moving."""
    random = np.random.default_rng(5)
    time = np.arange(count)[:, None] / 60.0
    clip = Clip.still(count, 60.0, frames.DANCED)
    for joint in frames.DANCED - {"pelvis", "spine2", "spine3"}:
        angles = 0.4 * np.sin(2.0 * np.pi * time * random.uniform(0.5, 2.0, 3) + random.uniform(0.0, 6.0, 3))
        clip.rotations[:, JOINT_INDEX[joint]] = from_axis_angle(angles)
    lean = from_axis_angle(np.concatenate((0.2 * np.sin(5.0 * time), 0.0 * time, 0.1 * np.cos(3.0 * time)), axis=1))
    spin = from_axis_angle(np.concatenate((0.0 * time, 5.0 * time + 2.0, 0.0 * time), axis=1))
    clip.rotations[:, 0] = multiply(spin, lean)
    clip.root_translation_m[:] = np.concatenate((np.sin(time), 0.1 * np.sin(8.0 * time), 0.5 * time), axis=1)
    clip.contacts[:] = random.integers(0, 2, (count, 4))
    return clip


def joints_of(clip: Clip) -> np.ndarray:
    local = quaternion_to_matrix(torch.from_numpy(clip.rotations[:, :22]))
    return frames.body_skeleton().forward(local, torch.from_numpy(clip.root_translation_m))[0].numpy()


def test_a_clip_comes_back() -> None:
    clip = turning_dancer()
    vectors = frames.to_vectors(clip)
    x, _, z = clip.root_translation_m[0]
    back = frames.to_clip(vectors, 60.0, (float(x), float(z)), float(frames.heading_rad(clip["pelvis"])[0]))
    away = np.linalg.norm(joints_of(back) - joints_of(clip), axis=-1)
    legs_and_root = [0, 1, 2, 4, 5, 7, 8]
    assert away[:, legs_and_root].max() < 1e-3
    assert away.max() < 0.06  # the bend of the back is spread over three joints
    np.testing.assert_allclose(back.contacts, clip.contacts, atol=1e-5)


def test_where_and_whichever_way_it_is_danced_the_frames_are_the_same() -> None:
    clip = turning_dancer()
    turn = from_axis_angle(np.array([0.0, 1.1, 0.0]))[None]
    elsewhere = replace(
        clip,
        rotations=np.concatenate(
            (multiply(turn, clip.rotations[:, :1].swapaxes(0, 1))[0][:, None], clip.rotations[:, 1:]), axis=1
        ),
        root_translation_m=(rotate(turn, clip.root_translation_m) + [3.0, 0.0, -2.0]).astype(np.float32),
    )
    np.testing.assert_allclose(frames.to_vectors(elsewhere), frames.to_vectors(clip), atol=2e-4)


def test_places_are_those_of_the_clip_seen_from_its_heading() -> None:
    clip = turning_dancer()
    vectors = torch.from_numpy(frames.to_vectors(clip))
    ours = frames.places_m(vectors, frames.body_skeleton()).numpy()
    x, _, z = clip.root_translation_m[0]
    back = frames.to_clip(vectors.numpy(), 60.0, (float(x), float(z)), float(frames.heading_rad(clip["pelvis"])[0]))
    there = joints_of(back)
    np.testing.assert_allclose(
        np.linalg.norm(ours - ours[:, :1], axis=-1), np.linalg.norm(there - there[:, :1], axis=-1), atol=1e-3
    )
    np.testing.assert_allclose(ours[..., 1], there[..., 1], atol=1e-3)


def test_sizes_fit_the_trained_preset() -> None:
    config = BailandoConfig.named("trained")
    assert (config.up_channels, config.down_channels) == (UP_CHANNELS, DOWN_CHANNELS)
    assert (frames.UP_WIDTH, frames.DOWN_WIDTH) == (UP_CHANNELS, DOWN_CHANNELS)
    memory = RotationMemory(config).eval()
    up, down = memory.encode(torch.zeros(2, 32, frames.WIDTH))
    assert up.shape == down.shape == (2, 4)
    assert memory.decode(up, down).shape == (2, 32, frames.WIDTH)
    music = with_style(np.zeros((5, MUSIC_NUMBERS)), style_token("pop"))
    assert music.shape == (5, config.music_width) and music[0, MUSIC_NUMBERS + STYLES.index("pop")] == 1.0
    assert style_token("tap") == ANY


def test_a_back_that_turned_right_round_in_thirds_is_not_wrung() -> None:
    """A decoder that learned from places alone may turn each spine joint by a third of a whole turn too much."""
    clip = turning_dancer()
    vectors = frames.to_vectors(clip)
    wrung = vectors.copy()
    third = frames.back_of(from_axis_angle(np.zeros((len(clip), 3))))
    assert np.allclose(third, (1.0, 0.0, 0.0, 0.0))
    bend = from_axis_angle(np.tile((0.0, 0.1, 0.0), (len(clip), 1)))
    more = from_axis_angle(np.tile((0.0, 2.0 * np.pi / 3.0, 0.0), (len(clip), 1)))
    index = 6 * frames.UP_JOINTS.index("spine1")
    vectors[:, index : index + 6] = to_rot6d(bend)
    wrung[:, index : index + 6] = to_rot6d(multiply(bend, more))
    assert np.allclose(
        frames.to_clip(vectors, clip.rate_hz)["spine2"], frames.to_clip(wrung, clip.rate_hz)["spine2"], atol=1e-5
    )
