# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which system libraries Blender's Python module misses on this machine; install them when allowed to.

    .venv/bin/python packaging/system_libraries.py [--install]

The bpy wheels carry most of Blender's libraries, but expect those of X11 and OpenGL from the system. Asks the dynamic
linker, so that it is right for every Blender release. `--install` installs with apt-get, only when something is
missing and only as root; otherwise prints the command to run. Exit code 1 when something stays missing.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# The linker's name -> Debian's package.
DEBIAN_PACKAGE = {
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libEGL_mesa.so.0": "libegl-mesa0",
    "libgomp.so.1": "libgomp1",
    "libuuid.so.1": "libuuid1",
}
# Opened by name while rendering, so the linker cannot tell of them.
OPENED_LATER = ("libEGL.so.1", "libGL.so.1")
# Drivers of which one is enough: the software renderer, or that of a graphics card.
DRIVERS = ("libEGL_mesa.so.0", "libEGL_nvidia.so.0")


def blender_libraries() -> list[Path]:
    """Shared objects of the bpy wheel of the running Python; empty when there is none."""
    spec = importlib.util.find_spec("bpy")
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent
    return [*folder.glob("__init__*.so"), *folder.glob("*.so")]


def missing_libraries() -> list[str]:
    """Names of shared objects that the linker does not find, sorted. Empty without ldd (macOS, Windows)."""
    libraries = blender_libraries()
    if not libraries or not shutil.which("ldd"):
        return []
    missing = set()
    for library in libraries:
        report = subprocess.run(["ldd", str(library)], capture_output=True, text=True).stdout
        missing.update(line.split()[0] for line in report.splitlines() if line.strip().endswith("not found"))
    cache = Path("/sbin/ldconfig")
    if cache.exists():
        known = subprocess.run([str(cache), "-p"], capture_output=True, text=True).stdout
        missing.update(name for name in OPENED_LATER if known and name not in known)
        if known and not any(name in known for name in DRIVERS):
            missing.add(DRIVERS[0])
    return sorted(missing)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """While no other process of this module installs: environments are made side by side, and apt-get takes no second caller."""
    import fcntl

    with open(Path(tempfile.gettempdir()) / "audio2rig-system-libraries.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(packages: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt_install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    with alone():
        for command in (["apt-get", "update", "-q"], apt_install):
            if subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode:
                return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--install", action="store_true", help="install what is missing (Debian and Ubuntu, as root)")
    arguments = parser.parse_args()
    missing = missing_libraries()
    if not missing:
        return 0
    packages = sorted({DEBIAN_PACKAGE[name] for name in missing if name in DEBIAN_PACKAGE})
    unknown = [name for name in missing if name not in DEBIAN_PACKAGE]
    print(f"Blender's Python module misses {', '.join(missing)}", flush=True)
    may_install = packages and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0
    if arguments.install and may_install and install(packages):
        missing = missing_libraries()
        if not missing:
            return 0
    if packages:
        print(f"on Debian and Ubuntu: sudo apt-get install {' '.join(packages)}")
    if unknown:
        print(f"and whatever package holds {', '.join(unknown)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
