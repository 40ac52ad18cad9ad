"""How the command line ends when it cannot go on."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import click
import pytest

from rightloss import cli
from rightloss.cli import run


@pytest.mark.parametrize("form", [["--format", "json"], ["--format=json"]])
def test_usage_errors_are_json_where_it_is_asked_for(form: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown option gives the same error object as unreadable data."""
    assert run(["select", "x.csv", *form, "--no-such-option"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert "--no-such-option" in told["error"]["received"]


def test_a_column_called_json_is_no_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The word alone asks for nothing on stdout."""
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n2,3\n")
    assert run(["select", str(table), "--label", "json"]) == 2
    assert capsys.readouterr().out == ""


def test_termination_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM unwinds the verb that runs, and the handler is as before afterwards."""
    unwound = []

    def verb(**_: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            unwound.append(True)

    monkeypatch.setattr(cli.cli, "get_command", lambda _ctx, _name: click.Command("verb", callback=verb))
    assert run(["verb"]) == 2
    assert unwound == [True]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
