"""Advice as users meet it: keywords, preparation, JSON, text and HTML."""

from __future__ import annotations

import json
from html import unescape

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rightloss as rl
from rightloss.contract.preparation import Preparation
from rightloss.errors import NoCrossEntropyFits, UnsupportedInput, WrongArgument

TEXT = ["cat", "dog", "bird", "dog"] * 10
FIELDS = {
    "version", "task", "contract", "alternatives", "questions", "facts", "preparation", "reason", "imbalance",
    "structure", "remedy", "first_loss", "baseline", "conflicts", "code",
}  # fmt: skip
CONTRACT = {
    "task", "labels", "classes", "positions", "ignore", "units", "activation", "class_axis", "loss", "from_logits",
    "metrics", "decode",
}  # fmt: skip


def test_probabilities_by_default_and_logits_on_request() -> None:
    """Both forms are right; the other one is always shown."""
    plain, raw = rl.select([0, 1, 2] * 20), rl.select([0, 1, 2] * 20, form="logits")
    assert plain.contract.activation == "softmax"
    assert plain.contract.from_logits == "false"
    assert raw.contract.activation == "linear"
    assert raw.contract.from_logits == "true"
    assert raw.contract in [each.contract for each in plain.alternatives]
    assert plain.contract in [each.contract for each in raw.alternatives]


def test_a_form_that_no_loss_allows_is_refused() -> None:
    """The masked loss reads raw scores only; a stated form is never quietly another one."""
    y = np.where(np.eye(60, 3) > 0, np.nan, np.arange(180).reshape(60, 3) % 2)
    assert rl.select(y, form="logits").contract.activation == "linear"
    with pytest.raises(WrongArgument, match="sigmoid"):
        rl.select(y, form="probabilities")


def test_a_form_that_another_row_has_is_obeyed() -> None:
    """Yes/no labels with gaps have probabilities on two softmax units."""
    advice = rl.select(np.array([0, 1, np.nan] * 20), form="probabilities")
    assert (advice.contract.activation, advice.contract.units, advice.contract.ignore) == ("softmax", 2, -1)
    assert "masked_binary_crossentropy" in [each.contract.loss for each in advice.alternatives]


def test_soft_labels_have_exact_sums() -> None:
    """Counts of labels that are probabilities are their sums, for one class, exclusive classes and columns."""
    one = rl.select(np.r_[np.zeros(58), 0.5, 0.685])
    p = 1.185 / 60
    assert one.imbalance.counts == pytest.approx((58.815, 1.185))
    assert one.first_loss["prior"] == pytest.approx(-(p * np.log(p) + (1 - p) * np.log(1 - p)))
    cells = np.random.default_rng(0).random((60, 3))
    for labels in (cells, cells / cells.sum(1, keepdims=True)):
        advice = rl.select(labels)
        assert advice.imbalance.counts == pytest.approx(labels.sum(0))
        assert advice.first_loss["prior"] < advice.first_loss["uniform"]
        assert f"{labels[:, 0].sum():.1f}" in str(advice)
        with pytest.raises(WrongArgument, match="soft"):
            rl.select(labels, goal="macro_f1")


def test_task_regression_is_obeyed() -> None:
    """Whoever says that numbers are quantities gets no cross-entropy, and is told what fits."""
    advice = rl.select([0, 1, 2] * 20, task="regression")
    assert advice.contract is None
    assert "mean_squared_error" in advice.reason
    with pytest.raises(NoCrossEntropyFits, match="mean_squared_error"):
        advice.head()


@pytest.mark.parametrize(
    ("keywords", "word"),
    [
        ({"task": "binry"}, "multilabel"),
        ({"positions": "word"}, "token"),
        ({"form": "raw"}, "logits"),
        ({"task": "multilabel"}, "one of 3 exclusive classes"),
        ({"several_true": True}, "one of 3 exclusive classes"),
    ],
)
def test_wrong_keywords_say_what_is_right(keywords: dict, word: str) -> None:
    """An unknown value, or one that contradicts the labels, is an error that names what would agree."""
    with pytest.raises(WrongArgument, match=word):
        rl.select([0, 1, 2] * 20, **keywords)


