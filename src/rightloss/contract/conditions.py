"""Conditions: what must also hold beside a row. The first member of each enum is what every row requires.

A number becomes the value of a condition by the threshold written beside that condition, never in a view or a rule.
"""

from __future__ import annotations

from enum import Enum

from rightloss.contract.vocabulary import Term


class Missing(Term):
    """Label cells that hold no label."""

    NONE = "none", "Every example has its label.", "y = [0, 1, 2]"
    NAN = "nan", "Some labels are NaN.", "y = [0, nan, 2]"
    SENTINEL = "sentinel", "Some labels are a number that stands for 'no label'.", "y = [0, -1, 2]"


class LabelRange(Term):
    """The values of labels against those the loss can read."""

    FITS = "fits", "Every label is a value the loss can read.", "y = [0, 1, 2] for 3 units"
    SIGNED = "signed", "Two classes are written as -1 and +1.", "y = [-1, 1]"
    OFFSET = "offset", "Class ids do not start at 0.", "y = [1, 2, 3] for 3 units"
    GREY = "grey", "Two grey levels stand where 0 and 1 are expected.", "mask = [0, 255]"
    SCALED = "scaled", "Labels are larger than 1 where probabilities are expected.", "y = [0.0, 17.5]"
    COUNTED = "counted", "Columns hold counts where 0 and 1 are expected.", "y = [[0, 3, 1]]"
    OUTSIDE = "outside", "Some class ids lie outside 0..units-1.", "y = [0, 7] for 3 units"
    FRACTIONAL = "fractional", "Class ids have a fractional part, which the loss cuts off.", "y = [0.9, 1.9]"


ROW_SUM_TOLERANCE = 1e-3
"""How far from 1 the sum of a row of probabilities may lie."""


class RowSums(Term):
    """The sums of label rows, where exclusive classes are expected."""

    ONE = "one", "Every row sums to 1.", "y = [[0, 1, 0]]"
    EMPTY = "empty", "Some rows are all 0.", "y = [[0, 0, 0]]"
    OTHER = "other", "Some rows sum to something else than 1.", "y = [[0.9, 0.9, 0.0]]"


class ClassesSeen(Term):
    """How many classes all labels together hold. Needs a pass over all labels, never one batch."""

    SEVERAL = "several", "More than one class occurs.", "y = [0, 1, 0]"
    ONE = "one", "Every example has the same label.", "y = [0, 0, 0]"


class LabelKind(Term):
    """What labels are made of."""

    NUMBERS = "numbers", "Labels are numbers.", "y = [0, 1]"
    TEXT = "text", "Labels are text.", "y = ['cat', 'dog']"
    OBJECTS = "objects", "Labels are Python objects.", "y = np.array([0, 1], dtype=object)"


class Splits(Term):
    """Classes of the training labels against those of the validation labels."""

    AGREE = "agree", "Validation shows only classes that training shows.", "validation_data=(xv, yv)"
    NEW_CLASSES = "new classes", "Validation holds classes that training never shows.", "yv = [3], y = [0, 1, 2]"
    UNREADABLE = "unreadable", "Validation holds values that the loss cannot read.", "yv = [3] for 3 units"
    OTHER_SHAPE = "other shape", "Validation labels are written otherwise than training labels.", "one-hot and ids"


MANY_IDS = 200
"""From this many rows on, labels that are all different are ids or quantities rather than classes."""


class Meaning(Term):
    """Whether labels look like classes."""

    CLASSES = "classes", "Labels repeat, as classes do.", "y = [0, 1, 0]"
    QUANTITY = "quantity", "Labels are numbers to predict rather than classes.", "y = [1500.5, 2300.25]"
    IDS = "ids", "Every example has a label of its own.", "y = [0, 1, 2, ..., 999]"


LARGEST_EXACT = {"float16": 2**11, "bfloat16": 2**8, "float32": 2**24, "float64": 2**53}
"""Largest whole number up to which every whole number is exact, for each dtype a loss may cast labels to."""


class Representable(Term):
    """Class ids after the loss has cast them to its own dtype."""

    EXACT = "exact", "Every class id survives the cast.", "ids below 2**24 in float32"
    ROUNDED = "rounded", "Large class ids become their neighbours.", "16777217 -> 16777216 in float32"


