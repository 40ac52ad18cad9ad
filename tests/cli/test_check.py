"""`rightloss check` as a user meets it: output, exit codes, silence where it is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rightloss.cli.check import command

GOOD = """import keras
m = keras.Sequential([keras.layers.Dense(3)])
m.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
"""
BAD = GOOD.replace("from_logits=True", "from_logits=False")


def check(*arguments: str, stdin: str | None = None) -> Any:
    """Run the verb."""
    return CliRunner().invoke(command, list(arguments), input=stdin, standalone_mode=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one right and one wrong program."""
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    return tmp_path


def test_exit_codes(project: Path) -> None:
    """0 when all is right, 1 with a finding, an exception with a way out when a path is missing."""
    assert check(str(project / "good.py")).return_value == 0
    assert check(str(project / "bad.py")).return_value == 1
    assert "does not exist" in str(check(str(project / "none.py")).exception)


def test_text_shows_the_line_underlined_and_the_line_to_write(project: Path) -> None:
    """The source line, a mark under the expression, the facts with their places, and the repair."""
    output = check(str(project / "bad.py")).output
    lines = output.splitlines()
    marked = next(n for n, line in enumerate(lines) if "^^^" in line)
    start, end = lines[marked].index("^"), lines[marked].rindex("^") + 1
    assert lines[marked - 1][start:end].startswith("keras.losses.SparseCategoricalCrossentropy(")
    assert "RL202 logits-read-as-probabilities" in output
    assert f"{project / 'bad.py'}:3:" in output
    assert output.count(str(project / "bad.py")) == 1, "places in the finding's own file are written short"
    assert "(line 2:" in output
    assert "keras.losses.SparseCategoricalCrossentropy(from_logits=True)" in output


def test_json_follows_its_documentation(project: Path) -> None:
    """One object with version, findings and a summary; places count from 1; paths are as given."""
    found = json.loads(check(str(project), "--format", "json").output)
    assert found["version"] == 1
    (finding,) = found["findings"]
    assert finding["code"] == "RL202"
    assert finding["severity"] == "error"
    assert finding["path"] == str(project / "bad.py")
    assert (finding["line"], finding["cell"]) == (3, None)
    assert finding["fixes"][0]["safe"]
    (edit,) = finding["fixes"][0]["edits"]
    assert BAD[: edit["start"]] + edit["text"] + BAD[edit["end"] :] == GOOD
    summary = {key: found["summary"][key] for key in ("files", "skipped", "setups", "resolved", "unresolved")}
    assert summary == {"files": 2, "skipped": 0, "setups": 2, "resolved": 2, "unresolved": 0}


def test_concise_is_one_line_for_each_finding(project: Path) -> None:
    """path:line:column: severity code message."""
    (line,) = [each for each in check(str(project), "--format", "concise").output.splitlines() if "RL" in each]
    assert line.startswith(f"{project / 'bad.py'}:3:")


@pytest.mark.parametrize(
    "comment",
    [
        "# rightloss: ignore[RL202]",
        "# rightloss: ignore",
        "# noqa: RL202",
        "# noqa",
        "# rightloss: ignore[RL101, RL202]",
        "# rightloss: ignore[RL2]",
    ],
)
def test_comments_silence_their_line(tmp_path: Path, comment: str) -> None:
    """A comment on the line of the finding takes it away."""
    file = tmp_path / "a.py"
    file.write_text(BAD.rstrip() + f"  {comment}\n")
    assert check(str(file)).return_value == 0


@pytest.mark.parametrize("comment", ["# rightloss: ignore[RL101]", "# noqa: E501", "# a comment"])
def test_other_comments_silence_nothing(tmp_path: Path, comment: str) -> None:
    """Another code, or no directive at all, leaves the finding."""
    file = tmp_path / "a.py"
    file.write_text(BAD.rstrip() + f"  {comment}\n")
    assert check(str(file)).return_value == 1


def test_misspelt_codes_in_comments_are_told(tmp_path: Path) -> None:
    """A comment of our own kind whose code no rule has silences nothing, and its line is named."""
    file = tmp_path / "a.py"
    file.write_text(BAD.rstrip() + "  # rightloss: ignore[202]\n")
    result = check(str(file))
    assert result.return_value == 1
    assert "names '202'" in result.stderr


def test_select_and_ignore(project: Path) -> None:
    """Codes and prefixes on the command line choose what is shown."""
    assert check(str(project), "--ignore", "RL2").return_value == 0
    assert check(str(project), "--select", "RL1,RL3").return_value == 0
    assert check(str(project), "--select", "RL202").return_value == 1
    assert "XX1" in str(check(str(project), "--select", "XX1").exception)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('ignore = ["RL202"]', 0),
        ('select = ["RL1"]', 0),
        ('exclude = ["bad.py"]', 0),
        ('per-file-ignores = {"bad.py" = ["RL2"]}', 0),
        ('per-file-ignores = {"good.py" = ["RL2"]}', 1),
        ('ignore = ["RL101"]', 1),
    ],
)
def test_pyproject(project: Path, table: str, expected: int) -> None:
    """The nearest pyproject.toml with a [tool.rightloss] table configures the check."""
    (project / "pyproject.toml").write_text(f"[tool.rightloss]\n{table}\n")
    assert check(str(project)).return_value == expected