def test_stated_padding_never_becomes_a_class() -> None:
    """With ignore=0 and ids 1..3, the prepared labels are 0..2 and the padding is -1, in `encode` and in the code."""
    y = np.array([[1, 2, 0], [3, 1, 2]] * 20)
    advice = rl.select(y, positions="token", ignore=0)
    assert advice.contract.ignore == -1
    np.testing.assert_array_equal(advice.encode(y)[:2], [[0, 1, -1], [2, 0, 1]])
    namespace = {"np": np, "y": y}
    exec("\n".join(advice.preparation.lines()), namespace)
    np.testing.assert_array_equal(namespace["y"], advice.encode(y))


def test_padded_lists_become_columns_when_several_can_be_true() -> None:
    """The padding value is no label."""
    y = np.array([[1, 4, 0], [2, 0, 0], [3, 5, 6]] * 20)
    advice = rl.select(y, several_true=True)
    assert advice.task == "multilabel"
    assert advice.classes == (1, 2, 3, 4, 5, 6)
    np.testing.assert_array_equal(advice.encode(y)[:3].sum(1), [2, 1, 3])


PADDED = {
    "rising, 0": [[1, 4, 0], [2, 0, 0], [3, 5, 6]],
    "rising, -1": [[1, 4, -1], [2, -1, -1], [3, 5, 6]],
    "-100": [[1, 4, -100], [2, -100, -100], [3, 5, 6]],
    "NaN": [[1, 4, np.nan], [2, np.nan, np.nan], [3, 5, 6]],
    "any order, -1": [[4, 1, -1], [2, -1, -1], [6, 3, 5]],
}


@pytest.mark.parametrize("rows", PADDED.values(), ids=PADDED)
@pytest.mark.parametrize("keywords", [{"several_true": True}, {"task": "multilabel"}])
def test_lists_of_ids_are_taken_as_lists(rows: list, keywords: dict) -> None:
    """Whoever says that several ids of a row are true gets columns, whatever the padding is; nothing is left to ask."""
    y = np.array(rows * 20)
    for more in ({}, {"positions": "example"}):
        advice = rl.select(y, **keywords, **more)
        assert (advice.task, advice.contract.positions) == ("multilabel", "example")
        assert advice.classes == (1, 2, 3, 4, 5, 6)
        assert advice.questions == ()
        np.testing.assert_array_equal(advice.encode(y)[:3].sum(1), [2, 1, 3])


def test_rows_of_names_are_taken_as_lists() -> None:
    """A matrix of tags, filled up with empty text, is a list of labels for each row where several can be true."""
    y = np.array([["a", "b"], ["b", ""], ["c", "a"]] * 20)
    advice = rl.select(y, several_true=True)
    assert (advice.task, advice.classes) == ("multilabel", ("a", "b", "c"))
    np.testing.assert_array_equal(advice.encode(y)[:3].sum(1), [2, 1, 2])


@pytest.mark.parametrize("keywords", [{"task": "multiclass"}, {"ordered": True}])
def test_dates_as_classes_need_a_line(keywords: dict) -> None:
    """Dates are no classes as they stand; the line that makes them names is given, and works."""
    y = np.array(["2020-01-01", "2021-01-01", "2022-01-01"] * 20, dtype="datetime64[D]")
    with pytest.raises(WrongArgument, match="str\\(label\\)"):
        rl.select(y, **keywords)
    assert rl.select([str(label) for label in y], **keywords).task == "multiclass"


