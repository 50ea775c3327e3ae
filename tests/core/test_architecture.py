# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the code to the architecture: who may import whom, and what every file must have.

Reads the sources without running them.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("core", "operators", "panels")

# Zone -> zones that it may import from; core.errors and core.progress are open to all.
MAY_IMPORT = {
    "core.audio": {"core.audio"},
    "core.motion": {"core.motion"},
    "core.prompts": {"core.prompts", "core.motion"},
    "core.networks": {"core.networks", "core.motion"},
    "core.models": {"core.models", "core.networks", "core.audio", "core.motion"},
    "core.capture": {"core.capture", "core.motion"},
    "core.performance": {
        *("core.performance", "core.models", "core.capture"),
        *("core.prompts", "core.audio", "core.motion"),
    },
    "core.rigs": {"core.rigs", "core.prompts", "core.motion"},
    "core.blender": {
        *("core.blender", "core.performance", "core.capture", "core.models"),
        *("core.rigs", "core.prompts", "core.audio", "core.motion"),
    },
    "operators": {"operators", "core.blender", "core.performance"},
    "panels": {"panels", "core.blender"},
    "core": set(),
    "": {"operators", "panels", "core.blender"},
}
# Not in the users' zip; may import the product, which never imports it.
LABORATORY = {"core.training", "core.evaluation", "core.development"}
_LIBRARY = {
    "core.performance",
    "core.capture",
    "core.models",
    "core.networks",
    "core.rigs",
    "core.prompts",
    "core.audio",
    "core.motion",
}
MAY_IMPORT |= {
    "core.training": {"core.training", *_LIBRARY},
    "core.evaluation": {"core.evaluation", "core.training", *_LIBRARY},
    "core.development": {"core.development", "core.blender", "core.evaluation", *_LIBRARY},
}
# Plain frozen dataclasses and names that travel between zones are nouns, not behaviour: anyone may know them.
NOUNS = {
    "core.errors",
    "core.compressed",
    "core.input_files",
    "core.private_paths",
    "core.json_text",
    "core.output_files",
    "core.paths",
    "core.progress",
    "core.setting_fields",
    "core.settings",
    "core.statistics",
    "core.text_files",
    "core.wording",
    "core.audio.clip",
    "core.motion.clip",
    "core.motion.face_motion",
    "core.motion.face_track",
    "core.motion.joints",
    "core.performance.parts",
    "core.performance.performance",
    "core.rigs.animation",
    "core.rigs.description",
    "core.rigs.pin_effectors",
}
MAY_IMPORT_BPY = {"core.blender", "core.development", "operators", "panels"}
BLENDER_MODULES = {"bpy", "bpy_extras", "bmesh", "mathutils", "aud", "gpu", "blf", "addon_utils", "bl_ui"}
# fmt: off
HEAVY = {"torch", "torchaudio", "librosa", "scipy", "smplx", "sklearn", "numba", "soundfile", "soxr", "safetensors",
         "matplotlib", "pocketsphinx"}
# fmt: on


@dataclass(frozen=True)
class Import:
    """One import statement: what module, from which line, and when it runs."""

    module: str
    line: int
    relative: bool
    lazy: bool  # inside a function
    typing_only: bool


def sources() -> list[Path]:
    return [ROOT / "__init__.py", *sorted(path for name in PRODUCT for path in (ROOT / name).rglob("*.py"))]


def module_name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def known_modules() -> frozenset[str]:
    return frozenset(module_name(path) for path in sources())


def zone(module: str) -> str:
    parts = module.split(".")
    if parts[0] != "core":
        return parts[0]
    return "core" if len(parts) == 1 or f"core.{parts[1]}" not in MAY_IMPORT else f"core.{parts[1]}"


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def imports_of(path: Path) -> tuple[Import, ...]:
    """All imports of a file, relative ones resolved to names from the root ("core.motion.face_track")."""
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: list[Import] = []

    def visit(node: ast.AST, lazy: bool, typing_only: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, node.lineno, False, lazy, typing_only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".") if package else []
                parents = parents[: len(parents) - (node.level - 1)]
                base = ".".join([*parents, *([node.module] if node.module else [])])
            for alias in node.names:
                full = f"{base}.{alias.name}" if base else alias.name
                found.append(
                    Import(
                        full if node.level and full in known_modules() else base or full,
                        node.lineno,
                        bool(node.level),
                        lazy,
                        typing_only,
                    )
                )
        else:
            only_typing = typing_only or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
            inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                visit(child, inside, only_typing)

    visit(tree_of(path), False, False)
    return tuple(found)


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_imports_go_one_way() -> None:
    wrong = []
    for path in sources():
        own = zone(module_name(path))
        for entry in imports_of(path):
            if not entry.relative or entry.module in NOUNS:
                continue
            target = zone(entry.module)
            if target not in MAY_IMPORT[own] and target != own:
                wrong.append(f"{where(path, entry.line)}: {own or 'the root'} must not import {entry.module}")
    assert not wrong, "\n".join(wrong)


