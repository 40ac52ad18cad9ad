"""The tables: which combinations are right. Data only, no logic beyond looking a name up.

Three tables: ROWS (what fits together), LOSSES (what each Keras loss reads), METRICS (what each metric needs of a row).
Every row is proved against float64 NumPy in tests/truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from rightloss.contract.vocabulary import Activation, ClassAxis, Field, Form, FromLogits, Labels, Loss, Term, Width


@dataclass(frozen=True, slots=True)
class Point:
    """One value for every field: a point of the finite space of contracts, in the table or not."""

    labels: Labels
    width: Width
    activation: Activation
    class_axis: ClassAxis
    loss: Loss
    from_logits: FromLogits

    def value(self, field: Field) -> Term:
        """The value of one field."""
        found: Term = getattr(self, field.label)
        return found

    def __str__(self) -> str:
        axis = "" if self.class_axis is ClassAxis.LAST else f" over {self.class_axis} axis"
        return f"{self.labels}/{self.width}/{self.activation}{axis}/{self.loss}/{self.from_logits}"


@dataclass(frozen=True, slots=True)
class Row:
    """A right point. `note` is None for preferred rows; an accepted row carries why it is not our advice."""

    point: Point
    note: str | None = None

    @property
    def preferred(self) -> bool:
        """Whether `select` may recommend it."""
        return self.note is None

    @property
    def form(self) -> Form:
        """Whether the model gives out probabilities or raw scores."""
        raw = (Activation.LINEAR, Activation.LOG_SOFTMAX)
        return Form.LOGITS if self.point.activation in raw else Form.PROBABILITIES

    def __str__(self) -> str:
        return str(self.point)


# Why an accepted row is not our advice. A code that names a rule is that rule's note.
INDEPENDENT = "RL208"  # exclusive classes as independent sigmoids: rows of predictions need not sum to 1
SQUARED = "squared-error"  # a proper score, but its gradient vanishes where the model is sure and wrong
DIVERGENCE = "kl-divergence"  # same optimum; Keras cannot recover the raw scores, the gradient dies when saturated
LOG_PROBABILITIES = "log-softmax"  # right, and the loss normalises once more for nothing
NOTHING_MASKED = "nothing-masked"  # the masked loss on labels without missing cells equals the plain one


def _row(labels: str, width: str, activation: str, loss: str, from_logits: str, note: str | None = None) -> Row:
    last = ClassAxis.LAST
    point = Point(Labels(labels), Width(width), Activation(activation), last, Loss(loss), FromLogits(from_logits))
    return Row(point, note)


_BCE, _CCE, _SCCE = "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"
_MASKED, _KLD, _MSE = "masked_binary_crossentropy", "kl_divergence", "squared_error"

# fmt: off
ROWS: tuple[Row, ...] = (
    #    labels              width  activation     loss     from_logits
    _row("binary",           "one", "sigmoid",     _BCE,    "false"),
    _row("binary",           "one", "linear",      _BCE,    "true"),
    _row("index",            "K",   "softmax",     _SCCE,   "false"),
    _row("index",            "K",   "linear",      _SCCE,   "true"),
    _row("onehot",           "K",   "softmax",     _CCE,    "false"),
    _row("onehot",           "K",   "linear",      _CCE,    "true"),
    _row("distribution",     "K",   "softmax",     _CCE,    "false"),
    _row("distribution",     "K",   "linear",      _CCE,    "true"),
    _row("multihot",         "K",   "sigmoid",     _BCE,    "false"),
    _row("multihot",         "K",   "linear",      _BCE,    "true"),
    _row("multihot-missing", "K",   "linear",      _MASKED, "absent"),
    # accepted: right, not our advice
    _row("binary",           "one", "linear",      _MASKED, "absent", NOTHING_MASKED),
    _row("multihot",         "K",   "linear",      _MASKED, "absent", NOTHING_MASKED),
    _row("onehot",           "K",   "sigmoid",     _BCE,    "false",  INDEPENDENT),
    _row("onehot",           "K",   "linear",      _BCE,    "true",   INDEPENDENT),
    _row("distribution",     "K",   "sigmoid",     _BCE,    "false",  INDEPENDENT),
    _row("distribution",     "K",   "linear",      _BCE,    "true",   INDEPENDENT),
    _row("index",            "K",   "log_softmax", _SCCE,   "true",   LOG_PROBABILITIES),
    _row("onehot",           "K",   "log_softmax", _CCE,    "true",   LOG_PROBABILITIES),
    _row("distribution",     "K",   "log_softmax", _CCE,    "true",   LOG_PROBABILITIES),
    _row("onehot",           "K",   "softmax",     _KLD,    "absent", DIVERGENCE),
    _row("distribution",     "K",   "softmax",     _KLD,    "absent", DIVERGENCE),
    _row("binary",           "one", "sigmoid",     _MSE,    "absent", SQUARED),
    _row("onehot",           "K",   "softmax",     _MSE,    "absent", SQUARED),
    _row("distribution",     "K",   "softmax",     _MSE,    "absent", SQUARED),
    _row("onehot",           "K",   "sigmoid",     _MSE,    "absent", SQUARED),
    _row("multihot",         "K",   "sigmoid",     _MSE,    "absent", SQUARED),
)
# fmt: on

PREFERRED: tuple[Row, ...] = tuple(row for row in ROWS if row.preferred)
BY_POINT: dict[Point, Row] = {row.point: row for row in ROWS}


@dataclass(frozen=True, slots=True)
class LossEntry:
    """What one loss of Keras (or of ours) is: its family, how it is written, which options it has."""

    name: str  # class name
    family: Loss
    aliases: tuple[str, ...]  # strings and function names that Keras resolves to it
    from_logits: bool  # whether it has the option (its default is False)
    options: tuple[str, ...] = ()
    reads_logits: bool = False  # reads raw scores although it has no option
    masks: bool = False  # can leave labels out, by an option
    module: str = "keras.losses"


LOSSES: tuple[LossEntry, ...] = (
    LossEntry(
        "BinaryCrossentropy", Loss.BINARY, ("binary_crossentropy", "bce", "BCE"), True, ("label_smoothing", "axis")
    ),
    LossEntry(
        "BinaryFocalCrossentropy",
        Loss.BINARY,
        ("binary_focal_crossentropy",),
        True,
        ("apply_class_balancing", "alpha", "gamma", "label_smoothing", "axis"),
    ),
    LossEntry(
        "CategoricalCrossentropy", Loss.CATEGORICAL, ("categorical_crossentropy",), True, ("label_smoothing", "axis")
    ),
    LossEntry(
        "CategoricalFocalCrossentropy",
        Loss.CATEGORICAL,
        ("categorical_focal_crossentropy",),
        True,
        ("alpha", "gamma", "label_smoothing", "axis"),
    ),
    LossEntry(
        "SparseCategoricalCrossentropy",
        Loss.SPARSE,
        ("sparse_categorical_crossentropy",),
        True,
        ("ignore_class", "axis"),
        masks=True,
    ),
    LossEntry(
        "MaskedBinaryCrossentropy",
        Loss.MASKED_BINARY,
        ("masked_binary_crossentropy",),
        False,
        ("ignore", "positive_weight"),
        reads_logits=True,
        masks=True,
        module="rightloss.losses",
    ),
    LossEntry("KLDivergence", Loss.DIVERGENCE, ("kl_divergence", "kld", "KLD", "kullback_leibler_divergence"), False),
    LossEntry("MeanSquaredError", Loss.SQUARED, ("mean_squared_error", "mse", "MSE"), False),
    LossEntry("MeanAbsoluteError", Loss.REGRESSION, ("mean_absolute_error", "mae", "MAE"), False),
    LossEntry(
        "MeanAbsolutePercentageError", Loss.REGRESSION, ("mean_absolute_percentage_error", "mape", "MAPE"), False
    ),
    LossEntry(
        "MeanSquaredLogarithmicError", Loss.REGRESSION, ("mean_squared_logarithmic_error", "msle", "MSLE"), False
    ),
    LossEntry("Huber", Loss.REGRESSION, ("huber", "huber_loss"), False, ("delta",)),
    LossEntry("LogCosh", Loss.REGRESSION, ("log_cosh", "logcosh", "LogCosh"), False),
)

LOSS_NAMES: dict[str, LossEntry] = {name: entry for entry in LOSSES for name in (entry.name, *entry.aliases)}


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """What one metric needs of a row to report the number its name says.

    `labels`: the encodings whose number is right. `threshold`: it cuts predictions at this value unless told otherwise
    (None: it does not cut). `logits_option`: it can be told `from_logits=True`. `scale_free`: only the order of the
    predictions matters, so raw scores are as good as probabilities.
    """

    name: str
    aliases: tuple[str, ...]
    labels: frozenset[Labels]
    threshold: float | None = None
    logits_option: bool = False
    scale_free: bool = False
    masks: bool = False


_COLUMNS = frozenset({Labels.BINARY, Labels.MULTIHOT})
_EXCLUSIVE = frozenset({Labels.ONEHOT, Labels.DISTRIBUTION})
_IDS = frozenset({Labels.INDEX})

METRICS: tuple[MetricEntry, ...] = (
    MetricEntry("BinaryAccuracy", ("binary_accuracy",), _COLUMNS, threshold=0.5),
    MetricEntry("CategoricalAccuracy", ("categorical_accuracy",), _EXCLUSIVE, scale_free=True),
    MetricEntry("SparseCategoricalAccuracy", ("sparse_categorical_accuracy",), _IDS, scale_free=True),
    MetricEntry("TopKCategoricalAccuracy", ("top_k_categorical_accuracy",), _EXCLUSIVE, scale_free=True),
    MetricEntry(
        "SparseTopKCategoricalAccuracy", ("sparse_top_k_categorical_accuracy",), _IDS, scale_free=True
    ),
    MetricEntry("Precision", ("precision",), _COLUMNS | {Labels.ONEHOT}, threshold=0.5),
    MetricEntry("Recall", ("recall",), _COLUMNS | {Labels.ONEHOT}, threshold=0.5),
    # None is its default: it keeps the largest column only, right for one-hot labels, wrong for multi-hot ones.
    MetricEntry("F1Score", ("f1_score",), frozenset({Labels.ONEHOT, Labels.MULTIHOT, Labels.BINARY}), scale_free=True),
    MetricEntry("AUC", ("auc",), _COLUMNS | {Labels.ONEHOT}, logits_option=True),
    MetricEntry("BinaryCrossentropy", (), _COLUMNS, logits_option=True),
    MetricEntry("CategoricalCrossentropy", (), _EXCLUSIVE, logits_option=True),
    MetricEntry("SparseCategoricalCrossentropy", (), _IDS, logits_option=True),
    MetricEntry("MeanIoU", ("mean_io_u",), frozenset({Labels.INDEX, Labels.ONEHOT}), scale_free=True, masks=True),
)  # fmt: skip

METRIC_NAMES: dict[str, MetricEntry] = {name: entry for entry in METRICS for name in (entry.name, *entry.aliases)}

ACCURACY_NAMES = ("accuracy", "acc")
"""Names that Keras resolves from shapes alone; see `keras_accuracy`."""


def keras_accuracy(labels: Labels, width: Width) -> str:
    """The metric that Keras 3 puts in place of "accuracy": it looks at shapes, never at values."""
    if width is Width.ONE:
        return "BinaryAccuracy"
    return "SparseCategoricalAccuracy" if labels in (Labels.INDEX, Labels.BINARY) else "CategoricalAccuracy"


def universe() -> Iterator[Point]:
    """Every point of the space, in a fixed order."""
    for labels, width, activation, axis, loss, from_logits in product(
        Labels, Width, Activation, ClassAxis, Loss, FromLogits
    ):
        yield Point(labels, width, activation, axis, loss, from_logits)


def in_scope(point: Point) -> bool:
    """Whether the table has anything to say: an unknown loss may fit anything, and options must exist to be wrong."""
    if point.loss is Loss.OTHER:
        return False
    normalised = (Activation.SOFTMAX, Activation.LOG_SOFTMAX)
    summed = point.activation in normalised or point.loss in (Loss.CATEGORICAL, Loss.SPARSE)
    if point.class_axis is ClassAxis.ANOTHER and not summed:
        return False  # independent units have no axis of classes to be wrong about
    has_option = any(entry.from_logits for entry in LOSSES if entry.family is point.loss)
    return has_option == (point.from_logits is not FromLogits.ABSENT)
