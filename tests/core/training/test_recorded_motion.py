# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion files of every kind, made by the test where they are not in the data pack."""

import numpy as np
import pytest

from core.errors import UserError
from core.motion import rotations
from core.motion.joints import JOINT_INDEX
from core.training.data import recorded_motion

BVH = """HIERARCHY
ROOT Hips
{
  OFFSET 0 90 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Arm
  {
    OFFSET 20 0 0
    CHANNELS 3 Yrotation Xrotation Zrotation
    End Site
    {
      OFFSET 30 0 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.05
0 95 5 0 0 0 0 0 0
0 95 5 90 0 90 90 0 90
"""


def test_bvh_composes_channels_in_their_order(tmp_path):
    path = tmp_path / "walk.bvh"
    path.write_text(BVH)
    recording = recorded_motion.load_bvh(path)
    assert recording.rate_hz == pytest.approx(20.0) and recording.skeleton.names == ("Hips", "Arm", "Arm_end")
    places = recording.positions_m()
    np.testing.assert_allclose(places[0], [[0, 0.95, 0.05], [0.2, 0.95, 0.05], [0.5, 0.95, 0.05]], atol=1e-6)
    # Hips: 90° about Z of 90° about Y: x goes to -z, which Z leaves alone. Arm: Y of Z: x goes to y, which stays y.
    np.testing.assert_allclose(places[1, 1], [0, 0.95, 0.05 - 0.2], atol=1e-6)
    about_z, about_y = (rotations.from_axis_angle(np.array(axis) * np.pi / 2) for axis in ((0, 0, 1), (0, 1, 0)))
    hips = rotations.multiply(about_z, about_y)
    end = rotations.rotate(hips, np.array([0.0, 0.3, 0.0])) + places[1, 1]
    np.testing.assert_allclose(places[1, 2], end, atol=1e-6)


@pytest.mark.parametrize(
    "text", ["", "HIERARCHY nonsense", BVH[:300], BVH.replace("0 95 5 0 0 0 0 0 0", "0 95"), BVH.replace("0.05", "0")]
)
def test_broken_bvh_is_refused(tmp_path, text):
    path = tmp_path / "broken.bvh"
    path.write_text(text)
    with pytest.raises(UserError, match="broken.bvh"):
        recorded_motion.load_bvh(path)


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


def test_beat2_becomes_emage_frames(tmp_path):
    beat2(tmp_path / "a.npz")
    recording = recorded_motion.load_beat2(tmp_path / "a.npz")
    frames = recorded_motion.emage_frames(recording)
    assert frames.shape == (90, 337) and recording.expressions.shape == (90, 100)
    np.testing.assert_allclose(frames[:, :6], np.tile([1, 0, 0, 0, 1, 0], (90, 1)), atol=1e-6)
    assert frames[:28, 333:].all(), "the feet stand still for a second"
    assert not frames[35:-1, 333:].any(), "and glide with the root after it"
    clip = recording.to_clip()
    assert clip.rotations.shape == (90, 55, 4) and clip.contacts.max() == 1.0
    cut = recorded_motion.windows(frames, 64, 20, ((0, 3),))
    assert cut.shape == (1, 64, 337) and np.array_equal(cut[0], frames[20:84])
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
