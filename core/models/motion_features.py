# SPDX-License-Identifier: GPL-3.0-or-later
"""The feature extractor behind FGD: a convolutional autoencoder of two-second windows, trained on our training motion alone.

Fréchet gesture distance (Yoon et al., Speech Gesture Generation from the Trimodal Context, 2020, section 5.1) compares the
latent vectors of an autoencoder of human motion. Ours is a measuring tool: its numbers compare with each other, never with
published tables, whose extractors were trained on other data. The weights lie in weights/gesture_features (recipe
`python -m core.training motion_features`); the extension does not need them and the zip leaves them out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import UserError
from ..motion import rotations as rot
from ..motion.clip import Clip
from ..motion.joints import JOINT_INDEX, JOINT_NAMES, LEG_JOINTS
from ..motion.kinematics.forward import forward
from ..motion.skeleton import average_adult
from ..paths import GESTURE_FEATURES

WINDOW = 64  # frames
RATE_HZ = 30.0
JOINTS = tuple(range(22)) + tuple(range(25, 55))  # without jaw and eyes
BODY = tuple(range(22))
_ARMS = {
    JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("collar", "shoulder", "elbow", "wrist")
}
_LEGS = {JOINT_INDEX[name] for name in LEG_JOINTS}
_ROTATION_WEIGHT = {"arm": 1.0, "leg": 0.3, "finger": 0.2, "trunk": 0.7}
_POSITION_WEIGHT = {"arm": 5.0, "leg": 1.5, "trunk": 2.5}  # a metre against a unit of rotation
_SPEED_WEIGHT = 0.25  # a metre a second against a metre
_LIVELY_WEIGHT = {"arm": 0.35, "leg": 0.15, "trunk": 0.25}  # of the two logarithms below
_LIVELY_SPEED_MPS, _LIVELY_ACCELERATION = 0.1, 5.0  # where their logarithms begin to grow; the second in m/s²
CHANNELS = 6 * len(JOINTS) + (2 * 3 + 2) * len(BODY)


def _group(joint: int) -> str:
    return "finger" if joint > 24 else "arm" if joint in _ARMS else "leg" if joint in _LEGS else "trunk"


def frame_channels(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    """A clip at 30 Hz → float32 (T, CHANNELS) and which channels were recorded, bool (CHANNELS,).

    rot6d by rows of the 52 joints (heading taken out of the pelvis), positions of the 22 body joints about the pelvis, their
    velocities, and the logarithms of their speed and acceleration (a convolution averages trembling away, these do not), each
    weighted by how much one sees of it: arms most, fingers and legs least.
    """
    if abs(clip.rate_hz - RATE_HZ) > 1e-6:
        raise ValueError(f"features are of motion at {RATE_HZ:g} Hz, not {clip.rate_hz:g}")
    turned = clip.rotations.astype(np.float64)
    # The heading: where the pelvis' forward axis points on the floor, on average (windows of one clip share it).
    ahead = rot.rotate(turned[:, 0], np.array([0.0, 0.0, 1.0])).mean(0)
    back = rot.from_axis_angle(np.array([0.0, -np.arctan2(ahead[0], ahead[2]), 0.0]))
    turned[:, 0] = rot.multiply(back, turned[:, 0])
    adult = average_adult()
    places = forward(turned, np.zeros((len(turned), 3)), adult.offsets_m.numpy(), adult.parents)[0]
    places = places[:, list(BODY)] - places[:, :1]
    speed = np.gradient(places, axis=0) * RATE_HZ if len(places) > 1 else np.zeros_like(places)
    shake = np.zeros_like(places)
    shake[1:-1] = np.diff(places, 2, axis=0) * RATE_HZ**2
    lively = np.stack(
        [
            np.log1p(np.linalg.norm(speed, axis=-1) / _LIVELY_SPEED_MPS),
            np.log1p(np.linalg.norm(shake, axis=-1) / _LIVELY_ACCELERATION),
        ],
        axis=-1,
    )
    lively *= np.array([_LIVELY_WEIGHT[_group(joint)] for joint in BODY])[:, None]
    rot6d = rot.to_rot6d(turned[:, list(JOINTS)])
    rot6d *= np.array([_ROTATION_WEIGHT[_group(joint)] for joint in JOINTS])[:, None]
    weight = np.array([_POSITION_WEIGHT[_group(joint)] for joint in BODY])[:, None]
    frames = np.concatenate(
        [
            rot6d.reshape(len(turned), -1),
            (places * weight).reshape(len(turned), -1),
            (speed * weight * _SPEED_WEIGHT).reshape(len(turned), -1),
            lively.reshape(len(turned), -1),
        ],
        axis=1,
    )
    driven = np.array([JOINT_NAMES[joint] in clip.driven or _group(joint) != "finger" for joint in JOINTS])
    return frames.astype(np.float32), np.concatenate([np.repeat(driven, 6), np.ones(8 * len(BODY), bool)])


def centred(clip: Clip, mean: np.ndarray) -> np.ndarray:
    """float32 (T, CHANNELS): `frame_channels` less their `mean` (CHANNELS,); joints that were not recorded count as the mean."""
    frames, recorded = frame_channels(clip)
    return (frames - mean) * recorded


def window_starts(frames: int, stride: int, glitches: Sequence[tuple[int, int]] = ()) -> list[int]:
    """Where windows begin; those that touch a glitch are left out, and a clip shorter than a window has none."""
    return [
        start
        for start in range(0, frames - WINDOW + 1, stride)
        if not any(start < end and begin < start + WINDOW for begin, end in glitches)
    ]


@dataclass(frozen=True)
class FeatureConfig:
    """channels, width: of the convolutions; latent: numbers a window. data: what it was trained on, for the card."""

    channels: int = CHANNELS
    width: int = 64
    latent: int = 32
    window: int = WINDOW
    data: dict = field(default_factory=dict)


class MotionFeatures(nn.Module):
    """windows (N, C, 64) → latent (N, 32) → windows. Three strided convolutions, a linear layer, and the mirror image of both."""

    def __init__(self, config: FeatureConfig | None = None):
        super().__init__()
        self.config = config = config or FeatureConfig()
        width, short = config.width, config.window // 8
        self.register_buffer("mean", torch.zeros(config.channels))
        self.down = nn.Sequential(
            nn.Conv1d(config.channels, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
        )
        self.to_latent = nn.Linear(width * short, config.latent)
        self.from_latent = nn.Linear(config.latent, width * short)
        self.up = nn.Sequential(
            nn.ConvTranspose1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, config.channels, 1),
        )

    def encode(self, motion: Tensor) -> Tensor:
        return self.to_latent(self.down(motion).flatten(1))

    def forward(self, motion: Tensor) -> Tensor:
        latent = self.encode(motion)
        return self.up(self.from_latent(latent).unflatten(1, (self.config.width, -1)))

    def features(self, clip: Clip, stride: int = 8, glitches: Sequence[tuple[int, int]] = ()) -> np.ndarray:
        """float64 (n, 32): one row for each window of a clip at 30 Hz."""
        frames = centred(clip, self.mean.numpy())
        starts = window_starts(len(frames), stride, glitches)
        if not starts:
            return np.zeros((0, self.config.latent))
        motion = torch.from_numpy(np.stack([frames[start : start + WINDOW].T for start in starts]))
        with torch.inference_mode():
            return self.encode(motion).double().numpy()


def save(model: MotionFeatures, folder: Path | str) -> None:
    """config.json and model.safetensors (half precision: below a megabyte)."""
    from safetensors.torch import save_file

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(asdict(model.config), indent=1) + "\n", encoding="utf-8")
    save_file(
        {name: value.half().contiguous() for name, value in model.state_dict().items()}, folder / "model.safetensors"
    )


@lru_cache(maxsize=2)
def load(folder: Path = GESTURE_FEATURES) -> MotionFeatures:
    """Raises UserError where the weights are not."""
    from safetensors.torch import load_file

    if not (folder / "model.safetensors").is_file():
        raise UserError(
            f"There are no weights of the gesture features in {folder}.",
            "Run `python -m core.training motion_features`.",
        )
    model = MotionFeatures(FeatureConfig(**json.loads((folder / "config.json").read_text(encoding="utf-8"))))
    model.load_state_dict({name: value.float() for name, value in load_file(folder / "model.safetensors").items()})
    return model.eval().requires_grad_(False)