def test_product_never_imports_laboratory() -> None:
    """Not at the top, not inside a function, not for types: the users' zip has no laboratory."""
    wrong = [
        f"{where(path, entry.line)}: {entry.module}"
        for path in sources()
        for entry in imports_of(path)
        if zone(entry.module) in LABORATORY and zone(module_name(path)) not in LABORATORY
    ]
    assert not wrong, "\n".join(wrong)


def import_graph() -> dict[str, set[str]]:
    """Module -> the package's modules that it imports anywhere: at the top, inside functions, under TYPE_CHECKING."""
    return {
        module_name(path): {entry.module for entry in imports_of(path) if entry.relative} & known_modules()
        for path in sources()
    }


def test_no_modules_import_each_other_in_a_circle() -> None:
    try:
        TopologicalSorter(import_graph()).prepare()
    except CycleError as error:
        pytest.fail("a circle of imports: " + " <- ".join(error.args[1]))


def test_nothing_imports_a_bench() -> None:
    """What benches share lies in `material`, `metrics` and `drawing`; a bench is a command."""
    wrong = [
        f"{where(path, entry.line)}: {entry.module}"
        for path in sources()
        for entry in imports_of(path)
        if entry.module.startswith("core.evaluation.benches.")
    ]
    assert not wrong, "\n".join(wrong)


def test_imports_inside_the_package_are_relative() -> None:
    wrong = [
        f"{where(path, entry.line)}: import {entry.module} relatively"
        for path in sources()
        for entry in imports_of(path)
        if not entry.relative and entry.module.split(".")[0] in (*PRODUCT, "audio2rig")
    ]
    assert not wrong, "\n".join(wrong)


def test_only_blender_zones_import_bpy() -> None:
    wrong = [
        f"{where(path, entry.line)}: {entry.module}"
        for path in sources()
        for entry in imports_of(path)
        if entry.module.split(".")[0] in BLENDER_MODULES and zone(module_name(path)) not in MAY_IMPORT_BPY
    ]
    assert not wrong, "\n".join(wrong)


def reached_from(start: str) -> dict[str, str]:
    """Modules that importing one loads -> the module that asks for each; of the root ("") also what registering loads."""
    paths = {module_name(path): path for path in sources()}
    reached: dict[str, str] = {start: "Blender"}
    queue = [start]
    while queue:
        name = queue.pop()
        for entry in imports_of(paths[name]):
            if entry.typing_only or not entry.relative or (entry.lazy and name != ""):
                continue
            parts = entry.module.split(".")
            for module in (".".join(parts[:end]) for end in range(1, len(parts) + 1)):
                if module in paths and module not in reached:
                    reached[module] = name
                    queue.append(module)
    return reached


@pytest.mark.parametrize("start", ["", "core.blender.generate", "core.blender.cli"])
def test_nothing_heavy_is_loaded_before_someone_generates(start: str) -> None:
    """Registering stays quick, and where a package is missing, a person is told which in plain words."""
    paths = {module_name(path): path for path in sources()}
    reached = reached_from(start)
    wrong = [
        f"{where(paths[name], entry.line)} imports {entry.module}; {name} is loaded by {reached[name] or 'the root'}"
        for name in reached
        for entry in imports_of(paths[name])
        if entry.module.split(".")[0] in HEAVY and not entry.lazy and not entry.typing_only
    ]
    assert not wrong, "\n".join(wrong)
    assert any(name.startswith("core.blender.") for name in reached), "the walk did not get far"


