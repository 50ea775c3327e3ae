# SPDX-License-Identifier: GPL-3.0-or-later
"""MeshTalk's training: windows, what is not known, the two steps on made-up faces."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.models.meshtalk import FaceSpace, MeshTalk, MeshTalkConfig, animate, load, save
from core.models.meshtalk.encoders import HearingEncoder
from core.models.meshtalk.objectives import FaceRegions, latent_losses
from core.models.meshtalk.shapes import SHAPE_INDEX, SHAPES
from core.models.meshtalk.sound import chunk_starts
from core.models.pretraining import Pretraining, PretrainingConfig
from core.models.speech.hearing import levelled
from core.training.data.faces.store import STRETCH, FaceStore
from core.training.loops.settings import TrainingSettings
from core.training.meshtalk.head import MeasuringHead
from core.training.meshtalk.steps import Material, begun, train_context, train_latent
from core.training.meshtalk.windows import AFTER, BEFORE, FRAMES, LATENT_SHARES, SILENT, FaceWindows
from core.training.pretraining.starting import Start

CORPORA = ("grid_s1", "facegood", "address", "rom", "headset")


@pytest.fixture(scope="module")
def store() -> FaceStore:
    """Each corpus twice, once for each split, 200 frames long."""
    random = np.random.default_rng(0)
    count, frames = 2 * len(CORPORA), 200
    known = np.zeros((count, len(SHAPES)), bool)
    for index in range(count):
        names = {
            0: ("jawOpen", "eyeBlinkLeft"),
            1: ("jawOpen",),
            2: ("browInnerUp", "eyeBlinkLeft"),
            3: ("eyeWideLeft",),
            4: ("eyeBlinkLeft",),
        }
        known[index, [SHAPE_INDEX[name] for name in names[index // 2]]] = True
    sound = 4 * frames
    return FaceStore(
        values=random.random((count * frames, len(SHAPES))).astype(np.float16),
        begins=np.arange(count) * frames,
        lengths=np.full(count, frames),
        known=known,
        corpora=np.repeat(CORPORA, 2),
        splits=np.tile(["train", "validation"], len(CORPORA)),
        sounds=np.array([0, 200, 0, 200, -1, -1, -1, -1, -1, -1]),
        mel=random.normal(-9, 3, (4 * sound, 80)).astype(np.float16),
        lips=random.random((sound, len(SHAPES))).astype(np.float16),
        trains=np.arange(sound) % 400 < 200,
        pairings=np.array([[4, 10, 400 - STRETCH], [5, 0, 600]]),
    )


@pytest.fixture(scope="module")
def material(store, tmp_path_factory) -> Material:
    torch.manual_seed(0)
    masks = torch.rand(3, 20)
    head = MeasuringHead(FaceSpace.of_shapes(torch.randn(len(SHAPES), 20, 3)), FaceRegions(*masks))
    return Material(store, head, tmp_path_factory.mktemp("run"))


def small() -> MeshTalkConfig:
    sizes = {"audio_channels": 8, "expression_hidden": 8, "code_dim": 8, "fusion_hidden": 8, "context_dim": 4}
    return replace(MeshTalkConfig.named("trained"), heads=2, classes=4, decoder_hidden=(8, 8, 8), **sizes)


def test_windows_have_the_sound_that_each_frame_hears(store):
    windows = FaceWindows(store, "train", LATENT_SHARES, 0)
    faces = windows.draw(6, torch.zeros(len(SHAPES), 1), augmented=False)
    assert faces.sound.shape == (6, 80, 4 * (FRAMES - 1) + BEFORE + AFTER + 1)
    assert faces.geometry.shape == (6, FRAMES, len(SHAPES), 1)
    model = MeshTalk(small())
    assert faces.heard_by(model).shape == (6, FRAMES, 8)


def test_before_a_sound_there_is_silence(store):
    windows = FaceWindows(store, "train", {"facegood": 1.0}, 0)
    place = replace(windows._place("facegood"), start=0, sound=0, first=0, last=200)
    faces = windows.at([place], torch.zeros(len(SHAPES), 1))
    assert torch.allclose(faces.sound[0, :, :BEFORE], torch.tensor(SILENT), atol=0.01)
    assert torch.allclose(faces.sound[0, :, BEFORE], torch.from_numpy(store.mel[0].astype(np.float32)))


def test_silent_talkers_get_the_lips_of_their_sound(store):
    windows = FaceWindows(store, "train", {"address": 1.0}, 0)
    faces = windows.draw(2, torch.zeros(len(SHAPES), 1))
    assert faces.known is not None
    known = faces.known[0, 0, :, 0].bool()
    assert known[SHAPE_INDEX["browInnerUp"]] and known[SHAPE_INDEX["jawOpen"]] and not known[SHAPE_INDEX["eyeWideLeft"]]


def test_what_is_not_known_is_never_learned(store, material):
    model = MeshTalk(small())
    faces = FaceWindows(store, "train", {"facegood": 1.0}, 0).draw(2, torch.zeros(len(SHAPES), 1))
    losses = latent_losses(model, faces, material.head.space, material.head.regions, torch.Generator().manual_seed(0))
    sum(losses.values(), torch.zeros(())).backward()
    gradient = model.vertex_unet.decoder[-1].bias.grad
    assert gradient is not None
    assert gradient[SHAPE_INDEX["jawOpen"]] != 0.0 and gradient[SHAPE_INDEX["browInnerUp"]] == 0.0


def test_both_steps_run_and_go_on(material):
    settings = TrainingSettings(steps=3, batch=4, learning_rate=1e-3, seed=1)
    model = train_latent(begun(small(), material, 1), material, settings, "latent")
    fixed = [value.clone() for value in model.encoder.state_dict().values()]
    model = train_context(model, material, settings, "context")
    assert all(torch.equal(a, b) for a, b in zip(fixed, model.encoder.state_dict().values(), strict=True))
    again = train_latent(
        begun(small(), material, 1), material, settings, "latent"
    )  # from its checkpoint: nothing left to do
    assert all(torch.equal(a, b) for a, b in zip(fixed, again.encoder.state_dict().values(), strict=True))


@pytest.fixture(scope="module")
def start() -> Start:
    torch.manual_seed(99)
    return Start(Pretraining(PretrainingConfig.named("tiny")).audio.phonetic)


def trunk_of(model: MeshTalk) -> dict[str, torch.Tensor]:
    encoder = model.encoder.audio_encoder
    assert isinstance(encoder, HearingEncoder)
    return {name: value.clone() for name, value in encoder.hearing.trunk.state_dict().items()}


def is_like(found: dict[str, torch.Tensor], start: Start) -> bool:
    given = start.encoder.state_dict()
    return all(torch.equal(value, given[name]) for name, value in found.items())


def test_with_a_pretrained_encoder_it_begins_with_its_weights(material, start):
    model = begun(small(), replace(material, start=start), 1)
    assert model.config.hearing == start.encoder.sizes
    assert is_like(trunk_of(model), start)
    assert not is_like(trunk_of(begun(small(), replace(material, start=replace(start, scratch=True)), 1)), start)
    faces = FaceWindows(material.store, "train", LATENT_SHARES, 0).draw(2, torch.zeros(len(SHAPES), 1))
    assert faces.heard_by(model).shape == (2, FRAMES, 8)


@pytest.mark.parametrize("frozen", [True, False])
def test_frozen_it_stays_and_full_it_learns(material, start, tmp_path, frozen):
    own = replace(material, folder=tmp_path, start=replace(start, frozen=frozen))
    settings = TrainingSettings(steps=2, batch=4, learning_rate=1e-3, seed=1)
    model = begun(small(), own, 1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    after = train_latent(model, own, settings, "latent")
    assert is_like(trunk_of(after), start) == frozen
    name = "encoder.audio_encoder.hearing.project.weight"
    assert not torch.equal(after.state_dict()[name], before[name])


def test_what_is_saved_hears_and_moves_as_before(material, start, tmp_path):
    model = begun(small(), replace(material, start=start), 1).eval()
    save(model, tmp_path)
    again = load(tmp_path)
    assert again.config == model.config
    sound, template = 0.1 * torch.randn(1, 20000), torch.zeros(1, len(SHAPES), 1)
    faces = [animate(one, sound, template, seed=3) for one in (model, again)]
    assert faces[0].shape == (1, len(chunk_starts(20000, model.config)), len(SHAPES), 1)
    assert torch.equal(*faces)


def test_frames_of_a_whole_sound_are_those_of_windows(material, start):
    """Training hears windows with silence around a sound, the product whole sounds."""
    model = begun(small(), replace(material, start=start), 1).eval()
    encoder = model.encoder.audio_encoder
    assert isinstance(encoder, HearingEncoder)
    sound = 0.1 * torch.randn(1, 640 * FRAMES)
    whole = encoder.of_sound(sound)
    mel = torch.nn.functional.pad(levelled(sound)[:, : 4 * FRAMES].transpose(1, 2), (BEFORE, AFTER), value=SILENT)
    with torch.no_grad():
        windowed = encoder.of_columns(mel, 4)
    apart = (windowed[:, :60] - whole[:, :60]).abs().max()
    assert apart < 0.1 * (windowed[:, 1:61] - whole[:, :60]).abs().max(), "the same moments"
