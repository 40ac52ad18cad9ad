"""The words of a contract. Each enum is a field, each member a value with one sentence and one example.

Messages, docs, command-line help and JSON take their words from here, so a word exists once.
"""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum
from typing import Self


class Term(StrEnum):
    """A value of a field; `sentence` says what it means, `example` shows it in the user's own code or data."""

    sentence: str
    example: str

    def __new__(cls, value: str, sentence: str = "", example: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        member.example = example
        return member


class Task(Term):
    """What is being learned. Derived from labels and classes, never stored apart from them."""

    BINARY = "binary", "Each example is one of two classes.", "spam or not"
    MULTICLASS = "multiclass", "Each example is exactly one of K > 2 classes.", "penguin species"
    MULTILABEL = "multilabel", "Several labels of one example can be true at once.", "moods of a song"


TASKS = (*(task.value for task in Task), "regression")
"""What a user can answer to "what is being learned?": also that it is nothing for a cross-entropy."""


class Labels(Term):
    """Trainable label encodings: what the loss sees."""

    BINARY = "binary", "One 0 or 1 (or the probability of 1) for each example.", "y = [0, 1, 1, 0]"
    INDEX = "index", "One whole number 0..K-1 for each example: the class id.", "y = [2, 0, 1]"
    ONEHOT = "onehot", "K columns, exactly one of them 1.", "y = [[0, 0, 1], [1, 0, 0]]"
    DISTRIBUTION = "distribution", "K columns of probabilities that sum to 1 in each row.", "y = [[0.1, 0.2, 0.7]]"
    MULTIHOT = "multihot", "K columns of 0 or 1 (or probabilities), any number of them 1.", "y = [[1, 0, 1], [0, 0, 0]]"
    MULTIHOT_MISSING = "multihot-missing", "Like multihot, with cells that nobody labelled.", "y = [[1, nan, 0]]"


class Source(Term):
    """How labels came, where they are not trainable as they stand."""

    TEXT = "text", "Class names, or numbers that are names.", "y = ['cat', 'dog']"
    SIGNED = "signed", "Two classes written as -1 and +1.", "y = [-1, 1, 1]"
    OFFSET = "offset", "Whole numbers that do not run 0..K-1: they start elsewhere or have gaps.", "y = [1, 2, 3]"
    TAGLISTS = "taglists", "A list of labels for each example.", "y = [['a', 'b'], ['b']]"
    GREYMASK = "greymask", "Two grey levels instead of 0 and 1.", "mask = [[0, 255], [255, 0]]"
    CONSTANT = "constant", "Every example has the same label: there is nothing to learn.", "y = [0, 0, 0]"
    CONTINUOUS = "continuous", "Quantities rather than classes.", "y = [1500.0, 2300.0]"
    IDS = "ids", "Every example has a label of its own.", "y = ['u1', 'u2', 'u3']"
    EMPTY = "empty", "There are no labels.", "y = []"

    @property
    def trainable(self) -> bool:
        """Whether a preparation turns these labels into an encoding that a cross-entropy can train on."""
        return self not in (Source.CONSTANT, Source.CONTINUOUS, Source.IDS, Source.EMPTY)


class Width(Term):
    """Units of the last layer against the number of classes."""

    ONE = "one", "One unit.", "Dense(1)"
    K = "K", "One unit for each class or label column.", "Dense(num_classes)"
    FEWER = "fewer", "More than one unit, but fewer than classes.", "Dense(3) for 5 classes"
    MORE = "more", "More units than classes.", "Dense(10) for 3 classes"


class Positions(Term):
    """What one label belongs to."""

    EXAMPLE = "example", "One label for each example.", "y.shape == (n,)"
    TOKEN = "token", "One label for each step of a sequence.", "y.shape == (n, T)"
    PIXEL = "pixel", "One label for each pixel.", "y.shape == (n, H, W)"
    VOXEL = "voxel", "One label for each point of a volume, or pixel of a video.", "y.shape == (n, D, H, W)"


class Activation(Term):
    """The last operation before the loss."""

    SIGMOID = "sigmoid", "Each unit is a probability of its own.", "Dense(1, activation='sigmoid')"
    SOFTMAX = "softmax", "The units are probabilities that sum to 1.", "Dense(3, activation='softmax')"
    LINEAR = "linear", "Raw scores (logits): any number.", "Dense(3)"
    LOG_SOFTMAX = "log_softmax", "Logarithms of probabilities that sum to 1.", "Dense(3, activation='log_softmax')"
    OTHER = "other", "Any other activation.", "Dense(1, activation='tanh')"


class ClassAxis(Term):
    """The axis over which the classes lie, against the axis the loss reads."""

    LAST = "last", "The activation and the loss agree on the axis of classes.", "Softmax(axis=-1)"
    ANOTHER = "another", "The activation normalises another axis than the loss reads.", "Softmax(axis=1) over time"


class Loss(Term):
    """Loss families."""

    BINARY = "binary_crossentropy", "One independent yes/no for each unit.", "BinaryCrossentropy()"
    CATEGORICAL = "categorical_crossentropy", "Exclusive classes, one-hot or soft labels.", "CategoricalCrossentropy()"
    SPARSE = (
        "sparse_categorical_crossentropy",
        "Exclusive classes, labels are whole-number ids.",
        "SparseCategoricalCrossentropy()",
    )
    MASKED_BINARY = (
        "masked_binary_crossentropy",
        "Binary cross-entropy on raw scores over the cells somebody labelled.",
        "rightloss.losses.MaskedBinaryCrossentropy()",
    )
    DIVERGENCE = "kl_divergence", "Distance between two distributions.", "KLDivergence()"
    SQUARED = "squared_error", "Mean squared error.", "MeanSquaredError()"
    REGRESSION = "regression", "Other losses for quantities.", "MeanAbsoluteError()"
    OTHER = "other", "A loss this project does not know; it may fit anything.", "my_loss"


QUANTITY_LOSSES = frozenset({Loss.SQUARED, Loss.REGRESSION})
"""Losses for numbers rather than for classes."""


class FromLogits(Term):
    """What the loss was told about its input."""

    TRUE = "true", "The loss applies the activation itself.", "from_logits=True"
    FALSE = "false", "The loss expects probabilities.", "from_logits=False (the default)"
    ABSENT = "absent", "The loss has no such option.", "KLDivergence()"


class Decode(Term):
    """How predictions become labels."""

    ABOVE_HALF = "> 0.5", "True where the probability is above one half.", "p > 0.5"
    ABOVE_ZERO = "> 0", "True where the raw score is above zero.", "logits > 0"
    ARGMAX = "argmax", "The class with the largest value.", "p.argmax(axis=-1)"
    ARGMAX_EXAMPLES = "argmax over examples", "For each class, the example with the largest value.", "tf.argmax(p)"
    ARGMAX_ALL = "argmax over everything", "One number, wherever the largest value of all rows lies.", "np.argmax(p)"
    THRESHOLDS = "per-label thresholds", "One threshold for each label.", "p > thresholds"
    SOFTMAX = "softmax", "Shares of one whole: the values of a row add up to 1.", "softmax(predictions)"
    SIGMOID = "sigmoid", "A probability for each value by itself.", "sigmoid(predictions)"


class Form(Term):
    """What the last layer gives out."""

    PROBABILITIES = "probabilities", "Values between 0 and 1.", "activation='softmax'"
    LOGITS = "logits", "Raw scores, made probabilities inside the loss.", "from_logits=True"


class Confidence(IntEnum):
    """How sure a fact is. A finding is as sure as its weakest fact."""

    INFERRED = 1
    OBSERVED = 2
    DECLARED = 3

    @property
    def word(self) -> str:
        """Lower-case name, as JSON carries it."""
        return self.name.lower()


class Field(Enum):
    """The fields of a table row, in the order in which a finding looks for its leading cause."""

    LABELS = "labels", Labels
    LOSS = "loss", Loss
    WIDTH = "width", Width
    ACTIVATION = "activation", Activation
    CLASS_AXIS = "class_axis", ClassAxis
    FROM_LOGITS = "from_logits", FromLogits

    def __init__(self, label: str, terms: type[Term]) -> None:
        self.label = label
        self.terms = terms

    @property
    def everything(self) -> frozenset[Term]:
        """All values: what is possible before anything was seen."""
        return frozenset(self.terms)