def test_wrong_configuration_is_an_error(project: Path) -> None:
    """A key that is not known is not silently left out."""
    (project / "pyproject.toml").write_text('[tool.rightloss]\nselekt = ["RL1"]\n')
    assert "selekt" in str(check(str(project)).exception)


def test_stdin(project: Path) -> None:
    """A program may come through stdin, under a name."""
    result = check("-", "--stdin-filename", "mine.py", "--format", "concise", stdin=BAD)
    assert result.return_value == 1
    assert result.output.startswith("mine.py:3:")


def test_gitignore_acts_below_a_folder_and_never_on_a_named_file(project: Path) -> None:
    """What .gitignore names is left out of folders; a file named on the command line is always read."""
    (project / ".gitignore").write_text("b*d.py\n")
    assert check(str(project)).return_value == 0
    assert check(str(project / "bad.py")).return_value == 1


@pytest.mark.parametrize(
    ("pattern", "ignored"),
    [
        ("sub/", True),
        ("/sub/bad.py", True),
        ("/bad.py", False),
        ("sub/*.py", True),
        ("**/bad.py", True),
        ("*.py\n!bad.py", False),
        ("# bad.py", False),
        ("b?d.py", True),
        ("[ab]ad.py", True),
    ],
)
def test_gitignore_patterns(tmp_path: Path, pattern: str, ignored: bool) -> None:
    """Patterns mean what gitignore(5) says."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "bad.py").write_text(BAD)
    (tmp_path / ".gitignore").write_text(pattern + "\n")
    assert check(str(tmp_path)).return_value == (0 if ignored else 1)


def test_a_named_file_that_is_no_program_is_told(tmp_path: Path) -> None:
    """A broken notebook and a binary are not passed over in silence when they are what was asked for."""
    (tmp_path / "a.ipynb").write_text("not json")
    (tmp_path / "b.py").write_bytes(b"\x7fELF\0\0")
    (tmp_path / "c.py").write_text("x = 1\n")
    for name, code, told in (("a.ipynb", 2, "notebook"), ("b.py", 2, "null bytes"), ("c.py", 0, "no set-up found")):
        done = check(str(tmp_path / name))
        assert done.return_value == code
        assert told in done.output
    assert check(str(tmp_path)).return_value == 0


def test_symlink_loops_end(project: Path) -> None:
    """A folder that contains itself is read once."""
    (project / "loop").symlink_to(project, target_is_directory=True)
    found = json.loads(check(str(project), "--format", "json").output)
    assert found["summary"]["files"] == 2


def test_a_file_that_does_not_parse_hides_no_other(project: Path) -> None:
    """It is counted as skipped, said on stderr, and stdout is still JSON."""
    (project / "old.py").write_text("import keras\nprint 'old'\nm.compile(loss='mse')\n")
    result = check(str(project), "--format", "json")
    assert json.loads(result.stdout)["summary"]["skipped"] == 1
    assert "old.py" in result.stderr


def test_a_crash_in_one_file_is_a_note(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in one file is said about it; the others are still checked."""
    from rightloss.checking import source as check_source

    real = check_source.read

    def read(path: str) -> Any:
        if path.endswith("good.py"):
            raise ZeroDivisionError("boom")
        return real(path)

    monkeypatch.setattr(check_source, "read", read)
    found = json.loads(check(str(project), "--format", "json").output)
    assert [each["code"] for each in found["findings"]] == ["RL202", "RL-internal"]


def test_statistics_and_show_resolved(project: Path) -> None:
    """Counts by code, and what was understood of each compile."""
    output = check(str(project), "--statistics", "--show-resolved").output
    assert "1  RL202" in output
    assert "Dense 3 linear" in output


def test_fail_on(tmp_path: Path) -> None:
    """--fail-on error lets warnings pass."""
    file = tmp_path / "a.py"
    file.write_text(GOOD.replace("Dense(3)", "Dense(3, activation='softmax')"))
    assert check(str(file)).return_value == 1
    assert check(str(file), "--fail-on", "error").return_value == 0


FOLDER = """import keras
train = keras.utils.image_dataset_from_directory("pictures")
m = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
m.compile(loss="categorical_crossentropy")
m.fit(train)
"""


def test_a_folder_reader_is_repaired_where_it_reads(tmp_path: Path) -> None:
    """Beside the loss, the word of label_mode= that gives the labels this loss reads."""
    file = tmp_path / "a.py"
    file.write_text(FOLDER)
    output = check(str(file)).output
    assert "RL101" in output
    assert 'label_mode="categorical"' in output


TWICE = """import keras
m = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
export = keras.Sequential([m, keras.layers.Activation("sigmoid")])
export.compile(loss=keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
"""


def test_an_exported_wrapper_with_a_second_activation(tmp_path: Path) -> None:
    """The finding names the second activation, not an option of the loss."""
    file = tmp_path / "a.py"
    file.write_text(TWICE)
    output = check(str(file)).output
    assert "RL201" in output
    assert "Write: keras.Sequential([m])" in output


def test_the_base_install_is_enough(project: Path) -> None:
    """Checking source loads no NumPy, Keras, TensorFlow, pandas or scikit-learn."""
    import subprocess
    import sys

    script = (
        "import sys\nfrom rightloss.__main__ import main\n"
        f"assert main(['check', {str(project)!r}]) == 1\n"
        "heavy = {'numpy', 'keras', 'tensorflow', 'pandas', 'sklearn', 'pyarrow'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