def test_zero_in_lists_of_any_order_is_asked_about() -> None:
    """0 may be the padding or an id; either answer is obeyed."""
    y = np.array([[4, 1, 0], [2, 0, 0], [6, 3, 5]] * 20)
    assert [each.keyword for each in rl.select(y, several_true=True).questions] == ["ignore"]
    assert rl.select(y, several_true=True, ignore=0).classes == (1, 2, 3, 4, 5, 6)
    assert rl.select(y, several_true=True, ignore="none").classes == (0, 1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("rows", PADDED.values(), ids=PADDED)
def test_positions_of_padded_ids_are_obeyed(rows: list) -> None:
    """Steps of a sequence, lists or outputs of an example: what was stated is not asked about again."""
    y = np.array(rows * 20)
    assert rl.select(y, positions="token").contract.positions == "token"
    example = rl.select(y, positions="example")
    assert example.contract is None or example.contract.labels == "multihot"
    outputs = rl.select(y, positions="example", several_true=False)
    assert "each column by itself" in outputs.reason
    assert example.questions == outputs.questions == ()
    with pytest.raises(WrongArgument, match="several_true"):
        rl.select(y, positions="token", several_true=True)


def test_spellings_are_noted_where_they_are_read() -> None:
    """The note stands in the text, in the notebook and in the JSON, with a line that does what it says."""
    advice = rl.select(["Yes", "yes", "YES ", "no"] * 20)
    note = advice.notes[0]
    assert note in " ".join(str(advice).split())
    assert note in advice.to_json()["facts"]
    assert note in unescape(advice._repr_html_())
    scope = {"y": ["Yes", "yes", "YES ", "no"] * 20}
    exec(note.split("Where they mean the same: ")[1], scope)
    assert rl.select(scope["y"]).task == "binary"


def test_a_few_texts_among_numbers_are_mistakes() -> None:
    """One "oops" in a column of 0 and 1 is not a third class."""
    with pytest.raises(UnsupportedInput, match="oops"):
        rl.select([*["0", "1"] * 200, "oops"])
    assert rl.select([*["0", "1"] * 200, "oops"], ignore="oops").task == "binary"


def test_rows_with_several_ones_contradict_one_true() -> None:
    """Columns that are 1 together cannot be exclusive; they do not become tokens either."""
    y = np.array([[1, 1, 0], [0, 1, 0], [1, 1, 1]] * 20)
    with pytest.raises(WrongArgument, match="several_true"):
        rl.select(y, several_true=False)


def test_a_stated_order_is_told() -> None:
    """Whoever says that classes are ordered is told what follows, whatever the classes are called."""
    assert "have an order" in rl.select(["lo", "mid", "hi"] * 20, ordered=True).reason
    assert "have an order" in rl.select([1, 2, 3] * 20, ordered=True).reason
    assert "have an order" not in rl.select([1, 2, 3] * 20).reason


def test_an_alphabetical_order_is_not_passed_off_as_meant() -> None:
    """Names have no order of their own: the one taken is told, with the line that gives another."""
    pandas = pytest.importorskip("pandas")
    names = ["lo", "mid", "hi"]
    assert "hi < ... < mid. It is alphabetical" in rl.select(names * 20, ordered=True).reason
    told = rl.select(pandas.Series(pandas.Categorical(names * 20, names, ordered=True))).reason
    assert "lo < ... < hi" in told
    assert "alphabetical" not in told


@pytest.mark.parametrize(
    ("labels", "keywords", "word"),
    [
        ([0, 1, 2] * 20, {"ignore": 99}, "99"),
        ([0, 1, 2] * 20, {"ignore": "2x"}, "2x"),
        (TEXT, {"ignore": "zz"}, "zz"),
        ([0, 1, 2] * 20, {"ignore": [2]}, "one number"),
        ([0, 1, 2] * 20, {"ignore": True}, "one number"),
        ([0, 1, 2] * 20, {"ordered": "x"}, "True or False"),
        ([0, 1, 2] * 20, {"several_true": 1}, "True or False"),
    ],
    ids=str,
)
def test_what_cannot_be_obeyed_is_refused(labels, keywords: dict, word: str) -> None:  # type: ignore[no-untyped-def]
    """A stated value is obeyed or is an error, never a silent nothing."""
    with pytest.raises(WrongArgument, match=word):
        rl.select(labels, **keywords)


@pytest.mark.parametrize(
    ("ignore", "classes"),
    [
        (None, ("a", "b", "unknown")),
        ("?", ("a", "b", "unknown")),
        ("unknown", ("a", "b")),
        ("none", ("?", "a", "b", "n/a", "unknown")),
        ("a", ("?", "b", "n/a", "unknown")),
    ],
)
def test_naming_one_blank_names_all(ignore: str | None, classes: tuple) -> None:
    """ "?" and "n/a" say the same; whoever leaves "unknown" out leaves them out too; names stay what they are."""
    y = ["?", "n/a", "unknown", "a", "b"] * 20
    advice = rl.select(y, ignore=ignore)
    assert advice.classes == classes
    np.testing.assert_array_equal(advice.encode(y) >= 0, [each in classes for each in y])


def test_infinite_labels_are_refused() -> None:
    """Infinity is neither a class nor a missing label."""
    with pytest.raises(UnsupportedInput, match="infinite"):
        rl.select(np.array([0, 1, np.inf] * 9))


def test_labels_of_mixed_kinds_are_refused() -> None:
    """Numbers and text in one column are an error with examples, not a guess."""
    with pytest.raises(UnsupportedInput, match="mix numbers and text"):
        rl.select([1, "a", 2, "b"] * 5)


@pytest.mark.parametrize(
    "labels",
    [
        TEXT,
        np.array([1, 2, 5] * 9),
        np.array([-1, 1] * 9),
        [["a", "b"], [], ["c"]] * 9,
        ["a,b", "a", "b,c", "c"] * 9,
        np.array([[0, 255], [255, 255], [0, 0]] * 9),
        np.array([0, 1, 2, 255] * 9),
        [0, 1, 2, None] * 9,
        [["B", "O", "O"], ["O", "B"], ["I", "I"]] * 9,
    ],
    ids=str,
)
def test_preparation_survives_json_and_its_code_does_the_same(labels) -> None:  # type: ignore[no-untyped-def]
    """What is saved is what is done; the lines a user copies give the same array as `encode`."""
    advice = rl.select(labels)
    encoded = advice.encode(labels)
    assert len(encoded) == len(labels)
    if advice.preparation is None:
        return
    saved = json.loads(json.dumps(advice.preparation.to_json()))
    assert Preparation.from_json(saved).to_json() == advice.preparation.to_json()
    namespace = {"np": np, "y": labels}
    exec("\n".join(advice.preparation.lines()), namespace)
    np.testing.assert_array_equal(np.asarray(namespace["y"], dtype=float), encoded.astype(float))


@given(
    st.lists(st.sampled_from(["red", "green", "blue", "grey"]), min_size=8, max_size=60).filter(
        lambda y: len(set(y)) > 2
    )
)
def test_decode_inverts_encode(labels: list[str]) -> None:
    """Predictions that are sure of the encoded class come back as the user's own names."""
    advice = rl.select(labels, task="multiclass")
    ids = advice.encode(labels)
    np.testing.assert_array_equal(advice.decode(np.eye(len(advice.classes))[ids]), labels)


def test_unknown_label_is_an_error_when_encoding() -> None:
    """A label that was not there at selection is named, never turned into something else."""
    with pytest.raises(WrongArgument, match="wolf"):
        rl.select(TEXT).encode(["cat", "wolf"])


@pytest.mark.parametrize("labels", [TEXT, [0, 1] * 9, np.eye(4), [1.5, 2.5, 9.25, 1.0] * 9, []], ids=str)
def test_json_has_every_documented_field(labels) -> None:  # type: ignore[no-untyped-def]
    """The JSON object is complete, and is JSON."""
    found = json.loads(json.dumps(rl.select(labels).to_json()))
    assert set(found) == FIELDS
    assert found["version"] == 1
    if found["contract"] is not None:
        assert set(found["contract"]) == CONTRACT


def test_several_outputs_are_several_contracts() -> None:
    """A dict of labels gives one advice for each name."""
    advice = rl.select({"animal": TEXT, "tame": [0, 1] * 20})
    assert isinstance(advice, rl.Several)
    assert advice["animal"].task == "multiclass"
    assert advice["tame"].task == "binary"
    assert set(advice.to_json()["outputs"]) == {"animal", "tame"}


def test_text_from_data_is_escaped_in_html() -> None:
    """A class name is shown, never executed."""
    html = rl.select(["<script>alert(1)</script>", "b"] * 20)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_text_says_what_to_write() -> None:
    """The answer holds the lines to write, and reads the same in a terminal and as `str`."""
    advice = rl.select([0, 1, 2] * 20)
    text = str(advice)
    assert 'keras.layers.Dense(3, activation="softmax")' in text
    assert "keras.losses.SparseCategoricalCrossentropy()" in text
    assert repr(advice) == text


def test_markup_in_class_names_is_text() -> None:
    """Square brackets in names are not taken for colour codes."""
    assert "[bold]x" in str(rl.select(["[bold]x", "y"] * 20))


def test_imbalance_is_in_numbers() -> None:
    """Counts, majority share and prior entropy follow from the labels."""
    found = rl.select([0] * 90 + [1] * 10).imbalance
    assert found.counts == (90, 10)
    assert found.majority == pytest.approx(0.9)
    assert found.entropy == pytest.approx(-(0.9 * np.log(0.9) + 0.1 * np.log(0.1)))
    assert found.ratio == pytest.approx(9)
