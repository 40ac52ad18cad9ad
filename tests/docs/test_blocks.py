"""Every block of code in README and docs runs, and prints what the page says it prints."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    """(language, text) of each fenced block."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def with_language(language: str) -> list[Path]:
    """Pages that hold such a block."""
    return [page for page in PAGES if any(name == language for name, _ in blocks(page))]


def printed(code: str, namespace: dict) -> str:
    """What a block prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "<page>", "exec"), namespace)
    return out.getvalue()


@pytest.mark.parametrize("page", with_language("python"), ids=lambda page: page.name)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page, run in order, print the `#>` lines they show."""
    monkeypatch.chdir(tmp_path)
    namespace: dict = {"__name__": "page"}
    for name, code in blocks(page):
        if name != "python":
            continue
        shown = [line[3:].rstrip() for line in code.splitlines() if line.startswith("#> ")]
        out = [line.rstrip() for line in printed(code, namespace).splitlines()]
        if shown:
            assert [line for line in out if line in shown] == shown, out


@pytest.mark.parametrize("page", with_language("console"), ids=lambda page: page.name)
def test_console_blocks_print_what_they_show(page: Path, tmp_path: Path) -> None:
    """A `$ rightloss ...` line runs beside examples/, and prints the lines below it where there are some."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for name, text in blocks(page):
        if name != "console":
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            words = shlex.split(command)
            assert words[0] == "rightloss"
            done = subprocess.run(
                [sys.executable, "-m", *words],
                capture_output=True,
                text=True,
                cwd=tmp_path,
                check=False,
                env={**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"},
            )
            lines = [line.rstrip() for line in done.stdout.splitlines()]
            assert done.returncode in (0, 1), done.stderr
            if shown.strip():
                assert lines == [line.rstrip() for line in shown.rstrip("\n").splitlines()]


@pytest.mark.parametrize("page", with_language(""), ids=lambda page: page.name)
def test_plain_blocks_name_commands_that_exist(page: Path) -> None:
    """`make X` is a target that make can plan (it would call this test if it ran), `rightloss X` a verb."""
    from rightloss.cli import VERBS

    for name, text in blocks(page):
        for line in text.splitlines() if name == "" else []:
            words = line.split()
            if words[:1] == ["make"]:
                subprocess.run(["make", "--dry-run", *words[1:]], cwd=ROOT, check=True, capture_output=True)
            if words[:1] == ["rightloss"]:
                assert words[1] in VERBS, line


def test_generated_pages_are_fresh() -> None:
    """The pages that docs/generate.py writes equal what it would write now."""
    namespace: dict = {"__name__": "generate", "__file__": str(ROOT / "docs" / "generate.py")}
    exec((ROOT / "docs" / "generate.py").read_text(encoding="utf-8"), namespace)
    for name, page in namespace["PAGES"].items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page(), f"run: make docs ({name} is stale)"


def test_links_lead_somewhere() -> None:
    """Relative links of README and docs name files that exist."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
