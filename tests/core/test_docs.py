# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation: its links lead somewhere, and what it tells to type exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.setting_fields import Place, settings_of
from core.settings import GenerateSettings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as the usual renderers make them."""
    found = set()
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("#"):
            words = re.sub(r"[^\w\s-]", "", line.lstrip("#").strip().lower())
            found.add(words.replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    wrong = []
    for match in LINK.finditer(page.read_text("utf-8")):
        target = match.group(1) or match.group(2)
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        if not linked.exists():
            wrong.append(f"{target}: there is no such file")
        elif anchor and linked.suffix == ".md" and anchor not in anchors(linked):
            wrong.append(f"{target}: {linked.name} has no such heading")
    assert not wrong, "\n".join(wrong)


def test_make_targets_of_the_documentation_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z0-9-]*)(?:-%)?:", makefile, re.MULTILINE))
    wrong = []
    for page in PAGES:
        for name in re.findall(r"(?:`|^)make ([a-z][a-z0-9-]*)", page.read_text("utf-8"), re.MULTILINE):
            if name not in targets and not name.startswith("bench-"):
                wrong.append(f"{page.name}: make {name}")
    assert not wrong, wrong


def test_command_line_options_of_the_documentation_exist() -> None:
    source = "".join(
        (ROOT / "core" / "blender" / name).read_text("utf-8") for name in ("cli.py", "command_line/command_options.py")
    )
    options = {f"--{one.option.replace('_', '-')}" for one in settings_of(GenerateSettings, Place.COMMAND)}
    text = (ROOT / "docs" / "headless.md").read_text("utf-8") + (ROOT / "README.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if "audio2rig generate" in line or line.startswith("| `--")]
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", "\n".join(lines)))
    written = {f"--{name.replace('_', '-')}" for name in re.findall(r"[\"(](?:--)?([a-z_]+)\"", source)}
    assert named and not named - options - written, named - options - written


def test_settings_of_the_documentation_exist() -> None:
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"--set ([a-z_]+)=", text))
    known = {one.name for one in settings_of(GenerateSettings, Place.COMMAND)}
    assert named and named <= known, named - known
