# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing of weights: our folders (config.json, model.safetensors) and checkpoints as they are published.

Read safely: numbers and names only, never code. Understood: a state dict, or one under "model", "model_state",
"model_state_dict", "state_dict" or any other name, with or without the prefix "module." on every key; written by
torch.save (.pkl, .bin, .pt, .pth) or as .safetensors; alone or in a folder. Whatever is wrong with a file is told as a
UserError that names the file and, for a wrong model, the keys.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import struct
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn

from .. import json_text
from ..errors import UserError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Model = TypeVar("Model", bound=nn.Module)
Config = TypeVar("Config")

SUFFIXES = (".safetensors", ".pkl", ".bin", ".pt", ".pth")
_WRAPPERS = ("model", "model_state", "model_state_dict", "state_dict")
# Classes of settings that published checkpoints carry beside their weights. They are not imported: what a file has of
# them goes into an inert dictionary that is thrown away. Anything else that is not numbers and names is refused.
_SETTINGS = ("easydict.EasyDict", "argparse.Namespace", "types.SimpleNamespace")
_CONFIG_BYTES = 1_000_000
_MOST_SIZE = 1_000_000  # the largest here is 48,000 samples a second
_SHOWN = 6  # keys named in an error; the rest is counted


def _damaged(path: Path, reason: object) -> UserError:
    return UserError(
        f"{path.name} cannot be read as a model file: {reason}.",
        "It may be cut off or damaged: download or copy it again.",
    )


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, ValueError, struct.error) as error:
        raise _damaged(path, error) from error


def _inert(name: str) -> type:
    """A class that passes for `name` and makes plain dictionaries, for torch's list of safe classes."""
    module, _, short = name.rpartition(".")
    return type(short, (), {"__module__": module, "__new__": lambda cls, *_: OrderedDict()})


def _read_torch(path: Path) -> object:
    try:
        with torch.serialization.safe_globals([_inert(name) for name in _SETTINGS]), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of unusual pickle protocols: what cannot be read raises
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        text = str(error)
        if "weights_only" in text.lower() or "Unsupported" in text or "global" in text.lower():
            raise UserError(
                f"{path.name} holds more than numbers (it would run code when opened), so it was not opened.",
                "Use a file with a plain state dict, as torch.save(model.state_dict(), …) or safetensors write it.",
            ) from error
        raise _damaged(path, text.partition("\n")[0]) from error
    except (
        RuntimeError,
        EOFError,
        ValueError,
        KeyError,
        AttributeError,
        TypeError,
        IndexError,
        struct.error,
        zipfile.BadZipFile,
        UnicodeDecodeError,
        OverflowError,
        MemoryError,
    ) as error:
        raise _damaged(path, str(error).partition("\n")[0] or type(error).__name__) from error


def _as_state(value: object) -> dict[str, Tensor] | None:
    """`value` if it is a state dict, else None."""
    if not isinstance(value, Mapping) or not value:
        return None
    found = {key: item for key, item in value.items() if isinstance(key, str) and isinstance(item, Tensor)}
    return found if len(found) == len(value) else None


