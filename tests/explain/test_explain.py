"""Pasted texts, of Keras 2 and Keras 3, find their causes; what is not known is said to be unknown."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from rightloss.errors import WrongArgument
from rightloss.explain import explain
from rightloss.known_errors import KNOWN
from rightloss.rules import BY_CODE, RULES

# (text as printed, code of the first cause)
PASTED = [
    ("ValueError: Argument `output` must have rank (ndim) `target.ndim - 1`. Received: target.shape=(64, 3), "
     "output.shape=(64, 3)", "RL101"),
    ("ValueError: Arguments `target` and `output` must have the same rank (ndim). Received: target.shape=(64,), "
     "output.shape=(64, 3)", "RL101"),
    ("Arguments `target` and `output` must have the same shape. Received: target.shape=(64, 1), output.shape=(64, 3)",
     "RL101"),
    ("Received a label value of 3 which is outside the valid range of [0, 3).  Label values: 2 3 1", "RL102"),
    ("val_loss: 0.6931", ""),
    ("Received a label value of -9223372036854775808 which is outside the valid range of [0, 3).", "RL103"),
    ("ValueError: Invalid dtype: str352", "RL106"),
    ("ValueError: Invalid dtype: object", "RL106"),
    ("TypeError: only 0-dimensional arrays can be converted to Python scalars", "RL501"),
    ("Dimensions must be equal, but are 6 and 64 for '{{node compile_loss/mul}} = Mul[T=DT_FLOAT]", "RL501"),
    ("InvalidArgumentError: {{function_node MapDataset}} indices[2] = 2 is not in [0, 2)", "RL501"),
    ("AttributeError: 'numpy.ndarray' object has no attribute 'get'", "RL501"),
    ("AttributeError: 'str' object has no attribute 'get'", "RL501"),
    ("ValueError: You cannot `class_weight` and `sample_weight` at the same time.", "RL501"),
    ("ValueError: `class_weight` is only supported for Models with a single output.", "RL501"),
    ("ValueError: FBetaScore expects 2D inputs with shape (batch_size, output_dim), with output_dim fully defined",
     "RL402"),
    ("Dimensions must be equal, but are 64 and 192 for '{{node LogicalAnd}} = LogicalAnd[](Tile_2, Greater)'",
     "RL402"),
    ("Argument `segment_ids` and `data` should have same leading dimension. Got (192,) v.s. (64,).", "RL402"),
    ("ValueError: Only axis=-1 is currently supported. Received: axis=1", "RL206"),
    ("TypeError: SparseCategoricalCrossentropy.__init__() got an unexpected keyword argument 'label_smoothing'", ""),
    ("ValueError: Could not interpret loss identifier: categorical_generalized_cross_entropy", ""),
    ('UserWarning: "`binary_crossentropy` received `from_logits=True`, but the `output` argument was produced by a '
     'Sigmoid activation and thus does not represent logits. Was this intended?', "RL201"),
    ("UserWarning: You are using a softmax over axis -1 of a tensor of shape (32, 1). This axis has size 1.", "RL204"),
    ("SyntaxWarning: In loss categorical_crossentropy, expected y_pred.shape to be (batch_size, num_classes) with "
     "num_classes > 1. Received: y_pred.shape=(30, 1).", "RL101"),
    ("ValueError: No gradients provided for any variable.", ""),
    ("ValueError: None values not supported.", ""),
    ("ValueError: Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.", ""),
    ("ValueError: You must call `compile()` before using the model.", ""),
    ("TypeError: Expected float32, but got a of type 'str'.", ""),
    # Keras 2 and older words
    ("ValueError: Shapes (None, 1) and (None, 10) are incompatible", "RL101"),
    ("ValueError: `logits` and `labels` must have the same shape, received ((None, 3) vs (None, 1)).", "RL205"),
    ("InvalidArgumentError: logits and labels must have the same first dimension, got logits shape [32,3] and labels "
     "shape [96]", "RL101"),
    ("logits and labels must be broadcastable: logits_size=[10,3] labels_size=[10,5]", "RL205"),
    ("IndexError: index 9 is out of bounds for axis 1 with size 9", "RL102"),
    ("You are passing a target array of shape (32, 1) while using as loss `categorical_crossentropy`.", "RL101"),
    ("Error when checking target: expected dense_3 to have shape (3,) but got array with shape (1,)", "RL101"),
    ("UnimplementedError: Cast string to float is not supported", "RL106"),
    ("ValueError: `class_weight` not supported for 3+ dimensional targets.", "RL501"),
    ("ValueError: `class_weight` must contain all classes in the data. The classes {2} exist", "RL501"),
    ("AttributeError: 'Sequential' object has no attribute 'predict_classes'", "RL601"),
    ("AssertionError: predictions must be >= 0", "RL401"),
    ("Epoch 3/10  12/12 - loss: nan - accuracy: 0.90", "RL702"),
    ("loss: -204433556137039776.0000", "RL102"),
    ("loss: 0.0000e+00 - accuracy: 0.4194", "RL204"),
    ("my loss is stuck at 0.6931", ""),
    ("0.6931", ""),
    ("my model always predicts the same class", ""),
    ("val_accuracy does not change", ""),
    ("Epoch 1: loss=nan", "RL702"),
    ("loss -204433556137039776", "RL102"),
    ("target array of shape (32, 1)", "RL101"),
    ("ValueError: A target array with shape (100, 3) was passed for an output of shape (None, 1) while using as loss "
     "`binary_crossentropy`.", "RL101"),
    ("NotImplementedError: `class_weight` is only supported for `Model`s with a single output.", "RL501"),
    ("ValueError: Failed to convert a NumPy array to a Tensor (Unsupported object type list).", "RL106"),
    ("InvalidArgumentError: Can not squeeze dim[1], expected a dimension of 1, got 10", "RL101"),
    ("ValueError: Classification metrics can't handle a mix of multiclass and continuous-multioutput targets", "RL601"),
    ("WARNING:tensorflow:Gradients do not exist for variables ['dense/kernel:0'] when minimizing the loss.", ""),
]  # fmt: skip

UNKNOWN = [
    "ImportError: libcudart.so.12: cannot open shared object file",
    "FileNotFoundError: [Errno 2] No such file or directory: 'train.csv'",
    "pip is stuck at building wheel for numpy",
    "ValueError: Unrecognized data type: x=[[0.6931 0.5868] [0.3 2.3026]] (of type <class 'numpy.ndarray'>)",
    "Epoch 3/3 - accuracy: 0.6930 - f1: 0.4",
    "Epoch 3/3 - loss: 0.4512 - accuracy: 0.6931",
    "I am not learning French this year",
    "weight loss: -3 kg in a month",
    "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
    "ValueError: operands could not be broadcast together with shapes (3,) (4,)",
    "learning rate 1.0986e-4",
    "OSError: [Errno 28] No space left on device",
]


@pytest.mark.parametrize(("text", "code"), PASTED, ids=[text[:40] for text, _ in PASTED])
def test_pasted_text_finds_its_first_cause(text: str, code: str) -> None:
    """The leading known text is the right one, and its first cause names the rule that finds it."""
    found = explain(text)
    assert found.known
    assert found.known[0].causes[0].code == code


def test_every_known_text_is_pasted_here_or_matches_its_heading() -> None:
    """A heading is what people search for, so its own pattern finds it."""
    for each in KNOWN:
        assert re.search(each.pattern, each.heading, re.IGNORECASE), each.heading
        assert each.causes
        for cause in each.causes:
            assert cause.tell
            assert cause.fix
            assert not cause.code or cause.code in BY_CODE


def test_names_of_python_keep_their_case() -> None:
    """A cause begins with a capital letter, a name of Python does not."""
    text = str(explain("0.6931"))
    assert "from_logits=True although" in text
    assert "Raw scores" in text


def test_a_whole_traceback_wrapped_by_a_terminal_is_read() -> None:
    """Line breaks inside the text do not matter, and what stands first is explained first."""
    text = """Traceback (most recent call last):
  File "train.py", line 12, in <module>
    model.fit(x, y)
