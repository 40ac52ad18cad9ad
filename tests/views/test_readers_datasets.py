"""tf.data datasets: batched or not, endless, ragged, sparse, dictionaries, several outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rightloss.errors import EmptyInput, MissingColumn, UnreadableInput, UnsupportedInput
from rightloss.views.labels.accumulate import profile
from rightloss.views.labels.files import from_path
from rightloss.views.labels.streams import from_dataset, from_pydataset

tf = pytest.importorskip("tensorflow")

ROWS = 30
X = np.zeros((ROWS, 3), np.float32)
Y = np.arange(ROWS) % 3
COUNTS = {0: 10, 1: 10, 2: 10}


def pairs(y: Any = Y) -> Any:
    return tf.data.Dataset.from_tensor_slices((X, y))


def generated(signature: Any, items: Callable[[], Iterator[Any]]) -> Any:
    return tf.data.Dataset.from_generator(items, output_signature=signature)


DATASETS = {
    "examples": pairs,
    "batches": lambda: pairs().batch(8),
    "full batches": lambda: pairs().batch(10, drop_remainder=True),
    "shuffled, weighted": lambda: (
        tf.data.Dataset.from_tensor_slices((X, Y, np.ones(ROWS))).shuffle(9).batch(7).prefetch(2)
    ),
    "mapped batches": lambda: pairs().batch(4).map(lambda x, y: (x + 1, y)),
    "unbatched": lambda: pairs().batch(4).unbatch(),
    "filtered": lambda: pairs().filter(lambda x, y: y >= 0),
    "labels alone": lambda: tf.data.Dataset.from_tensor_slices(Y),
    "dictionary": lambda: tf.data.Dataset.from_tensor_slices({"image": X, "label": Y}).batch(4),
    "shape unknown, examples": lambda: tf.data.Dataset.from_generator(
        lambda: zip(X, Y, strict=True), output_types=(tf.float32, tf.int64)
    ),
    "shape unknown, batches": lambda: tf.data.Dataset.from_generator(
        lambda: iter([(X, Y)]), output_types=(tf.float32, tf.int64)
    ),
    "batches of a generator": lambda: generated(
        (tf.TensorSpec((None, 3)), tf.TensorSpec((None,), tf.int64)), lambda: iter([(X, Y)])
    ),
}


@pytest.mark.parametrize("make", DATASETS.values(), ids=DATASETS)
def test_each_kind_of_dataset_gives_the_labels(make: Callable[[], Any]) -> None:
    """However batched or mapped, the same scalar labels come out, in every pass."""
    stream = from_dataset(make())[None]
    for _ in range(2):
        seen = profile(stream)
        assert (seen.values, seen.shape, seen.rows) == (COUNTS, (), ROWS)


@pytest.mark.parametrize("batch", [False, True])
def test_vectors_and_masks_keep_their_shape(batch: bool) -> None:
    """One-hot vectors and masks are (n, K) and (n, H, W, 1) whether batched or not."""
    for y, shape in ((np.eye(3)[Y], (3,)), (np.zeros((ROWS, 4, 5, 1), np.uint8), (4, 5, 1))):
        ds = pairs(y).batch(7) if batch else pairs(y)
        seen = profile(from_dataset(ds)[None])
        assert (seen.shape, seen.rows) == (shape, ROWS)


@pytest.mark.parametrize("batch", [False, True])
def test_ragged_and_sparse_labels(batch: bool) -> None:
    """Ragged labels are lists, sparse ones a multi-hot matrix."""
    ragged = pairs(tf.ragged.constant([[1, 2], [3], []] * 10))
    seen = profile(from_dataset(ragged.batch(4) if batch else ragged)[None])
    assert (seen.shape, seen.values, seen.rows) == ((None,), {1: 10, 2: 10, 3: 10}, ROWS)
    sparse = pairs(tf.sparse.from_dense(np.eye(3)[Y]))
    seen = profile(from_dataset(sparse.batch(4) if batch else sparse)[None])
    assert seen.row_facts is not None
    assert (seen.shape, seen.row_facts.positives, seen.rows) == ((3,), (10, 10, 10), ROWS)


def test_one_sequence_for_each_example() -> None:
    """Labels of varying length beside features of fixed length are one example each, noted as a decision."""
    signature = (tf.TensorSpec((5,)), tf.TensorSpec((None,), tf.int64))
    ds = generated(signature, lambda: ((np.zeros(5), np.arange(1 + i)) for i in range(4)))
    stream = from_dataset(ds)[None]
    seen = profile(stream)
    assert (seen.shape, seen.rows) == ((None,), 4)
    assert any("one example" in note for note in stream.notes)


def test_text_and_half_precision() -> None:
    """Text labels are text; bfloat16 labels keep the name of their type."""
    assert profile(from_dataset(pairs(np.array(["a", "b", "a"])[Y]).batch(4))[None]).values == {"a": 20, "b": 10}
    half = profile(from_dataset(pairs(tf.cast(Y, tf.bfloat16)).batch(4))[None])
    assert (half.values, half.dtype) == (COUNTS, "bfloat16")


def test_endless_datasets_stop_at_the_cap() -> None:
    """repeat() is noticed before reading, and the cap holds in the middle of a batch."""
    stream = from_dataset(pairs().repeat().batch(7), rows_cap=50)[None]
    assert (profile(stream).rows, dict(stream.caps)) == (50, {"rows": 50})
    assert "repeats without end" in from_dataset(pairs().repeat())[None].notes[0]
    assert "unknown" in from_dataset(pairs().filter(lambda x, y: True))[None].notes[0]
    assert from_dataset(pairs().batch(4))[None].notes == ()


def test_features_are_never_converted() -> None:
    """Only labels leave TensorFlow: features that no array could hold do no harm."""
    ds = pairs().map(lambda x, y: (tf.RaggedTensor.from_row_lengths(x, [1, 2]), y))
    assert profile(from_dataset(ds)[None]).values == COUNTS


def test_several_outputs_and_keys() -> None:
    """Dictionaries and tuples of outputs come apart; keys and outputs are chosen by name, and missed by name."""
    several = tf.data.Dataset.from_tensor_slices((X, {"kind": Y, "even": Y % 2})).batch(4)
    outputs = from_dataset(several)
    assert profile(outputs["kind"]).values == COUNTS
    assert profile(outputs["even"]).values == {0: 20, 1: 10}
    assert list(from_dataset(several, columns=["even"])) == ["even"]
    assert set(from_dataset(tf.data.Dataset.from_tensor_slices((X, (Y, Y))))) == {"output_0", "output_1"}
    unnamed = tf.data.Dataset.from_tensor_slices({"image": X, "kind": Y})
    with pytest.raises(MissingColumn, match="image, kind"):
        from_dataset(unnamed)
    assert profile(from_dataset(unnamed, columns=["kind"])[None]).values == COUNTS
    with pytest.raises(MissingColumn, match="no output 'size'"):
        from_dataset(several, columns=["size"])


def test_what_cannot_be_read() -> None:
    """No elements, tuples that Keras would not take, and labels nested twice are errors."""
    for ds in (pairs().take(0), pairs().filter(lambda x, y: False)):
        with pytest.raises(EmptyInput):
            profile(from_dataset(ds)[None])
    with pytest.raises(UnsupportedInput, match="tuples of 4"):
        from_dataset(tf.data.Dataset.from_tensor_slices((X, X, X, Y)))
    with pytest.raises(UnsupportedInput, match="one dictionary"):
        from_dataset(tf.data.Dataset.from_tensor_slices((X, {"a": {"b": Y}})))


def test_class_names_of_a_directory(tmp_path: Path) -> None:
    """Keras's *_dataset_from_directory leaves its class names, and counts as from_path does on the folder."""
    import keras

    for name, count in (("cat", 2), ("dog", 5)):
        (tmp_path / name).mkdir()
        for i in range(count):
            (tmp_path / name / f"{i}.txt").write_text("words")
    ds = keras.utils.text_dataset_from_directory(str(tmp_path), batch_size=3, verbose=False)
    by_dataset, by_folder = profile(from_dataset(ds)[None]), profile(from_path(tmp_path)[None])
    assert by_dataset.class_names == by_folder.class_names == ("cat", "dog")
    assert by_dataset.values == by_folder.values == {1: 5, 0: 2}


