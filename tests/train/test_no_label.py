"""A value that stands for "no label" is left out in training and in evaluation alike."""

from __future__ import annotations

from pathlib import Path

from rightloss.train import evaluate, train


def test_evaluate_leaves_out_what_train_left_out(tmp_path: Path) -> None:
    """-1 beside the ids 0..2 is no class, in either verb."""
    rows = "".join(f"{i % 4 - 1},{i % 4 + i % 7 / 10}\n" for i in range(160))
    table = tmp_path / "t.csv"
    table.write_text("y,x\n" + rows)
    trained = train(table, "y", out=tmp_path / "m", epochs=2)
    assert any("no label" in note for note in trained.notes)
    scores, notes = evaluate(tmp_path / "m", table)
    assert scores.rows == 120
    assert any("40 of 160 rows have no label" in note for note in notes)
