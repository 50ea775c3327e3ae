# SPDX-License-Identifier: GPL-3.0-or-later
"""What a zip must hold and must not hold, beyond what Blender's own validator looks at."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
import zlib
from pathlib import Path

from packaging.utils import parse_wheel_filename
from wheels import CUDA_PREFIXES, FORBIDDEN, SHIPPED_WITH_BLENDER, WANTED, Target

# What trains, measures and records; motion_features is what a bench measures with, pretraining what trainings start from, crops what
# no button uses. Nobody who generates needs it.
LABORATORY = (
    "core/training",
    "core/evaluation",
    "core/development",
    "core/models/motion_features",
    "weights/gesture_features",
    "weights/pretraining",
    "weights/crops",
)
UNWANTED = re.compile(
    r"(^|/)(tests?|docs|packaging|requirements|demo|dist|build|\.[^/]+|__pycache__)/"  # folders of the repository only
    rf"|^({'|'.join(LABORATORY)})/"
    r"|\.(py[cod]|blend\d|log|tmp|pt|ckpt|pth)$|(^|/)(Makefile|pyproject\.toml|\.[^/]+)$"
)
MUST_HAVE = ("__init__.py", "blender_manifest.toml", "LICENSE")
NETWORK_FILES = ("config.json", "model.safetensors", "MODEL_CARD.md")
# Tables of numbers: counted in data, or the weights of very small networks.
STATISTICS = ("bearing", "beats", "gestures", "nonverbal", "sound_kind")
STATISTICS_FILES = {name: ("statistics.json", "MODEL_CARD.md") for name in STATISTICS}
MAX_WEIGHTS_MB = 60


def check_zip(path: Path, targets: list[Target], wheels: list[Path]) -> list[str]:
    """Problems of a built zip as sentences, empty when it is right. Without targets it is a lean zip.

    wheels: the files that were put in, to prove that they arrived byte for byte.
    """
    with zipfile.ZipFile(path) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist() if not entry.is_dir()}
        contents = {name: archive.read(name) for name in sizes if name.endswith((".py", ".toml"))}
        configs = {name: archive.read(name) for name in sizes if name.endswith("config.json")}
        checksums = {entry.filename: entry.CRC for entry in archive.infolist()}
        inside = {Path(name).name: name for name in sizes if name.endswith(".whl")}
        problems = [
            f"wheel {wheel.name} was changed on its way"
            for wheel in wheels
            if wheel.name in inside and checksums[inside[wheel.name]] != crc_of(wheel)
        ]
    manifest = tomllib.loads(contents.get("blender_manifest.toml", b"").decode("utf-8"))
    own = {name: size for name, size in sizes.items() if not name.endswith(".whl")}

    problems += [f"{name} does not belong into the zip" for name in own if UNWANTED.search(name)]
    problems += [f"{name} is missing" for name in MUST_HAVE if name not in own]
    problems += [f"{name} has Python that does not compile: {error}" for name, error in syntax_errors(contents)]
    problems += weights_problems(own, configs)
    problems += wheel_problems(manifest, set(inside), targets)
    return problems


def crc_of(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            checksum = zlib.crc32(block, checksum)
    return checksum


def syntax_errors(contents: dict[str, bytes]) -> list[tuple[str, str]]:
    errors = []
    for name, source in contents.items():
        if name.endswith(".py"):
            try:
                compile(source, name, "exec")
            except SyntaxError as error:
                errors.append((name, str(error)))
    return errors


def weights_problems(own: dict[str, int], configs: dict[str, bytes]) -> list[str]:
    """Every model's folder is complete, readable and small; the speech model is there, or nothing would speak."""
    problems = []
    models = {name.split("/")[1] for name in own if name.startswith("weights/") and name.count("/") >= 2}
    if "speech" not in models:
        problems.append("weights/speech is missing: nothing would speak")
    for model in sorted(models):
        folder = f"weights/{model}/"
        problems += [
            f"{folder}{name} is missing"
            for name in STATISTICS_FILES.get(model, NETWORK_FILES)
            if folder + name not in own
        ]
        if folder + "config.json" in configs:
            try:
                json.loads(configs[folder + "config.json"])
            except ValueError as error:
                problems.append(f"{folder}config.json cannot be read: {error}")
        megabytes = sum(size for name, size in own.items() if name.startswith(folder)) / 1e6
        if megabytes > MAX_WEIGHTS_MB:
            problems.append(f"{folder} has {megabytes:.0f} MB, more than {MAX_WEIGHTS_MB}")
    return problems


def wheel_problems(manifest: dict, inside: set[str], targets: list[Target]) -> list[str]:
    """The manifest lists exactly the wheels inside; for every target each distribution has exactly one that fits."""
    problems = []
    listed = {Path(name).name for name in manifest.get("wheels", [])}
    problems += [f"wheel {name} is listed in the manifest, but not inside" for name in sorted(listed - inside)]
    problems += [f"wheel {name} is inside, but not listed in the manifest" for name in sorted(inside - listed)]
    if not targets:
        return problems + ([f"a lean zip has no wheels, but this one has {len(inside)}"] if inside else [])
    parsed = [(name, *parse_wheel_filename(name)) for name in sorted(inside)]
    distributions = {distribution for _, distribution, *_ in parsed}
    for name in sorted(distributions & (FORBIDDEN | SHIPPED_WITH_BLENDER)):
        problems.append(f"{name} must not be bundled")
    for target in targets:
        fitting: dict[str, list[str]] = {}
        for file, distribution, _version, _build, tags in parsed:
            if target.accepts(tags):
                fitting.setdefault(distribution, []).append(file)
        for name in sorted(set(WANTED) - set(fitting)):
            problems.append(f"no wheel of {name} for {target.platform}, Python {target.python}")
        problems += [
            f"Python {target.python} has a choice of {' and '.join(files)}"
            for files in fitting.values()
            if len(files) > 1
        ]
        if not target.cuda:
            problems += [f"{name} is for CUDA" for name in sorted(fitting) if name.startswith(CUDA_PREFIXES)]
    used = {file for file, *_, tags in parsed if any(target.accepts(tags) for target in targets)}
    problems += [f"wheel {name} serves none of the targets" for name in sorted(inside - used)]
    return problems