class Shapes(Term):
    """Shape of the output against the shape of the labels."""

    FIT = "fit", "One prediction for each label.", "output (n, 3), y (n,)"
    EXTRA_AXIS = "extra axis", "The output holds an axis that labels lack.", "output (n, T, 3), y (n,)"
    MISSING_AXIS = "missing axis", "Labels hold an axis that the output lacks.", "output (n, 3), y (n, T)"
    LENGTHS = "lengths", "Output and labels have different lengths.", "output (n, 10, 3), y (n, 12)"
    CLASSES_FIRST = "classes first", "The output holds classes before steps or pixels.", "output (n, 3, T), y (n, T)"
    SQUEEZED = "squeezed", "The output has no axis for its one unit.", "output (n,)"
    COLUMNS = "columns", "Output and targets have different numbers of columns.", "output (n, 4), y (n, 1)"


SATURATED_SHARE = 0.05
"""From this share of predictions beyond the loss's clip (1e-7 from 0 or 1) on, training has stopped for them."""


class Gradient(Term):
    """What reaches the weights where the model is sure and wrong."""

    ALIVE = "alive", "The loss sees the values before the activation.", "Dense(1, activation='sigmoid')"
    FRAGILE = "fragile", "The loss sees probabilities only; sure mistakes get no gradient.", "sigmoid, then Reshape"
    DEAD = "dead", "Predictions already lie where the gradient is exactly 0.", "sigmoid(30), then Reshape"


class Recovered(Term):
    """Whether Keras still finds the values before the activation. Decides severity, never whether a row fits."""

    YES = "yes", "The loss is computed from the values before the activation.", "Dense(3, activation='softmax')"
    NO = "no", "The loss is computed from what the activation gave out.", "softmax, then Reshape"


class Arguments(Term):
    """Order of the arguments of a loss."""

    IN_ORDER = "in order", "Labels first, predictions second.", "loss(y_true, y_pred)"
    SWAPPED = "swapped", "Predictions stand where labels belong.", "loss(y_pred, y_true)"


class Option(Term):
    """Whether the options given to a loss do what they seem to do."""

    ACTS = "acts", "Every option has its effect.", "label_smoothing=0.1"
    FOCAL_ALPHA = "focal alpha", "alpha is given and not switched on.", "BinaryFocalCrossentropy(alpha=0.9)"
    SCALAR_ALPHA = "scalar alpha", "One alpha for all classes only rescales.", "CategoricalFocalCrossentropy(alpha=0.9)"
    NOTHING_IGNORED = "nothing ignored", "ignore_class names a value that no label has.", "ignore_class=-100"


class Broadcast(Term):
    """Shapes inside the loss."""

    NONE = "none", "Each prediction meets its own label.", "(n, 1) against (n, 1)"
    PAIRS = "pairs", "Each prediction meets the labels of all examples.", "(n,) against (n, 1) gives (n, n)"
    COLUMNS = "columns", "A class id meets every column as if it were a value.", "(n, 1) against (n, 3)"


class Bounds(Term):
    """Range of the output against the range of the targets."""

    INSIDE = "inside", "The output can reach every target.", "Dense(1) for prices"
    OUTSIDE = "outside", "Some targets lie where the output can never be.", "sigmoid for prices"


HIGH_BASE_RATE = 0.9
"""From this share of the most frequent answer on, accuracy says little."""


class BaseRate(Term):
    """What accuracy a model has that always gives the most frequent answer."""

    LOW = "low", "Always giving the most frequent answer is a bad model.", "50 % of each class"
    HIGH = "high", "Always giving the most frequent answer already looks good.", "98 % of one class"


class Scored(Term):
    """What metrics that count right answers are given."""

    CLASSES = "classes", "Right answers can be counted.", "accuracy of class ids"
    QUANTITIES = "quantities", "Labels are numbers, which no prediction hits exactly.", "accuracy of prices"


class ClassWeight(Term):
    """class_weight against labels and outputs."""

    FITS = "fits", "One weight for each class.", "class_weight={0: 1.0, 1: 5.0}"
    NOT_A_DICT = "not a dict", "class_weight is not a dict.", "class_weight=np.array([1.0, 5.0])"
    A_WORD = "a word", "class_weight is a word that only scikit-learn understands.", "class_weight='balanced'"
    TEXT_KEYS = "text keys", "Keys are not class ids.", "class_weight={'cat': 1.0}"
    SHIFTED = "shifted", "Keys count from 1, class ids from 0.", "class_weight={1: 1.0, 2: 5.0} for labels 0 and 1"
    MISSES_A_CLASS = "misses a class", "A class has no weight and gets 1.0.", "class_weight={0: 0.1, 1: 0.1}"
    SEVERAL_TRUE = "several true", "Only the first label that is true in a row counts.", "multi-hot labels"
    POSITIONS = "positions", "Labels are per token or pixel; class_weight is per example.", "y.shape == (n, T)"
    SEVERAL_OUTPUTS = "several outputs", "Keras takes class_weight for one output only.", "two outputs"
    BOTH = "both", "class_weight and sample_weight are both given.", "class_weight=..., sample_weight=..."
    NO_EFFECT = "no effect", "The loss is one number for the whole batch; weights only rescale it.", "output (n,)"


