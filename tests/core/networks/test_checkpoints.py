# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints as they are published, and files that are none."""

import os
import pickle
import sys
import types

import pytest
import torch
from safetensors.torch import save_file

from core.errors import UserError
from core.networks.checkpoints import apply_state, find_file, read_config, read_model, read_state, write_model


@pytest.fixture
def module() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))


def _same(state: dict, module: torch.nn.Module) -> bool:
    own = module.state_dict()
    return set(state) == set(own) and all(torch.equal(state[key], own[key]) for key in own)


@pytest.mark.parametrize("wrapper", [None, "model", "model_state", "state_dict"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_wrapped_and_prefixed_states_are_read(module, tmp_path, wrapper, prefix):
    state = {prefix + key: value for key, value in module.state_dict().items()}
    content = state if wrapper is None else {wrapper: state, "epoch": 400, "lr": 1e-4}
    path = tmp_path / "weights.bin"
    torch.save(content, path)
    assert _same(read_state(path), module)


@pytest.mark.parametrize("name", ["easydict.EasyDict", "argparse.Namespace"])
@pytest.mark.parametrize("zipped", [True, False])
def test_settings_beside_the_weights_are_passed_over_without_their_class(module, tmp_path, monkeypatch, name, zipped):
    place, _, qualified = name.rpartition(".")
    settings_class = type(qualified, (dict,), {"__module__": place})
    stand_in = types.ModuleType(place)
    setattr(stand_in, qualified, settings_class)
    settings = settings_class(lr=1e-4)
    settings.attribute = settings_class(steps=[1, 2])
    path = tmp_path / "epoch_10.pt"
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, place, stand_in)
        torch.save(
            {"model": module.state_dict(), "config": settings, "epoch": 10}, path, _use_new_zipfile_serialization=zipped
        )
    assert _same(read_state(path), module)


@pytest.mark.parametrize("suffix", [".pkl", ".pt", ".pth", ".bin"])
@pytest.mark.parametrize("zipped", [True, False])
def test_both_formats_of_torch_are_read(module, tmp_path, suffix, zipped):
    path = tmp_path / f"weights{suffix}"
    torch.save(module.state_dict(), path, _use_new_zipfile_serialization=zipped)
    assert _same(read_state(path), module)


def test_safetensors_are_read(module, tmp_path):
    save_file(dict(module.state_dict()), tmp_path / "weights.safetensors")
    assert _same(read_state(tmp_path / "weights.safetensors"), module)


class _Payload:
    def __init__(self, victim: str):
        self.victim = victim

    def __reduce__(self):
        return os.mkdir, (self.victim,)


@pytest.mark.parametrize("how", ["pickle", "torch", "torch_old", "inside"])
def test_code_in_a_file_is_not_run(module, tmp_path, how):
    victim = tmp_path / "was_run"
    path = tmp_path / "weights.pkl"
    payload = _Payload(str(victim))
    if how == "pickle":
        path.write_bytes(pickle.dumps(payload))
    elif how == "inside":
        torch.save({"model": module.state_dict(), "extra": payload}, path)
    else:
        torch.save({"model": payload}, path, _use_new_zipfile_serialization=how == "torch")
    with pytest.raises(UserError, match="weights.pkl") as caught:
        read_state(path)
    assert caught.value.hint
    assert not victim.exists()


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("kept", [0.0, 0.02, 0.5, 0.97])
def test_a_truncated_file_is_named_as_damaged(module, tmp_path, suffix, kept):
    path = tmp_path / f"weights{suffix}"
    if suffix == ".pt":
        torch.save(module.state_dict(), path)
    else:
        save_file(dict(module.state_dict()), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(UserError, match=f"weights{suffix}"):
        read_state(path)


@pytest.mark.parametrize(
    "content", [b"RIFF....WAVEfmt ", b"\x00" * 400, b"<html>not found</html>", b"PK\x03\x04 no zip"]
)
def test_other_files_are_named_as_no_model(tmp_path, content):
    path = tmp_path / "weights.bin"
    path.write_bytes(content)
    with pytest.raises(UserError, match="weights.bin"):
        read_state(path)


def test_files_without_weights_or_no_files(tmp_path):
    torch.save({"epoch": 3}, tmp_path / "a.pt")
    torch.save([1, 2], tmp_path / "b.pt")
    with pytest.raises(UserError, match="epoch"):
        read_state(tmp_path / "a.pt")
    with pytest.raises(UserError, match="list"):
        read_state(tmp_path / "b.pt")
    with pytest.raises(UserError, match="no file"):
        read_state(tmp_path / "none.pt")


def test_keys_missing_left_over_and_of_wrong_shape_are_named(module):
    state = dict(module.state_dict())
    del state["0.bias"]
    state["2.weight"] = torch.zeros(1)
    state["0.weight"] = torch.zeros(4, 2)
    before = {key: value.clone() for key, value in module.state_dict().items()}
    with pytest.raises(UserError) as caught:
        apply_state(module, state, "weights.bin", "the test's system")
    text = caught.value.message
    assert "0.bias" in text and "2.weight" in text and "(4, 2) instead of (4, 3)" in text and "weights.bin" in text
    assert _same(before, module)  # nothing was changed


def test_listed_keys_may_lack_or_be_left_over(module):
    state = {key: torch.zeros_like(value) for key, value in module.state_dict().items() if key != "0.bias"}
    bias = module[0].bias.clone()
    apply_state(
        module, {**state, "template.x": torch.zeros(1)}, "w", "s", may_lack=("0.bias",), may_keep=("template.",)
    )
    assert torch.equal(module[0].bias, bias) and not module[0].weight.any()


def test_a_folder_without_the_file_says_what_is_wanted(tmp_path):
    with pytest.raises(UserError, match="encoder"):
        find_file(tmp_path, ("encoder",))
    (tmp_path / "encoder.pkl").write_bytes(b"x")
    assert find_file(tmp_path, ("encoder",)).name == "encoder.pkl"


def test_configuration_round_trip_and_a_broken_one(module, tmp_path):
    from core.models.meshtalk import PRESETS, MeshTalkConfig

    write_model(tmp_path, module, PRESETS["small"])
    assert read_config(tmp_path, MeshTalkConfig, None) == PRESETS["small"]
    assert _same(read_state(tmp_path / "model.safetensors"), module)
    (tmp_path / "config.json").write_text('{"beads": 3}', encoding="utf-8")
    with pytest.raises(UserError, match="beads"):
        read_config(tmp_path, MeshTalkConfig, None)
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="config.json"):
        read_config(tmp_path, MeshTalkConfig, None)
    assert read_config(tmp_path / "elsewhere", MeshTalkConfig, "default") == "default"


def test_the_wrong_systems_file_is_refused(tmp_path):
    from core.models import meshtalk, pdfgc

    model = pdfgc.Pdfgc(pdfgc.PRESETS["small"], with_motion=False)
    torch.save(model.audio_encoder.state_dict(), tmp_path / "encoder.pkl")
    for stem in ("vertex_unet", "context_model"):
        torch.save(model.audio_encoder.state_dict(), tmp_path / f"{stem}.pkl")
    with pytest.raises(UserError, match="does not fit MeshTalk"):
        meshtalk.load(tmp_path, config=meshtalk.PRESETS["small"])


def test_half_precision_is_written_whole_and_read_back_as_single(module, tmp_path):
    from core.models.meshtalk import MeshTalkConfig

    write_model(tmp_path, module, MeshTalkConfig(), half_precision=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]
    state = read_state(tmp_path / "model.safetensors")
    assert state["0.weight"].dtype == torch.float16 and state["1.num_batches_tracked"].dtype == torch.int64
    again = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    assert read_model(tmp_path, again, "the test's system") is again and not again.training
    assert again[0].weight.dtype == torch.float32 and torch.equal(again[0].weight, module[0].weight.half().float())


def test_a_configuration_that_must_be_there_is_missed(tmp_path):
    with pytest.raises(UserError, match="config.json"):
        read_config(tmp_path, dict)
