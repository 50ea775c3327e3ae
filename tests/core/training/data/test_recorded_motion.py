# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion files of every kind, made by the test where they are not in the data pack."""

import numpy as np
import pytest

from core.errors import UserError
from core.motion.joints import JOINT_INDEX
from core.training.data import recorded_motion


def beat2(path, frames=90):
    time = np.arange(frames) / 30
    poses = np.zeros((frames, 165), np.float32)
    poses[:, 3 * JOINT_INDEX["left_elbow"] + 1] = np.sin(time * 4)
    trans = np.stack([time * 0, time * 0, np.maximum(0, time - 1)], 1).astype(np.float32)
    np.savez(
        path,
        poses=poses,
        trans=trans,
        expressions=np.ones((frames, 100), np.float32),
        betas=np.zeros(300),
        mocap_frame_rate=30,
        gender="neutral",
        model="smplx2020",
    )


def test_beat2_becomes_a_clip(tmp_path):
    beat2(tmp_path / "a.npz")
    recording = recorded_motion.load_beat2(tmp_path / "a.npz")
    assert recording.expressions.shape == (90, 100)
    clip = recording.to_clip()
    assert clip.rotations.shape == (90, 55, 4) and clip.contacts.max() == 1.0
    assert clip.contacts[:28].all(), "the feet stand still for a second"
    assert not clip.contacts[35:-1].any(), "and glide with the root after it"
    with pytest.raises(UserError, match="frame rate"):
        recorded_motion.load_amass(_without_rate(tmp_path))


def _without_rate(folder):
    np.savez(folder / "no_rate.npz", poses=np.zeros((3, 156)), trans=np.zeros((3, 3)))
    return folder / "no_rate.npz"


@pytest.mark.parametrize("joints", [52, 55])
def test_amass_stands_up(tmp_path, joints):
    poses, trans = np.zeros((5, joints * 3)), np.zeros((5, 3))
    poses[:, 0] = np.pi / 2  # AMASS: a person who stands upright in a Z-up world
    trans[:, 2] = 0.1
    np.savez(
        tmp_path / "a.npz", poses=poses, trans=trans, mocap_framerate=120.0, gender=np.array({"a": 1}, dtype=object)
    )
    recording = recorded_motion.load_amass(tmp_path / "a.npz")
    places = recording.positions_m()[0]
    assert places[JOINT_INDEX["head"], 1] - places[JOINT_INDEX["left_foot"], 1] > 1.3
    assert places[JOINT_INDEX["left_wrist"], 0] > 0.5, "the left stays at +X"
    assert recording.rate_hz == 120.0


def test_resampling_keeps_the_motion(tmp_path):
    beat2(tmp_path / "a.npz")
    recording = recorded_motion.load_beat2(tmp_path / "a.npz")
    fine = recording.resampled(60.0)
    assert len(fine) == 179
    np.testing.assert_allclose(fine.rotations[::2], recording.rotations, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(fine.rotations, axis=-1), 1.0, atol=1e-5)
    assert len(recording.resampled(15.0)) == 45


def test_files_with_code_or_of_another_kind_are_refused(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    np.savez(
        tmp_path / "bomb.npz",
        poses=np.array(Bomb(), dtype=object),
        trans=np.zeros((1, 3)),
        expressions=np.zeros((1, 100)),
    )
    (tmp_path / "text.npz").write_text("hello")
    for name in ("bomb.npz", "text.npz", "absent.npz"):
        with pytest.raises(UserError):
            recorded_motion.load_beat2(tmp_path / name)
    assert not (tmp_path / "ran").exists()


@pytest.mark.data
def test_clips_of_the_data_pack_stand_on_the_floor(data_dir):
    clips = list(recorded_motion.pack_clips(data_dir, source="accad_male1"))
    assert len(clips) == 69
    for clip in [clip for clip in clips if clip.about["head_height_m"] > 1.6][:3]:
        places = clip.positions_m()
        assert np.isfinite(places).all() and clip.rate_hz == 60.0
        assert abs(np.percentile(places[..., 1].min(1), 5) - clip.about["foot_height_p5_m"]) < 0.03
        assert places[..., 1].max() == pytest.approx(clip.about["head_height_m"], abs=0.2)
