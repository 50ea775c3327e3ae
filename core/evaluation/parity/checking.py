# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what a faithful model computes with recorded fixtures: same fill, same inputs, same outputs.

Runners live in `core.evaluation.parity.<system>`, which defines

    FIXTURES: dict[str, Callable[[Arrays], dict[str, array]]]
        Fixture name (file stem) -> function of the fixture's arrays. Keys are as stored ("in.audio"); `arrays.sibling("x")`
        gives another fixture of the same folder for those whose inputs live there. It returns what it computed under the
        stored names ("out.code", "mid.conv0", "f64.fid"): NumPy arrays, torch tensors or numbers. All `out.` arrays must be
        returned, and every `f64.` array must be either read (an input) or returned (a result); `mid.` arrays are optional,
        and are compared when returned.
    MODULES: dict[str, Callable[[], nn.Module]]
        Module name (stem of `<module>.keys.json`) -> builder at published sizes with any weights: its state must have the
        listed keys in the listed order with the listed shapes and, once filled, the sums of `<module>.fill_check.json`.
    COMPARISONS: dict[str, str]  (optional)
        "fixture:array" -> "axis_angle" or "quaternion_wxyz": compared through rotation matrices.
    MARGINS: dict[str, str]  (optional)
        "fixture:array" of integers -> `mid.` array of the same shape with the gap between the best and the second-best
        score. A mismatch where that gap is below ten times the score's own error is a tie, not a fault.
    free() -> None  (optional)
        Called after the system's last check: drop cached models.

Tolerances: |ours - stored| <= atol + 1e-4 |stored|, atol = max(1e-5, 10 x recorded float32 error, 3e-6 x absmax), or
1e-4 x absmax where no float32 error was recorded; integers equal; `f64.` relative 1e-9, Fréchet distances 1e-6.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn

from .fill import fill

_RELATIVE = 1e-4


class Arrays(dict):
    """The arrays of one fixture under their stored names, remembering which were read."""

    def __init__(self, path: Path):
        with np.load(path, allow_pickle=False) as file:
            super().__init__({name: file[name] for name in file.files})
        self.path = path
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> np.ndarray:
        self.read.add(name)
        return super().__getitem__(name)

    def tensor(self, name: str) -> torch.Tensor:
        """The array as a torch tensor; int32 becomes int64, which indexing wants."""
        value = torch.from_numpy(np.ascontiguousarray(self[name]))
        return value.long() if value.dtype == torch.int32 else value

    def sibling(self, fixture: str) -> Arrays:
        """Another fixture of the same system."""
        return Arrays(self.path.with_name(fixture + ".npz"))


@dataclass(frozen=True)
class Result:
    """Outcome of one check. `worst` is the largest deviation divided by its tolerance, at the array `where`."""

    system: str
    name: str
    passed: bool
    worst: float
    where: str
    arrays: int
    message: str
    seconds: float


@contextmanager
def recorded_outputs(modules: Mapping[str, nn.Module]) -> Iterator[dict[str, Any]]:
    """Within it, what the named modules returned last stands in the dictionary that it gives: for `mid.` arrays."""
    seen: dict[str, Any] = {}

    def keep(name: str) -> Callable:
        return lambda module, inputs, output: seen.__setitem__(name, output)

    handles = [module.register_forward_hook(keep(name)) for name, module in modules.items()]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def _numpy(value: object) -> np.ndarray:
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    return np.asarray(value)


def _rotation_matrices(values: np.ndarray, kind: str) -> np.ndarray:
    """(…, 3) axis-angle in radians (the last dimension may hold several) or (…, 4) wxyz -> (…, 3, 3), float64."""
    from scipy.spatial.transform import Rotation

    if kind == "axis_angle":
        return Rotation.from_rotvec(values.reshape(-1, 3).astype(np.float64)).as_matrix()
    if kind == "quaternion_wxyz":
        return Rotation.from_quat(values.reshape(-1, 4)[:, [1, 2, 3, 0]].astype(np.float64)).as_matrix()
    raise ValueError(f"unknown comparison {kind!r}")


