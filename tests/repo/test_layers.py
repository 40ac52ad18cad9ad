"""Imports point down, and the package starts light. Each gate has a test that it can fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from repo.layers import LAYERS, PACKAGE, STANDARD_ONLY, offences

HEAVY = ("numpy", "pandas", "keras", "tensorflow", "sklearn", "pyarrow", "duckdb", "ibis", "polars")
FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path) -> None:  # type: ignore[no-untyped-def]
    """No module imports a layer above its own; contract, findings, rules and errors use the standard library only."""
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert offences(part, path.read_text(encoding="utf-8"), frozenset(sys.stdlib_module_names)) == []


def test_every_folder_has_a_layer() -> None:
    """A new folder must say where it lies."""
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in FILES}
    assert parts <= {name for layer in LAYERS for name in layer}
    assert set(STANDARD_ONLY) <= {name for layer in LAYERS for name in layer}


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("contract", "from rightloss.views import labels"),
        ("contract", "import numpy as np"),
        ("rules", "from rightloss.views.labels import read"),
        ("views", "from rightloss.rules import RULES"),
        ("views", "def f():\n    from rightloss.select import select"),
        ("findings", "import rightloss.cli"),
    ],
)
def test_the_gate_can_fail(part: str, source: str) -> None:
    """An import that points up, sideways or outside is reported."""
    assert offences(part, source, frozenset(sys.stdlib_module_names))


def loaded(statement: str) -> set[str]:
    """Heavy packages that a fresh interpreter has loaded after a statement."""
    program = f"import sys\n{statement}\nprint('\\nloaded:', *[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize(
    "statement",
    ["import rightloss", "from rightloss.__main__ import main; main(['--help'])", "import rightloss.findings"],
)
def test_starting_loads_nothing_heavy(statement: str) -> None:
    """Importing the package and asking for help load neither NumPy nor Keras."""
    assert loaded(statement) == set()


def test_a_missing_part_is_named_with_its_pip_line(tmp_path: Path) -> None:
    """With the base install only, `select` says what to install and exits with 2."""
    (tmp_path / "y.csv").write_text("y\n0\n1\n")
    program = (
        "import sys\n"
        "for name in ('numpy', 'pyarrow'): sys.modules[name] = None\n"
        "from rightloss.cli import run\n"
        "sys.exit(run(['select', sys.argv[1], '--label', 'y']))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "y.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'rightloss[data]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_start_gate_can_fail() -> None:
    """A statement that loads NumPy is seen to load it."""
    assert loaded("import numpy") == {"numpy"}


def test_exports_are_complete_and_sorted() -> None:
    """Every public name exists, is listed once, and the list is sorted as a reader expects."""
    import rightloss

    assert rightloss.__all__ == sorted(set(rightloss.__all__))
    for name in rightloss.__all__:
        assert getattr(rightloss, name) is not None
    hooks = {"load_ipython_extension", "unload_ipython_extension"}  # names that notebooks look for
    assert set(rightloss._HOME) - hooks == set(rightloss.__all__) - {"__version__"}
