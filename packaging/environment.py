# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a virtual environment from pinned requirements, or say in one sentence what is missing.

    python3.11 packaging/environment.py --python-version 3.11 --folder .venv -c constraints.txt -r run.txt ...

Uses the standard library only: it runs before anything is installed. Running it again on a complete environment
changes nothing. Exit code 1 and a message for people when the Python version is wrong or pip fails.

`--share OTHER` lets the new environment see everything that the environment OTHER holds, as if it were installed in
both: several releases of Blender then share one PyTorch. What is installed in the environment itself comes first.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

# Which Blender releases each Python is for.
BLENDER_OF_PYTHON = {"3.11": "Blender 4.2 to 5.0", "3.13": "Blender 5.1 and newer"}


def fail(message: str) -> None:
    sys.exit(f"error: {message}")


def check_python(wanted: str) -> None:
    """Blender's wheels exist for one Python only, so another one would fail late and unclearly."""
    running = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if running != wanted:
        built_for = BLENDER_OF_PYTHON.get(wanted, "what is installed")
        variable = "PYTHON" if wanted == "3.11" else f"PYTHON{wanted.replace('.', '')}"
        fail(
            f"this needs Python {wanted} ({built_for} is built for it), but {sys.executable} is {running}. "
            f"Install Python {wanted} and give it to make: make {variable}=/path/to/python{wanted} …"
        )


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def create(folder: Path) -> None:
    if python_of(folder).exists():
        return
    print(f"making {folder}", flush=True)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=sys.platform != "win32").create(folder)
    except subprocess.CalledProcessError:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        fail(f"Python's venv module cannot install pip. On Debian and Ubuntu: apt-get install {package}")


def packages_of(folder: Path) -> Path:
    """Where an environment of the running Python version keeps its packages."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(folder.resolve())}))


def share(folder: Path, other: Path) -> None:
    """Let an environment see another one's packages, after its own; pip then takes them as installed."""
    packages = packages_of(other)
    if not packages.is_dir():
        fail(f"{other} is to be shared, but {packages} does not exist")
    (packages_of(folder) / "shared.pth").write_text(f"{packages}\n", encoding="utf-8")


def install(folder: Path, constraints: Path | None, requirements: list[Path], options: list[str]) -> None:
    """options: more of pip's."""
    command = [str(python_of(folder)), "-m", "pip", "install", "-qq", "--only-binary=:all:", *options]
    if constraints:
        command += ["-c", str(constraints)]
    for path in requirements:
        command += ["-r", str(path)]
    print(f"installing {', '.join(path.name for path in requirements)} into {folder}", flush=True)
    for attempt in (1, 2, 3):  # a registry that drops one connection should not cost the whole run
        if subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 0:
            return
        print(f"pip failed (attempt {attempt} of 3)", flush=True)
    fail("pip could not install the requirements; its own messages are above")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python-version", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--share", type=Path, metavar="OTHER", help="an environment whose packages this one sees")
    parser.add_argument("--pip-options", default="")
    parser.add_argument("-c", dest="constraints", type=Path)
    parser.add_argument("-r", dest="requirements", type=Path, action="append", default=[])
    arguments = parser.parse_args()
    check_python(arguments.python_version)
    create(arguments.folder)
    if arguments.share:
        share(arguments.folder, arguments.share)
    options = shlex.split(arguments.pip_options)
    if arguments.share:  # packages that are shared and not used here may want another version of what this one holds
        options.append("--no-warn-conflicts")
    install(arguments.folder, arguments.constraints, arguments.requirements, options)


if __name__ == "__main__":
    main()