def absolute_tolerance(name: str, stored: np.ndarray, recorded: dict[str, float]) -> float:
    """The absolute part of the tolerance of one float32 array; `recorded` is its entry of tolerances.json."""
    absmax = recorded.get("absmax", float(np.abs(stored).max(initial=0.0)))
    error = recorded.get("f32_vs_f64_maxabs")
    if error is None:
        return 1e-4 * absmax if name.startswith(("out.", "mid.")) else 1e-5
    return max(1e-5, 10.0 * error, 3e-6 * absmax)


def deviation(
    name: str,
    ours: object,
    stored: np.ndarray,
    recorded: dict[str, float],
    comparison: str | None,
    margin: tuple[np.ndarray, float] | None,
) -> tuple[float, str]:
    """Worst deviation of one array as a share of its tolerance, and a message when it is a fault of another kind.

    margin: for integers, the score gaps and the error of the score.
    """
    ours = _numpy(ours)
    if ours.size == stored.size and {ours.ndim, stored.ndim} <= {0, 1} and stored.size == 1:
        ours = ours.reshape(stored.shape)
    if ours.shape != stored.shape:
        return np.inf, f"{name}: shape {ours.shape} instead of {stored.shape}"
    if comparison is not None:
        ours, stored = _rotation_matrices(ours, comparison), _rotation_matrices(stored, comparison)
    elif stored.dtype.kind in "iub":
        different = ours.astype(np.int64) != stored.astype(np.int64)
        if margin is not None:
            gaps, error = margin
            different &= ~(np.abs(gaps.reshape(stored.shape)) < 10.0 * error)
        count = int(different.sum())
        return (np.inf, f"{name}: {count} of {stored.size} integers differ") if count else (0.0, "")
    if np.iscomplexobj(ours):
        ours = ours.real
    if not np.isfinite(ours).all():
        return np.inf, f"{name}: not finite"
    difference = np.abs(ours.astype(np.float64) - stored.astype(np.float64))
    if stored.dtype == np.float64 and comparison is None:
        relative = 1e-6 if any(part in name for part in ("fid", "fgd", "frechet")) else 1e-9
        allowed = relative * np.maximum(np.abs(stored), 1e-12)
    else:
        allowed = absolute_tolerance(name, stored, recorded) + _RELATIVE * np.abs(stored)
    share = difference / allowed
    return float(share.max(initial=0.0)), ""


def check_fixture(system: str, runners: ModuleType, path: Path, tolerances: dict[str, dict]) -> Result:
    """Run one fixture and compare everything that it returned."""
    start = time.perf_counter()

    def result(passed: bool, worst: float, where: str, count: int, message: str) -> Result:
        return Result(system, path.stem, passed, worst, where, count, message, time.perf_counter() - start)

    function = runners.FIXTURES.get(path.stem)
    if function is None:
        return result(False, np.inf, "", 0, "no runner for this fixture")
    arrays = Arrays(path)
    try:
        with torch.no_grad():
            computed = function(arrays)
    except Exception as error:  # noqa: BLE001 - one broken system must not hide the others' results
        return result(False, np.inf, "", 0, f"{type(error).__name__}: {error}")
    missing = [
        name
        for name in dict.keys(arrays)
        if name not in computed and (name.startswith("out.") or (name.startswith("f64.") and name not in arrays.read))
    ]
    unknown = [name for name in computed if name not in dict.keys(arrays)]
    if missing or unknown:
        return result(False, np.inf, "", 0, f"not computed: {missing}, not in the fixture: {unknown}")
    worst, where, messages = 0.0, "", []
    for name, ours in computed.items():
        label = f"{path.stem}:{name}"
        margin_name = getattr(runners, "MARGINS", {}).get(label)
        margin = None
        if margin_name is not None and margin_name in dict.keys(arrays):
            error = tolerances.get(f"{path.stem}:{margin_name}", {}).get("f32_vs_f64_maxabs", 0.0)
            margin = (dict.__getitem__(arrays, margin_name), error)
        share, message = deviation(
            name,
            ours,
            dict.__getitem__(arrays, name),
            tolerances.get(label, {}),
            getattr(runners, "COMPARISONS", {}).get(label),
            margin,
        )
        if message:
            messages.append(message)
        if share >= worst:
            worst, where = share, name
    return result(worst <= 1.0 and not messages, worst, where, len(computed), "; ".join(messages))


