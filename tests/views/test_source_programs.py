"""Programs as text: notebooks, magics, broken cells, scripts with cell marks, encodings, exact places."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rightloss.checking.config import Config
from rightloss.checking.source import check_text
from rightloss.errors import UnreadableInput
from rightloss.views.source import read, read_text
from rightloss.views.source.gathered import decided_late
from rightloss.views.source.names import canonical, star
from rightloss.views.source.notebooks import parse
from rightloss.views.source.prefilter import may_train
from rightloss.views.source.spans import span
from rightloss.views.source.values import Choice, Const

MODEL = "import keras\nm = keras.Sequential([keras.layers.Dense(3)])\n"
COMPILE = "m.compile(loss='sparse_categorical_crossentropy')\n"


def notebook(*cells: str, kinds: str = "") -> str:
    """A notebook; `kinds` has m for each cell that is text."""
    made = [
        {"cell_type": "markdown" if kind == "m" else "code", "source": text.splitlines(keepends=True)}
        for text, kind in zip(cells, kinds.ljust(len(cells), "c"), strict=True)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_cells_are_one_program_in_order() -> None:
    """A model of one cell is compiled in a later one; places name the cell of every type and the line inside it."""
    report = read_text(notebook("# title", MODEL, "text", COMPILE, kinds="mcmc"), "a.ipynb")
    (setup,) = report.setups
    place = span(report.program, "a.ipynb", setup.node)  # type: ignore[arg-type]
    assert place is not None
    assert (place.cell, place.line, place.column) == (3, 1, 1)
    assert setup.resolved


@pytest.mark.parametrize(
    "broken", ["model = # YOUR CODE", "print 'old'", "for x in", "\u200bx = 1", "%%writefile a.py\ndef f(:"]
)
def test_a_broken_cell_hides_no_other(broken: str) -> None:
    """Cells that do not parse are skipped one by one."""
    report = read_text(notebook(MODEL, broken, COMPILE), "a.ipynb")
    assert len(report.setups) == 1
    assert [cell for cell, _ in report.broken] in ([1], [])


@pytest.mark.parametrize(
    "magic",
    [
        "!pip install keras",
        "%matplotlib inline",
        "    \n!ls \\\n   -l",
        "files = !ls",
        "x = %time 1",
        "%time x = 1",
        "def f():\n    %timeit -n1 -r 3 len('a')",
        "%time f(",
        "keras?",
        "?keras",
        "%%time\ny = 1",
        "%%bash\nif [ 1 ]; then echo; fi",
        "if True:\n    !pip install x",
        "print('%d' %\n      3)",
        "s = '''\n%matplotlib\n'''",
    ],
)
def test_magics_and_shell_lines(magic: str) -> None:
    """Lines that only a notebook understands are not errors."""
    report = read_text(notebook(MODEL, magic, COMPILE), "a.ipynb")
    assert report.broken == []
    assert len(report.setups) == 1


def test_exported_notebooks_and_percent_scripts() -> None:
    """A script with shell lines is read; one with a broken cell is read cell by cell."""
    assert len(read_text("!pip install keras\n" + MODEL + COMPILE).setups) == 1
    script = f"# %%\n{MODEL}\n# %% broken\nfor x in\n# %%\n{COMPILE}"
    report = read_text(script)
    (setup,) = report.setups
    assert setup.node is not None
    assert script.splitlines()[setup.node.lineno - 1] == COMPILE.strip()  # type: ignore[attr-defined]


def test_python_2_is_not_parseable_and_no_crash() -> None:
    """Old prints make a file unreadable, which is said."""
    report = read_text(MODEL + "print 'done'\n" + COMPILE)
    assert report.setups == []
    assert report.broken[0][1].startswith("line 3")


def test_no_notebook() -> None:
    """A file that ends in .ipynb and is none gives an error with a way out."""
    with pytest.raises(UnreadableInput):
        read_text("[1, 2]", "a.ipynb")
    with pytest.raises(UnreadableInput):
        read_text("{", "a.ipynb")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("utf8_bom", b"\xef\xbb\xbf" + (MODEL + COMPILE).encode()),
        ("latin1", b"# -*- coding: latin-1 -*-\n# \xe9\n" + (MODEL + COMPILE).encode()),
        ("undeclared", b"# \xe9\xff\n" + (MODEL + COMPILE).encode()),
        ("utf16", (MODEL + COMPILE).encode("utf-16")),
        ("crlf", (MODEL + COMPILE).replace("\n", "\r\n").encode()),
        ("unknown encoding", b"# coding: nonsense\n" + (MODEL + COMPILE).encode()),
    ],
)
def test_encodings(tmp_path: Path, name: str, data: bytes) -> None:
    """Whatever bytes a file has, its program is read."""
    file = tmp_path / "a.py"
    file.write_bytes(data)
    assert len(read(file).setups) == 1


def test_null_bytes_and_missing_files(tmp_path: Path) -> None:
    """A null byte is a file that does not parse; a missing file is an error with a fix."""
    file = tmp_path / "a.py"
    file.write_bytes(MODEL.encode() + b"\0" + COMPILE.encode())
    assert read(file).setups == []
    with pytest.raises(UnreadableInput):
        read(tmp_path / "b.py")


def test_prefilter_never_hides_a_set_up() -> None:
    """Every word without which no set-up exists is what the text test looks for."""
    assert may_train((MODEL + COMPILE).encode())
    assert not may_train(b"import re\nre.compile('a')")
    assert not may_train(b"import keras\n")


def test_places_are_exact_characters() -> None:
    """Columns count Unicode characters, offsets cut out exactly the expression."""
    model = "m = keras.Sequential([keras.layers.Dense(3)])"
    text = f"import keras\nname = 'häß€😀'; {model}; m.compile(loss='binary_crossentropy')\n"
    report = read_text(text)
    place = span(report.program, "a.py", report.setups[0].readings[0].loss.node)  # type: ignore[arg-type]
    assert place is not None
    assert text[place.start : place.end] == "'binary_crossentropy'"
    assert text.splitlines()[place.line - 1][place.column - 1 : place.end_column - 1] == "'binary_crossentropy'"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("tensorflow.keras.layers.Dense", "keras.layers.Dense"),
        ("tensorflow.python.keras.layers.core.Dense", "keras.layers.Dense"),
        ("keras.src.layers.core.dense.Dense", "keras.layers.Dense"),
        ("tf_keras.layers.Dense", "keras.layers.Dense"),
        ("tensorflow.compat.v1.keras.losses.BinaryCrossentropy", "keras.losses.BinaryCrossentropy"),
        ("tensorflow.losses.BinaryCrossentropy", "keras.losses.BinaryCrossentropy"),
        ("keras.objectives.binary_crossentropy", "keras.losses.binary_crossentropy"),
        ("keras.Sequential", "keras.models.Sequential"),
        ("keras.engine.training.Model", "keras.models.Model"),
        ("keras.utils.np_utils.to_categorical", "keras.utils.to_categorical"),
        ("keras.datasets.mnist.load_data", "keras.datasets.mnist.load_data"),
        ("tensorflow.math.argmax", "tensorflow.argmax"),
        ("numpy.argmax", "numpy.argmax"),
        ("kerasx.layers.Dense", "kerasx.layers.Dense"),
        ("library.compat.keras.losses.BinaryCrossentropy", "keras.losses.BinaryCrossentropy"),
        ("library.sparsity.keras.prune", "library.sparsity.keras.prune"),
    ],
)
def test_every_spelling_has_one_canonical_name(written: str, expected: str) -> None:
    """Import forms and versions do not matter to what reads names."""
    assert canonical(written) == expected
    assert canonical(expected) == expected


def test_star_imports() -> None:
    """`from keras.layers import *` brings layers and nothing else."""
    assert star("tensorflow.keras.layers", "Dense") == "keras.layers.Dense"
    assert star("keras.layers", "x_train") is None


HARD = {
    "recursion": "def f(n):\n    return f(n - 1)\nf(3)\n",
    "mutual recursion": "def f():\n    return g()\ndef g():\n    return f()\nf()\n",
    "deep nesting": "x = " + "[" * 80 + "]" * 80 + "\n",
    "long sum": "x = " + " + ".join(["1"] * 3000) + "\n",
    "class of itself": "class A:\n    def __init__(self):\n        self.a = A()\nA()\n",
    "many branches": "".join(f"if a{n}():\n    u = {n}\n" for n in range(200)),
    "nested loops": "for a in range(8):\n    for b in range(8):\n        for c in range(8):\n"
    "            for d in range(8):\n                e = a\n",
    "growing text": "s = 'a'\nfor n in range(8):\n    s = s * 9999\n",
    "huge power": "x = 9 ** 9 ** 9\n",
    "huge label": "import numpy as np\ny = np.array([0, 1, 10 ** 15])\nz = np.array([0.0, float('inf'), 1e300])\n",
    "infinite loop": "while True:\n    x = 1\n",
    "format bomb": "x = '{:>999999999}'.format('a')\n",
}


def test_a_statement_that_nests_too_deeply_hides_no_other() -> None:
    """A sum of hundreds of terms is left out and counted; the model after it is read."""
    report = read_text("x = " + " + ".join(["f(1)"] * 900) + "\n" + MODEL + COMPILE)
    assert len(report.setups) == 1
    assert report.left_out == 1


def test_long_programs_are_read_to_the_end() -> None:
    """Tens of thousands of lines before a model do not hide it."""
    report = read_text("x = f(1)\n" * 30_000 + MODEL + COMPILE)
    assert not report.out_of_steps
    assert len(report.setups) == 1


@pytest.mark.parametrize("program", HARD.values(), ids=HARD)
def test_hard_programs_end(program: str) -> None:
    """No program hangs the reader, and what follows it is still read."""
    report = read_text(program + MODEL + COMPILE)
    assert report.out_of_steps or len(report.setups) == 1 or report.broken


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_programs_never_crash(data: st.DataObject) -> None:
    """Statements of a real program in any order, with pieces left out or swapped, are read without an exception."""
    base = "\n".join([
        "import keras, numpy as np", "from keras import layers", "y = np.random.randint(0, 3, (9,))",
        "m = keras.Sequential([layers.Dense(3, activation='softmax')])", "m.add(layers.Reshape((3,)))",
        "m.compile(loss='sparse_categorical_crossentropy', metrics=['accuracy'])", "m.fit(y, y, class_weight={0: 1.0})",
        "p = m.predict(y)", "z = np.argmax(p, axis=1) > 0.5", "y = keras.utils.to_categorical(y)", "m = m.layers[-1]",
        "del m", "y = y[0]", "layers = [m, y]", "for m in layers:\n    m.pop()", "m = m if y else None",
        "def f(m):\n    m.compile(loss=y)\n    return f", "y = f(y)", "class M(keras.Model):\n"
        "    call = f", "m = M()(y)",
    ]).split("\n")  # fmt: skip
    blocks = [each for each in base if not each.startswith("    ")]
    order = data.draw(st.lists(st.sampled_from(blocks), min_size=1, max_size=25))
    program = "import keras\n" + "\n".join(each + ("\n    pass" if each.endswith(":") else "") for each in order)
    for each in read_text(program).setups:
        assert isinstance(each.reason, str)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Text of any kind is a program, or one that does not parse; nothing else happens."""
    program = parse(text, notebook=False)
    assert isinstance(program.body, list)
    assert all(isinstance(each, ast.stmt) for each in program.body)