def read_state(path: Path | str) -> dict[str, Tensor]:
    """The state dict in a file, unwrapped, without "module." prefixes, on the CPU.

    Raises:
        UserError: the file is missing, empty, damaged, holds code, or holds no state dict.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"There is no file {path}.", "Check the path of the model file.")
    if path.stat().st_size == 0:
        raise _damaged(path, "it is empty")
    content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    state = _as_state(content) or _wrapped_state(content)
    if state is None:
        kind = f"a {type(content).__name__}"
        if isinstance(content, Mapping):
            kind = f"a dictionary of {sorted(map(str, content))[:_SHOWN]}"
        raise UserError(
            f"{path.name} holds no model weights but {kind}.", "Choose the file with the model's state dict."
        )
    while all(key.startswith("module.") for key in state):
        state = {key.removeprefix("module."): value for key, value in state.items()}
    return state


def _wrapped_state(content: object) -> dict[str, Tensor] | None:
    """The state dict that lies in a dictionary, first under the usual names."""
    if not isinstance(content, Mapping):
        return None
    candidates = (*(content.get(name) for name in _WRAPPERS), *content.values())
    return next((state for value in candidates if (state := _as_state(value)) is not None), None)


def _named(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return ", ".join(keys[:_SHOWN]) + more


def apply_state(
    module: Model,
    state: Mapping[str, Tensor],
    source: str,
    system: str,
    may_lack: Sequence[str] = (),
    may_keep: Sequence[str] = (),
) -> Model:
    """Put `state` into `module`; every key must be there, none may be left over, every shape must agree.

    Args:
        module: what is filled; half-precision numbers of the state become the module's own kind.
        state: the state dict.
        source: name of the file, for the error.
        system: name of the model, for the error.
        may_lack: keys that start with one of these may be absent from the state (the module keeps its own).
        may_keep: keys that start with one of these may be left over.

    Returns:
        The module.

    Raises:
        UserError: names the keys; nothing was changed then.
    """
    own = module.state_dict()
    missing = [key for key in own if key not in state and not key.startswith(tuple(may_lack))]
    left_over = [key for key in state if key not in own and not key.startswith(tuple(may_keep))]
    shapes = [
        f"{key} {tuple(state[key].shape)} instead of {tuple(own[key].shape)}"
        for key in own
        if key in state and state[key].shape != own[key].shape
    ]
    if missing or left_over or shapes:
        faults = [f"missing: {_named(missing)}"] if missing else []
        faults += [f"left over: {_named(left_over)}"] if left_over else []
        faults += [f"wrong shape: {_named(shapes)}"] if shapes else []
        raise UserError(
            f"{source} does not fit {system} ({'; '.join(faults)}).",
            "Choose this system's file; if the sizes differ, use the configuration it was trained with.",
        )
    module.load_state_dict({**own, **{key: value for key, value in state.items() if key in own}})
    return module


def write_model(folder: Path | str, module: nn.Module, config: DataclassInstance, half_precision: bool = False) -> None:
    """Write <folder>/config.json and <folder>/model.safetensors, which takes the place of an older one when it is
    complete.

    Args:
        folder: made where there is none.
        module: its state dict is written.
        config: the dataclass that fixes the shapes of the weights.
        half_precision: floating-point numbers as float16, half the size.
    """
    from safetensors.torch import save_file

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(dataclasses.asdict(config), ensure_ascii=False, indent=1)
    (folder / "config.json").write_text(text + "\n", encoding="utf-8")
    state = {key: value.detach().cpu() for key, value in module.state_dict().items()}
    if half_precision:
        state = {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
    part = folder / "model.safetensors.part"
    save_file({key: value.contiguous().clone() for key, value in state.items()}, part)
    part.chmod(0o644)
    os.replace(part, folder / "model.safetensors")


def read_model(folder: Path | str, module: Model, system: str) -> Model:
    """Fill `module` from the <folder>/model.safetensors that `write_model` wrote; returns it in eval mode.

    Raises:
        UserError: the file is missing, damaged or another model's.
    """
    file = find_file(folder, ("model",))
    return apply_state(module, read_state(file), file.name, system).eval()


def find_file(folder: Path | str, stems: Sequence[str]) -> Path:
    """The file in `folder` (or `folder` itself if it is a file) named as one of `stems`. Raises UserError if none."""
    folder = Path(folder)
    if folder.is_file():
        return folder
    for stem in stems:
        for suffix in SUFFIXES:
            if (folder / (stem + suffix)).is_file():
                return folder / (stem + suffix)
    raise UserError(
        f"There is no {' or '.join(stems)} ({', '.join(SUFFIXES)}) in {folder}.",
        "Put the model's files there, or choose another folder.",
    )


def read_config(folder: Path | str, build: Callable[..., Config], default: Config | None = None) -> Config:
    """The configuration in <folder>/config.json.

    Args:
        folder: of the model.
        build: makes it from the file's values, given by name; lists have become tuples.
        default: stands in where there is no file.

    Raises:
        UserError: there is neither file nor default, the file is no JSON object, or it names settings that the system
            does not have.
    """
    path = Path(folder) / "config.json"
    if not path.is_file():
        if default is None:
            raise UserError(f"There is no config.json in {folder}.", "Restore the file that came with the weights.")
        return default
    try:
        content = json_text.read_file(
            path, "configuration", "Restore the file that came with the weights.", _CONFIG_BYTES
        )
        if wrong := next((name for name, value in content.items() if not _is_possible(value)), None):
            raise ValueError(f"{wrong} has a size that no network here has")
        return build(**{name: _tuples(value) for name, value in content.items()})
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise UserError(
            f"{path} is no configuration of this system: {error}.", "Restore the file that came with the weights."
        ) from error


def _is_possible(value: Any) -> bool:
    """Whether a value can be a size of a network that fits into memory: what is built follows it."""
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return len(value) <= _MOST_SIZE and all(map(_is_possible, inner))
    return not isinstance(value, int | float) or abs(value) <= _MOST_SIZE


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