def test_every_file_names_its_licence() -> None:
    scripts = [*sources(), *(path for name in ("tests", "packaging") for path in (ROOT / name).rglob("*.py"))]
    wrong = [
        str(path.relative_to(ROOT))
        for path in scripts
        if path.stat().st_size and "SPDX-License-Identifier: GPL-3.0-or-later" not in path.read_text("utf-8")[:300]
    ]
    assert not wrong, wrong


def test_product_logs_instead_of_printing() -> None:
    may_print = {"core.blender.cli"}
    wrong = []
    for path in sources():
        name = module_name(path)
        if zone(name) in LABORATORY or name in may_print or path.name == "__main__.py":
            continue
        wrong += [
            where(path, node.lineno)
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        ]
    assert not wrong, wrong


def test_no_error_is_swallowed() -> None:
    wrong = []
    for path in sources():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler):
                if node.type is None:
                    wrong.append(f"{where(path, node.lineno)}: bare except")
                elif ast.unparse(node.type) in ("Exception", "BaseException") and all(
                    isinstance(s, ast.Pass) for s in node.body
                ):
                    wrong.append(f"{where(path, node.lineno)}: swallows everything")
    assert not wrong, "\n".join(wrong)


def test_nothing_touches_the_import_path() -> None:
    """Blender's rules for extensions forbid it, and it has broken other add-ons."""
    wrong = [
        where(path, node.lineno)
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and node.attr == "path"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    ]
    assert not wrong, wrong


def repository_files() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


TEXT = {".py", ".toml", ".md", ".txt", ".json", ".csv", ".yml", ".cfg", ""}
# Folders of one machine. A shebang's /usr/bin and a sentence about /tmp are fine.
MACHINE_PATH = re.compile(r"(?<![\w./:<-])/(?:home|root|work|Users|mnt)/[\w.-]+|[A-Z]:\\\\?Users\\")


def test_no_machine_path_is_committed() -> None:
    wrong = []
    for path in repository_files():
        if path.suffix in TEXT and path != Path(__file__).resolve() and path.stat().st_size < 2_000_000:
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                match = MACHINE_PATH.search(line)
                if match:
                    wrong.append(f"{where(path, number)}: {match.group()}")
    assert not wrong, "\n".join(wrong)


def test_repository_stays_small() -> None:
    large = [
        f"{path.relative_to(ROOT)}: {path.stat().st_size / 1e6:.0f} MB"
        for path in repository_files()
        if path.stat().st_size > 60e6
    ]
    assert not large, large


WEIGHTS = sorted(path for path in (ROOT / "weights").glob("*") if path.is_dir())


# Tables of numbers: counted in data, or the weights of very small networks.
STATISTICS = {"bearing", "beats", "gestures", "nonverbal", "sound_kind"}
NETWORKS = [folder for folder in WEIGHTS if folder.name not in STATISTICS]


@pytest.mark.parametrize("name", sorted(STATISTICS))
def test_statistics_are_complete(name: str) -> None:
    assert isinstance(json.loads((ROOT / "weights" / name / "statistics.json").read_text("utf-8")), dict)


@pytest.mark.parametrize("folder", NETWORKS, ids=lambda folder: folder.name)
def test_weights_are_complete(folder: Path) -> None:
    for name in ("config.json", "model.safetensors", "MODEL_CARD.md"):
        assert (folder / name).is_file(), f"{folder.name}/{name} is missing"
    assert isinstance(json.loads((folder / "config.json").read_text("utf-8")), dict)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size < 60e6, f"{folder.name} has {size / 1e6:.0f} MB"
    with (folder / "model.safetensors").open("rb") as file:
        header_length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_length))
    assert any(key != "__metadata__" for key in header), "no tensor inside"


@pytest.mark.parametrize("folder", WEIGHTS, ids=lambda folder: folder.name)
def test_model_cards_say_what_matters(folder: Path) -> None:
    card = (folder / "MODEL_CARD.md").read_text("utf-8").lower()
    for word in ("licen", "data", "limit"):
        assert word in card, f"the card of {folder.name} says nothing about {word}…"


def test_manifest_and_changelog_agree() -> None:
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))
    assert manifest["id"] == "audio2rig"
    assert manifest["blender_version_min"] == "4.2.0"
    assert "wheels" not in manifest, "wheels are written by the build only"
    assert f"[{manifest['version']}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
