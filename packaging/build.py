# SPDX-License-Identifier: GPL-3.0-or-later
"""Build and validate the extension's zips, without a Blender binary.

    python packaging/build.py                                  a lean zip, and a full one for this platform
    python packaging/build.py --platform windows-x64 --python 3.11 --python 3.13
    python packaging/build.py --platform linux-x64 --cuda      with PyTorch for CUDA
    python packaging/build.py --lean-only
    python packaging/build.py --list-files             what the lean zip holds, by folder

The lean zip holds the extension and its weights; it runs where Blender's Python has PyTorch already. A full zip also
carries PyTorch, SciPy, librosa and what they need as unmodified wheels. Neither holds the laboratory (training,
evaluation, development, tests). Building and validating is done by Blender's
own extension tool, which the bpy wheel carries and which is plain Python; then `packaging/check.py` looks inside.
The manifest is completed in a staged copy, never in the working tree. Exit code 1 when a zip is not right.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from check import LABORATORY, check_zip
from wheels import PIP_PLATFORMS, ROOT, PackagingError, Target, closure

CONTENTS = (
    "__init__.py",
    "blender_manifest.toml",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "core",
    "operators",
    "panels",
    "weights",
)
OPTIONAL = ("README.md", "CHANGELOG.md")
# Leftovers of running, wherever they lie.
LEFTOVERS = shutil.ignore_patterns("__pycache__", "*.py[cod]", ".*", "*.blend[1-9]", "*.tmp", "*.log", "*.pt", "*.ckpt")
# The Blender releases whose Python is 3.11; from 5.1 on it is 3.13.
FIRST_BLENDER_WITH_313 = "5.1.0"


def this_platform() -> str:
    machine = platform.machine().lower()
    arm = machine in ("arm64", "aarch64")
    names = {"linux": "linux-x64", "win32": "windows-x64", "darwin": "macos-arm64" if arm else "macos-x64"}
    name = names.get(sys.platform, "")
    if not name or (arm and sys.platform != "darwin"):
        raise PackagingError(f"no zip for {sys.platform} on {machine}: give --platform ({', '.join(PIP_PLATFORMS)})")
    return name


def blender_tool() -> tuple[Path, Path]:
    """Blender's extension tool and its list of valid tags, out of the installed bpy wheel (found, not imported)."""
    given = os.environ.get("BLENDER_EXT")
    if given:
        tool = Path(given)
    else:
        spec = importlib.util.find_spec("bpy")
        if spec is None or spec.origin is None:
            raise PackagingError(
                "the bpy wheel is missing here: run `make setup`, or set BLENDER_EXT to blender_ext.py"
            )
        found = sorted(Path(spec.origin).parent.glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
        if not found:
            raise PackagingError("this bpy wheel carries no extension tool: use bpy 4.2 or newer")
        tool = found[-1]
    tags = tool.parents[3] / "modules" / "_bpy_internal" / "extensions" / "tags.py"
    return tool, tags


def run_blender_tool(*arguments: str) -> None:
    tool, tags = blender_tool()
    command = [sys.executable, str(tool), arguments[0], f"--valid-tags={tags}", *arguments[1:]]
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode:
        raise PackagingError(f"Blender's extension tool refused ({arguments[0]}):\n{result.stdout}{result.stderr}")


def left_out(folder: str, names: list[str]) -> set[str]:
    """Of a folder's names those that do not go into a zip: leftovers and the laboratory."""
    place = Path(folder).relative_to(ROOT)
    return LEFTOVERS(folder, names) | {name for name in names if (place / name).as_posix() in LABORATORY}


def stage(folder: Path) -> None:
    """Copy the product, and nothing else, into an empty folder."""
    for name in CONTENTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=left_out)
        elif source.exists():
            shutil.copy2(source, folder / name)
        elif name not in OPTIONAL:
            raise PackagingError(f"{name} is missing in {ROOT}")