WEIGHT_SCALE = 2.0
"""From this factor on between weighted and unweighted loss, the two curves cannot be compared."""


class WeightScale(Term):
    """The mean of the weights that training really applies."""

    ONE = "one", "Weights leave the size of the loss as it is.", "mean weight 1"
    RESCALED = "rescaled", "class_weight makes the training loss another size than the validation loss.", "mean 7"
    SAMPLES = "samples", "sample_weight makes the training loss another size.", "sample_weight.mean() == 7"


class SampleWeight(Term):
    """sample_weight against labels."""

    FITS = "fits", "One weight for each loss value.", "sample_weight.shape == (n,)"
    SHAPE = "shape", "Weights have another shape than the loss.", "sample_weight.shape == (n, 4)"
    LENGTH = "length", "There are not as many weights as examples.", "len(sample_weight) != len(y)"
    NAN = "nan", "Some weights are NaN.", "sample_weight = [1, nan]"
    NEGATIVE = "negative", "Some weights are negative.", "sample_weight = [1, -1]"
    ZERO = "zero", "All weights are 0.", "sample_weight = [0, 0]"
    NO_EFFECT = "no effect", "The loss is one number for the whole batch; weights only rescale it.", "Dice(axis=None)"


LEFT_OUT_SHARE = 0.01
"""From this share of positions without weight on, metrics that do not see weights report another number."""


class LeftOut(Term):
    """Positions (tokens, pixels) that sample_weight leaves out of the loss."""

    NONE = "none", "Every position counts.", "sample_weight above 0 everywhere"
    SOME = "some", "Some positions have weight 0, as padding has.", "sample_weight = (tokens != 0)"


AGREEMENT_TOLERANCE = 0.02
"""Relative difference from which a reported loss and the one recomputed from predictions disagree."""


class LossAgreement(Term):
    """The loss that Keras reports against the loss recomputed from predictions in float64."""

    AGREES = "agrees", "Both are the same number.", "0.312 and 0.312"
    SMOOTHED = "smoothed", "The reported loss includes label smoothing.", "label_smoothing=0.1"
    DIFFERS = "differs", "The reported loss is not that of the predictions.", "0.158 and 0.471"


class LossValue(Term):
    """The value of the loss."""

    USUAL = "usual", "The loss is finite and not negative.", "0.69"
    NEGATIVE = "negative", "The loss is negative, which no cross-entropy can be.", "-3.5"
    NOT_FINITE = "not finite", "The loss is NaN or infinite.", "nan"


CHANCE_TOLERANCE = 0.01
"""Relative distance from the loss of guessing within which the loss counts as chance."""
CHANCE_STEPS = 50
"""Steps for which the loss must stay there."""


class Progress(Term):
    """Whether training leaves the loss of guessing."""

    LEARNING = "learning", "The loss leaves the value of guessing.", "0.69 -> 0.41"
    AT_CHANCE = "at chance", "The loss stays at the value of guessing.", "0.693 for 50 steps"


class Condition(Enum):
    """What is measured beside the fields of a row."""

    LABEL_KIND = "label_kind", LabelKind
    MISSING = "missing", Missing
    RANGE = "range", LabelRange
    ROW_SUMS = "row_sums", RowSums
    CLASSES_SEEN = "classes_seen", ClassesSeen
    SPLITS = "splits", Splits
    MEANING = "meaning", Meaning
    REPRESENTABLE = "representable", Representable
    SHAPES = "shapes", Shapes
    GRADIENT = "gradient", Gradient
    RECOVERED = "recovered", Recovered
    ARGUMENTS = "arguments", Arguments
    OPTION = "option", Option
    BROADCAST = "broadcast", Broadcast
    BOUNDS = "bounds", Bounds
    BASE_RATE = "base_rate", BaseRate
    SCORED = "scored", Scored
    CLASS_WEIGHT = "class_weight", ClassWeight
    WEIGHT_SCALE = "weight_scale", WeightScale
    SAMPLE_WEIGHT = "sample_weight", SampleWeight
    LEFT_OUT = "left_out", LeftOut
    AGREEMENT = "agreement", LossAgreement
    LOSS_VALUE = "loss_value", LossValue
    PROGRESS = "progress", Progress

    def __init__(self, label: str, terms: type[Term]) -> None:
        self.label = label
        self.terms = terms

    @property
    def default(self) -> Term:
        """The value that every row requires."""
        return next(iter(self.terms))