def test_a_keras_pydataset() -> None:
    """A real PyDataset, of known and of unknown length, gives its batches."""
    import keras

    class Known(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, index: int) -> Any:
            return X, Y

    class Endless(keras.utils.PyDataset):
        @property
        def num_batches(self) -> None:
            return None

        def __getitem__(self, index: int) -> Any:
            return X, Y

    assert profile(from_pydataset(Known())[None]).rows == 3 * ROWS
    assert profile(from_pydataset(Endless(), rows_cap=50)[None]).rows == 50


def test_tfrecord_written_by_tensorflow(tmp_path: Path) -> None:
    """Records as TensorFlow writes them are read without it, plain and gzipped."""

    def example(i: int) -> bytes:
        feature = {
            "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[i % 3 - 1])),
            "soft": tf.train.Feature(float_list=tf.train.FloatList(value=[0.25, 0.75])),
            "tags": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"a"] * (i % 2))),
        }
        return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()

    for kind in ("", "GZIP"):
        path = tmp_path / f"d{kind}.tfrecord"
        with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type=kind)) as writer:
            for i in range(ROWS):
                writer.write(example(i))
        assert profile(from_path(path, feature="label")[None]).values == {-1: 10, 0: 10, 1: 10}
        assert profile(from_path(path, feature="soft")[None]).shape == (2,)
        assert profile(from_path(path, columns=["tags"])[None]).tags == {"a": 15}


@pytest.mark.parametrize("ranked", [True, False])
def test_an_error_of_the_first_element_is_told(ranked: bool) -> None:
    """Whether the first element is looked at before the pass (shape unknown) or not."""

    def broken(i: Any) -> Any:
        raise ValueError("no such image")

    def element(i: Any) -> Any:
        label = tf.py_function(broken, [i], tf.int64)
        return i, (tf.ensure_shape(label, ()) if ranked else label)

    with pytest.raises(UnreadableInput, match=r"the dataset raised .*no such image"):
        profile(from_dataset(tf.data.Dataset.range(5).map(element))[None])
