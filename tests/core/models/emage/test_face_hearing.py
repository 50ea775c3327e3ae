# SPDX-License-Identifier: GPL-3.0-or-later
"""A face that hears through the pre-trained encoder: windows of its sound, what is saved, the interface of sampling."""

from dataclasses import replace

import pytest
import torch

from core.errors import UserError
from core.models.emage import Emage, EmageConfig, SamplingOptions, generate, load, save
from core.models.emage.face_hearing import FaceHearing, window_columns, window_of
from core.models.pretraining import Pretraining, PretrainingConfig
from core.models.speech.hearing import MARGIN, SILENT
from core.training.pretraining.starting import Start, begin_hearing
from core.training.recipes.body import hearing_face


@pytest.fixture(scope="module")
def start() -> Start:
    torch.manual_seed(99)
    return Start(Pretraining(PretrainingConfig.named("tiny")).audio.phonetic)


@pytest.fixture(scope="module")
def model(start) -> Emage:
    """The preset with a face, as small as a test wants it."""
    torch.manual_seed(1)
    talking = EmageConfig.named("talking")
    codecs = {part: replace(codec, width=8, codes=8) for part, codec in talking.codecs.items()}
    sizes = {"feature_width": 8, "hidden": 16, "heads": 2, "feedforward": 16, "cross_layers": 1, "face_layers": 1}
    travel = replace(talking.global_motion, width=8)
    made = Emage(hearing_face(replace(talking, codecs=codecs, global_motion=travel, **sizes), start))
    begin_hearing(made, start)
    return made.eval()


def test_it_begins_with_the_encoders_weights_in_the_face_alone(model, start):
    ear, given = model.network.audio_encoder_face, start.encoder.state_dict()
    assert isinstance(ear, FaceHearing) and not isinstance(model.network.audio_encoder_body, FaceHearing)
    assert all(torch.equal(value, given[name]) for name, value in ear.hearing.trunk.state_dict().items())


def test_a_window_has_its_sound_and_silence_beyond_the_ends():
    mel = torch.arange(200.0)[None, :, None].expand(1, 200, 80)
    first, later = window_of(mel, 0, 15, 30.0), window_of(mel, 30, 15, 30.0)
    assert first.shape == later.shape == (1, window_columns(15, 30.0), 80)
    assert (first[0, :MARGIN] == SILENT).all() and first[0, MARGIN, 0] == 0.0
    assert later[0, MARGIN, 0] == 100.0 and later[0, 0, 0] == 100.0 - MARGIN
    assert (window_of(mel, 300, 15, 30.0) == SILENT).all()


def test_what_is_saved_performs_as_before(model, tmp_path):
    save(model, tmp_path)
    again = load(tmp_path)
    assert again.config == model.config
    config, frames = model.config, 90
    streams = torch.randn(1, frames, config.content_width), torch.randn(1, frames, config.rhythm_width)
    made = [
        generate(
            one,
            (*streams, torch.randn(1, 300, 80, generator=torch.Generator().manual_seed(0))),
            options=SamplingOptions(),
        )
        for one in (model, again)
    ]
    assert made[0].codes["face"].shape == (1, frames)
    assert torch.equal(made[0].latents["face"], made[1].latents["face"])
    other = generate(model, (*streams, torch.zeros(1, 300, 80)), options=SamplingOptions())
    assert not torch.equal(other.latents["face"], made[0].latents["face"]), "the face hears it"
    assert torch.equal(other.latents["upper"], made[0].latents["upper"]), "the body does not"


def test_without_a_face_there_is_nothing_to_hear_with(start):
    with pytest.raises(UserError, match="no face"):
        hearing_face(EmageConfig.named("lively"), start)
    with pytest.raises(ValueError, match="content and rhythm"):
        replace(EmageConfig.named("published"), hearing=start.hearing)
