# SPDX-License-Identifier: GPL-3.0-or-later
"""Which wheels a full zip needs, and how to fetch them unmodified for any platform from any machine.

pip can download for another platform, but it evaluates the requirements' markers for the machine that it runs on, so
that a zip for Windows made on Linux would ask for Linux's CUDA libraries. The closure is therefore walked here: fetch
one wheel, read its metadata, evaluate the markers for the target, go on with what it needs. Versions are pinned in
requirements/wheels.txt; an unpinned need is an error, except for the CUDA libraries, which torch itself pins.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements" / "wheels.txt"
# Speech needs torch, safetensors, soundfile, soxr and scipy; music needs librosa.
WANTED = ("torch", "safetensors", "soundfile", "soxr", "scipy", "librosa")

# Blender's own Python has these. Its extensions share one folder that comes first on the path, so bundling one would
# replace Blender's for every other add-on.
SHIPPED_WITH_BLENDER = frozenset(
    {"numpy", "requests", "urllib3", "certifi", "idna", "charset-normalizer", "cython", "zstandard"}
)
# Never in a zip, whatever asks for it: smplx forbids redistribution.
FORBIDDEN = frozenset({"smplx", "numpy"})
CUDA_PREFIXES = ("nvidia-", "cuda-", "triton")


class PackagingError(Exception):
    """Something that keeps the zip from being built; the text says what to do."""


@dataclass(frozen=True)
class Target:
    """What a zip is for: a platform as Blender names it, a Python "3.11" or "3.13", with CUDA or for the CPU."""

    platform: str
    python: str
    cuda: bool = False

    @property
    def pip_platforms(self) -> tuple[str, ...]:
        return PIP_PLATFORMS[self.platform]

    @property
    def marker_environment(self) -> dict[str, str]:
        system, sys_platform, os_name, machine = MARKERS[self.platform]
        return {
            "platform_system": system,
            "sys_platform": sys_platform,
            "os_name": os_name,
            "platform_machine": machine,
            "platform_release": "",
            "platform_version": "",
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "extra": "",
        }

    def accepts(self, tags: frozenset[Tag]) -> bool:
        """Whether a wheel with these tags runs here: its Python, its ABI and its platform."""
        major, minor = self.python.split(".")
        for tag in tags:
            version = tag.interpreter.removeprefix("cp").removeprefix("py")
            if tag.interpreter.startswith("py"):
                python_fits = version in (major, major + minor)
            elif tag.abi == "abi3":
                python_fits = version.startswith(major) and int(version[1:] or 0) <= int(minor)
            else:
                python_fits = version == major + minor
            if python_fits and (tag.platform == "any" or self._platform_fits(tag.platform)):
                return True
        return False

    def _platform_fits(self, platform: str) -> bool:
        if self.platform.startswith("macos"):
            machine = "arm64" if self.platform == "macos-arm64" else "x86_64"
            return platform.startswith("macosx_") and platform.endswith((machine, "universal2"))
        return platform in self.pip_platforms


PIP_PLATFORMS = {
    # glibc 2.28 is what Blender itself asks for.
    "linux-x64": tuple(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1))
    + ("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_14_0_arm64",),
    "macos-x64": ("macosx_14_0_x86_64",),
}
MARKERS = {
    "linux-x64": ("Linux", "linux", "posix", "x86_64"),
    "windows-x64": ("Windows", "win32", "nt", "AMD64"),
    "macos-arm64": ("Darwin", "darwin", "posix", "arm64"),
    "macos-x64": ("Darwin", "darwin", "posix", "x86_64"),
}


def read_pins(target: Target, path: Path = PINS) -> dict[str, str]:
    """Distribution name -> exact version for a target, from a requirements file with markers."""
    pins = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if not text:
            continue
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(target.marker_environment):
            (specifier,) = requirement.specifier
            pins[canonicalize_name(requirement.name)] = specifier.version
    return pins


def needs(wheel: Path, target: Target) -> list[Requirement]:
    """What a wheel requires on a target, without extras and without what Blender ships."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA") and n.count("/") == 1)
        metadata = Parser().parsestr(archive.read(name).decode("utf-8"))
    found = []
    for text in metadata.get_all("Requires-Dist") or []:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate(target.marker_environment):
            continue
        if canonicalize_name(requirement.name) not in SHIPPED_WITH_BLENDER:
            found.append(requirement)
    return found


def cached(name: str, specifier: str, target: Target, cache: Path) -> Path | None:
    wanted = SpecifierSet(specifier)
    for path in sorted(cache.glob("*.whl")):
        found, version, _build, tags = parse_wheel_filename(path.name)
        if found != name or not target.accepts(tags):
            continue
        if specifier.startswith("==="):
            if str(version) == specifier[3:]:
                return path
        elif wanted.contains(version, prereleases=True) and (version.local is None or "+" in specifier):
            return path
    return None


def fetch(name: str, specifier: str, target: Target, cache: Path) -> Path:
    """The unmodified wheel of a distribution for a target, from the cache or from pip's index."""
    cache.mkdir(parents=True, exist_ok=True)
    known = cached(name, specifier, target, cache)
    if known:
        return known
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--implementation",
        "cp",
        "--python-version",
        target.python,
        "--dest",
        str(cache),
    ]
    for platform in target.pip_platforms:
        command += ["--platform", platform]
    result = subprocess.run([*command, f"{name}{specifier}"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode:
        hint = ""
        if name == "torch" and "+" in specifier:
            hint = (
                " The default index has only the CUDA build for Linux: set PIP_EXTRA_INDEX_URL to PyTorch's index"
                " of CPU wheels, or pass --cuda."
            )
        raise PackagingError(
            f"no wheel of {name}{specifier} for {target.platform}, Python {target.python}.{hint}\n"
            f"{result.stderr.strip()}"
        )
    wheel = cached(name, specifier, target, cache)
    if wheel is None:
        raise PackagingError(f"pip fetched a wheel of {name}{specifier} that does not fit {target}")
    return wheel


def torch_specifier(version: str, target: Target) -> str:
    """For Linux the CPU build is a local version of its own; elsewhere the plain one is for the CPU."""
    if target.platform == "linux-x64":
        return f"==={version}" if target.cuda else f"==={version}+cpu"
    return f"=={version}"


def closure(target: Target, cache: Path) -> list[Path]:
    """All wheels that a full zip carries for a target, sorted by name. Fetches what the cache lacks.

    Raises PackagingError when a need is not pinned, its pin does not satisfy it, or there is no such wheel.
    """
    pins = read_pins(target)
    queue = [Requirement(name) for name in WANTED]
    chosen: dict[str, Path] = {}
    while queue:
        requirement = queue.pop(0)
        name = canonicalize_name(requirement.name)
        if name in FORBIDDEN:
            raise PackagingError(f"{name} must not be bundled, but something requires it")
        if name in chosen:
            continue
        if name in pins:
            version = pins[name]
            if not requirement.specifier.contains(version, prereleases=True):
                raise PackagingError(f"requirements/wheels.txt pins {name}=={version}, but {requirement} is required")
            specifier = torch_specifier(version, target) if name == "torch" else f"=={version}"
        elif target.cuda and name.startswith(CUDA_PREFIXES):
            specifier = str(requirement.specifier)
        else:
            raise PackagingError(f"pin {name} in requirements/wheels.txt: {requirement} is required for {target}")
        chosen[name] = fetch(name, specifier, target, cache)
        queue += needs(chosen[name], target)
    return sorted(chosen.values(), key=lambda path: path.name.lower())