TIMED = "%timeit -n1 -r1 m.compile(loss='binary_crossentropy')"


def test_what_is_timed_is_read() -> None:
    """`%time` and `%timeit` run a statement: it stands where it stands, options and all."""
    report = read_text(notebook(MODEL, TIMED), "a.ipynb")
    (setup,) = report.setups
    place = span(report.program, "a.ipynb", setup.node)  # type: ignore[arg-type]
    assert place is not None
    assert (place.cell, place.line, place.column) == (1, 1, TIMED.index("m.compile") + 1)


def test_files_that_cells_write_are_programs_of_their_own() -> None:
    """`%%writefile`: names do not flow between the notebook and the file; a second cell may append to it."""
    head = f"%%writefile a.py\n{MODEL}"
    tail = f"%%writefile -a a.py\n{COMPILE}"
    other = "%%writefile b.py\n{{ template"
    report = read_text(notebook("m = None", head, other, tail), "a.ipynb")
    assert (report.setups, report.broken) == ([], [])
    (written,) = report.files
    (setup,) = written.setups
    place = span(written.program, "a.ipynb", setup.node)  # type: ignore[arg-type]
    assert place is not None
    assert (place.cell, place.line, place.column) == (3, 2, 1)


def test_findings_in_written_files_name_the_cell() -> None:
    """One file, one report: the findings of what its cells write stand among its own."""
    broken = f"%%writefile a.py\n{MODEL}{COMPILE}"
    report = check_text(notebook(broken), "a.ipynb", Config())
    assert report.summary.files == 1
    assert [(each.code, each.place.cell) for each in report.findings] == [("RL202", 0)]


def test_alternatives_without_a_condition_are_left_as_they_are() -> None:
    """Several values that depend on no condition: a later one decides nothing about them."""
    either = Choice(((frozenset(), Const("a")), (frozenset(), Const("b"))))
    assert decided_late(either, frozenset()) is either