def check_module(system: str, runners: ModuleType, path: Path) -> Result:
    """Compare a module's keys, order, shapes, count of parameters and filled values with `<module>.keys.json`."""
    start = time.perf_counter()
    name = path.name.removesuffix(".keys.json")

    def result(passed: bool, worst: float, where: str, count: int, message: str) -> Result:
        return Result(system, f"{name}.keys", passed, worst, where, count, message, time.perf_counter() - start)

    builder = getattr(runners, "MODULES", {}).get(name)
    if builder is None:
        return result(False, np.inf, "", 0, "no builder for this module")
    listed = json.loads(path.read_text(encoding="utf-8"))
    try:
        module = builder()
    except Exception as error:  # noqa: BLE001 - as above
        return result(False, np.inf, "", 0, f"{type(error).__name__}: {error}")
    state = module.state_dict()
    wanted = [(entry[0], tuple(entry[1])) for entry in listed["entries"]]
    have = [(key, tuple(value.shape)) for key, value in state.items()]
    if have != wanted:
        absent = [entry for entry in wanted if entry not in have][:4]
        extra = [entry for entry in have if entry not in wanted][:4]
        kind = "entries differ" if absent or extra else "order differs"
        return result(False, np.inf, "", len(have), f"{kind}: absent {absent}, extra {extra}")
    parameters = sum(parameter.numel() for parameter in module.parameters())
    if parameters != listed["param_count"]:
        return result(False, np.inf, "", len(have), f"{parameters} parameters instead of {listed['param_count']}")
    worst, where = 0.0, ""
    check_path = path.with_name(f"{name}.fill_check.json")
    if check_path.exists():
        fill(module)
        for key, (first, total, squares) in json.loads(check_path.read_text(encoding="utf-8")).items():
            values = _numpy(state[key]).astype(np.float64).ravel()
            own_squares = float(values @ values)
            share = max(
                float(np.abs(values[: len(first)] - first).max(initial=0.0)) / 1e-7,
                abs(values.sum() - total) / (1e-6 * max(1.0, (values.size * own_squares) ** 0.5)),
                abs(own_squares - squares) / (1e-6 * max(1.0, squares)),
            )
            if share >= worst:
                worst, where = share, key
    return result(worst <= 1.0, worst, where, len(have), "" if worst <= 1.0 else f"fill of {where} differs")


def check_system(folder: Path, fixtures: set[str] | None = None) -> list[Result]:
    """Run everything in one system's folder (or only the named fixtures and `<module>.keys`)."""
    try:
        runners = importlib.import_module(f"{__package__}.{folder.name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__package__}.{folder.name}":
            raise
        return [Result(folder.name, "*", False, np.inf, "", 0, "no runners for this system", 0.0)]
    tolerance_path = folder / "tolerances.json"
    tolerances = json.loads(tolerance_path.read_text(encoding="utf-8")) if tolerance_path.exists() else {}
    results = []
    for path in sorted(folder.glob("*.keys.json")):
        if fixtures is None or path.name.removesuffix(".json") in fixtures:
            results.append(check_module(folder.name, runners, path))
    for path in sorted(folder.glob("*.npz")):
        if fixtures is None or path.stem in fixtures:
            results.append(check_fixture(folder.name, runners, path, tolerances))
    if hasattr(runners, "free"):
        runners.free()
    return results
