# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of motion: what is drawn where, and files that come and go."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.clip import AudioClip
from core.errors import UserError
from core.evaluation.drawing import stick_drawing
from core.evaluation.drawing.figures import load_figure, of_clip
from core.evaluation.drawing.motion_pictures import Stretch, Timeline, contact_sheet, video
from core.evaluation.material.clip_files import load_clip, save_clip
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX


def waving(frames: int = 30) -> Clip:
    """The left arm goes up from beside the body."""
    clip = Clip.still(frames, 30.0)
    angle = np.zeros((frames, 3))
    angle[:, 2] = np.linspace(-1.2, 1.2, frames)
    clip.rotations[:, JOINT_INDEX["left_shoulder"]] = rot.from_axis_angle(angle)
    return clip


def test_left_hand_is_blue_and_on_the_right_of_the_front_view():
    figure = of_clip(waving())
    pixels = np.asarray(stick_drawing.draw_figure(figure, 15, "front", (200, 320))).astype(int)
    blue = (pixels[..., 2] > pixels[..., 0] + 80).nonzero()
    red = (pixels[..., 0] > pixels[..., 2] + 80).nonzero()
    assert len(blue[0]) > 100 and len(red[0]) > 100
    assert blue[1].mean() > 100 > red[1].mean()


def test_side_view_faces_right():
    camera = stick_drawing.Camera("side", (0.0, 0.9, 0.0), 2.0)
    ahead, above = camera.project(np.array([[0.0, 0.9, 0.5], [0.0, 1.4, 0.0]]), (200, 200))
    assert ahead[0] > 100 and ahead[1] == pytest.approx(100)
    assert above[1] < 100


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("left_hip", "LEFT"),
        ("JtShoulderRt", "RIGHT"),
        ("mixamorig:LeftArm", "LEFT"),
        ("rThumb1", "RIGHT"),
        ("spine1", "INK"),
        ("l_elbow", "LEFT"),
    ],
)
def test_sides_are_read_from_names(name, colour):
    assert stick_drawing._side(name) == getattr(stick_drawing, colour)


def test_sheet_shows_every_moment_and_motion():
    sound = AudioClip(np.sin(np.arange(16000) * 0.05).astype(np.float32), name="tone")
    timeline = Timeline(sound, [0.5], {"two": [(0.5, ("left_wrist",))]})
    sheet = contact_sheet({"one": waving(), "two": waving()}, [0.0, 0.5, 0.9], timeline, height=160)
    assert sheet.width == 3 * round(0.62 * 160) and sheet.height == 2 * (2 * 160 + 36) + 70
    pixels = np.asarray(sheet).astype(int)
    orange = (pixels[..., 0] > 220) & (abs(pixels[..., 1] - 160) < 40) & (pixels[..., 2] < 80)
    assert (
        orange[320 + 36 :].any() and not orange[: 320 + 36].any()
    )  # the ring of the prompt, on the second motion only
    with pytest.raises(UserError):
        contact_sheet({"": waving()}, [])


def test_gif_moves(tmp_path):
    from PIL import Image

    video({"": waving()}, tmp_path / "wave.gif", stretch=Stretch(fps=5.0), height=80)
    with Image.open(tmp_path / "wave.gif") as moving:
        assert moving.n_frames >= 4


def test_clip_comes_back_from_its_file(tmp_path):
    clip = waving()
    save_clip(tmp_path / "clip.npz", clip)
    back = load_clip(tmp_path / "clip.npz")
    np.testing.assert_array_equal(back.rotations, clip.rotations)
    assert back.rate_hz == clip.rate_hz and back.driven == clip.driven
    assert len(load_figure(tmp_path / "clip.npz")) == len(clip)
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 nothing")
    for load in (load_clip, load_figure):
        with pytest.raises(UserError):
            load(tmp_path / "broken.npz")