def complete_manifest(text: str, wheels: list[str], platforms: list[str], pythons: list[str]) -> str:
    """The manifest with wheels and platforms, and with Blender's releases narrowed to those that have these Pythons."""
    known = tomllib.loads(text)
    for key in ("wheels", "platforms"):
        if key in known:
            raise PackagingError(f"blender_manifest.toml has {key} already; the build writes them")
    head, table, rest = text.partition("\n[")
    listed = "".join(f'  "./wheels/{name}",\n' for name in wheels)
    head += "\nplatforms = [" + ", ".join(f'"{name}"' for name in platforms) + f"]\nwheels = [\n{listed}]\n"
    if pythons == ["3.11"]:
        head += f'blender_version_max = "{FIRST_BLENDER_WITH_313}"\n'
    if pythons == ["3.13"]:
        head = re.sub(r"(?m)^blender_version_min = .*$", f'blender_version_min = "{FIRST_BLENDER_WITH_313}"', head)
    completed = head + table + rest
    tomllib.loads(completed)
    return completed


def build(output: Path, targets: list[Target], cache: Path) -> Path:
    """Build one zip; without targets the lean one. Returns its path, validated and checked."""
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
    name = f"{manifest['id']}-{manifest['version']}"
    wheels: list[Path] = []
    if targets:
        for target in targets:
            wheels += [wheel for wheel in closure(target, cache) if wheel not in wheels]
        name += f"-{targets[0].platform.replace('-', '_')}"
        name += "".join(f"-py{target.python.replace('.', '')}" for target in targets)
        name += "-cuda" if targets[0].cuda else ""
    destination = output / f"{name}.zip"
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="audio2rig-", dir=output) as temporary:
        staged = Path(temporary) / manifest["id"]
        staged.mkdir()
        stage(staged)
        if targets:
            (staged / "wheels").mkdir()
            for wheel in wheels:
                os.link(wheel, staged / "wheels" / wheel.name)
            path = staged / "blender_manifest.toml"
            manifest_text = complete_manifest(
                path.read_text(encoding="utf-8"),
                [wheel.name for wheel in wheels],
                [targets[0].platform],
                [target.python for target in targets],
            )
            path.write_text(manifest_text, encoding="utf-8")
        unfinished = Path(temporary) / destination.name
        run_blender_tool("build", "--source-dir", str(staged), "--output-filepath", str(unfinished))
        run_blender_tool("validate", str(unfinished))
        problems = check_zip(unfinished, targets, wheels)
        if problems:
            raise PackagingError(f"{destination.name} is not right:\n  " + "\n  ".join(problems))
        unfinished.replace(destination)
    return destination


def listing() -> list[str]:
    """The product by folder, three levels deep: how many files, how many bytes unpacked."""
    with tempfile.TemporaryDirectory(prefix="audio2rig-") as temporary:
        staged = Path(temporary)
        stage(staged)
        totals: dict[str, list[int]] = {}
        for path in sorted(path for path in staged.rglob("*") if path.is_file()):
            place = path.relative_to(staged)
            total = totals.setdefault("/".join(place.parent.parts[:3]) or ".", [0, 0])
            total[0] += 1
            total[1] += path.stat().st_size
    return [f"{files:6} files {size / 1e3:10.1f} kB  {folder}" for folder, (files, size) in totals.items()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "wheels")
    parser.add_argument("--platform", choices=sorted(PIP_PLATFORMS), help="default: this machine's")
    parser.add_argument(
        "--python",
        action="append",
        choices=("3.11", "3.13"),
        default=[],
        help="repeat for a zip that serves both; default 3.11 (Blender 4.2 to 5.0)",
    )
    parser.add_argument("--cuda", action="store_true", help="carry PyTorch for CUDA")
    parser.add_argument("--lean-only", action="store_true")
    parser.add_argument("--full-only", action="store_true")
    parser.add_argument("--list", action="store_true", help="fetch and list the wheels, build nothing")
    parser.add_argument("--list-files", action="store_true", help="list what a zip holds beside wheels, build nothing")
    arguments = parser.parse_args()
    if arguments.list_files:
        print("\n".join(listing()))
        return 0
    pythons = sorted(set(arguments.python or ["3.11"]))
    try:
        targets = [Target(arguments.platform or this_platform(), python, arguments.cuda) for python in pythons]
        if arguments.list:
            for wheel in sorted({wheel for target in targets for wheel in closure(target, arguments.cache)}):
                print(f"{wheel.stat().st_size / 1e6:8.1f} MB  {wheel.name}")
            return 0
        zips = [] if arguments.full_only else [build(arguments.output, [], arguments.cache)]
        if not arguments.lean_only:
            zips.append(build(arguments.output, targets, arguments.cache))
    except PackagingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for path in zips:
        print(f"{path.stat().st_size / 1e6:8.1f} MB  {os.path.relpath(path)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