UserWarning: You are using a softmax over axis
-1 of a tensor of shape (32, 1).
ValueError: Arguments `target` and `output` must have the
same rank (ndim). Received: target.shape=(32,), output.shape=(32, 2)"""
    headings = [each.heading for each in explain(text).known]
    assert headings[0].startswith("You are using a softmax")
    assert any(heading.startswith("Arguments `target`") for heading in headings)


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown_text_is_said_to_be_unknown(text: str) -> None:
    """No guess, also where a number or a word of a known text stands in another one."""
    found = explain(text)
    assert not found.found
    assert "not known" in str(found)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_rule_is_explained_by_code_and_by_name(rule) -> None:  # type: ignore[no-untyped-def]
    """Code in any case, or the name; the page is shown with all its sections."""
    text = str(explain(rule.code.lower()))
    assert explain(rule.name).rule is rule
    assert rule.name in text
    assert all(heading in text for heading in rule.page.sections)


def test_a_code_nobody_has_is_an_error() -> None:
    """The answer lists the codes there are."""
    with pytest.raises(WrongArgument, match="RL101"):
        explain("RL999")


def test_explain_loads_nothing_heavy() -> None:
    """Importing and asking needs neither NumPy nor Keras."""
    heavy = "{'numpy', 'keras', 'tensorflow'} & set(sys.modules)"
    code = f"import sys; from rightloss.explain import explain; explain('loss: nan'); print({heavy})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
