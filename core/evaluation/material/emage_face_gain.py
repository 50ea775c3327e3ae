# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE's face from pre-training and from scratch: the same short training of its branch with all utterances and with a tenth.

"content and rhythm": it hears what the body hears, whose content are lip classes of the speech model's phones (and the faces are that
model's, too: nothing can be nearer to them). "sound, from scratch" and "pre-trained": it hears the voice through the pre-trained
encoder's trunk. Faces of prompts that no training heard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ...models.emage import Emage, EmageConfig
from ...models.emage.body_parts import split
from ...models.emage.codec import MotionCodec
from ...models.emage.masking import seed_mask
from ...models.speech.encoder import PhoneticEncoder
from ...motion.face_track import FACE_NAMES
from ...training.body.codecs import CodecTraining, train_codec
from ...training.body.face import FaceFrames, face_frames, face_sound
from ...training.body.generator import GeneratorTraining, train_face
from ...training.body.hints import level_hints
from ...training.body.windows import Windower
from ...training.pretraining.starting import Start, begin_hearing
from ...training.recipes.body import face_batches, hearing_face
from ..metrics.correlation import correlation
from .face_gain import Rows, rows_of

_UTTERANCES, _HELD = 120, 45
_CODEC_STEPS = 400
_WINDOWS = 48
_ACTIVE = 0.02  # a shape counts whose standard deviation is above
_MOUTH = [index for index, name in enumerate(FACE_NAMES) if name.startswith(("jaw", "mouth"))]


@dataclass(frozen=True, eq=False)
class TalkingFaces:
    """To learn from and held out, with their sounds; the codec of both."""

    known: FaceFrames
    held: FaceFrames
    codec: MotionCodec


def talking_faces(config: EmageConfig, data: Path, folder: Path) -> TalkingFaces:
    """Prepared once in a folder."""
    folder.mkdir(parents=True, exist_ok=True)

    def faces(name: str, count: int, held_out: bool) -> FaceFrames:
        frames = face_frames(config, data, folder / f"{name}.npz", count, 0, held_out)
        return replace(frames, sound=face_sound(data, folder / f"{name}_sound.npz", count, 0, held_out))

    known, held = faces("known", _UTTERANCES, False), faces("held", _HELD, True)
    settings = CodecTraining(steps=_CODEC_STEPS)
    batches = face_batches(known, config, settings)
    codec = train_codec(config, "face", batches, folder, settings, len(config.face_joints))
    return TalkingFaces(known, held, codec.eval())


def emage_face_gain(data: Path, encoder: PhoneticEncoder, seeds: int, steps: int, folder: Path) -> Rows:
    """{"share, start": {"jaw", "shapes": a correlation for each seed}} on held-out prompts."""
    config = EmageConfig.named("talking")
    faces = talking_faces(config, data, folder / "emage_faces")

    def measured(start: Start | None, share: float, seed: int, run: Path) -> dict[str, float]:
        torch.manual_seed(seed)
        model = Emage(config if start is None else hearing_face(config, start))
        begin_hearing(model, start)
        model.codecs["face"].load_state_dict(faces.codec.state_dict())
        known, held = (one if start is not None else replace(one, sound=None) for one in (faces.known, faces.held))
        known = _some(known, share)
        first = Windower(model, known.frames, known.expression, known.sound).cut(24, np.random.default_rng(seed))
        level_hints(model, first, first)
        settings = GeneratorTraining(face_steps=steps, seed=seed)
        return face_figures(train_face(model, known, run, settings, start), held)

    return rows_of("emage", measured, encoder, seeds, steps, folder)


def _some(faces: FaceFrames, share: float) -> FaceFrames:
    """With only so many of the utterances."""
    frames, sound = faces.frames, faces.sound
    kept = np.sort(
        np.random.default_rng(0).permutation(len(frames.starts))[: max(round(share * len(frames.starts)), 1)]
    )
    frames = replace(frames, starts=frames.starts[kept], ends=frames.ends[kept])
    if sound is not None:
        sound = replace(sound, begins=sound.begins[kept], lengths=sound.lengths[kept])
    return replace(faces, frames=frames, sound=sound)


@torch.no_grad()
def face_figures(model: Emage, held: FaceFrames) -> dict[str, float]:
    """Correlation of the face that the predicted latents stand for with the true one, where nothing but the window's first frames is
    given: of the jaw, and the mean of all mouth shapes that move."""
    model.eval()
    config = model.config
    windower = Windower(model, held.frames, held.expression, held.sound)
    windows = windower.cut(_WINDOWS, np.random.default_rng(3))
    count, frames, channels = windows.motion.shape
    mask = windower.hide_other(seed_mask(count, frames, channels, config.seed_frames))
    found = model.network(windows.audio, windows.motion, mask, windows.speaker, True, ("face",))
    decoded = model.codecs["face"].decoder(found.latents["face"])
    true = split(windows.motion[..., :337], windows.motion[..., 337:], config.face_joints)["face"]
    ours, meant = (
        x[:, config.seed_frames :, 6 * len(config.face_joints) :].flatten(0, 1).numpy() for x in (decoded, true)
    )
    moving = [index for index in _MOUTH if meant[:, index].std() > _ACTIVE]
    each = {FACE_NAMES[index]: correlation(ours[:, index], meant[:, index], still=0.0) for index in moving}
    return {"jaw": each["jawOpen"], "shapes": float(np.mean(list(each.values())))}
